//! What an issuer remembers while it runs: codes and tokens.

use std::collections::HashMap;

use crate::common::codes::Codes;
use crate::common::pkce::Challenge;
use crate::common::sessions::Session;

/// What a client was given, behind a code as behind the tokens that follow it.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) session: Session,
    /// `Switch::NoEmail` fired for this sign-in.
    pub(crate) hide_email: bool,
}

/// An authorization code under way.
pub(crate) struct Code {
    pub(crate) grant: Grant,
    pub(crate) redirect_uri: String,
    pub(crate) code_challenge: Option<Challenge>,
}

/// An access token.
pub(crate) struct AccessToken {
    pub(crate) grant: Grant,
    /// In Unix seconds.
    pub(crate) expires_at: i64,
}

/// Everything by its handle.
#[derive(Default)]
pub(crate) struct Records {
    pub(crate) codes: Codes<Code>,
    pub(crate) access_tokens: HashMap<String, AccessToken>,
    pub(crate) refresh_tokens: HashMap<String, Grant>,
}
