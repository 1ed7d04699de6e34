//! From code to tokens: the token request (RFC 6749 sections 2.3.1, 4.1.3 and 5; OpenID Connect Core
//! section 3.1.3).
//!
//! Written here rather than taken from openidconnect, whose answer type fails on members that we do not
//! need, such as an `expires_in` in quotes, and does not keep status and error code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use doorward_domain::connection::UpstreamAuthentication;
use doorward_domain::{Connection, Sealed};
use doorward_net::{Limits, NetError, Request, Response};
use doorward_store::Kind;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::{self, Serializer};
use zeroize::Zeroizing;

use super::error::clipped;
use super::metadata::Metadata;
use super::{Federation, Leg, request};
use crate::keys::sealing::{Place, SealError};

/// The field of a connection's secret, where the sealer expects it.
pub const CLIENT_SECRET: &str = "client_secret";

/// Why a code did not become tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Our own secret cannot be read.
    #[error("the client secret cannot be opened: {0}")]
    Secret(#[from] SealError),
    /// Our own secret is not text, so nobody typed it.
    #[error("the client secret is not text")]
    SecretNotText,
    /// The token endpoint gave no usable answer.
    #[error("the token endpoint could not be asked: {0}")]
    Unreachable(#[from] NetError),
    /// The token endpoint refused.
    #[error("the token endpoint answered {status} with error {error:?}: {description:?}")]
    TokenEndpoint {
        /// The HTTP status.
        status: u16,
        /// The error code, when the answer has one.
        error: Option<String>,
        /// The provider's explanation.
        description: Option<String>,
    },
    /// The answer is not a token answer.
    #[error("the token answer lacks a member, or has one of the wrong type")]
    Malformed,
    /// The access token is of a kind that we cannot use.
    #[error("the token answer is not of type Bearer")]
    NotBearer,
    /// The provider treats this as plain OAuth.
    #[error("the token answer has no ID token")]
    NoIdToken,
}

/// What came back, nothing of it verified.
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: String,
}

/// RFC 6749 section 5.1. Serde refuses a member that stands twice.
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: String,
    id_token: Option<String>,
}

/// RFC 6749 section 5.2.
#[derive(Deserialize)]
struct ErrorAnswer {
    error: String,
    #[serde(default)]
    error_description: Value,
}

impl Federation {
    /// Redeems `code` at the provider's token endpoint.
    pub(super) async fn exchange(
        &self,
        connection: &Connection,
        metadata: &Metadata,
        leg: &Leg,
        code: &str,
    ) -> Result<Tokens, TokenError> {
        let request = self.token_request(connection, metadata, leg, code)?;
        read(&self.outbound.send(&connection.issuer, request, Limits::DOCUMENT).await?)
    }

    /// The request of RFC 6749 section 4.1.3, with PKCE and our client authentication.
    fn token_request(
        &self,
        connection: &Connection,
        metadata: &Metadata,
        leg: &Leg,
        code: &str,
    ) -> Result<Request, TokenError> {
        let mut request = request::json(Method::POST, &metadata.token_endpoint)?;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", self.callback_url(connection.id).as_str())
            .append_pair("code_verifier", &leg.code_verifier);
        self.authenticate(connection, &mut request, &mut form)?;
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, form_type);
        *request.body_mut() = form.finish().into_bytes();
        Ok(request)
    }

    fn authenticate(
        &self,
        connection: &Connection,
        request: &mut Request,
        form: &mut Serializer<'_, String>,
    ) -> Result<(), TokenError> {
        let client_id = &connection.client_id;
        match &connection.authentication {
            UpstreamAuthentication::None => {
                form.append_pair("client_id", client_id);
            }
            UpstreamAuthentication::ClientSecretPost { secret } => {
                let secret = self.open_secret(connection, secret)?;
                form.append_pair("client_id", client_id).append_pair("client_secret", &secret);
            }
            UpstreamAuthentication::ClientSecretBasic { secret } => {
                let secret = self.open_secret(connection, secret)?;
                request.headers_mut().insert(AUTHORIZATION, basic(client_id, &secret)?);
            }
        }
        Ok(())
    }

    fn open_secret(&self, connection: &Connection, sealed: &Sealed) -> Result<Zeroizing<String>, TokenError> {
        let place = Place {
            tenant: connection.tenant,
            kind: Kind::Connection,
            id: connection.id.as_bytes(),
            field: CLIENT_SECRET,
        };
        let secret = self.sealer.open(&place, sealed)?;
        let text = std::str::from_utf8(&secret).map_err(|_| TokenError::SecretNotText)?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

/// RFC 6749 section 2.3.1: identifier and secret are form-encoded before they are joined.
fn basic(client_id: &str, secret: &str) -> Result<HeaderValue, TokenError> {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encode(client_id), encode(secret)));
    let header = Zeroizing::new(format!("Basic {}", BASE64.encode(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&header).map_err(|_| TokenError::SecretNotText)?;
    value.set_sensitive(true);
    Ok(value)
}

fn read(response: &Response) -> Result<Tokens, TokenError> {
    if response.status() != StatusCode::OK {
        let answer = serde_json::from_slice::<ErrorAnswer>(response.body()).ok();
        let description = answer.as_ref().and_then(|answer| answer.error_description.as_str());
        return Err(TokenError::TokenEndpoint {
            status: response.status().as_u16(),
            description: description.map(clipped),
            error: answer.map(|answer| clipped(&answer.error)),
        });
    }
    let answer: Answer = serde_json::from_slice(response.body()).map_err(|_| TokenError::Malformed)?;
    if !answer.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(TokenError::NotBearer);
    }
    let id_token = answer.id_token.ok_or(TokenError::NoIdToken)?;
    Ok(Tokens { id_token, access_token: answer.access_token })
}
