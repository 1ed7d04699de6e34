//! Refresh tokens: the only place where an app learns that somebody was deactivated.

use super::app::App;
use super::error::Refusal;
use super::grants::{GRACE, Grant};
use super::messages;
use super::place::Place;
use super::switch::OktaSwitch;
use super::token::Tokens;
use crate::common::keys::random_handle;
use crate::common::log::Endpoint;
use crate::common::params::Params;

impl Place {
    pub(super) fn redeem_refresh_token(&self, app: &App, params: &Params) -> Result<Tokens, Refusal> {
        let refused = || Refusal::from(messages::REFRESH_TOKEN);
        let token = params.get("refresh_token").ok_or_else(|| Refusal::parameter("refresh_token"))?;
        let now = self.okta.now();
        let known = self.okta.grants().refresh_tokens.get(token).cloned();
        let known = known.filter(|known| now < known.expires_at && known.grant.client_id == app.client_id);
        let grant = known.ok_or_else(refused)?.grant;
        let user = self.okta.user(&grant.user).filter(|user| user.may_sign_in()).ok_or_else(refused)?;
        let at = self.at().client(&app.client_id).person(&user.login).endpoint(Endpoint::Token);
        let switched = self.okta.switches().fires(OktaSwitch::RefreshRefused, &at);
        if switched || !self.is_place_of(grant.server.as_deref()) {
            return Err(refused());
        }
        let scopes = match params.get("scope") {
            None => grant.scopes.clone(),
            Some(asked) => asked.split_ascii_whitespace().map(str::to_owned).collect(),
        };
        if scopes.iter().any(|scope| !grant.scopes.contains(scope)) {
            return Err(messages::UNKNOWN_SCOPE.into());
        }
        let next = if app.rotates_refresh_tokens { random_handle() } else { token.to_owned() };
        if app.rotates_refresh_tokens
            && let Some(known) = self.okta.grants().refresh_tokens.get_mut(token)
        {
            known.expires_at = known.expires_at.min(now + GRACE);
        }
        self.issue(app, Grant { nonce: None, scopes, ..grant }, Some(next))
    }
}
