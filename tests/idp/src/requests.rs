//! How often each endpoint was asked.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Serialize;

use crate::lock;

/// An endpoint whose requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`
    Discovery,
    /// `/jwks`
    Jwks,
    /// `/authorize`
    Authorize,
    /// `/sign-in`, where the sign-in page posts to
    SignIn,
    /// `/token`
    Token,
    /// `/userinfo`
    Userinfo,
    /// `/end_session`
    EndSession,
}

/// The counters of one issuer.
#[derive(Default)]
pub(crate) struct Requests(Mutex<BTreeMap<Endpoint, u64>>);

impl Requests {
    pub(crate) fn count(&self, endpoint: Endpoint) {
        *lock(&self.0).entry(endpoint).or_default() += 1;
    }

    pub(crate) fn of(&self, endpoint: Endpoint) -> u64 {
        lock(&self.0).get(&endpoint).copied().unwrap_or_default()
    }

    pub(crate) fn all(&self) -> BTreeMap<Endpoint, u64> {
        lock(&self.0).clone()
    }
}
