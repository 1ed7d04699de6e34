//! What a request presents to say who it is.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_domain::{ClientId, Plain};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;

use crate::keys::Unverified;
use crate::provider::error::EndpointError;
use crate::provider::params::Params;

/// What a request presented to say who it is.
#[derive(Debug)]
pub(super) enum Presented<'a> {
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

impl Presented<'_> {
    /// Who the request says it comes from.
    pub(super) const fn client(&self) -> &ClientId {
        match self {
            Self::Name(id) | Self::Basic(id, _) | Self::Post(id, _) | Self::Assertion(id, _) => id,
        }
    }
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Finds the one way in which a request says who it is.
pub(super) fn presented<'a>(headers: &HeaderMap, params: &'a Params) -> Result<Presented<'a>, EndpointError> {
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
        return with_assertion(params, name, assertion);
    }
    match (name, secret) {
        (Some(name), Some(secret)) => Ok(Presented::Post(name, Plain::new(secret))),
        (Some(name), None) => Ok(Presented::Name(name)),
        (None, _) => Err(EndpointError::invalid_client()),
    }
}

fn with_assertion<'a>(
    params: &Params,
    name: Option<ClientId>,
    assertion: &'a str,
) -> Result<Presented<'a>, EndpointError> {
    if params.get("client_assertion_type") != Some(ASSERTION_TYPE) {
        return Err(EndpointError::invalid_request("client_assertion_type is missing or unknown"));
    }
    let unverified = Unverified::read(assertion).map_err(|_| EndpointError::invalid_client())?;
    let id = unverified.subject().map(ClientId::new).ok_or(EndpointError::invalid_client())?;
    match name {
        Some(name) if name != id => Err(EndpointError::invalid_client()),
        _ => Ok(Presented::Assertion(id, assertion)),
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
