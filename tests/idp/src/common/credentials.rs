//! How a client says who it is at the token endpoint (RFC 6749 section 2.3, RFC 7523 section 2.2).
//! Whether that is true, and what is answered if not, is each provider's own.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::assertion::{JWT_BEARER, Jws};
use super::params::Params;

/// What a client presents.
pub(crate) enum Credentials {
    /// Its name alone.
    None { client_id: String },
    /// A secret in the Authorization header.
    Basic { client_id: String, secret: String },
    /// A secret in the form.
    Post { client_id: String, secret: String },
    /// A signed assertion in the form.
    Assertion { client_id: String, assertion: Jws },
}

/// Why nothing usable was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// There is no `client_id`.
    NoClientId,
    /// There is more than one way.
    SeveralWays,
    /// The Authorization header is not that of RFC 7617.
    Header,
    /// The assertion is no JWT, of an unknown type, or names no client.
    Assertion,
}

impl Credentials {
    pub(crate) fn presented(headers: &HeaderMap, params: &Params) -> Result<Self, Unusable> {
        let (secret, assertion) = (params.owned("client_secret"), params.get("client_assertion"));
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            if secret.is_some() || assertion.is_some() {
                return Err(Unusable::SeveralWays);
            }
            let (client_id, secret) = value.to_str().ok().and_then(basic).ok_or(Unusable::Header)?;
            return Ok(Self::Basic { client_id, secret });
        }
        let client_id = params.owned("client_id");
        match (secret, assertion) {
            (Some(_), Some(_)) => Err(Unusable::SeveralWays),
            (Some(secret), None) => {
                Ok(Self::Post { client_id: client_id.ok_or(Unusable::NoClientId)?, secret })
            }
            (None, Some(assertion)) => {
                let assertion = Jws::parse(assertion).ok_or(Unusable::Assertion)?;
                let known = params.get("client_assertion_type") == Some(JWT_BEARER);
                let client_id = client_id.or_else(|| assertion.claim("sub").map(str::to_owned));
                match client_id.filter(|_| known) {
                    Some(client_id) => Ok(Self::Assertion { client_id, assertion }),
                    None => Err(Unusable::Assertion),
                }
            }
            (None, None) => Ok(Self::None { client_id: client_id.ok_or(Unusable::NoClientId)? }),
        }
    }

    pub(crate) fn client_id(&self) -> &str {
        match self {
            Self::None { client_id }
            | Self::Basic { client_id, .. }
            | Self::Post { client_id, .. }
            | Self::Assertion { client_id, .. } => client_id,
        }
    }

    /// The method's registered name; of an assertion, the one for asymmetric keys.
    pub(crate) fn method(&self) -> &'static str {
        match self {
            Self::None { .. } => "none",
            Self::Basic { .. } => "client_secret_basic",
            Self::Post { .. } => "client_secret_post",
            Self::Assertion { assertion, .. } if assertion.header("alg") == Some("HS256") => {
                "client_secret_jwt"
            }
            Self::Assertion { .. } => "private_key_jwt",
        }
    }

    /// The secret in clear, if that is what was presented.
    pub(crate) fn secret(&self) -> Option<&str> {
        match self {
            Self::Basic { secret, .. } | Self::Post { secret, .. } => Some(secret),
            Self::None { .. } | Self::Assertion { .. } => None,
        }
    }
}

/// Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
pub(crate) fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, secret) = joined.split_once(':')?;
    Some((form_decoded(client_id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    // Read as the name of a pair; an `=` in it must not split it.
    let text = text.replace('=', "%3D").replace('&', "%26");
    form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = format!("basic {}", STANDARD.encode("my+app:s%3Ae%2Bcret=="));
        assert_eq!(basic(&header), Some(("my app".to_owned(), "s:e+cret==".to_owned())));
        assert_eq!(basic("Bearer abc"), None);
        assert_eq!(basic("Basic ???"), None);
    }
}
