//! What an Okta org does on request.

use crate::common::names::switches;

switches! {
    /// One way in which Okta can behave.
    pub enum OktaSwitch {
        /// The person is not assigned to the app (3.5).
        UserNotAssigned = "user_not_assigned",
        /// No rule of the authorization server's access policies fits (3.5).
        PolicyDenies = "policy_denies",
        /// The rule that fits allows none of the scopes (3.5).
        ScopesDenied = "scopes_denied",
        /// The request comes from outside the app's network zones (3.5).
        NetworkZoneDenied = "network_zone_denied",
        /// The sign-on policy of the app denies it (3.5).
        SignOnPolicyDenies = "sign_on_policy_denies",
        /// The person cancels (3.5).
        UserCancels = "user_cancels",
        /// The password has expired (3.5).
        PasswordExpired = "password_expired",
        /// `login_hint` names somebody who is not assigned (3.5).
        LoginHintMismatch = "login_hint_mismatch",
        /// The ID token tells the person's claims to nobody: they are in userinfo alone (3.4).
        ThinIdToken = "thin_id_token",
        /// `email_verified` is false (3.4).
        EmailUnverified = "email_unverified",
        /// `amr` says this, its values joined by commas (3.4).
        Amr = "amr" says "fed",
        /// The issuer in the token is the org's, whatever server was asked (3.1).
        IssuerOfTheOrg = "issuer_of_the_org",
        /// The refresh token is refused (3.4).
        RefreshRefused = "refresh_refused",
        /// An app asks too often: 429 (3.9), with the end of the window in so many seconds.
        RateLimited = "rate_limited" says "30",
        /// The same, and the window is over since a minute.
        RateLimitedInThePast = "rate_limited_in_the_past",
        /// Okta is read-only for the moment: 503 (3.8).
        ReadOnlyMode = "read_only_mode",
    }
}
