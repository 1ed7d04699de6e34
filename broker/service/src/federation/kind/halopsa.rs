//! HaloPSA: a tenant in the query of every request, and an address that nobody has checked.

use doorward_domain::connection::Contexts;
use doorward_domain::connection::kind::HaloPsa;

use super::{Documents, Kind, Parameters, Vouch};
use crate::federation::Ask;
use crate::federation::id_token::VerifiedClaims;

impl Kind for HaloPsa {
    fn documents(&self) -> Documents<'_> {
        Documents {
            base: Some(&self.authorization_server),
            query: self.tenant.as_deref().map(|tenant| ("tenant", tenant)),
            query_for_documents: self.tenant_for_documents,
            endpoints: None,
        }
    }

    /// It understands none of it.
    fn parameters<'a>(&'a self, _: &Ask, _: &'a Contexts) -> Parameters<'a> {
        Vec::new()
    }

    /// Whatever `email_verified` says: agents type their customers' addresses.
    fn vouches(&self, _: &VerifiedClaims, _: bool) -> Vouch {
        Vouch::No
    }
}
