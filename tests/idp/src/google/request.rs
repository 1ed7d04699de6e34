//! An authorization request, checked as Google does. Whatever is wrong with it is told
//! on a page.

use super::Google;
use super::error::Refusal;
use super::messages;
use super::model::App;
use super::switch::GoogleSwitch;
use crate::common::answer::{ResponseMode, ReturnTo};
use crate::common::log::Endpoint;
use crate::common::params::Params;
use crate::common::pkce::{Challenge, Method};
use crate::common::scope::At;

/// A request that may be answered once somebody has signed in.
pub(super) struct Request {
    pub(super) app: App,
    pub(super) return_to: ReturnTo,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: Option<Challenge>,
    pub(super) login_hint: Option<String>,
    /// A wish about who is offered; the person can change it in the URL, so it proves nothing.
    pub(super) hosted_domain: Option<String>,
    pub(super) offline: bool,
    prompt: Option<String>,
}

impl Google {
    pub(super) fn request(&self, params: &Params) -> Result<Request, Refusal> {
        let missing = |name: &str| Refusal::from(messages::PARAMETER).with("parameter", name);
        let client_id = params.get("client_id").ok_or_else(|| missing("client_id"))?;
        let app = self.app(client_id).ok_or(messages::CLIENT_MISSING)?;
        let at = At::default().client(client_id).endpoint(Endpoint::Authorize);
        if self.switches().fires(GoogleSwitch::DeletedClient, &at) {
            return Err(messages::CLIENT_DELETED.into());
        }
        let redirect_uri = params.owned("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
        if !app.redirect_uris.contains(&redirect_uri) {
            return Err(messages::REDIRECT_URI.into());
        }
        match params.get("response_type") {
            Some("code") => {}
            Some(other) => return Err(Refusal::from(messages::RESPONSE_TYPE).with("type", other)),
            None => return Err(missing("response_type")),
        }
        let scope = params.owned("scope").ok_or_else(|| missing("scope"))?;
        if let Some(unknown) = scope.split_ascii_whitespace().find(|scope| !is_known(scope)) {
            return Err(Refusal::from(messages::SCOPE).with("scope", &format!("{{invalid=[{unknown}]}}")));
        }
        let method = match params.get("code_challenge_method") {
            Some("S256") => Method::S256,
            _ => Method::Plain,
        };
        let mode = params.get("response_mode").and_then(ResponseMode::of_name);
        Ok(Request {
            app,
            return_to: ReturnTo {
                redirect_uri,
                mode: mode.unwrap_or(ResponseMode::Query),
                state: params.owned("state"),
            },
            scope,
            nonce: params.owned("nonce"),
            code_challenge: params.get("code_challenge").and_then(|it| Challenge::new(method, it)),
            login_hint: params.owned("login_hint"),
            hosted_domain: params.owned("hd"),
            offline: params.get("access_type") == Some("offline"),
            prompt: params.owned("prompt"),
        })
    }
}

/// There is no `offline_access` and no `groups` here.
fn is_known(scope: &str) -> bool {
    matches!(scope, "openid" | "email" | "profile") || scope.starts_with("https://www.googleapis.com/auth/")
}

impl Request {
    /// There is no `login` here.
    pub(super) fn prompts(&self, wanted: &str) -> bool {
        self.prompt.as_deref().is_some_and(|prompt| prompt.split(' ').any(|it| it == wanted))
    }

    pub(super) fn at(&self) -> At<'_> {
        At::default().client(&self.app.client_id).endpoint(Endpoint::Authorize)
    }
}
