//! What an Entra tenant does on request. What it does by itself, such as
//! refusing a redirect URI that is not registered, needs no switch.

use crate::common::names::switches;

switches! {
    /// One way in which Microsoft Entra can behave.
    pub enum EntraSwitch {
        /// The secret of the app has expired: AADSTS7000222 (1.9.3).
        SecretExpired = "secret_expired",
        /// The secret of the app is not the right one: AADSTS7000215 (1.9.3).
        SecretWrong = "secret_wrong",
        /// The app is not in this directory: AADSTS700016 (1.9.3).
        AppMissing = "app_missing",
        /// The app is disabled in this directory: AADSTS7000112 (1.9.3).
        AppDisabled = "app_disabled",
        /// The tenant does not exist: AADSTS90002 (1.1).
        TenantMissing = "tenant_missing",
        /// The redirect URI is refused only once the password was typed: AADSTS50011 (1.9.3).
        RedirectMismatchAfterPassword = "redirect_mismatch_after_password",
        /// The person is not assigned to the app: AADSTS50105 on a page (1.9.3).
        UserUnassigned = "user_unassigned",
        /// AADSTS50105 comes back to the app, as older flows had it (1.9.3).
        UserUnassignedReturns = "user_unassigned_returns",
        /// Only an administrator may consent: AADSTS90094 (1.9.3).
        AdminConsentRequired = "admin_consent_required",
        /// The person is asked for consent, whatever was consented before: AADSTS65001 where nobody
        /// can be asked (1.9.3).
        ConsentRequired = "consent_required",
        /// Conditional Access wants a second factor: AADSTS50076 where nobody can be asked (1.9.3).
        MfaRequired = "mfa_required",
        /// Conditional Access blocks the sign-in: AADSTS53003 (1.9.3).
        ConditionalAccessBlocks = "conditional_access_blocks",
        /// The account is disabled: AADSTS50057 (1.9.3).
        UserDisabled = "user_disabled",
        /// The password has expired: AADSTS50055 (1.9.3).
        PasswordExpired = "password_expired",
        /// The account is locked: AADSTS50053 (1.9.3).
        AccountLocked = "account_locked",
        /// The groups are too many for a token, however few they are (1.5).
        GroupsOverage = "groups_overage",
        /// `xms_edov` says this: `true`, `false`, `"1"` or `1` (1.4, unverified).
        XmsEdov = "xms_edov" says "true",
        /// The issuer in the token is the template itself (1.2).
        IssuerTemplateLiteral = "issuer_template_literal",
        /// The token is of another tenant (the value), whose name is in `iss` as well as in `tid`, under
        /// a key that all tenants share (1.2).
        OtherTenant = "other_tenant" says "11111111-1111-4111-8111-111111111111",
        /// Only `tid` is another tenant's (the value).
        OtherTid = "other_tid" says "11111111-1111-4111-8111-111111111111",
        /// The token is signed with a key that belongs to personal accounts only (1.2 rule 3).
        ConsumerKey = "consumer_key",
        /// The signing keys are replaced at once, before the next token is signed (1.3).
        EmergencyRollover = "emergency_rollover",
        /// The JWKS shows the keys of before the last roll-over (7.1 `jwks_stale`).
        StaleJwks = "stale_jwks",
        /// The refresh token was revoked: AADSTS50173 (1.9.3).
        RefreshRevoked = "refresh_revoked",
        /// The refresh token was not used for too long: AADSTS700082 (1.9.3).
        RefreshExpired = "refresh_expired",
        /// The code is not of this tenant: AADSTS700005 (1.9.3).
        RedeemWrongTenant = "redeem_wrong_tenant",
        /// The service is overloaded for the moment: AADSTS90033 (1.9.3).
        TransientError = "transient_error",
        /// Parts of an error text are on lines of their own, as they used to be (1.9.1).
        ErrorLineBreaks = "error_line_breaks",
        /// Front-channel logout names the issuer (1.10).
        FrontChannelWithIss = "front_channel_with_iss",
        /// Front-channel logout names no session (1.10).
        FrontChannelWithoutSid = "front_channel_without_sid",
        /// `state` comes back after logout (1.10, unverified).
        UnverifiedLogoutState = "unverified_logout_state",
        /// The metadata has members about mutual TLS (1.1, unverified).
        UnverifiedMtlsMetadata = "unverified_mtls_metadata",
        /// Graph lacks a permission (the value: its name): 403 (2.1).
        GraphPermissionMissing = "graph_permission_missing" says "GroupMember.Read.All",
        /// Graph is asked too often: 429 with `Retry-After` (the value; 2.6).
        GraphThrottled = "graph_throttled" says "10",
    }
}
