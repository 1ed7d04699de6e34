//! Who asks the token endpoint.

use axum::http::HeaderMap;

use super::Entra;
use super::app::App;
use super::error::Refusal;
use super::switch::EntraSwitch;
use super::tenant::Authority;
use crate::Certificate;
use crate::common::assertion::Jws;
use crate::common::credentials::{Credentials, Unusable};
use crate::common::log::Endpoint;
use crate::common::params::Params;
use crate::common::scope::At;
use crate::common::time;

/// How far clocks may differ, in seconds.
const SKEW: i64 = 300;

/// An app that asks, and whether it has proved that it is the one.
pub(super) struct Asking {
    pub(super) app: App,
    pub(super) is_confidential: bool,
}

impl Entra {
    pub(super) fn asking(
        &self,
        authority: &Authority,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Asking, Refusal> {
        let credentials = Credentials::presented(headers, params).map_err(|unusable| match unusable {
            Unusable::NoClientId => self.refusal(900144, &[("parameter", "client_id")]),
            Unusable::SeveralWays | Unusable::Header => self.refusal(9002313, &[]),
            Unusable::Assertion => self.key_not_found("unknown"),
        })?;
        let app = self.known_app(authority, credentials.client_id(), Endpoint::Token)?;
        let is_confidential = match &credentials {
            Credentials::None { .. } => false,
            Credentials::Basic { secret, .. } | Credentials::Post { secret, .. } => {
                self.check_secret(authority, &app, secret)?;
                true
            }
            Credentials::Assertion { assertion, .. } => {
                self.check_assertion(authority, &app, assertion)?;
                true
            }
        };
        Ok(Asking { app, is_confidential })
    }

    /// AADSTS7000215, also when the Secret ID was pasted, and AADSTS7000222.
    fn check_secret(&self, authority: &Authority, app: &App, secret: &str) -> Result<(), Refusal> {
        let at = At::issuer(authority.path()).client(&app.client_id).endpoint(Endpoint::Token);
        let on = |switch| self.switches().fires(switch, &at);
        let words = [("app", app.client_id.as_str())];
        let known = app.secrets.iter().find(|known| known.value == secret);
        if on(EntraSwitch::SecretWrong) {
            return Err(self.refusal(7000215, &words));
        }
        if on(EntraSwitch::SecretExpired) {
            return Err(self.refusal(7000222, &words));
        }
        match known {
            None => Err(self.refusal(7000215, &words)),
            Some(known) if known.expires_at <= self.now() => Err(self.refusal(7000222, &words)),
            Some(_) => Ok(()),
        }
    }

    /// A certificate names the key; a bare key does not (1.11). AADSTS700027, 700023, 700024.
    fn check_assertion(&self, authority: &Authority, app: &App, assertion: &Jws) -> Result<(), Refusal> {
        let named = assertion.header("x5t#S256").or_else(|| assertion.header("x5t"));
        let named = named.or_else(|| assertion.header("kid")).unwrap_or("unknown");
        let certificate = app.certificates.iter().find(|it| is_named(it, assertion));
        let certificate = certificate.ok_or_else(|| self.key_not_found(named))?;
        let refused = |reason: &str| {
            let thumbprint = certificate.thumbprint();
            self.refusal(700027, &[("reason", reason), ("thumbprint", &thumbprint)])
        };
        if certificate.expires_at() <= self.now() {
            return Err(refused("The key used is expired."));
        }
        let algorithm = matches!(assertion.header("alg"), Some("RS256" | "PS256"));
        if !algorithm || !certificate.public_jwk().is_some_and(|key| assertion.is_signed_by(&key)) {
            return Err(refused("The key was found, but use of the key to verify the signature failed."));
        }
        let issuer = format!("{}/{}/v2.0", self.login_url(), authority.path());
        let endpoint = format!("{}/{}/oauth2/v2.0/token", self.login_url(), authority.path());
        if !assertion.is_for(&endpoint) && !assertion.is_for(&issuer) {
            return Err(self.refusal(700023, &[]));
        }
        let is_app = |claim| assertion.claim(claim) == Some(app.client_id.as_str());
        if !is_app("iss") || !is_app("sub") {
            return Err(refused("The issuer or the subject is not the client."));
        }
        self.check_times(assertion)
    }

    fn check_times(&self, assertion: &Jws) -> Result<(), Refusal> {
        let now = self.now();
        let from = assertion.time("nbf").unwrap_or(0);
        let until = assertion.time("exp").unwrap_or(0);
        if from > now + SKEW || until <= now - SKEW {
            let [now, from, until] = [now, from, until].map(time::iso);
            return Err(self.refusal(700024, &[("now", &now), ("from", &from), ("until", &until)]));
        }
        Ok(())
    }

    fn key_not_found(&self, thumbprint: &str) -> Refusal {
        self.refusal(700027, &[("reason", "The key was not found."), ("thumbprint", thumbprint)])
    }
}

fn is_named(certificate: &Certificate, assertion: &Jws) -> bool {
    assertion.header("x5t#S256").is_some_and(|it| it == certificate.x5t_s256())
        || assertion.header("x5t").is_some_and(|it| it == certificate.x5t())
}
