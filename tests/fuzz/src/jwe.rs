//! What others encrypt for us. An input says which part of a good JWE is another: a digit, and the bytes of
//! that part; a letter from `a` on, and its text. An empty one changes nothing.
//!
//! Nothing but the good JWE is opened, whatever takes the place of a part, and no input at all is one.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use josekit::jwe::{ECDH_ES, JweHeader, serialize_compact};
use josekit::jwk::Jwk;

use crate::Verdict;
use crate::broker::BROKER;

const CONTENT: &[u8] = b"what was encrypted";

static GOOD: LazyLock<String> = LazyLock::new(|| {
    let jwks: serde_json::Value = serde_json::from_str(&BROKER.keys.jwks()).unwrap();
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["use"] == "enc").unwrap();
    let key = Jwk::from_map(key.as_object().unwrap().clone()).unwrap();
    let mut header = JweHeader::new();
    header.set_content_encryption("A128CBC-HS256");
    serialize_compact(CONTENT, &header, &ECDH_ES.encrypter_from_jwk(&key).unwrap()).unwrap()
});

/// The property, for one input.
pub fn check(input: &[u8]) -> Verdict {
    if let Ok(text) = str::from_utf8(input) {
        assert!(BROKER.keys.decrypt(text).is_err(), "nobody encrypted this");
    }
    let Some(jwe) = changed(input) else { return Verdict::Refused };
    let opened = BROKER.keys.decrypt(&jwe);
    if let Ok((content, _)) = &opened {
        assert_eq!((content.as_slice(), &jwe), (CONTENT, &*GOOD), "another form of it");
    }
    Verdict::of(opened.is_ok())
}

fn changed(input: &[u8]) -> Option<String> {
    let Some((which, part)) = input.split_first() else { return Some(GOOD.clone()) };
    let (at, part) = match which {
        b'0'..=b'4' => (which - b'0', BASE64.encode(part)),
        b'a'..=b'e' => (which - b'a', str::from_utf8(part).ok()?.to_owned()),
        _ => return None,
    };
    let mut parts: Vec<_> = GOOD.split('.').collect();
    parts[usize::from(at)] = &part;
    Some(parts.join("."))
}
