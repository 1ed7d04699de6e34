//! What Okta says when it refuses.

use crate::common::known_error::{KnownError, Source};

/// Declares messages: a name, the OAuth error code, the text.
macro_rules! messages {
    ($($name:ident: $error:literal, $kind:ident $text:literal;)+) => {
        $(pub(super) const $name: KnownError =
            KnownError { number: 0, error: $error, text: $text, source: Source::$kind("Okta's documentation") };)+

        /// All of them.
        pub(super) static TABLE: &[KnownError] = &[$($name),+];
    };
}

messages! {
    NOT_ASSIGNED: "access_denied", Verbatim "User is not assigned to the client application.";
    POLICY_FAILED: "access_denied",
        Verbatim "Policy evaluation failed for this request, please check the policy configurations.";
    ALL_SCOPES_REJECTED: "access_denied",
        Verbatim "Policy evaluation succeeded, but all the requested scopes were rejected.";
    SOME_SCOPES_DENIED: "access_denied",
        Verbatim "Some of the requested scopes were denied by the policy. Denied scopes: [{scopes}].";
    DENIED: "access_denied", Verbatim "The resource owner or authorization server denied the request.";
    ZONE: "access_denied", Verbatim "The request is made from outside the client's permitted network zones.";
    CANCELED: "access_denied", Verbatim "User canceled the authentication.";
    PASSWORD_EXPIRED: "access_denied", Verbatim "The user's password is expired.";
    STATUS_INVALID: "access_denied", Verbatim "User status is invalid.";
    HINT_MISMATCH: "access_denied", Verbatim "'login_hint' did not match a user assigned to the client app.";
    LOGIN_REQUIRED: "login_required",
        Verbatim "The client specified not to prompt, but the user is not logged in.";
    REAUTHENTICATION_REQUIRED: "login_required",
        Verbatim "The client specified not to prompt, but the client app requires re-authentication or MFA.";
    CONSENT_REQUIRED: "consent_required", Verbatim "The following scopes require user consent: [{scopes}].";
    NO_SCOPES_ALLOWED: "consent_required", Verbatim "You are not allowed any of the requested scopes.";
    UNMET: "unmet_authentication_requirements",
        Verbatim "Unable to meet the authentication requirements imposed by 'acr_values' parameter.";
    CLIENT_ID: "invalid_client", Verbatim "Invalid value for 'client_id' parameter.";
    SECRET: "invalid_client", Verbatim "The client secret supplied for a confidential client is invalid.";
    NO_CREDENTIALS: "invalid_client", Verbatim "No client credentials found.";
    CREDENTIALS: "invalid_client",
        Verbatim "Client authentication failed. Either the client or the client credentials are invalid.";
    SERVICE_METHOD: "invalid_client",
        Verbatim "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.";
    SERVICE_TYPE: "invalid_client",
        Verbatim "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.";
    ASSERTION_SIGNATURE: "invalid_client", Verbatim "The client_assertion signature is invalid.";
    ASSERTION_KEY: "invalid_client", Verbatim "The client_assertion JWT kid is invalid.";
    ASSERTION_EXPIRED: "invalid_client", Verbatim "The client_assertion token is expired.";
    ASSERTION_TOO_LONG: "invalid_client",
        Verbatim "The client_assertion token has an expiration too far into the future.";
    ASSERTION_USED: "invalid_client", Verbatim "The client_assertion token has already been used.";
    ASSERTION_AUDIENCE: "invalid_client",
        Verbatim "The audience claim for client_assertion must be the endpoint invoked for the request.";
    ASSERTION_ISSUER: "invalid_client",
        Verbatim "The issuer claim for client_assertion is not a valid client_id.";
    ASSERTION_NO_KEYS: "invalid_client",
        Verbatim "The client does not have a JWKSet configured, but the client_assertion requires one.";
    CODE: "invalid_grant", Verbatim "The authorization code is invalid or has expired.";
    PKCE: "invalid_grant", Verbatim "PKCE verification failed.";
    REDEEMED_ELSEWHERE: "invalid_grant",
        Verbatim "The 'redirect_uri' does not match the redirection URI used in the authorization request.";
    OTHER_CLIENT: "invalid_grant", Verbatim "The grant was issued to another client.";
    REFRESH_TOKEN: "invalid_grant", Verbatim "The refresh token is invalid or expired.";
    UNKNOWN_SCOPE: "invalid_scope",
        Verbatim "One or more scopes are not configured for the authorization server resource.";
    GRANT_TYPE: "unauthorized_client",
        Verbatim "The client is not authorized to use the provided grant type. Configured grant types: [{types}].";
    NO_CUSTOM_SERVER: "unauthorized_client", Verbatim "This client cannot use a custom authorization server.";
    REDIRECT_URI: "invalid_request",
        Verbatim "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: {settings}";
    CHALLENGE_REQUIRED: "invalid_request", Verbatim "PKCE code challenge is required by the application.";
    STATE: "invalid_request", Verbatim "The authentication request has an invalid 'state' parameter.";
    INSUFFICIENT_SCOPE: "insufficient_scope",
        Verbatim "The access token provided does not contain the required scopes.";
    // The document does not tell these texts.
    RESPONSE_TYPE: "unsupported_response_type",
        Meaning "The response type is not supported by the authorization server.";
    PARAMETER: "invalid_request", Meaning "The '{parameter}' parameter is missing or invalid.";
    UNSUPPORTED_GRANT_TYPE: "unsupported_grant_type",
        Meaning "The authorization grant type is not supported by the authorization server.";
    TOO_MANY_GROUPS: "invalid_request", Meaning "The groups claim has more than 100 groups.";
    HINT_OF_LOGOUT: "invalid_request", Meaning "The 'id_token_hint' parameter is missing or invalid.";
    LOGOUT_SESSION: "id_token_does_not_match_session",
        Meaning "The ID token doesn't match the current session.";
    LOGOUT_URI: "invalid_request",
        Meaning "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings.";
    INVALID_TOKEN: "invalid_token", Meaning "The access token is invalid or has expired.";
}
