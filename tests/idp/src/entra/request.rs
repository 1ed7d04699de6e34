//! An authorization request, checked as Entra does.

use axum::response::Response;
use serde_json::Value;

use super::Entra;
use super::app::{App, Audience};
use super::error::Refusal;
use super::switch::EntraSwitch;
use super::tenant::Authority;
use crate::common::answer::{ResponseMode, ReturnTo};
use crate::common::log::Endpoint;
use crate::common::params::Params;
use crate::common::pkce::{Challenge, Method};
use crate::common::scope::At;
use crate::common::sessions::Session;

/// A request that may be answered once somebody has signed in.
pub(super) struct Request {
    pub(super) authority: Authority,
    pub(super) app: App,
    pub(super) platform: Platform,
    pub(super) return_to: ReturnTo,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: Option<Challenge>,
    pub(super) login_hint: Option<String>,
    pub(super) returns: Returns,
    /// Authentication contexts that are asked for (1.8 `claims`).
    pub(super) contexts: Vec<String>,
    pub(super) max_age: Option<i64>,
    prompt: Option<String>,
}

/// The platform that a redirect URI is registered under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
    /// "Web": a confidential client.
    Web,
    /// "Single-page application": codes are redeemed from a browser.
    Spa,
    /// "Mobile and desktop applications": a public client.
    Public,
}

/// What the authorization endpoint answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Returns {
    pub(super) code: bool,
    pub(super) id_token: bool,
}

/// Why there is no such request, and where that is said (1.9.2).
pub(super) enum Refused {
    /// On Microsoft's page.
    Page(Refusal),
    /// At the app.
    Return(Refusal, ReturnTo),
}

impl Refused {
    pub(super) fn into_response(self) -> Response {
        match self {
            Self::Page(refusal) => refusal.page(),
            Self::Return(refusal, return_to) => refusal.returned(return_to),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Page(refusal)
    }
}

impl Entra {
    pub(super) fn request(&self, tenant: &str, params: &Params) -> Result<Request, Refused> {
        let authority = self.authority(tenant, Endpoint::Authorize)?;
        let app = self.requesting_app(&authority, params)?;
        let (redirect_uri, platform) = self.redirect_uri(&app, params)?;
        let state = params.owned("state");
        let mode = params.get("response_mode").map(ResponseMode::of_name);
        let return_to = ReturnTo { redirect_uri, mode: ResponseMode::Query, state };
        let returned = |refusal, return_to| Refused::Return(refusal, return_to);

        let kind = params.get("response_type").unwrap_or_default();
        let returns = match self.returns(&app, kind) {
            Ok(returns) => returns,
            Err(refusal) => return Err(returned(refusal, return_to)),
        };
        let mode = match mode {
            None if returns.id_token => ResponseMode::Fragment,
            None => ResponseMode::Query,
            // `query` would put a token into logs and histories.
            Some(Some(mode)) if !(returns.id_token && mode == ResponseMode::Query) => mode,
            Some(_) => {
                let mode = params.get("response_mode").unwrap_or_default();
                return Err(returned(self.refusal(70007, &[("mode", mode)]), return_to));
            }
        };
        let return_to = ReturnTo { mode, ..return_to };
        match self.checked(&app, params, returns) {
            Err(refusal) => Err(returned(refusal, return_to)),
            Ok((scope, code_challenge)) => Ok(Request {
                authority,
                app,
                platform,
                return_to,
                scope,
                nonce: params.owned("nonce"),
                code_challenge,
                login_hint: params.owned("login_hint"),
                returns,
                contexts: contexts(params),
                max_age: params.get("max_age").and_then(|seconds| seconds.parse().ok()),
                prompt: params.owned("prompt"),
            }),
        }
    }

    /// The app, if it is known here and may be used at this place: AADSTS700016, AADSTS50194.
    pub(super) fn requesting_app(&self, authority: &Authority, params: &Params) -> Result<App, Refusal> {
        let missing = || self.refusal(900144, &[("parameter", "client_id")]);
        let client_id = params.get("client_id").ok_or_else(missing)?;
        let app = self.known_app(authority, client_id, Endpoint::Authorize)?;
        if authority.tenant().is_none() && app.audience == Audience::SingleTenant {
            return Err(self.refusal(50194, &[("app", client_id), ("name", &app.name)]));
        }
        Ok(app)
    }

    pub(super) fn known_app(
        &self,
        authority: &Authority,
        client_id: &str,
        endpoint: Endpoint,
    ) -> Result<App, Refusal> {
        let at = At::issuer(authority.path()).client(client_id).endpoint(endpoint);
        let known = match self.switches().fires(EntraSwitch::AppMissing, &at) {
            true => None,
            false => self.directory().app(authority, client_id).cloned(),
        };
        known.ok_or_else(|| {
            let name = authority.tenant().and_then(|id| Some(self.directory().tenant(id)?.name.clone()));
            let directory = name.as_deref().unwrap_or(authority.path());
            self.refusal(700016, &[("app", client_id), ("tenant", directory)])
        })
    }

    /// Exactly one that is registered (1.7): otherwise AADSTS50011, and no way back.
    fn redirect_uri(&self, app: &App, params: &Params) -> Result<(String, Platform), Refusal> {
        let none_registered = app.all_redirect_uris().next().is_none();
        let asked = match params.get("redirect_uri") {
            Some(_) if none_registered => return Err(self.refusal(500113, &[])),
            Some(asked) => asked.to_owned(),
            None => app.all_redirect_uris().next().cloned().ok_or_else(|| self.refusal(900971, &[]))?,
        };
        let platforms = [
            (&app.redirect_uris, Platform::Web),
            (&app.spa_redirect_uris, Platform::Spa),
            (&app.public_redirect_uris, Platform::Public),
        ];
        let found = platforms.into_iter().find(|(registered, _)| registered.contains(&asked));
        match found {
            Some((_, platform)) => Ok((asked, platform)),
            None => Err(self.redirect_mismatch(&app.client_id, &asked)),
        }
    }

    pub(super) fn redirect_mismatch(&self, client_id: &str, uri: &str) -> Refusal {
        self.refusal(50011, &[("app", client_id), ("uri", uri)])
    }

    fn returns(&self, app: &App, kind: &str) -> Result<Returns, Refusal> {
        let returns = match kind {
            "" => return Err(self.refusal(900144, &[("parameter", "response_type")])),
            "code" => Returns { code: true, id_token: false },
            "id_token" => Returns { code: false, id_token: true },
            "code id_token" => Returns { code: true, id_token: true },
            _ => return Err(self.refusal(70005, &[("type", kind)])),
        };
        match returns.id_token && !app.id_tokens_from_front {
            true => Err(self.refusal(700054, &[])),
            false => Ok(returns),
        }
    }

    fn checked(
        &self,
        app: &App,
        params: &Params,
        returns: Returns,
    ) -> Result<(String, Option<Challenge>), Refusal> {
        let missing = |parameter| self.refusal(900144, &[("parameter", parameter)]);
        let scope = params.owned("scope").ok_or_else(|| missing("scope"))?;
        if let Some(unknown) = scope.split_ascii_whitespace().find(|scope| !is_known_scope(scope)) {
            return Err(self.refusal(650053, &[("name", &app.name), ("scope", unknown)]));
        }
        if returns.id_token && params.get("nonce").is_none() {
            return Err(missing("nonce"));
        }
        let prompts = ["login", "none", "consent", "select_account"];
        if params.get("prompt").is_some_and(|prompt| !prompts.contains(&prompt)) {
            return Err(self.refusal(90023, &[]));
        }
        let method = match params.get("code_challenge_method") {
            Some("S256") => Method::S256,
            None | Some("plain") => Method::Plain,
            Some(_) => return Err(self.refusal(501481, &[])),
        };
        let challenge = params.get("code_challenge").map(|challenge| Challenge::new(method, challenge));
        match challenge {
            Some(None) => Err(self.refusal(501481, &[])),
            Some(challenge) => Ok((scope, challenge)),
            None => Ok((scope, None)),
        }
    }
}

/// Scopes of OpenID Connect, and permissions of Microsoft Graph. A scope `groups` is neither.
fn is_known_scope(scope: &str) -> bool {
    let own = ["openid", "profile", "email", "offline_access"];
    let scope = scope.strip_prefix("https://graph.microsoft.com/").unwrap_or(scope);
    own.contains(&scope) || scope == ".default" || scope.contains('.')
}

/// `{"id_token":{"acrs":{"essential":true,"value":"c1"}}}`
fn contexts(params: &Params) -> Vec<String> {
    let claims = params.get("claims").and_then(|claims| serde_json::from_str::<Value>(claims).ok());
    let acrs = claims.map(|claims| claims["id_token"]["acrs"].clone()).unwrap_or_default();
    let many = acrs["values"].as_array().cloned().unwrap_or_default();
    let all = many.iter().chain([&acrs["value"]]).filter_map(Value::as_str);
    all.map(str::to_owned).collect()
}

impl Request {
    /// Where the request is.
    pub(super) fn at(&self) -> At<'_> {
        At::issuer(self.authority.path()).client(&self.app.client_id).endpoint(Endpoint::Authorize)
    }

    /// Whether nobody may be asked.
    pub(super) fn is_silent(&self) -> bool {
        self.prompt.as_deref() == Some("none")
    }

    /// Whether consent is to be asked for once more.
    pub(super) fn wants_consent(&self) -> bool {
        self.prompt.as_deref() == Some("consent")
    }

    /// Whether this session may answer without a password. `max_age` is measured from the password,
    /// and 0 always asks (1.8).
    pub(super) fn is_satisfied_by(&self, session: &Session, now: i64) -> bool {
        let fresh = self.max_age.is_none_or(|limit| limit > 0 && now - session.auth_time <= limit);
        fresh && !matches!(self.prompt.as_deref(), Some("login" | "select_account"))
    }
}
