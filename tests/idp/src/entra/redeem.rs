//! Codes become tokens: once, within ten minutes, at the place they came from.

use axum::http::HeaderMap;

use super::Entra;
use super::client::Asking;
use super::error::Refusal;
use super::grants::Grant;
use super::request::Platform;
use super::tenant::Authority;
use super::token::Tokens;
use crate::common::codes::Taken;
use crate::common::params::Params;

impl Entra {
    pub(super) fn redeem_code(
        &self,
        authority: &Authority,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Tokens, Refusal> {
        let asking = self.asking(authority, headers, params)?;
        let missing = || self.refusal(900144, &[("parameter", "code")]);
        let code = params.get("code").ok_or_else(missing)?;
        let now = self.now();
        let grant = match self.grants().codes.take(code, now) {
            Taken::Good(grant) => Ok(grant),
            Taken::Expired(_) => Err(70008),
            Taken::Spent => Err(54005),
            Taken::Unknown => Err(9002313),
        };
        let grant = grant.map_err(|number| self.refusal(number, &[]))?;
        if grant.client_id != asking.app.client_id {
            return Err(self.refusal(70000, &[]));
        }
        if !self.is_place_of(&grant, authority) {
            return Err(self.refusal(700005, &[]));
        }
        self.check_platform(&grant, &asking, headers)?;
        let uri = params.get("redirect_uri").unwrap_or_default();
        if uri != grant.redirect_uri {
            let words = [("uri", uri), ("registered", &grant.redirect_uri)];
            return Err(self.refusal(500112, &words));
        }
        let met = match (&grant.code_challenge, params.get("code_verifier")) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !met {
            return Err(self.refusal(501481, &[]));
        }
        self.issue(grant)
    }

    /// What the platform of the redirect URI wants: "Web" credentials, "Mobile and desktop" none,
    /// "Single-page application" a browser with PKCE.
    fn check_platform(&self, grant: &Grant, asking: &Asking, headers: &HeaderMap) -> Result<(), Refusal> {
        match (grant.platform, asking.is_confidential) {
            (Platform::Web, false) => Err(self.refusal(7000218, &[])),
            (Platform::Public, true) => Err(self.refusal(700025, &[])),
            (Platform::Spa, _) if grant.code_challenge.is_none() => Err(self.refusal(9002325, &[])),
            (Platform::Spa, _) if !headers.contains_key("origin") => Err(self.refusal(9002327, &[])),
            _ => Ok(()),
        }
    }
}
