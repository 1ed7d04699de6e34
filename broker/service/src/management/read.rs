//! Reading what was sent: JSON in, a value out, or where it is wrong.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// Something in a JSON text that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Misread {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Why.
    pub message: String,
}

/// Reads a JSON text.
///
/// # Errors
/// [`Misread`] tells where it is wrong first.
pub fn text<T: DeserializeOwned>(text: &[u8]) -> Result<T, Misread> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(misread)?;
    deserializer.end().map_err(|cause| Misread { pointer: String::new(), message: cause.to_string() })?;
    Ok(value)
}

/// What becomes of `thing` with `changes`, a JSON merge patch (RFC 7396).
///
/// # Errors
/// [`Misread`] tells what no such thing can be.
pub fn patched<T: Serialize + DeserializeOwned>(thing: &T, changes: &Value) -> Result<T, Misread> {
    let mut value = serde_json::to_value(thing)
        .map_err(|cause| Misread { pointer: String::new(), message: cause.to_string() })?;
    merge(&mut value, changes);
    serde_path_to_error::deserialize(value).map_err(misread)
}

/// RFC 7396 section 2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        patch.clone_into(target);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, change) in patch {
        if change.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.as_str()).or_insert(Value::Null), change);
        }
    }
}

fn misread(error: serde_path_to_error::Error<serde_json::Error>) -> Misread {
    Misread { pointer: pointer(error.path()), message: error.into_inner().to_string() }
}

fn pointer(path: &Path) -> String {
    let escaped = |name: &str| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => escaped(key),
            Segment::Enum { variant } => escaped(variant),
            Segment::Unknown => String::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of RFC 7396 appendix A.
    #[test]
    fn a_patch_is_merged_as_specified() {
        for (before, patch, after) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = before.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, after, "{before} {patch}");
        }
    }

    #[test]
    fn a_misread_text_says_where() {
        let read = text::<Vec<std::collections::BTreeMap<String, u8>>>;
        assert_eq!(read(b"[{\"a/b\": 1}, {\"a/b\": \"x\"}]").unwrap_err().pointer, "/1/a~1b");
        assert!(read(b"[]").unwrap().is_empty());
        assert_eq!(read(b"[] []").unwrap_err().pointer, "");
        assert_eq!(read(b"[").unwrap_err().pointer, "");
    }
}
