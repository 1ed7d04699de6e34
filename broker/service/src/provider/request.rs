//! Authorization requests: from raw parameters to something that can be acted on
//! (OIDC Core section 3.1.2.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{
    Access, ClaimsRequest, Client, ClientId, DeviceAuthorization, GrantType, PkceChallenge, SecretHash,
    UserCode,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::access::access;
use super::error::ErrorCode;
use super::oxide;
use super::params::Params;
use super::response::ResponseMode;
use super::subject::could_be_subject;

/// An authorization request that is right: its client exists, its redirect URI is the client's, its
/// parameters are in order. It travels in the browser's sealed transaction until the person is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: ClientId,
    /// Where the answer goes, exactly; nowhere when a device waits for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub redirect_uri: String,
    /// The device that waits for the person's answer (RFC 8628).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<UserCode>,
    /// How the answer travels.
    #[serde(default, skip_serializing_if = "ResponseMode::is_default")]
    pub mode: ResponseMode,
    /// What the client gets of what it asked for.
    pub access: Access,
    /// Given back with the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Given back in the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The PKCE challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<PkceChallenge>,
    /// The thumbprint of the one DPoP key that may redeem the code (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The pushed request that it was (RFC 9126), which the answer uses up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<SecretHash>,
    /// Which pages the client asks for or forbids.
    #[serde(default, skip_serializing_if = "Prompt::is_empty")]
    pub prompt: Prompt,
    /// How many seconds ago the person may have proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// Who the client thinks it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Where the client thinks that the person belongs.
    #[serde(default, skip_serializing_if = "Belonging::is_unknown")]
    pub belonging: Belonging,
    /// Who it must be: the `sub` by which the client knows them, of a genuine `id_token_hint` for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_subject: Option<String>,
    /// The languages that the person reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_locales: Option<String>,
    /// The assurance that the client would like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr_values: Option<String>,
}

/// Where a client thinks that a person belongs, so that nobody needs to be asked: the parameters `tenant`
/// and `domain_hint` (OpenID Connect Enterprise Extensions), and our own `connection`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belonging {
    /// The company code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The name of one of the company's connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// An e-mail domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

impl Belonging {
    /// Whether the client does not say.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The `prompt` parameter (OIDC Core section 3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// `none`: no page may be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub none: bool,
    /// `login`: the person must prove anew who they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub login: bool,
    /// `consent`: the person must be asked again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consent: bool,
    /// `select_account`: the person may want to be somebody else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub select_account: bool,
    /// `create`: the person wants to come for the first time (Initiating User Registration section 4).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create: bool,
}

impl Prompt {
    /// Reads the parameter; `None` when a value is unknown or `none` is not alone.
    pub fn parse(text: &str) -> Option<Self> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                "create" => prompt.create = true,
                _ => return None,
            }
        }
        (!prompt.none || prompt == Self { none: true, ..Self::default() }).then_some(prompt)
    }

    /// Whether the person must pass the sign-in page, whoever is signed in. Who comes for the first time
    /// does so there as everybody does: their company's identity provider knows them.
    pub fn wants_sign_in(&self) -> bool {
        self.login || self.select_account || self.create
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The part that the identity provider can fulfil, as it is forwarded.
    pub fn for_identity_provider(&self) -> Option<&'static str> {
        match (self.login, self.select_account) {
            (true, _) => Some("login"),
            (false, true) => Some("select_account"),
            (false, false) => None,
        }
    }
}

/// Why a request of a known client with a matching redirect URI is sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// What is wrong.
    pub code: ErrorCode,
    /// A sentence for the client's developer.
    pub description: &'static str,
}

pub(super) const fn rejected(code: ErrorCode, description: &'static str) -> Rejected {
    Rejected { code, description }
}

pub(super) const fn invalid(description: &'static str) -> Rejected {
    rejected(ErrorCode::InvalidRequest, description)
}

/// The longest values that a request may carry, in bytes.
const LIMITS: [(&str, usize); 8] = [
    ("state", 1024),
    ("nonce", 512),
    ("login_hint", 320),
    ("tenant", 63),
    ("connection", 63),
    ("domain_hint", 253),
    ("ui_locales", 256),
    ("acr_values", 512),
];

/// The values of `display` (OIDC Core section 3.1.2.1). Our pages suit every one of them.
const DISPLAYS: [&str; 4] = ["page", "popup", "touch", "wap"];

/// The longest that a request may be in all, in bytes of JSON, that travels in the browser. It has to fit into
/// a cookie of 4096 bytes, together with what the way to the identity provider adds; browsers drop longer
/// ones silently.
const LONGEST_REQUEST: usize = 1900;

impl AuthorizationRequest {
    /// Judges the parameters of `client`, whose `redirect_uri` has been matched already.
    /// `hinted` is the subject of the `id_token_hint`, when that was genuine.
    ///
    /// # Errors
    /// [`Rejected`], to be sent to the redirect URI.
    pub fn judge(
        params: &Params,
        client: &Client,
        redirect_uri: &str,
        mode: ResponseMode,
        issuer: &str,
    ) -> Result<Self, Rejected> {
        check_form(params)?;
        if !client.may_use(GrantType::AuthorizationCode) {
            let description = "this client is not registered for the authorization code grant";
            return Err(rejected(ErrorCode::UnauthorizedClient, description));
        }
        if client.must_get_signed_responses() && !mode.is_signed() {
            return Err(invalid("this client's responses are signed: ask for them with response_mode=jwt"));
        }
        let prompt = match params.get("prompt") {
            None => Prompt::default(),
            Some(text) => Prompt::parse(text)
                .ok_or(invalid("prompt has a value that does not exist or does not fit"))?,
        };
        let max_age = match params.get("max_age") {
            None => client.defaults.max_age,
            Some(text) => Some(seconds(text).ok_or(invalid("max_age is not a number of seconds"))?),
        };
        let negotiated = oxide::authorize(params, client, redirect_uri).map_err(explain)?;
        let access = access(params, client, negotiated.scope, issuer)?;
        let owned = |name: &str| params.get(name).map(str::to_owned);
        let expected_subject = expected_subject(&access.claims, client)?;
        let acr_values = owned("acr_values").or_else(|| usual_acr(&access.claims, client));
        Ok(Self {
            client: client.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            device: None,
            mode,
            access,
            state: owned("state"),
            nonce: owned("nonce"),
            challenge: negotiated.challenge,
            dpop_jkt: owned("dpop_jkt"),
            pushed: None,
            prompt,
            max_age,
            login_hint: owned("login_hint"),
            belonging: Belonging {
                tenant: owned("tenant"),
                connection: owned("connection"),
                domain: owned("domain_hint"),
            },
            expected_subject,
            ui_locales: owned("ui_locales"),
            acr_values,
        })
    }

    /// Whether it is short enough to travel in the browser as a whole.
    pub fn can_travel(&self) -> bool {
        serde_json::to_vec(self).is_ok_and(|json| json.len() <= LONGEST_REQUEST)
    }

    /// What travels in the browser of a pushed request that is too long for it: who asks, which request it
    /// was, and what a login changes about it. The rest lies with us ([`Self::completed_with`]).
    #[must_use]
    pub fn abridged(&self) -> Self {
        Self {
            access: Access::default(),
            state: None,
            nonce: None,
            challenge: None,
            dpop_jkt: None,
            ui_locales: None,
            acr_values: None,
            ..self.clone()
        }
    }

    /// An abridged request made whole with the one that was pushed.
    #[must_use]
    pub fn completed_with(self, pushed: Self) -> Self {
        let Self { prompt, max_age, expected_subject, login_hint, .. } = self;
        Self { prompt, max_age, expected_subject, login_hint, ..pushed }
    }

    /// What a device asks for, as far as a sign-in needs to know.
    pub fn of_device(device: &DeviceAuthorization) -> Self {
        Self {
            client: device.client.clone(),
            redirect_uri: String::new(),
            device: Some(device.user_code),
            mode: ResponseMode::default(),
            access: device.access.clone(),
            state: None,
            nonce: None,
            pushed: None,
            challenge: None,
            dpop_jkt: None,
            prompt: Prompt::default(),
            max_age: None,
            login_hint: None,
            belonging: Belonging::default(),
            expected_subject: None,
            ui_locales: None,
            acr_values: None,
        }
    }

    /// Whether its client may still get what it asked for, in the way that it asked for.
    pub fn is_allowed(&self, client: &Client) -> bool {
        match self.device {
            Some(_) => client.may_use(GrantType::DeviceCode),
            None => {
                client.may_use(GrantType::AuthorizationCode) && client.may_redirect_to(&self.redirect_uri)
            }
        }
    }

    /// The same request after the person has signed in for it: what that fulfilled is gone.
    #[must_use]
    pub fn after_sign_in(mut self) -> Self {
        self.prompt.login = false;
        self.prompt.select_account = false;
        self.prompt.create = false;
        self.max_age = None;
        self
    }
}

fn check_form(params: &Params) -> Result<(), Rejected> {
    if params.any_repeated() {
        return Err(invalid("a parameter is repeated"));
    }
    if params.get("registration").is_some() {
        return Err(rejected(ErrorCode::RegistrationNotSupported, "clients register before they ask"));
    }
    if LIMITS.iter().any(|(name, most)| params.get(name).is_some_and(|value| value.len() > *most)) {
        return Err(invalid("a parameter is too long"));
    }
    if params.get("display").is_some_and(|display| !DISPLAYS.contains(&display)) {
        return Err(invalid("display has a value that does not exist"));
    }
    if params.get("dpop_jkt").is_some_and(|thumbprint| !is_thumbprint(thumbprint)) {
        return Err(invalid("dpop_jkt is not the SHA-256 thumbprint of a key"));
    }
    if params.get("response_type").is_none() {
        return Err(invalid("response_type is missing"));
    }
    if params.get("response_mode").is_some_and(|mode| ResponseMode::parse(mode).is_none()) {
        return Err(invalid("response_mode is not supported"));
    }
    Ok(())
}

/// RFC 9449 section 10: 256 bits in base64url.
fn is_thumbprint(text: &str) -> bool {
    BASE64.decode(text).is_ok_and(|digest| digest.len() == 32)
}

/// Whom the client expects: a `sub` asked for by value is binding (OIDC Core section 5.5.1).
fn expected_subject(claims: &ClaimsRequest, client: &Client) -> Result<Option<String>, Rejected> {
    let asked = [&claims.id_token, &claims.userinfo].into_iter().filter_map(|place| place.get("sub"));
    let mut values = asked.flat_map(|asked| &asked.values).peekable();
    if values.peek().is_none() {
        return Ok(None);
    }
    let subject = values.filter_map(Value::as_str).find(|value| could_be_subject(value, client));
    let subject = subject.map(|subject| Some(subject.to_owned()));
    subject.ok_or(rejected(ErrorCode::LoginRequired, "nobody has the sub that claims asks for"))
}

/// The assurance that the client would like when its request has no `acr_values`.
fn usual_acr(claims: &ClaimsRequest, client: &Client) -> Option<String> {
    let asked =
        claims.id_token.get("acr").map(|asked| asked.values.iter().filter_map(Value::as_str).collect());
    let values: Vec<&str> = asked
        .filter(|values: &Vec<_>| !values.is_empty())
        .unwrap_or_else(|| client.defaults.acr_values.iter().map(String::as_str).collect());
    (!values.is_empty()).then(|| values.join(" "))
}

/// Digits alone: the library's parser takes a sign as well.
fn seconds(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn explain(code: ErrorCode) -> Rejected {
    let description = match code {
        ErrorCode::InvalidRequest => {
            "PKCE is required: send a code_challenge of 43 characters with method S256"
        }
        ErrorCode::UnsupportedResponseType => "response_type must be code",
        ErrorCode::InvalidScope => {
            "the scope is malformed, or holds nothing that this client is registered for"
        }
        _ => "the request could not be decided",
    };
    rejected(code, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn az_06_none_stands_alone() {
        assert!(Prompt::parse("none").is_some());
        assert!(Prompt::parse("none login").is_none());
        assert!(Prompt::parse("silent").is_none());
        assert_eq!(
            Prompt::parse("login consent"),
            Some(Prompt { login: true, consent: true, ..Prompt::default() })
        );
    }
}
