//! Who asks the token endpoint.

use axum::http::HeaderMap;

use super::app::{App, Method};
use super::error::Refusal;
use super::messages;
use super::place::Place;
use crate::common::assertion::Jws;
use crate::common::credentials::{Credentials, Unusable};
use crate::common::params::Params;

/// How far in the future an assertion may end, in seconds.
const LONGEST: i64 = 3600;

impl Place {
    /// The app, by the one method that it is registered with. `endpoint` is what assertions are for.
    pub(super) fn asking(
        &self,
        endpoint: &str,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<App, Refusal> {
        let credentials = Credentials::presented(headers, params).map_err(|unusable| match unusable {
            Unusable::NoClientId => Refusal::from(messages::NO_CREDENTIALS),
            Unusable::SeveralWays | Unusable::Header => messages::CREDENTIALS.into(),
            Unusable::Assertion => messages::ASSERTION_SIGNATURE.into(),
        })?;
        let app = self.okta.app(credentials.client_id()).ok_or(messages::CLIENT_ID)?;
        match (&credentials, app.method) {
            (Credentials::Assertion { assertion, .. }, Method::PrivateKeyJwt | Method::ClientSecretJwt) => {
                self.check_assertion(&app, endpoint, assertion)?;
            }
            (Credentials::None { .. }, Method::None) => {}
            (Credentials::None { .. }, _) => return Err(messages::NO_CREDENTIALS.into()),
            (_, method) if method.name() != credentials.method() => return Err(messages::CREDENTIALS.into()),
            _ => {
                let secret = credentials.secret().unwrap_or_default();
                if !app.secrets.iter().any(|(known, active)| *active && known == secret) {
                    return Err(messages::SECRET.into());
                }
            }
        }
        Ok(app)
    }

    fn check_assertion(&self, app: &App, endpoint: &str, assertion: &Jws) -> Result<(), Refusal> {
        if assertion.claim("iss") != Some(&app.client_id) || assertion.claim("sub") != Some(&app.client_id) {
            return Err(messages::ASSERTION_ISSUER.into());
        }
        // The endpoint that was invoked, and nothing else.
        if !assertion.is_for(&self.endpoint(endpoint)) {
            return Err(messages::ASSERTION_AUDIENCE.into());
        }
        check_signature(app, assertion)?;
        let now = self.okta.now();
        match assertion.time("exp") {
            Some(until) if until > now + LONGEST => return Err(messages::ASSERTION_TOO_LONG.into()),
            Some(until) if until > now => {}
            _ => return Err(messages::ASSERTION_EXPIRED.into()),
        }
        let fresh =
            assertion.claim("jti").is_none_or(|jti| self.okta.0.replays.is_fresh(&app.client_id, jti));
        if fresh { Ok(()) } else { Err(messages::ASSERTION_USED.into()) }
    }
}

fn check_signature(app: &App, assertion: &Jws) -> Result<(), Refusal> {
    if app.method == Method::ClientSecretJwt {
        let signed =
            app.secrets.iter().any(|(secret, active)| *active && assertion.is_signed_with_secret(secret));
        return if signed { Ok(()) } else { Err(messages::ASSERTION_SIGNATURE.into()) };
    }
    if app.keys.is_empty() {
        return Err(messages::ASSERTION_NO_KEYS.into());
    }
    let kid = assertion.header("kid");
    let key = app.keys.iter().find(|key| kid.is_none() || key.key_id() == kid);
    let key = key.ok_or(messages::ASSERTION_KEY)?;
    if assertion.is_signed_by(key) { Ok(()) } else { Err(messages::ASSERTION_SIGNATURE.into()) }
}
