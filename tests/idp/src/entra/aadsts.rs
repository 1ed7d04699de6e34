//! The errors that Entra names by number. The numbers and texts change over time;
//! nobody but a help text may hang on them.

use crate::common::known_error::{KnownError, Source};

/// The error with this number.
pub(super) fn row(number: u32) -> &'static KnownError {
    TABLE.iter().find(|row| row.number == number).unwrap_or(&TABLE[0])
}

const fn verbatim(number: u32, error: &'static str, text: &'static str) -> KnownError {
    KnownError { number, error, text, source: Source::Verbatim("Microsoft's list of AADSTS codes") }
}

/// In our words: the document gives the meaning alone.
const fn meaning(number: u32, error: &'static str, text: &'static str) -> KnownError {
    KnownError { number, error, text, source: Source::Meaning("Microsoft's list of AADSTS codes") }
}

const fn observed(number: u32, error: &'static str, text: &'static str) -> KnownError {
    KnownError { number, error, text, source: Source::Verbatim("reports of implementers") }
}

/// All of them; the first one stands for what has no number of its own.
pub(super) static TABLE: &[KnownError] = &[
    verbatim(9002313, "invalid_request", "Invalid request. Request is malformed or invalid."),
    // Who the app is.
    verbatim(
        7000215,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'.",
    ),
    verbatim(
        7000222,
        "invalid_client",
        "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
    ),
    verbatim(
        7000218,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    verbatim(
        700025,
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    verbatim(
        700027,
        "invalid_client",
        "Client assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}']",
    ),
    observed(700023, "invalid_client", "Client assertion audience claim does not match Realm issuer."),
    observed(
        700024,
        "invalid_client",
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {until}.",
    ),
    verbatim(
        700016,
        "unauthorized_client",
        "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    meaning(7000112, "unauthorized_client", "Application '{app}'({name}) is disabled."),
    verbatim(
        90002,
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
    ),
    meaning(
        50194,
        "invalid_request",
        "Application '{app}'({name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
    ),
    // Where the answer goes.
    verbatim(
        50011,
        "invalid_request",
        "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application '{app}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.",
    ),
    verbatim(500113, "invalid_request", "No reply address is registered for the application."),
    verbatim(900971, "invalid_request", "No reply address provided."),
    observed(
        500112,
        "invalid_grant",
        "The reply address '{uri}' does not match the reply address '{registered}' provided when requesting Authorization code.",
    ),
    // What is asked.
    meaning(
        900144,
        "invalid_request",
        "The request body must contain the following parameter: '{parameter}'.",
    ),
    meaning(70003, "unsupported_grant_type", "The app requested an unsupported grant type '{grant}'."),
    meaning(
        70007,
        "unsupported_response_mode",
        "'{mode}' is not a supported value of 'response_mode' when requesting a token.",
    ),
    meaning(70005, "unsupported_response_type", "The response type '{type}' is not supported."),
    verbatim(
        700054,
        "unsupported_response_type",
        "response_type 'id_token' is not enabled for the application.",
    ),
    meaning(
        70011,
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
    ),
    meaning(
        650053,
        "invalid_client",
        "The application '{name}' asked for scope '{scope}' that doesn't exist on the resource '00000003-0000-0000-c000-000000000000'. Contact the app vendor.",
    ),
    meaning(90023, "invalid_request", "Unsupported 'prompt' value."),
    meaning(900561, "invalid_request", "The endpoint only accepts POST requests. Received a GET request."),
    // Who the person is.
    meaning(50126, "invalid_grant", "Error validating credentials due to invalid username or password."),
    meaning(
        50034,
        "invalid_grant",
        "The user account {EmailHidden} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.",
    ),
    meaning(
        50020,
        "invalid_grant",
        "User account '{EmailHidden}' from identity provider 'https://sts.windows.net/{home}/' does not exist in tenant '{tenant}' and cannot access the application '{app}'({name}) in that tenant. The account needs to be added as an external user in the tenant first.",
    ),
    meaning(
        50053,
        "invalid_grant",
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    ),
    meaning(50055, "invalid_grant", "The password is expired."),
    meaning(50057, "invalid_grant", "The user account is disabled."),
    meaning(50058, "login_required", "A silent sign-in request was sent but no user is signed in."),
    // What the tenant's rules say.
    verbatim(
        50105,
        "invalid_grant",
        "Your administrator has configured the application {name} ('{app}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{EmailHidden}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.",
    ),
    meaning(
        50076,
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{app}'.",
    ),
    meaning(
        50079,
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{app}'.",
    ),
    verbatim(
        53003,
        "interaction_required",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    verbatim(
        65001,
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{app}' named '{name}'. Send an interactive authorization request for this user and resource.",
    ),
    meaning(65004, "access_denied", "User declined to consent to access the app."),
    verbatim(
        90094,
        "access_denied",
        "{name} needs permission to access resources in your organization that only an admin can grant.",
    ),
    meaning(90095, "access_denied", "Admin consent is required, the user was offered to ask for approval."),
    // Codes and refresh tokens.
    verbatim(
        54005,
        "invalid_grant",
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
    ),
    verbatim(
        70008,
        "invalid_grant",
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
    ),
    meaning(
        700082,
        "invalid_grant",
        "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for 90.00:00:00.",
    ),
    meaning(
        700005,
        "invalid_grant",
        "Provided Authorization Code is intended to use against other tenant, thus rejected.",
    ),
    meaning(70000, "invalid_grant", "Provided grant is invalid or malformed."),
    meaning(
        501481,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    meaning(
        50173,
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{from}'.",
    ),
    observed(
        9002327,
        "invalid_request",
        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
    ),
    observed(
        9002325,
        "invalid_request",
        "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
    ),
    meaning(
        1002012,
        "invalid_request",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
    ),
    meaning(
        9001023,
        "invalid_request",
        "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
    ),
    // Moments.
    meaning(90033, "temporarily_unavailable", "A transient error has occurred. Please try again."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::TABLE;

    #[test]
    fn every_number_is_there_once() {
        let numbers: BTreeSet<u32> = TABLE.iter().map(|row| row.number).collect();
        assert_eq!(numbers.len(), TABLE.len());
    }
}
