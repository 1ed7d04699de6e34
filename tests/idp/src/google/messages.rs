//! What Google says when it refuses: on its pages, and at the token endpoint.

use crate::common::known_error::{KnownError, Source};

/// A page's or an answer's refusal.
const fn known(number: u32, error: &'static str, text: &'static str, source: Source) -> KnownError {
    KnownError { number, error, text, source }
}

const PAGES: Source = Source::Meaning("Google Account Help, error codes of Sign in with Google");
const REPORTS: Source = Source::Verbatim("reports of implementers");

// On a page; the number is the status that the page names.
pub(super) const REDIRECT_URI: KnownError = known(
    400,
    "redirect_uri_mismatch",
    "You can't sign in to this app because it doesn't comply with Google's OAuth 2.0 policy. If you're the app developer, register the redirect URI in the Google Cloud Console.",
    Source::Verbatim("the page itself"),
);
pub(super) const CLIENT_MISSING: KnownError =
    known(401, "invalid_client", "The OAuth client was not found.", REPORTS);
pub(super) const CLIENT_DELETED: KnownError =
    known(401, "deleted_client", "The OAuth client was deleted.", REPORTS);
pub(super) const INTERNAL: KnownError =
    known(403, "org_internal", "This app is restricted to users within its organization.", PAGES);
pub(super) const TESTING: KnownError = known(
    403,
    "access_denied",
    "The app is currently being tested, and can only be accessed by developer-approved testers.",
    PAGES,
);
pub(super) const ADMIN_POLICY: KnownError = known(
    400,
    "admin_policy_enforced",
    "Your institution's admin needs to review the app before you can sign in.",
    PAGES,
);
pub(super) const PARAMETER: KnownError =
    known(400, "invalid_request", "Missing required parameter: {parameter}", REPORTS);
pub(super) const SCOPE: KnownError =
    known(400, "invalid_scope", "Some requested scopes were invalid. {scope}", REPORTS);
pub(super) const RESPONSE_TYPE: KnownError =
    known(400, "unsupported_response_type", "Invalid response_type: {type}", REPORTS);

// At the token endpoint.
pub(super) const SECRET: KnownError =
    known(401, "invalid_client", "The provided client secret is invalid.", REPORTS);
pub(super) const NO_SECRET: KnownError = known(400, "invalid_request", "client_secret is missing.", REPORTS);
pub(super) const CODE: KnownError = known(400, "invalid_grant", "Malformed auth code.", REPORTS);
pub(super) const SPENT: KnownError = known(400, "invalid_grant", "Bad Request", REPORTS);
pub(super) const REDEEMED_ELSEWHERE: KnownError = known(400, "redirect_uri_mismatch", "Bad Request", REPORTS);
pub(super) const VERIFIER: KnownError = known(400, "invalid_grant", "Invalid code verifier.", REPORTS);
pub(super) const NO_VERIFIER: KnownError = known(400, "invalid_grant", "Missing code verifier.", REPORTS);
pub(super) const REFRESH: KnownError =
    known(400, "invalid_grant", "Token has been expired or revoked.", REPORTS);
pub(super) const GRANT_TYPE: KnownError =
    known(400, "unsupported_grant_type", "Invalid grant_type: {type}", REPORTS);

/// All of them.
pub(super) static TABLE: &[KnownError] = &[
    REDIRECT_URI,
    CLIENT_MISSING,
    CLIENT_DELETED,
    INTERNAL,
    TESTING,
    ADMIN_POLICY,
    PARAMETER,
    SCOPE,
    RESPONSE_TYPE,
    SECRET,
    NO_SECRET,
    CODE,
    SPENT,
    REDEEMED_ELSEWHERE,
    VERIFIER,
    NO_VERIFIER,
    REFRESH,
    GRANT_TYPE,
];
