//! What is kept of a claim: its name, its type, and a short hash that tells whether it was the same twice.
//! The hash's key never leaves the process, so nobody finds a value by trying.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// No provider needs more.
const MOST: usize = 100;
/// The longest name of a claim that is kept, in bytes; some are URLs.
const LONGEST_NAME: usize = 120;

/// Claims that belong to one sign-in alone, and are in no trace even when it is opened.
const NEVER_SHOWN: [&str; 6] = ["nonce", "at_hash", "c_hash", "s_hash", "jti", "sid"];

/// Where a claim came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The ID token.
    IdToken,
    /// The userinfo endpoint.
    Userinfo,
    /// A directory that was asked for groups.
    Directory,
}

/// A claim, without what it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenClaim {
    /// Its name.
    pub name: Box<str>,
    /// Where it came from.
    pub source: Source,
    /// Its JSON type.
    pub kind: Cow<'static, str>,
    /// How many elements a list has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// The beginning of a keyed hash of its value.
    pub hash: [u8; 4],
    /// What it says, where an administrator has opened the connection's traces. It is never
    /// written down.
    #[serde(skip)]
    pub clear: Option<Value>,
}

/// How claims are looked at.
#[derive(Clone, Copy)]
pub(super) struct Eyes {
    pub(super) key: [u8; 32],
    pub(super) opened: bool,
}

impl Eyes {
    /// Adds those of `claims` that are new.
    pub(super) fn see<'a>(
        self,
        seen: &mut Vec<SeenClaim>,
        claims: impl Iterator<Item = (&'a String, &'a Value)>,
        source: Source,
    ) {
        let known = seen.len();
        for (name, value) in claims {
            let is_new = !seen[..known].iter().any(|it| *it.name == **name);
            if is_new && seen.len() < MOST && name.len() <= LONGEST_NAME {
                seen.push(self.look(name, value, source));
            }
        }
    }

    fn look(self, name: &str, value: &Value, source: Source) -> SeenClaim {
        let (kind, size) = kind(value);
        let clear = (self.opened && !NEVER_SHOWN.contains(&name)).then(|| value.clone());
        SeenClaim {
            name: name.into(),
            source,
            kind: Cow::Borrowed(kind),
            size,
            hash: self.hash(name, value),
            clear,
        }
    }

    fn hash(self, name: &str, value: &Value) -> [u8; 4] {
        let mut digest = Sha256::new_with_prefix(self.key);
        digest.update((name.len() as u64).to_be_bytes());
        digest.update(name);
        match value {
            Value::String(text) => digest.update(text),
            other => digest.update(other.to_string()),
        }
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest.finalize());
        [a, b, c, d]
    }
}

const fn kind(value: &Value) -> (&'static str, Option<usize>) {
    match value {
        Value::Null => ("null", None),
        Value::Bool(_) => ("boolean", None),
        Value::Number(_) => ("number", None),
        Value::String(_) => ("string", None),
        Value::Array(items) => ("array", Some(items.len())),
        Value::Object(_) => ("object", None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(key: u8, opened: bool, claims: &Value) -> Vec<SeenClaim> {
        let (eyes, mut seen) = (Eyes { key: [key; 32], opened }, Vec::new());
        eyes.see(&mut seen, claims.as_object().unwrap().iter(), Source::IdToken);
        seen
    }

    #[test]
    fn the_same_value_has_the_same_hash_under_one_key_and_name() {
        let one = seen(1, false, &json!({ "email": "kim@acme.test", "upn": "kim@acme.test" }));
        assert_eq!(one[0].hash, seen(1, false, &json!({ "email": "kim@acme.test" }))[0].hash);
        assert_ne!(one[0].hash, one[1].hash);
        assert_ne!(one[0].hash, seen(2, false, &json!({ "email": "kim@acme.test" }))[0].hash);
    }

    #[test]
    fn sr_01_what_a_claim_says_is_kept_only_when_it_was_opened_and_a_nonce_never() {
        let claims = json!({ "email": "kim@acme.test", "nonce": "canary", "groups": ["a", "b"] });
        assert!(!format!("{:?}", seen(1, false, &claims)).contains("kim@"));
        let opened = seen(1, true, &claims);
        assert!(format!("{opened:?}").contains("kim@acme.test"));
        assert!(!format!("{opened:?}").contains("canary"));
        let groups = opened.iter().find(|it| &*it.name == "groups").unwrap();
        assert_eq!((&*groups.kind, groups.size), ("array", Some(2)));
    }

    #[test]
    fn a_claim_is_seen_where_it_came_from_first_and_not_without_end() {
        let (eyes, mut all) = (Eyes { key: [1; 32], opened: false }, Vec::new());
        eyes.see(&mut all, json!({ "sub": "a" }).as_object().unwrap().iter(), Source::IdToken);
        eyes.see(&mut all, json!({ "sub": "a", "name": "b" }).as_object().unwrap().iter(), Source::Userinfo);
        let sources: Vec<_> = all.iter().map(|it| it.source).collect();
        assert_eq!(sources, [Source::IdToken, Source::Userinfo]);
        let many: serde_json::Map<_, _> = (0..500).map(|n| (format!("claim {n}"), json!(n))).collect();
        eyes.see(&mut all, many.iter(), Source::Userinfo);
        assert_eq!(all.len(), MOST);
    }
}
