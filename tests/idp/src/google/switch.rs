//! What Google does on request.

use crate::common::names::switches;

switches! {
    /// One way in which Google can behave.
    pub enum GoogleSwitch {
        /// `iss` is `accounts.google.com`, as it used to be.
        IssuerWithoutScheme = "issuer_without_scheme",
        /// There is no `hd`, although the account is an organisation's.
        HostedDomainMissing = "hosted_domain_missing",
        /// `hd` is another organisation's (the value).
        HostedDomainOther = "hosted_domain_other" says "other.example",
        /// `email_verified` is text instead of a boolean (the value).
        EmailVerifiedText = "email_verified_text" says "true",
        /// An administrator of the organisation does not let this app in: `admin_policy_enforced`.
        AdminPolicyEnforced = "admin_policy_enforced",
        /// The client was deleted: `deleted_client`.
        DeletedClient = "deleted_client",
        /// The refresh token was revoked, or the account is gone.
        RefreshRevoked = "refresh_revoked",
    }
}
