//! What an issuer remembers while it runs: sessions, codes and tokens.

use std::collections::HashMap;

/// A browser's sign-in.
#[derive(Clone)]
pub(crate) struct Session {
    /// The `sid` claim; not the cookie, which stays between browser and issuer.
    pub(crate) sid: String,
    pub(crate) username: String,
    /// When the password was given, in Unix seconds.
    pub(crate) auth_time: i64,
}

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
    /// The S256 challenge.
    pub(crate) code_challenge: Option<String>,
    /// In Unix seconds.
    pub(crate) expires_at: i64,
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
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) access_tokens: HashMap<String, AccessToken>,
    pub(crate) refresh_tokens: HashMap<String, Grant>,
}
