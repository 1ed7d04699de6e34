//! Issuers: what stands in metadata and keys, and what stands in tokens.

use super::Entra;
use super::tenant::Authority;

impl Entra {
    /// The issuer in the metadata: of the endpoints for many tenants, a template with `{tenantid}` in
    /// it, to be filled in with the token's `tid`.
    pub(super) fn metadata_issuer(&self, authority: &Authority) -> String {
        self.token_issuer(authority.tenant().unwrap_or("{tenantid}"))
    }

    /// The issuer in a token of this tenant.
    pub(super) fn token_issuer(&self, tenant: &str) -> String {
        format!("{}/{tenant}/v2.0", self.login_url())
    }
}
