//! What a refused ID token says of itself, beside what it should say. It proves nothing: it is read so that
//! an administrator sees which of the two sides has to be changed.

use doorward_domain::Timestamp;
use openidconnect::JsonWebKey as _;
use serde_json::Value;

use super::error::clipped;
use super::id_token::{UnverifiedIdToken, key_id};
use super::jwk::UpstreamKey;
use super::verify::Expected;
use crate::trace::Compared;

const MISSING: &str = "missing";
/// The most keys that are named.
const MOST_KEYS: usize = 8;

/// Compares what an ID token says with what was expected of it; nothing when it cannot be read.
pub(super) fn compare(token: &str, keys: &[UpstreamKey], expected: &Expected<'_>) -> Vec<Compared> {
    let Ok(unverified) = UnverifiedIdToken::read(token) else { return Vec::new() };
    let connection = expected.connection;
    let mut all = vec![
        algorithm(&unverified, expected),
        key(token, keys),
        same("iss", expected.issuer.as_str(), unverified.issuer()),
        audience(&unverified, &connection.client_id),
        nonce(&unverified, &expected.leg.nonce),
        expiry(&unverified, expected),
    ];
    if let Some(party) = unverified.authorized_party() {
        all.push(same("azp", &connection.client_id, party));
    }
    for name in ["iat", "nbf", "auth_time"] {
        all.extend(unverified.time(name).map(|time| not_later(name, time, expected)));
    }
    all.extend(expected.kind().demands().into_iter().map(|(name, wanted)| {
        let received = unverified.claim(name).map_or_else(|| MISSING.to_owned(), said);
        let agrees = wanted.iter().any(|one| one.eq_ignore_ascii_case(&received));
        Compared { name: name.into(), expected: wanted.join(" or "), received, agrees }
    }));
    all
}

fn same(name: &'static str, expected: &str, received: &str) -> Compared {
    let agrees = expected == received;
    Compared { name: name.into(), expected: expected.to_owned(), received: clipped(received), agrees }
}

fn algorithm(token: &UnverifiedIdToken, expected: &Expected<'_>) -> Compared {
    let allowed: Vec<_> = expected.connection.algorithms.iter().map(|it| it.as_str()).collect();
    let agrees = allowed.contains(&token.algorithm());
    Compared {
        name: "alg".into(),
        expected: allowed.join(" or "),
        received: clipped(token.algorithm()),
        agrees,
    }
}

fn key(token: &str, keys: &[UpstreamKey]) -> Compared {
    let published = || keys.iter().filter_map(|key| key.key_id().map(|id| clipped(id)));
    let received = key_id(token).map_or_else(|| MISSING.to_owned(), |id| clipped(&id));
    let agrees = published().any(|id| id == received);
    let named: Vec<_> = published().take(MOST_KEYS).collect();
    let expected = match named.is_empty() {
        true => "one of the published keys, which have no names".to_owned(),
        false => named.join(" or "),
    };
    Compared { name: "kid".into(), expected, received, agrees }
}

fn audience(token: &UnverifiedIdToken, client_id: &str) -> Compared {
    let received = match token.claim("aud") {
        Some(Value::Array(listed)) => listed.iter().map(said).collect::<Vec<_>>().join(", "),
        Some(one) => said(one),
        None => MISSING.to_owned(),
    };
    same("aud", client_id, &received)
}

/// What it is stays out of every trace: it belongs to one sign-in alone.
fn nonce(token: &UnverifiedIdToken, sent: &str) -> Compared {
    let received = match token.claim("nonce").and_then(Value::as_str) {
        Some(nonce) if nonce == sent => "as sent",
        Some(_) => "another",
        None => MISSING,
    };
    Compared {
        name: "nonce".into(),
        expected: "as sent".to_owned(),
        received: received.to_owned(),
        agrees: received == "as sent",
    }
}

fn expiry(token: &UnverifiedIdToken, expected: &Expected<'_>) -> Compared {
    let end = token.time("exp").unwrap_or_default();
    Compared {
        name: "exp".into(),
        expected: format!("after {}", readable(expected.now)),
        received: readable(end),
        agrees: expected.now < end + expected.kind().leeway(),
    }
}

fn not_later(name: &'static str, time: Timestamp, expected: &Expected<'_>) -> Compared {
    let agrees = time <= expected.now + expected.kind().leeway();
    Compared {
        name: name.into(),
        expected: format!("up to {}", readable(expected.now)),
        received: readable(time),
        agrees,
    }
}

fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| clipped(&value.to_string()), clipped)
}

/// Seconds since 1970, as tokens have them.
fn readable(time: Timestamp) -> String {
    time.as_secs().to_string()
}
