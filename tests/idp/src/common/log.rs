//! What every endpoint was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use super::lock;

/// An endpoint whose requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// The discovery document.
    Discovery,
    /// The published keys.
    Jwks,
    /// The authorization endpoint.
    Authorize,
    /// Where the sign-in page posts to.
    SignIn,
    /// Where the pages after the sign-in page post to: a second factor, consent.
    Interaction,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// The introspection endpoint.
    Introspect,
    /// The revocation endpoint.
    Revoke,
    /// The end-session endpoint.
    EndSession,
    /// Where an administrator consents for everybody.
    AdminConsent,
    /// An API beside the protocol: Microsoft Graph, HaloPSA's `authinfo`.
    Api,
}

/// A request as it came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// Its number, counted from 1.
    pub number: u64,
    /// When, by the emulator's clock.
    pub at: i64,
    /// Where.
    pub endpoint: Endpoint,
    /// The method.
    pub method: String,
    /// Path and query.
    pub uri: String,
    /// The headers in their order.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
}

/// How many requests are kept; older ones are only counted.
const KEPT: usize = 512;

/// The requests of one emulator.
#[derive(Default)]
pub(crate) struct Log(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    counts: BTreeMap<Endpoint, u64>,
    number: u64,
    last: VecDeque<Recorded>,
}

impl Log {
    pub(crate) fn keep(&self, endpoint: Endpoint, at: i64, parts: &Parts, body: &[u8]) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut kept = lock(&self.0);
        *kept.counts.entry(endpoint).or_default() += 1;
        kept.number += 1;
        let recorded = Recorded {
            number: kept.number,
            at,
            endpoint,
            method: parts.method.to_string(),
            uri: parts.uri.to_string(),
            headers: parts.headers.iter().map(|(name, v)| (name.to_string(), text(v.as_bytes()))).collect(),
            body: text(body),
        };
        if kept.last.len() == KEPT {
            kept.last.pop_front();
        }
        kept.last.push_back(recorded);
    }

    pub(crate) fn count(&self, endpoint: Endpoint) -> u64 {
        lock(&self.0).counts.get(&endpoint).copied().unwrap_or_default()
    }

    pub(crate) fn counts(&self) -> BTreeMap<Endpoint, u64> {
        lock(&self.0).counts.clone()
    }

    /// Those that came after number `since`, as far as they are kept.
    pub(crate) fn since(&self, since: u64) -> Vec<Recorded> {
        lock(&self.0).last.iter().filter(|recorded| recorded.number > since).cloned().collect()
    }
}
