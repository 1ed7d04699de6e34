//! Codes become tokens: once, within five minutes.

use super::app::App;
use super::error::Refusal;
use super::messages;
use super::place::Place;
use super::token::Tokens;
use crate::common::codes::Taken;
use crate::common::params::Params;

impl Place {
    pub(super) fn redeem_code(&self, app: &App, params: &Params) -> Result<Tokens, Refusal> {
        let code = params.get("code").ok_or_else(|| Refusal::parameter("code"))?;
        let now = self.okta.now();
        let taken = self.okta.grants().codes.take(code, now);
        let grant = match taken {
            Taken::Good(grant) if self.is_place_of(grant.server.as_deref()) => grant,
            _ => return Err(messages::CODE.into()),
        };
        if grant.client_id != app.client_id {
            return Err(messages::OTHER_CLIENT.into());
        }
        if params.get("redirect_uri") != Some(&grant.redirect_uri) {
            return Err(messages::REDEEMED_ELSEWHERE.into());
        }
        let met = match (&grant.code_challenge, params.get("code_verifier")) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if met { self.issue(app, grant, None) } else { Err(messages::PKCE.into()) }
    }
}
