//! An authorization request, checked (OpenID Connect Core 1.0 section 3.1.2.1).

use axum::http::StatusCode;
use axum::response::Response;

use super::Issuer;
use super::authorize::answer_with_error;
use super::clients::KnownClient;
use crate::common::answer::{ResponseMode, ReturnTo};
use crate::common::oauth_error::OAuthError;
use crate::common::pages;
use crate::common::params::Params;
use crate::common::pkce::{Challenge, Method};
use crate::common::sessions::Session;

/// A request that may be answered with a code once somebody has signed in.
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) return_to: ReturnTo,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<Challenge>,
    pub(crate) login_hint: Option<String>,
    prompt: Prompt,
    max_age: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Prompt {
    /// Ask only if nobody is signed in.
    AsNeeded,
    /// `none`: never ask.
    Never,
    /// `login` or `select_account`: ask in any case.
    Always,
}

/// Why there is no such request, and who hears of it.
pub(crate) enum Refusal {
    /// The client or its redirect URI is not to be trusted: only the person is told.
    Page(String),
    /// The client is told.
    Redirect(ReturnTo, OAuthError),
}

impl Refusal {
    pub(crate) fn into_response(self, issuer: &Issuer) -> Response {
        match self {
            Self::Page(text) => pages::message(
                StatusCode::BAD_REQUEST,
                issuer.title(),
                "This request cannot be answered",
                &text,
            ),
            Self::Redirect(return_to, error) => answer_with_error(issuer, return_to, error),
        }
    }
}

impl AuthorizationRequest {
    pub(crate) fn parse(issuer: &Issuer, params: &Params) -> Result<Self, Refusal> {
        let (client, redirect_uri) = trusted_client(issuer, params)?;
        // A request that cannot say how it wants its answer gets it in the query.
        let mode = match params.get("response_mode") {
            None => Some(ResponseMode::Query),
            Some(name) => ResponseMode::of_name(name).filter(|mode| *mode != ResponseMode::Fragment),
        };
        let return_to = ReturnTo {
            redirect_uri,
            mode: mode.unwrap_or(ResponseMode::Query),
            state: params.owned("state"),
        };
        let checked = if mode.is_none() {
            Err(invalid("response_mode is query or form_post"))
        } else {
            Checked::new(&client, params)
        };
        match checked {
            Ok(Checked { scope, code_challenge, prompt, max_age }) => Ok(Self {
                client_id: client.id().to_owned(),
                return_to,
                scope,
                nonce: params.owned("nonce"),
                code_challenge,
                login_hint: params.owned("login_hint"),
                prompt,
                max_age,
            }),
            Err(error) => Err(Refusal::Redirect(return_to, error)),
        }
    }

    /// Whether this session may answer without anybody being asked.
    pub(crate) fn is_satisfied_by(&self, issuer: &Issuer, session: &Session) -> bool {
        let fresh = self.max_age.is_none_or(|limit| limit > 0 && issuer.now() - session.auth_time <= limit);
        let expected = self.login_hint.as_deref().is_none_or(|hint| {
            issuer.persona(&session.person).is_some_and(|persona| persona.answers_to(hint))
        });
        self.prompt != Prompt::Always && fresh && expected
    }

    /// Whether nobody may be asked.
    pub(crate) fn must_be_silent(&self) -> bool {
        self.prompt == Prompt::Never
    }
}

fn trusted_client(issuer: &Issuer, params: &Params) -> Result<(KnownClient, String), Refusal> {
    let refuse = |text: &str| Err(Refusal::Page(text.to_owned()));
    if let Some(name @ ("client_id" | "redirect_uri")) = params.repeated() {
        return refuse(&format!("The parameter {name} was given more than once."));
    }
    let Some(client_id) = params.get("client_id") else { return refuse("client_id is missing.") };
    let Some(client) = issuer.client(client_id) else {
        return refuse(&format!("There is no client `{client_id}` here."));
    };
    let Some(redirect_uri) = params.get("redirect_uri") else { return refuse("redirect_uri is missing.") };
    if !client.may_redirect_to(redirect_uri) {
        return refuse(&format!("`{redirect_uri}` is not a redirect URI of `{client_id}`."));
    }
    Ok((client, redirect_uri.to_owned()))
}

fn invalid(description: &str) -> OAuthError {
    OAuthError::new("invalid_request", description)
}

/// What is checked once the client can be told of a mistake.
struct Checked {
    scope: String,
    code_challenge: Option<Challenge>,
    prompt: Prompt,
    max_age: Option<i64>,
}

impl Checked {
    fn new(client: &KnownClient, params: &Params) -> Result<Self, OAuthError> {
        if let Some(name) = params.repeated() {
            return Err(invalid(&format!("{name} was given more than once")));
        }
        if params.get("request").is_some() {
            return Err(OAuthError::new("request_not_supported", "no request objects here"));
        }
        if params.get("request_uri").is_some() {
            return Err(OAuthError::new("request_uri_not_supported", "no request objects here"));
        }
        match params.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(OAuthError::new("unsupported_response_type", "response_type is code")),
            None => return Err(invalid("response_type is missing")),
        }
        let scope = params.get("scope").unwrap_or_default();
        if !scope.split(' ').any(|scope| scope == "openid") {
            return Err(OAuthError::new("invalid_scope", "scope must contain openid"));
        }
        Ok(Self {
            scope: scope.to_owned(),
            code_challenge: code_challenge(client, params)?,
            prompt: prompt(params)?,
            max_age: max_age(params)?,
        })
    }
}

/// RFC 7636 section 4.3: an absent method means `plain`, which is refused.
fn code_challenge(client: &KnownClient, params: &Params) -> Result<Option<Challenge>, OAuthError> {
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (None, None) if client.must_use_pkce() => Err(invalid("a public client must use PKCE")),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(invalid("code_challenge is missing")),
        (Some(challenge), Some("S256")) => match Challenge::new(Method::S256, challenge) {
            None => Err(invalid("code_challenge is not an S256 challenge")),
            challenge => Ok(challenge),
        },
        (Some(_), _) => Err(invalid("code_challenge_method is S256")),
    }
}

fn prompt(params: &Params) -> Result<Prompt, OAuthError> {
    let values: Vec<&str> = params.get("prompt").unwrap_or_default().split_ascii_whitespace().collect();
    if values.iter().any(|value| !matches!(*value, "none" | "login" | "consent" | "select_account")) {
        return Err(invalid("prompt has a value unknown here"));
    }
    match values.as_slice() {
        ["none"] => Ok(Prompt::Never),
        values if values.contains(&"none") => Err(invalid("prompt=none stands alone")),
        values if values.contains(&"login") || values.contains(&"select_account") => Ok(Prompt::Always),
        _ => Ok(Prompt::AsNeeded),
    }
}

fn max_age(params: &Params) -> Result<Option<i64>, OAuthError> {
    let parse = |seconds: &str| seconds.parse::<u32>().map(i64::from);
    params.get("max_age").map(parse).transpose().map_err(|_| invalid("max_age is a number of seconds"))
}
