//! Authorization responses: how the browser takes the answer back to the app (RFC 6749 section 4.1.2,
//! with `iss` of RFC 9207), in the response mode that the app asked for.

use std::fmt;
use std::time::Duration;

use doorward_domain::{Algorithm, Client, Plain, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::Provider;
use super::error::{EndpointError, ErrorCode};

/// How an authorization response travels (OAuth Multiple Response Types section 2.1, Form Post Response
/// Mode, JARM section 2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    #[serde(rename = "query")]
    Query,
    /// In a form that the browser posts.
    #[serde(rename = "form_post")]
    FormPost,
    /// In the query, as one signed JWT.
    #[serde(rename = "query.jwt")]
    QueryJwt,
    /// In a form, as one signed JWT.
    #[serde(rename = "form_post.jwt")]
    FormPostJwt,
}

impl ResponseMode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Query, Self::FormPost, Self::QueryJwt, Self::FormPostJwt];

    /// The `response_mode` on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
            Self::QueryJwt => "query.jwt",
            Self::FormPostJwt => "form_post.jwt",
        }
    }

    /// Reads a `response_mode`; `jwt` is the signed form of the default (JARM section 2.3.4).
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "jwt" => Some(Self::QueryJwt),
            text => Self::ALL.into_iter().find(|mode| mode.as_str() == text),
        }
    }

    /// Whether it is the default.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the answer travels as a signed JWT.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::QueryJwt | Self::FormPostJwt)
    }

    const fn is_posted(self) -> bool {
        matches!(self, Self::FormPost | Self::FormPostJwt)
    }
}

/// What the browser does to bring an answer to the app.
pub enum Answer {
    /// It follows a redirect.
    Redirect(Url),
    /// It posts a form.
    Post {
        /// Where to.
        action: Url,
        /// Names and values.
        fields: Vec<(&'static str, String)>,
        /// The languages that the app asked for, should the person see the form.
        ui_locales: Option<String>,
    },
}

impl Answer {
    /// Where it leads.
    pub const fn destination(&self) -> &Url {
        match self {
            Self::Redirect(url) => url,
            Self::Post { action, .. } => action,
        }
    }
}

impl fmt::Debug for Answer {
    /// Shows to whom, and nothing of the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer to {:?}", self.destination().host_str())
    }
}

/// Where an authorization response goes, and how.
#[derive(Clone, Copy, Debug)]
pub struct ResponseTarget<'a> {
    /// The app.
    pub client: &'a Client,
    /// The matched redirect URI.
    pub redirect_uri: &'a str,
    /// The response mode.
    pub mode: ResponseMode,
    /// The request's `state`.
    pub state: Option<&'a str>,
    /// The request's `ui_locales`.
    pub ui_locales: Option<&'a str>,
}

/// A JWT response is for the next moment (JARM section 2.1).
const JWT_LIFE: Duration = Duration::from_secs(600);

impl Provider {
    /// The answer with a code.
    pub(super) async fn answer_code(
        &self,
        target: &ResponseTarget<'_>,
        code: &Plain,
        now: Timestamp,
    ) -> Option<Answer> {
        self.respond(target, vec![("code", code.expose().to_owned())], now).await
    }

    /// The answer with an error.
    pub(super) async fn answer_error(
        &self,
        target: &ResponseTarget<'_>,
        code: ErrorCode,
        description: &str,
        now: Timestamp,
    ) -> Option<Answer> {
        let fields = vec![("error", code.as_str().to_owned()), ("error_description", description.to_owned())];
        self.respond(target, fields, now).await
    }

    /// `None` when the redirect URI is no URL, which its registration rules out, or there is no key to
    /// sign or encrypt with: then the person sees a page.
    async fn respond(
        &self,
        target: &ResponseTarget<'_>,
        mut fields: Vec<(&'static str, String)>,
        now: Timestamp,
    ) -> Option<Answer> {
        let mut action = Url::parse(target.redirect_uri).ok()?;
        fields.extend(target.state.map(|state| ("state", state.to_owned())));
        fields.push(("iss", self.settings.issuer().to_owned()));
        if target.mode.is_signed() {
            fields = vec![("response", self.jwt_response(target.client, fields, now).await?)];
        }
        if target.mode.is_posted() {
            let ui_locales = target.ui_locales.map(str::to_owned);
            return Some(Answer::Post { action, fields, ui_locales });
        }
        action.query_pairs_mut().extend_pairs(fields);
        Some(Answer::Redirect(action))
    }

    /// JARM sections 2.1 and 2.2: the parameters as claims, with audience and expiry.
    async fn jwt_response(
        &self,
        client: &Client,
        fields: Vec<(&'static str, String)>,
        now: Timestamp,
    ) -> Option<String> {
        let mut claims: Map<String, Value> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        claims.insert("aud".to_owned(), client.id.as_str().into());
        claims.insert("exp".to_owned(), (now + JWT_LIFE).as_secs().into());
        let jwt = self.signed_response(client, &claims, now).await;
        jwt.inspect_err(|error| tracing::error!(%error, "an authorization response was not made")).ok()
    }

    async fn signed_response(
        &self,
        client: &Client,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, EndpointError> {
        let recipient = self.recipient(client, client.tokens.authorization_encryption, now).await?;
        let signed = self.keys.sign(response_algorithm(client), "JWT", claims)?;
        Ok(match recipient {
            Some(recipient) => recipient.nest(&signed)?,
            None => signed,
        })
    }
}

fn response_algorithm(client: &Client) -> Algorithm {
    client.tokens.authorization.unwrap_or_else(|| client.tokens.id_token_algorithm())
}
