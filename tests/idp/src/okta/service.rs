//! Tokens for an app itself: on the org server only for service apps with a key.

use super::app::{App, AppKind, Method};
use super::error::Refusal;
use super::grants::{AccessToken, TOKEN_LIFETIME};
use super::messages;
use super::place::Place;
use super::token::Tokens;
use crate::common::keys::random_handle;
use crate::common::params::Params;

impl Place {
    pub(super) fn client_credentials(&self, app: &App, params: &Params) -> Result<Tokens, Refusal> {
        let org = self.server.is_none();
        if org && app.kind != AppKind::Service {
            return Err(messages::SERVICE_TYPE.into());
        }
        if org && app.method != Method::PrivateKeyJwt {
            return Err(messages::SERVICE_METHOD.into());
        }
        if !app.may_use("client_credentials") {
            let types = app.grant_types.join(", ");
            return Err(Refusal::from(messages::GRANT_TYPE).with("types", &types));
        }
        let scopes: Vec<String> =
            params.get("scope").unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect();
        let granted = |scope: &String| match org {
            true => app.granted_scopes.contains(scope),
            false => self.server.iter().any(|server| server.scopes.contains(scope)),
        };
        if scopes.is_empty() || !scopes.iter().all(granted) {
            return Err(if org { messages::NO_SCOPES_ALLOWED } else { messages::UNKNOWN_SCOPE }.into());
        }
        let access_token = random_handle();
        let record = AccessToken {
            client_id: app.client_id.clone(),
            server: self.server.as_ref().map(|server| server.id.clone()),
            scopes: scopes.clone(),
            person: None,
            expires_at: self.okta.now() + TOKEN_LIFETIME,
            refresh_token: None,
        };
        self.okta.grants().access_tokens.insert(access_token.clone(), record);
        let scope = scopes.join(" ");
        let (expires_in, token_type) = (TOKEN_LIFETIME, "Bearer");
        Ok(Tokens { token_type, expires_in, access_token, scope, refresh_token: None, id_token: None })
    }
}
