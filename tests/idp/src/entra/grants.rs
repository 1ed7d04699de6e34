//! What apps were given: codes, refresh tokens, access tokens for Graph.

use std::collections::HashMap;

use super::request::Platform;
use crate::common::codes::Codes;
use crate::common::pkce::Challenge;

/// How long a code lives, in seconds: "about 10 minutes".
pub(super) const CODE_LIFETIME: i64 = 600;
/// How long a refresh token lives unused, in seconds: 90 days, and 24 hours for what runs in a browser.
pub(super) const REFRESH_LIFETIME: i64 = 90 * 86_400;
pub(super) const SPA_REFRESH_LIFETIME: i64 = 86_400;
/// How long an access token lives, in seconds.
pub(super) const ACCESS_LIFETIME: i64 = 3599;

/// What an app was given of a person.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) tenant: String,
    /// What the path said: the tenant, or `common`.
    pub(super) authority: String,
    pub(super) client_id: String,
    pub(super) oid: String,
    pub(super) contexts: Vec<String>,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) redirect_uri: String,
    pub(super) platform: Platform,
    pub(super) code_challenge: Option<Challenge>,
    pub(super) sid: String,
    pub(super) auth_time: i64,
    /// `max_age` was asked for (1.8).
    pub(super) tells_auth_time: bool,
    /// In Unix seconds.
    pub(super) issued_at: i64,
}

impl Grant {
    pub(super) fn has_scope(&self, wanted: &str) -> bool {
        self.scope.split_ascii_whitespace().any(|scope| scope == wanted)
    }
}

/// A refresh token. Using it does not use it up: the one before stays good (1.7).
#[derive(Clone)]
pub(super) struct RefreshToken {
    pub(super) grant: Grant,
    pub(super) used_at: i64,
}

/// Whose an access token is.
#[derive(Clone)]
pub(super) enum Bearer {
    /// A person's, through an app: delegated permissions.
    Person(Grant),
    /// An app's own, with the application permissions that it had when the token was made (2.1).
    App { tenant: String, client_id: String, roles: Vec<String> },
}

/// An access token for Graph.
#[derive(Clone)]
pub(super) struct AccessToken {
    pub(super) bearer: Bearer,
    pub(super) expires_at: i64,
}

/// Everything by its handle.
#[derive(Default)]
pub(super) struct Grants {
    pub(super) codes: Codes<Grant>,
    pub(super) refresh_tokens: HashMap<String, RefreshToken>,
    pub(super) access_tokens: HashMap<String, AccessToken>,
}
