//! Refresh tokens: where a broker learns that somebody was disabled.

use axum::http::HeaderMap;

use super::Entra;
use super::error::Refusal;
use super::grants::{Grant, REFRESH_LIFETIME, RefreshToken, SPA_REFRESH_LIFETIME};
use super::request::Platform;
use super::switch::EntraSwitch;
use super::tenant::Authority;
use super::token::Tokens;
use super::user::User;
use crate::common::log::Endpoint;
use crate::common::params::Params;
use crate::common::scope::At;
use crate::common::time;

impl Entra {
    /// A new refresh token comes along, and the old one stays good.
    pub(super) fn redeem_refresh_token(
        &self,
        authority: &Authority,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Tokens, Refusal> {
        let asking = self.asking(authority, headers, params)?;
        let missing = || self.refusal(900144, &[("parameter", "refresh_token")]);
        let token = params.get("refresh_token").ok_or_else(missing)?;
        let known = self.grants().refresh_tokens.get(token).cloned();
        let known = known.filter(|known| known.grant.client_id == asking.app.client_id);
        let RefreshToken { grant, used_at } = known.ok_or_else(|| self.refusal(70000, &[]))?;
        if grant.platform == Platform::Web && !asking.is_confidential {
            return Err(self.refusal(7000218, &[]));
        }
        if !self.is_place_of(&grant, authority) {
            return Err(self.refusal(700005, &[]));
        }
        let user = self.directory().user(&grant.tenant, &grant.oid).cloned();
        let user = user.ok_or_else(|| self.refusal(70000, &[]))?;
        self.check_age(&grant, &user, used_at)?;
        self.check_rules(&grant, &user)?;
        if let Some(known) = self.grants().refresh_tokens.get_mut(token) {
            known.used_at = self.now();
        }
        // A refreshed ID token answers no request, and has no nonce. Scopes may be fewer than before.
        let scope = params.owned("scope").unwrap_or_else(|| grant.scope.clone());
        self.issue(Grant { nonce: None, scope, ..grant })
    }

    /// AADSTS700082, and AADSTS50173 after a revocation or a reset by an administrator.
    fn check_age(&self, grant: &Grant, user: &User, used_at: i64) -> Result<(), Refusal> {
        let at = At::issuer(&grant.tenant).client(&grant.client_id).person(user.typed());
        let at = at.endpoint(Endpoint::Token);
        let lifetime = if grant.platform == Platform::Spa { SPA_REFRESH_LIFETIME } else { REFRESH_LIFETIME };
        let issued = time::iso(grant.issued_at);
        let on = |switch| self.switches().fires(switch, &at);
        if self.now() - used_at >= lifetime || on(EntraSwitch::RefreshExpired) {
            return Err(self.refusal(700082, &[("issued", &issued)]));
        }
        if grant.issued_at < user.sessions_valid_from || on(EntraSwitch::RefreshRevoked) {
            let from = time::iso(user.sessions_valid_from);
            return Err(self.refusal(50173, &[("issued", &issued), ("from", &from)]));
        }
        Ok(())
    }

    /// What would be a page if somebody were looking: 50057, 53003, 50076, 7000112, 50105, 65001.
    fn check_rules(&self, grant: &Grant, user: &User) -> Result<(), Refusal> {
        let at = At::issuer(&grant.tenant).client(&grant.client_id).person(user.typed());
        let at = at.endpoint(Endpoint::Token);
        let app = self.directory().apps.iter().find(|(_, app)| app.client_id == grant.client_id).cloned();
        let name = app.map(|(_, app)| app.name).unwrap_or_default();
        let words = [("app", grant.client_id.as_str()), ("name", name.as_str())];
        let on = |switch| self.switches().fires(switch, &at);
        if let Some(number) = self.account_problem(user, &at) {
            return Err(self.refusal(number, &words));
        }
        let claims = || r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#.to_owned();
        if on(EntraSwitch::ConditionalAccessBlocks) {
            return Err(self.refusal(53003, &words).with_claims(claims()));
        }
        if on(EntraSwitch::MfaRequired) {
            return Err(self.refusal(50076, &words).with_suberror("basic_action").with_claims(claims()));
        }
        let enterprise_app = self.directory().enterprise_app(&grant.tenant, &grant.client_id);
        if enterprise_app.disabled || on(EntraSwitch::AppDisabled) {
            return Err(self.refusal(7000112, &words));
        }
        let assigned = user.administrator
            || !enterprise_app.assignment_required
            || self.directory().is_assigned(&grant.tenant, &grant.client_id, &grant.oid);
        if !assigned || on(EntraSwitch::UserUnassigned) {
            return Err(self.refusal(50105, &words));
        }
        let consented = enterprise_app.admin_consent || enterprise_app.consents.contains(&grant.oid);
        match consented && !on(EntraSwitch::ConsentRequired) {
            true => Ok(()),
            false => Err(self.refusal(65001, &words).with_suberror("consent_required")),
        }
    }
}
