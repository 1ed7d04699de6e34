//! Who asks the token endpoint (RFC 6749 section 2.3): `client_secret_basic`, `client_secret_post`
//! or `none`.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use crate::Issuer;
use crate::clients::KnownClient;
use crate::oauth_error::OAuthError;
use crate::params::Params;

/// The client that proved itself.
pub(crate) fn authenticate(
    issuer: &Issuer,
    headers: &HeaderMap,
    params: &Params,
) -> Result<KnownClient, OAuthError> {
    let (client_id, secret) = match headers.get(header::AUTHORIZATION) {
        Some(value) => {
            if params.get("client_secret").is_some() {
                return Err(OAuthError::new("invalid_request", "use one way of client authentication"));
            }
            let credentials = value.to_str().ok().and_then(basic_credentials);
            let (client_id, secret) = credentials.ok_or_else(|| unknown("malformed Basic credentials"))?;
            (client_id, Some(secret))
        }
        None => {
            let client_id = params.owned("client_id").ok_or_else(|| unknown("no client credentials"))?;
            (client_id, params.owned("client_secret"))
        }
    };
    let client = issuer.client(&client_id).ok_or_else(|| unknown("no such client"))?;
    if !client.accepts_secret(secret.as_deref()) {
        return Err(unknown("wrong client secret"));
    }
    Ok(client)
}

fn unknown(description: &str) -> OAuthError {
    OAuthError::new("invalid_client", description)
}

/// Both halves are form-encoded before they are joined (RFC 6749 section 2.3.1).
fn basic_credentials(header: &str) -> Option<(String, String)> {
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
        assert_eq!(basic_credentials(&header), Some(("my app".to_owned(), "s:e+cret==".to_owned())));
        assert_eq!(basic_credentials("Bearer abc"), None);
        assert_eq!(basic_credentials("Basic ???"), None);
    }
}
