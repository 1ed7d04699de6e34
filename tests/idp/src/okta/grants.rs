//! What apps were given: codes, refresh tokens, access tokens.

use std::collections::HashMap;

use crate::common::codes::Codes;
use crate::common::pkce::Challenge;
use crate::common::sessions::Session;

/// How long a code lives, in seconds.
pub(super) const CODE_LIFETIME: i64 = 300;
/// How long an access token and an ID token live, in seconds: on the org server a fixed hour.
pub(super) const TOKEN_LIFETIME: i64 = 3600;
/// How long a refresh token lives unused, in seconds: about 90 days.
pub(super) const REFRESH_LIFETIME: i64 = 90 * 86_400;
/// How long a refresh token that was replaced is still good, in seconds.
pub(super) const GRACE: i64 = 30;

/// What an app was given of a person.
#[derive(Clone)]
pub(super) struct Grant {
    /// The custom server; without one it is the org's.
    pub(super) server: Option<String>,
    pub(super) client_id: String,
    pub(super) user: String,
    pub(super) scopes: Vec<String>,
    pub(super) nonce: Option<String>,
    pub(super) redirect_uri: String,
    pub(super) code_challenge: Option<Challenge>,
    pub(super) acr: Option<&'static str>,
    pub(super) session: Session,
}

/// A refresh token.
#[derive(Clone)]
pub(super) struct RefreshToken {
    pub(super) grant: Grant,
    pub(super) expires_at: i64,
}

/// An access token: a person's, or a service's own.
#[derive(Clone)]
pub(super) struct AccessToken {
    pub(super) client_id: String,
    /// The server that issued it.
    pub(super) server: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) person: Option<Grant>,
    pub(super) expires_at: i64,
    /// The refresh token that came along.
    pub(super) refresh_token: Option<String>,
}

/// Everything by its handle.
#[derive(Default)]
pub(super) struct Grants {
    pub(super) codes: Codes<Grant>,
    pub(super) refresh_tokens: HashMap<String, RefreshToken>,
    pub(super) access_tokens: HashMap<String, AccessToken>,
}

impl Grant {
    pub(super) fn has_scope(&self, wanted: &str) -> bool {
        self.scopes.iter().any(|scope| scope == wanted)
    }
}
