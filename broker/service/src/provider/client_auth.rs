//! Client authentication at the endpoints that clients call (RFC 6749 section 2.3, OIDC Core
//! section 9, RFC 7523).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_domain::{
    Algorithm, Client, ClientAuthentication, ClientId, Plain, ReplayMark, SecretHash, Timestamp,
};
use doorward_store::{Batch, StoreError, Stored};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;

use super::error::EndpointError;
use super::{Params, Provider};
use crate::keys::{Audience, Expected, Expiry, Typ, Unverified, VerifyingKeys, verify};

/// What a request presented to say who it is.
#[derive(Debug)]
enum Presented<'a> {
    /// `client_id` alone.
    Name(ClientId),
    /// A secret in the Authorization header: form-decoded, as it should be read, and as it was sent by
    /// the many clients that do not encode it.
    Basic(ClientId, [Plain; 2]),
    /// A secret in the body.
    Post(ClientId, Plain),
    /// A signed assertion.
    Assertion(ClientId, &'a str),
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An assertion may not outlive this, so that the memory of used ones stays small (DS-05).
const LONGEST_ASSERTION: Duration = Duration::from_secs(5 * 60);

/// Clocks may differ by this much.
const LEEWAY: Duration = Duration::from_secs(30);

impl Provider {
    /// Authenticates the client of a request in the one way it is registered for.
    ///
    /// # Errors
    /// `invalid_request` when more than one way was tried, `invalid_client` in every other case.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
        params: &Params,
        now: Timestamp,
    ) -> Result<Stored<Client>, EndpointError> {
        let presented = presented(headers, params)?;
        let id = match &presented {
            Presented::Name(id)
            | Presented::Basic(id, _)
            | Presented::Post(id, _)
            | Presented::Assertion(id, _) => id,
        };
        let found = self.client(id, now).await?.ok_or(EndpointError::invalid_client())?;
        let genuine = match (&found.record.authentication, presented) {
            (ClientAuthentication::None, Presented::Name(_)) => true,
            (ClientAuthentication::ClientSecretBasic { secrets }, Presented::Basic(_, readings)) => {
                secrets.iter().any(|known| readings.iter().any(|secret| known.matches(secret)))
            }
            (ClientAuthentication::ClientSecretPost { secrets }, Presented::Post(_, secret)) => {
                secrets.iter().any(|known| known.matches(&secret))
            }
            (ClientAuthentication::PrivateKeyJwt { jwks, algorithm }, Presented::Assertion(_, assertion)) => {
                self.check_assertion(&found, jwks, *algorithm, assertion, now).await?
            }
            _ => false,
        };
        if genuine && found.record.enabled { Ok(found) } else { Err(EndpointError::invalid_client()) }
    }

    /// RFC 7523 section 3, with the issuer as the only audience and every `jti` good for once.
    async fn check_assertion(
        &self,
        client: &Stored<Client>,
        jwks: &serde_json::Value,
        algorithm: Algorithm,
        assertion: &str,
        now: Timestamp,
    ) -> Result<bool, EndpointError> {
        let id = &client.record.id;
        let keys = self
            .client_keys
            .try_get_with((id.clone(), client.version), || VerifyingKeys::parse(jwks).map(Arc::new))
            .map_err(|_| EndpointError::invalid_client())?;
        let expected = Expected {
            algorithms: &[algorithm],
            typ: Typ::JwtOrAbsent,
            issuer: id.as_str(),
            audience: Audience::Exactly(self.settings.issuer()),
            required: &["exp", "jti", "sub"],
            expiry: Expiry::Enforced,
            now,
            leeway: LEEWAY,
        };
        let Ok(claims) = verify(assertion, &keys, &expected) else { return Ok(false) };
        let (Some(jti), Some(expiry)) = (claims.str("jti"), claims.time("exp")) else { return Ok(false) };
        if claims.str("sub") != Some(id.as_str()) || expiry > now + LONGEST_ASSERTION + LEEWAY {
            return Ok(false);
        }
        let mark = ReplayMark { client: id.clone(), jti: hash_of(jti), expires_at: expiry + LEEWAY };
        match self.store.commit(Batch::new().insert(&mark)?).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn hash_of(jti: &str) -> SecretHash {
    Plain::new(jti).hash()
}

/// Finds the one way in which a request says who it is.
fn presented<'a>(headers: &HeaderMap, params: &'a Params) -> Result<Presented<'a>, EndpointError> {
    const ONE_WAY: EndpointError =
        EndpointError::invalid_request("authenticate the client in one way, with one client_id");
    let name = params.get("client_id").map(ClientId::new);
    let secret = params.get("client_secret");
    let assertion = params.get("client_assertion");
    let mut authorization = headers.get_all(AUTHORIZATION).iter();
    let header = authorization.next();
    let ways =
        usize::from(header.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some());
    if ways > 1 || authorization.next().is_some() {
        return Err(ONE_WAY);
    }
    if let Some(header) = header {
        let (id, secret) = header.to_str().ok().and_then(basic).ok_or(EndpointError::invalid_client())?;
        return match name {
            Some(name) if name != id => Err(ONE_WAY),
            _ => Ok(Presented::Basic(id, secret)),
        };
    }
    if let Some(assertion) = assertion {
        if params.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(EndpointError::invalid_request("client_assertion_type is missing or unknown"));
        }
        let unverified = Unverified::read(assertion).map_err(|_| EndpointError::invalid_client())?;
        let id = unverified.subject().map(ClientId::new).ok_or(EndpointError::invalid_client())?;
        return match name {
            Some(name) if name != id => Err(EndpointError::invalid_client()),
            _ => Ok(Presented::Assertion(id, assertion)),
        };
    }
    match (name, secret) {
        (Some(name), Some(secret)) => Ok(Presented::Post(name, Plain::new(secret))),
        (Some(name), None) => Ok(Presented::Name(name)),
        (None, _) => Err(EndpointError::invalid_client()),
    }
}

/// Name and secret of `Basic` credentials, each form-encoded (RFC 6749 section 2.3.1).
fn basic(header: &str) -> Option<(ClientId, [Plain; 2])> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (name, secret) = decoded.split_once(':')?;
    let decoded = form_decoded(secret).unwrap_or_else(|| secret.to_owned());
    Some((ClientId::new(form_decoded(name)?), [Plain::new(decoded), Plain::new(secret)]))
}

fn form_decoded(text: &str) -> Option<String> {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}
