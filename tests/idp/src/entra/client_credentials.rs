//! Tokens for an app itself: they are given even when nothing was consented to.

use axum::http::HeaderMap;

use super::Entra;
use super::error::Refusal;
use super::grants::{ACCESS_LIFETIME, Bearer};
use super::tenant::{Authority, CONSUMERS};
use super::token::Tokens;
use crate::common::params::Params;

impl Entra {
    pub(super) fn client_credentials(
        &self,
        authority: &Authority,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Tokens, Refusal> {
        let asking = self.asking(authority, headers, params)?;
        let tenant = match authority.tenant() {
            Some(tenant) if tenant != CONSUMERS => tenant.to_owned(),
            _ => return Err(self.refusal(9001023, &[])),
        };
        if !asking.is_confidential {
            return Err(self.refusal(7000218, &[]));
        }
        let scope = params.get("scope").unwrap_or_default();
        if !scope.ends_with("/.default") {
            return Err(self.refusal(1002012, &[("scope", scope)]));
        }
        let client_id = asking.app.client_id;
        let roles = self.directory().enterprise_app(&tenant, &client_id).granted_permissions;
        let access_token = self.graph_token(Bearer::App { tenant, client_id, roles })?;
        // No refresh token and no ID token.
        Ok(Tokens {
            token_type: "Bearer",
            scope: None,
            expires_in: ACCESS_LIFETIME,
            ext_expires_in: ACCESS_LIFETIME,
            access_token,
            refresh_token: None,
            id_token: None,
        })
    }
}
