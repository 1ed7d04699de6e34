//! Forms and queries. Lines of an input are parts of one request, such as its query and its body.
//!
//! What is read is what a plain reading of the WHATWG's rules gives: a name has a value when it came once,
//! none when it came twice, and written again everything is read as the same.

use std::collections::BTreeMap;

use doorward_service::provider::Params;
use doorward_service::provider::params::Unreadable;
use url::form_urlencoded::Serializer;

use crate::Verdict;

/// More fields than an honest request has.
const TOO_MANY: usize = 101;

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    let parts: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    let fields: Vec<_> = parts.iter().flat_map(|part| part.split(|byte| *byte == b'&')).collect();
    let fields: Vec<_> = fields.into_iter().filter(|field| !field.is_empty()).map(field).collect();
    match Params::parse(&parts) {
        Ok(params) => {
            let fields: Vec<(String, String)> =
                fields.into_iter().map(|(name, value)| (text(name), text(value))).collect();
            agrees(&params, &fields);
            let written = Serializer::new(String::new()).extend_pairs(&fields).finish();
            agrees(&Params::parse(&[written.as_bytes()]).unwrap(), &fields);
            Verdict::Accepted
        }
        Err(Unreadable::TooMany) => {
            assert!(fields.len() >= TOO_MANY, "{} fields are not too many", fields.len());
            Verdict::Refused
        }
        Err(Unreadable::Text) => {
            assert!(fields.iter().any(|(name, value)| is_unfit(name) || is_unfit(value)), "all is text");
            Verdict::Refused
        }
    }
}

fn agrees(params: &Params, fields: &[(String, String)]) {
    assert!(fields.len() < TOO_MANY);
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in fields {
        values.entry(name).or_default().push(value);
    }
    for (name, values) in &values {
        let once = match values[..] {
            [value] if !value.is_empty() => Some(value),
            _ => None,
        };
        assert_eq!(params.get(name), once, "{name:?} came {} times", values.len());
        assert_eq!(params.is_repeated(name), values.len() > 1);
        let filled: Vec<_> = values.iter().copied().filter(|value| !value.is_empty()).collect();
        assert_eq!(params.all(name), filled);
    }
    let may_repeat = |name: &str| ["resource", "audience"].contains(&name);
    let repeated = values.iter().any(|(name, values)| values.len() > 1 && !may_repeat(name));
    assert_eq!(params.any_repeated(), repeated);
}

/// The name and the value of a field, in bytes.
fn field(field: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut halves = field.splitn(2, |byte| *byte == b'=');
    let mut half = || decoded(halves.next().unwrap_or_default());
    (half(), half())
}

/// Percent-decoding, with `+` for a space.
fn decoded(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut bytes, mut at) = (Vec::new(), 0);
    while at < text.len() {
        match (text[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, _, _) => {
                bytes.push(if byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    bytes
}

fn text(bytes: Vec<u8>) -> String {
    assert!(!is_unfit(&bytes), "{bytes:?} was taken for text");
    String::from_utf8(bytes).unwrap()
}

/// Whether it is no text: not UTF-8, with the character that stands for such, or with a control character.
fn is_unfit(bytes: &[u8]) -> bool {
    let is_control = |c: char| c.is_control() && !['\t', '\n', '\r'].contains(&c);
    str::from_utf8(bytes).map_or(true, |text| text.contains(|c: char| is_control(c) || c == '\u{fffd}'))
}
