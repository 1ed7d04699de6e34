//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0). The emulator
//! has no way out of its own: a test carries the call where it is to go.

use josekit::JoseError;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::Issuer;
use crate::common::keys::random_handle;

/// How long a logout token is good, in seconds.
const LIFETIME: i64 = 120;

/// A back-channel logout request that an issuer would send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutCall {
    /// The client's `backchannel_logout_uri`.
    pub uri: String,
    /// The form in its body.
    pub body: String,
}

impl Issuer {
    /// Signs a person out everywhere, as an administrator would, and answers the calls that tell the
    /// clients. Keycloak stays silent toward clients that have front-channel logout as well.
    ///
    /// # Errors
    /// When a token cannot be signed.
    pub fn sign_out(&self, username: &str) -> Result<Vec<LogoutCall>, JoseError> {
        let sub = self.persona(username).map(|persona| self.manners().dress(persona.claims.clone()));
        let sub = sub.and_then(|claims| claims.get("sub").cloned()).unwrap_or_default();
        let calls = self.manners().back_channel_logout && !self.manners().front_channel_logout;
        let mut logout_calls = Vec::new();
        for session in self.sessions().all_of(username).into_iter().filter(|_| calls) {
            for client_id in &session.clients {
                let Some(client) = self.client(client_id) else { continue };
                if let Some(uri) = client.back_channel_logout_uri() {
                    let token = self.logout_token(client_id, &sub, &session.sid)?;
                    logout_calls.push(LogoutCall { uri: uri.to_owned(), body: form(&token) });
                }
            }
        }
        self.sessions().end_all_of(username);
        Ok(logout_calls)
    }

    /// A logout token of this type and with these claims, whatever they say.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn sign_logout_token(&self, typ: &str, claims: &Map<String, Value>) -> Result<String, JoseError> {
        self.key().sign(typ, claims)
    }

    fn logout_token(&self, client_id: &str, sub: &Value, sid: &str) -> Result<String, JoseError> {
        let now = self.now();
        let claims = json!({
            "iss": self.url(),
            "sub": sub,
            "aud": client_id,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": random_handle(),
            "sid": sid,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        let claims: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
        self.key().sign("logout+jwt", &claims)
    }
}

fn form(logout_token: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", logout_token).finish()
}
