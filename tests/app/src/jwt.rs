//! JWTs taken apart to be looked at. Nothing here verifies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The readable parts of a compact JWS.
pub(crate) struct Decoded {
    pub(crate) header: Value,
    pub(crate) payload: Value,
}

/// Nothing for a token that is not a JWT, such as an opaque access token.
pub(crate) fn decode(token: &str) -> Option<Decoded> {
    let mut parts = token.split('.');
    let (header, payload) = (part(parts.next()?)?, part(parts.next()?)?);
    Some(Decoded { header, payload })
}

fn part(encoded: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}
