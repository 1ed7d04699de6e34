//! An authorization request, checked as Okta does.

use axum::response::Response;

use super::app::App;
use super::error::Refusal;
use super::messages;
use super::place::Place;
use crate::common::answer::{ResponseMode, ReturnTo};
use crate::common::log::Endpoint;
use crate::common::params::Params;
use crate::common::pkce::{Challenge, Method};
use crate::common::scope::At;
use crate::common::sessions::Session;

/// A request that may be answered once somebody has signed in.
pub(super) struct Request {
    pub(super) app: App,
    pub(super) return_to: ReturnTo,
    pub(super) scopes: Vec<String>,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: Option<Challenge>,
    pub(super) login_hint: Option<String>,
    pub(super) returns: Returns,
    /// The one of `acr_values` that means something here.
    pub(super) acr: Option<Acr>,
    max_age: Option<i64>,
    prompt: Option<String>,
}

/// What the authorization endpoint answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Returns {
    pub(super) code: bool,
    pub(super) id_token: bool,
    pub(super) token: bool,
}

/// How strongly somebody is to prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acr {
    OneFactor(&'static str),
    TwoFactors,
    TwoFactorsIfPossible,
    PhishingResistant(&'static str),
}

/// Why there is no such request, and where that is said.
pub(super) enum Refused {
    /// On a page of Okta's.
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

impl Place {
    pub(super) fn request(&self, params: &Params) -> Result<Request, Refused> {
        let (app, redirect_uri) = self.trusted_app(params).map_err(Refused::Page)?;
        let state = params.owned("state");
        let mode = params.get("response_mode").map(ResponseMode::of_name);
        let return_to = ReturnTo { redirect_uri, mode: ResponseMode::Query, state };
        let returns = match returns(&app, params.get("response_type").unwrap_or_default()) {
            Ok(returns) => returns,
            Err(refusal) => return Err(Refused::Return(refusal, return_to)),
        };
        let from_front = returns.id_token || returns.token;
        let mode = match mode {
            None if from_front => ResponseMode::Fragment,
            None => ResponseMode::Query,
            Some(Some(mode)) if !(from_front && mode == ResponseMode::Query) => mode,
            Some(_) => return Err(Refused::Return(Refusal::parameter("response_mode"), return_to)),
        };
        let return_to = ReturnTo { mode, ..return_to };
        match self.checked(&app, params, returns) {
            Err(refusal) => Err(Refused::Return(refusal, return_to)),
            Ok((scopes, code_challenge)) => Ok(Request {
                app,
                return_to,
                scopes,
                nonce: params.owned("nonce"),
                code_challenge,
                login_hint: params.owned("login_hint"),
                returns,
                acr: params.get("acr_values").and_then(Acr::of_name),
                max_age: params.get("max_age").and_then(|seconds| seconds.parse().ok()),
                prompt: params.owned("prompt"),
            }),
        }
    }

    /// A wrong client or redirect URI is told to the person alone.
    fn trusted_app(&self, params: &Params) -> Result<(App, String), Refusal> {
        let app = params.get("client_id").and_then(|client_id| self.okta.app(client_id));
        let app = app.ok_or_else(|| Refusal::from(messages::CLIENT_ID))?;
        match params.get("redirect_uri") {
            Some(uri) if app.redirect_uris.iter().any(|known| known == uri) => Ok((app, uri.to_owned())),
            _ => {
                let admin = self.okta.0.url.replacen(".okta.com", "-admin.okta.com", 1);
                let settings =
                    format!("{admin}/admin/app/oidc_client/instance/{}/#tab-general", app.client_id);
                Err(Refusal::from(messages::REDIRECT_URI).with("settings", &settings))
            }
        }
    }

    fn checked(
        &self,
        app: &App,
        params: &Params,
        returns: Returns,
    ) -> Result<(Vec<String>, Option<Challenge>), Refusal> {
        if params.get("state").is_none() {
            return Err(messages::STATE.into());
        }
        if self.server.is_some() && !app.uses_custom_servers {
            return Err(messages::NO_CUSTOM_SERVER.into());
        }
        if !returns.code && params.get("nonce").is_none() {
            return Err(Refusal::parameter("nonce"));
        }
        let asked = params.get("scope").unwrap_or_default();
        let asked: Vec<String> = asked.split_ascii_whitespace().map(str::to_owned).collect();
        if asked.is_empty() {
            return Err(Refusal::parameter("scope"));
        }
        let known = self.scopes();
        if asked.iter().any(|scope| !known.contains(scope)) {
            return Err(messages::UNKNOWN_SCOPE.into());
        }
        let prompts = ["none", "login", "consent", "login consent", "enroll_authenticator"];
        if params.get("prompt").is_some_and(|prompt| !prompts.contains(&prompt)) {
            return Err(Refusal::parameter("prompt"));
        }
        match (params.get("code_challenge"), params.get("code_challenge_method")) {
            (None, _) if app.requires_pkce => Err(messages::CHALLENGE_REQUIRED.into()),
            (None, _) => Ok((asked, None)),
            (Some(challenge), Some("S256")) => match Challenge::new(Method::S256, challenge) {
                None => Err(Refusal::parameter("code_challenge")),
                challenge => Ok((asked, challenge)),
            },
            (Some(_), _) => Err(Refusal::parameter("code_challenge_method")),
        }
    }
}

fn returns(app: &App, kind: &str) -> Result<Returns, Refusal> {
    let parts: Vec<&str> = kind.split_ascii_whitespace().collect();
    let known = parts.iter().all(|part| matches!(*part, "code" | "id_token" | "token"));
    let has = |part: &str| parts.contains(&part);
    let returns = Returns { code: has("code"), id_token: has("id_token"), token: has("token") };
    let implicit = returns.id_token || returns.token;
    let allowed =
        (!returns.code || app.may_use("authorization_code")) && (!implicit || app.may_use("implicit"));
    match known && allowed && !parts.is_empty() {
        true => Ok(returns),
        false => Err(messages::RESPONSE_TYPE.into()),
    }
}

impl Acr {
    /// What is not supported is ignored.
    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "urn:okta:loa:1fa:any" => Self::OneFactor("urn:okta:loa:1fa:any"),
            "urn:okta:loa:1fa:pwd" => Self::OneFactor("urn:okta:loa:1fa:pwd"),
            "urn:okta:loa:2fa:any" => Self::TwoFactors,
            "urn:okta:loa:2fa:any:ifpossible" => Self::TwoFactorsIfPossible,
            "phr" => Self::PhishingResistant("phr"),
            "phrh" => Self::PhishingResistant("phrh"),
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::OneFactor(name) | Self::PhishingResistant(name) => name,
            Self::TwoFactors => "urn:okta:loa:2fa:any",
            Self::TwoFactorsIfPossible => "urn:okta:loa:2fa:any:ifpossible",
        }
    }
}

impl Request {
    pub(super) fn at<'a>(&'a self, place: &'a Place) -> At<'a> {
        place.at().client(&self.app.client_id).endpoint(Endpoint::Authorize)
    }

    /// Whether nobody may be asked.
    pub(super) fn is_silent(&self) -> bool {
        self.prompt.as_deref() == Some("none")
    }

    pub(super) fn wants_consent(&self) -> bool {
        self.prompt.as_deref().is_some_and(|prompt| prompt.contains("consent"))
    }

    /// Whether this session may answer without a password.
    pub(super) fn is_satisfied_by(&self, session: &Session, now: i64) -> bool {
        let fresh = self.max_age.is_none_or(|limit| limit > 0 && now - session.auth_time <= limit);
        fresh && !self.prompt.as_deref().is_some_and(|prompt| prompt.contains("login"))
    }
}
