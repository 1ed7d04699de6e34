//! An authorization request, checked.

use axum::response::Response;

use super::model::{App, AppKind};
use super::{HaloPsa, messages};
use crate::common::answer::{ResponseMode, ReturnTo};
use crate::common::known_error::KnownError;
use crate::common::params::Params;
use crate::common::pkce::{Challenge, Method};
use crate::common::sessions::Session;

/// A request that may be answered once somebody has signed in.
pub(super) struct Request {
    pub(super) app: App,
    pub(super) return_to: ReturnTo,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: Option<Challenge>,
    pub(super) login_hint: Option<String>,
    prompt: Option<String>,
    max_age: Option<i64>,
}

/// Why there is no such request, and where that is said.
pub(super) enum Refused {
    Page(KnownError),
    Return(KnownError, ReturnTo),
}

impl Refused {
    pub(super) fn answer(self, halo: &HaloPsa) -> Response {
        match self {
            Self::Page(known) => halo.refused_on_page(known),
            Self::Return(known, return_to) => returned(known, return_to),
        }
    }
}

/// Tells the app.
pub(super) fn returned(known: KnownError, return_to: ReturnTo) -> Response {
    let fields = vec![("error", known.error.to_owned()), ("error_description", known.text.to_owned())];
    return_to.send("HaloPSA", fields)
}

impl HaloPsa {
    pub(super) fn request(&self, params: &Params) -> Result<Request, Refused> {
        let app = params.get("client_id").and_then(|client_id| self.app(client_id));
        let app = app.ok_or(Refused::Page(messages::CLIENT))?;
        // With its query string, if it has one.
        let registered =
            params.get("redirect_uri").filter(|uri| app.redirect_uris.iter().any(|it| it == uri));
        let redirect_uri = registered.ok_or(Refused::Page(messages::REDIRECT_URI))?.to_owned();
        let mode = params.get("response_mode").and_then(ResponseMode::of_name);
        let mode = mode.unwrap_or(ResponseMode::Query);
        let return_to = ReturnTo { redirect_uri, mode, state: params.owned("state") };
        match checked(&app, params) {
            Err(known) => Err(Refused::Return(known, return_to)),
            Ok((scope, code_challenge)) => Ok(Request {
                app,
                return_to,
                scope,
                nonce: params.owned("nonce"),
                code_challenge,
                login_hint: params.owned("login_hint"),
                prompt: params.owned("prompt"),
                max_age: params.get("max_age").and_then(|seconds| seconds.parse().ok()),
            }),
        }
    }
}

fn checked(app: &App, params: &Params) -> Result<(String, Option<Challenge>), KnownError> {
    if params.get("response_type") != Some("code") {
        return Err(messages::RESPONSE_TYPE);
    }
    if matches!(app.kind, AppKind::Services { .. }) {
        return Err(messages::UNAUTHORIZED);
    }
    let scope = params.owned("scope").unwrap_or_default();
    check_scope(&scope)?;
    let challenge = match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) => Challenge::new(Method::S256, challenge),
        (None, _) if app.kind != AppKind::Native => return Ok((scope, None)),
        _ => None,
    };
    match challenge {
        None => Err(messages::CHALLENGE),
        challenge => Ok((scope, challenge)),
    }
}

/// Those of OpenID Connect, `all`, and `read:…` and `edit:…`.
pub(super) fn check_scope(scope: &str) -> Result<(), KnownError> {
    let own = ["openid", "profile", "email", "offline_access", "all"];
    let known =
        |scope: &str| own.contains(&scope) || scope.starts_with("read:") || scope.starts_with("edit:");
    match !scope.is_empty() && scope.split_ascii_whitespace().all(known) {
        true => Ok(()),
        false => Err(messages::SCOPE),
    }
}

impl Request {
    /// Whether nobody may be asked.
    pub(super) fn is_silent(&self) -> bool {
        self.prompt.as_deref() == Some("none")
    }

    /// Whether this session may answer without a password.
    pub(super) fn is_satisfied_by(&self, session: &Session, now: i64) -> bool {
        let fresh = self.max_age.is_none_or(|limit| limit > 0 && now - session.auth_time <= limit);
        fresh && self.prompt.as_deref() != Some("login")
    }
}
