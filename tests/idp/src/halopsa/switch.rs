//! What HaloPSA does on request.

use crate::common::names::switches;

switches! {
    /// One way in which HaloPSA can behave.
    pub enum HaloPsaSwitch {
        /// The tenant is said to be missing, although it was named.
        TenantMissing = "tenant_missing",
        /// The person has no address.
        EmailAbsent = "email_absent",
        /// `nonce` is not echoed (unverified).
        UnverifiedNonceNotEchoed = "unverified_nonce_not_echoed",
        /// The API is asked too often: 429.
        RateLimited = "rate_limited",
        /// The refresh token is refused.
        RefreshRefused = "refresh_refused",
    }
}
