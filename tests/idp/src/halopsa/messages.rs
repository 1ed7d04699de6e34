//! What HaloPSA says when it refuses. Its codes are those of RFC 6749; its words nobody has written
//! down.

use crate::common::known_error::{KnownError, Source};

const fn code(error: &'static str, text: &'static str) -> KnownError {
    KnownError { number: 0, error, text, source: Source::Meaning("what users of HaloPSA report") }
}

pub(super) const TENANT: KnownError = code("invalid_request", "The tenant is missing or unknown.");
pub(super) const CLIENT: KnownError = code("invalid_client", "The client application is unknown.");
pub(super) const SECRET: KnownError = code("invalid_client", "The client credentials are not valid.");
pub(super) const REDIRECT_URI: KnownError =
    code("invalid_request", "The redirect_uri is not valid for this client application.");
pub(super) const SCOPE: KnownError = code("invalid_scope", "The scope is not valid.");
pub(super) const RESPONSE_TYPE: KnownError =
    code("unsupported_response_type", "The response_type is not supported.");
pub(super) const CHALLENGE: KnownError =
    code("invalid_request", "A public client must send a code_challenge by S256.");
pub(super) const CODE: KnownError = code("invalid_grant", "The authorization code is not valid any more.");
pub(super) const REFRESH: KnownError = code("invalid_grant", "The refresh token is not valid any more.");
pub(super) const GRANT_TYPE: KnownError = code("unsupported_grant_type", "The grant_type is not supported.");
pub(super) const UNAUTHORIZED: KnownError =
    code("unauthorized_client", "The client application may not use this grant_type.");
pub(super) const CANCELLED: KnownError = code("access_denied", "The sign-in was cancelled.");
pub(super) const LOGIN: KnownError = code("login_required", "Nobody is signed in.");
pub(super) const SIGNING: KnownError = code("server_error", "The token could not be signed.");

/// All of them.
pub(super) static TABLE: &[KnownError] = &[
    TENANT,
    CLIENT,
    SECRET,
    REDIRECT_URI,
    SCOPE,
    RESPONSE_TYPE,
    CHALLENGE,
    CODE,
    REFRESH,
    GRANT_TYPE,
    UNAUTHORIZED,
    CANCELLED,
    LOGIN,
    SIGNING,
];
