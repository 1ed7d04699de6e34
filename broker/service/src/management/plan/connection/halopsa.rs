//! `kind = "halopsa"`: which Authorization Server, and which tenant on it.

use doorward_domain::connection::ConnectionKind;
use doorward_domain::connection::kind::HaloPsa;

use super::Settled;
use crate::management::document;
use crate::management::plan::Planner;

impl Planner<'_> {
    pub(super) fn halopsa(&mut self, entry: &document::Connection, path: &str) -> Settled {
        let server = self.needed(entry.authorization_server.as_ref(), path, "authorization_server")?;
        let mut fits = self.check_place(server, &format!("{path}.authorization_server"));
        if let Some(issuer) = &entry.expected_issuer {
            fits &= self.check_place(issuer, &format!("{path}.expected_issuer"));
        }
        if entry.tenant_for_documents && entry.tenant_parameter.is_none() {
            self.problem(format!("{path}.tenant_for_documents"), "needs `tenant_parameter`");
        }
        let settings = HaloPsa {
            authorization_server: server.to_owned(),
            tenant: entry.tenant_parameter.clone(),
            tenant_for_documents: entry.tenant_for_documents,
        };
        let issuer = entry.expected_issuer.clone().unwrap_or_else(|| server.to_owned());
        fits.then_some((ConnectionKind::HaloPsa(settings), issuer))
    }
}
