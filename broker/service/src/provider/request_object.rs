//! Request objects (RFC 9101, OIDC Core section 6): authorization requests as JWTs that the client signed, and
//! perhaps encrypted after that.
//! Only what the signature covers counts; parameters beside the object mean nothing.

use std::borrow::Cow;
use std::time::Duration;

use doorward_domain::{Client, Timestamp};
use doorward_net::Limits;
use doorward_store::Stored;
use http::StatusCode;
use http::header::ACCEPT;
use serde_json::Value;

use super::asked::AskError;
use super::error::ErrorCode;
use super::params::is_unfit;
use super::replay::{Holder, Once, Used};
use super::request::{Rejected, rejected};
use super::{Params, Provider};
use crate::keys::{Audience, Claims, Expected, Expiry, Typ};

/// How far into the future and the past a request object may reach (FAPI 2.0 Message Signing section 5.3.1).
const LONGEST_OBJECT: Duration = Duration::from_secs(60 * 60);

/// Clocks may differ by this much.
const LEEWAY: Duration = Duration::from_secs(30);

/// A request object that is fetched is no longer than one that is sent.
const FETCHED: Limits = Limits { max_body: crate::keys::jose::MAX_TOKEN, ..Limits::DOCUMENT };

/// Claims that are about the object itself, and no parameters of the request.
const ABOUT_ITSELF: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/// How a request object came here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brought {
    /// With the request, by whoever had it: it says until when it is good.
    ByValue,
    /// From where the client keeps it, who may take it away at any time (OIDC Core section 6.2).
    ByReference,
}

const INVALID: Rejected = rejected(
    ErrorCode::InvalidRequestObject,
    "the request object is not signed by this client for this issuer, or not for now",
);

const UNREADABLE: Rejected =
    rejected(ErrorCode::InvalidRequestUri, "the request_uri does not answer with a request object");

impl Provider {
    /// The parameters of a request object that `client` signed.
    pub(super) async fn read_request_object(
        &self,
        client: &Stored<Client>,
        object: &str,
        brought: Brought,
        now: Timestamp,
    ) -> Result<Params, AskError> {
        let id = client.record.id.as_str();
        let object = self.opened(&client.record, object)?;
        let rules = &client.record.requests;
        let allowed = client.record.signing_algorithms();
        let profile_signs = client.record.demands().signed_requests;
        let expected = Expected {
            algorithms: rules.signing.as_ref().map_or(allowed, std::slice::from_ref),
            typ: Typ::OrJwt("oauth-authz-req+jwt"),
            issuer: id,
            audience: Audience::Contains(self.settings.issuer()),
            required: match brought {
                _ if profile_signs => &["exp", "nbf", "client_id"],
                Brought::ByValue => &["exp", "client_id"],
                Brought::ByReference => &["client_id"],
            },
            expiry: Expiry::Enforced,
            now,
            leeway: LEEWAY,
        };
        let claims = self.signed_by(client, &object, &expected).await.map_err(|error| {
            tracing::debug!(client = id, %error, "a request object was refused");
            INVALID
        })?;
        check_claims(&claims, id, now)?;
        self.use_object_once(client, &claims, now).await?;
        Ok(parameters(&claims)?)
    }

    /// The signed object in an encrypted one (RFC 9101 section 6.1). Anybody can encrypt for us, so what is
    /// inside must be signed like any other (JW-10).
    fn opened<'a>(&self, client: &Client, object: &'a str) -> Result<Cow<'a, str>, Rejected> {
        if object.bytes().filter(|byte| *byte == b'.').count() != 4 {
            return Ok(Cow::Borrowed(object));
        }
        let (inside, encryption) = self.keys.decrypt(object).map_err(|error| {
            tracing::debug!(client = %client.id, %error, "an encrypted request object was refused");
            INVALID
        })?;
        if client.requests.encryption.is_some_and(|registered| registered != encryption) {
            return Err(INVALID);
        }
        let inside = String::from_utf8(inside.to_vec()).map_err(|_| INVALID)?;
        Ok(Cow::Owned(inside))
    }

    /// RFC 9101 section 10.2: an object that names itself is good for one use.
    async fn use_object_once(
        &self,
        client: &Stored<Client>,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<(), AskError> {
        let Some(jti) = claims.str("jti") else { return Ok(()) };
        let expires_at = claims.time("exp").unwrap_or(now + LONGEST_OBJECT) + LEEWAY;
        let holder = Holder::client(&client.record.id);
        match self.use_once(Once { holder, what: "request object", jti, expires_at }, now).await? {
            Used::First => Ok(()),
            Used::Before => Err(INVALID.into()),
            Used::TooMuch(wait) => Err(AskError::TooManyUses(wait)),
        }
    }

    /// The request object that lies at `uri`, if the client registered it. Nothing else is asked for
    /// (PJ-03).
    pub(super) async fn fetch_request_object(&self, client: &Client, uri: &str) -> Result<String, AskError> {
        if !client.requests.request_uris.iter().any(|registered| registered == uri) {
            return Err(AskError::Rejected(rejected(
                ErrorCode::RequestUriNotSupported,
                "the request_uri is not registered for this client",
            )));
        }
        // A fragment is the client's own note of which object lies there (OIDC Core section 6.2).
        let address = uri.split('#').next().unwrap_or_default();
        let accept = "application/oauth-authz-req+jwt, application/jwt";
        let request = http::Request::get(address).header(ACCEPT, accept).body(Vec::new());
        let answer = self.net.send(address, request.map_err(|_| UNREADABLE)?, FETCHED).await;
        let answer = answer.map_err(|error| {
            tracing::warn!(client = %client.id, %error, "a request_uri cannot be fetched");
            UNREADABLE
        })?;
        if answer.status() != StatusCode::OK {
            return Err(UNREADABLE.into());
        }
        let text = String::from_utf8(answer.into_body()).map_err(|_| UNREADABLE)?;
        Ok(text.trim().to_owned())
    }
}

fn check_claims(claims: &Claims, client: &str, now: Timestamp) -> Result<(), Rejected> {
    let in_time = claims.time("exp").is_none_or(|exp| exp <= now + LONGEST_OBJECT + LEEWAY)
        && claims.time("nbf").is_none_or(|nbf| now <= nbf + LONGEST_OBJECT + LEEWAY);
    let is_its_own = claims.str("client_id") == Some(client);
    // An assertion of the same client is no request (RFC 9101 section 10.8).
    let is_assertion = claims.str("sub") == Some(client);
    let names_another = ["request", "request_uri"].iter().any(|name| claims.get(name).is_some());
    if in_time && is_its_own && !is_assertion && !names_another { Ok(()) } else { Err(INVALID) }
}

/// The claims as the parameters that they stand for (RFC 9101 section 4): texts as they are, everything
/// else as JSON.
fn parameters(claims: &Claims) -> Result<Params, Rejected> {
    let mut params = Params::default();
    for (name, value) in claims.all().filter(|(name, _)| !ABOUT_ITSELF.contains(name)) {
        let values = match value {
            Value::Null => Vec::new(),
            Value::String(text) => vec![text.clone()],
            Value::Array(list) if name == "resource" => list
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or(INVALID)?,
            other => vec![other.to_string()],
        };
        for value in values {
            if value.contains(is_unfit) {
                return Err(INVALID);
            }
            params.add(name.to_owned(), value);
        }
    }
    Ok(params)
}
