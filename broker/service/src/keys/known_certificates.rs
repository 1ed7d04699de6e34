//! The certificates that a party has registered with its keys (RFC 8705 section 2.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::jwks::{is_for_signatures, listed, members, thumbprint};
use super::{Certificate, JwksError};

/// What certificates are known by: a key that comes with its certificate stands for that one alone, a key
/// that comes without for every certificate of it.
#[derive(Debug, Default)]
pub struct KnownCertificates {
    /// The thumbprints of those in `x5c`.
    certificates: Vec<String>,
    /// The thumbprints of keys without one (RFC 7638).
    keys: Vec<String>,
}

impl KnownCertificates {
    /// Reads a JWK Set. Keys that are for encryption are left out, and certificates of other keys than
    /// those that they stand beside (RFC 7517 section 4.7).
    ///
    /// # Errors
    /// [`JwksError`] when the set itself cannot be trusted.
    pub fn parse(set: &Value) -> Result<Self, JwksError> {
        let mut known = Self::default();
        for jwk in listed(set)?.into_iter().filter(|jwk| is_for_signatures(jwk)) {
            let key = thumbprint(members(|name| jwk.get(name).and_then(Value::as_str)));
            match jwk.get("x5c") {
                None => known.keys.push(key),
                Some(chain) => known.certificates.extend(certificate_of(chain, &key)),
            }
        }
        Ok(known)
    }

    /// Whether this certificate is one of them; one of a weak key never is.
    pub fn include(&self, certificate: &Certificate) -> bool {
        let is = |known: &[String], thumbprint: &str| known.iter().any(|it| it == thumbprint);
        let Some(key) = certificate.key_thumbprint() else { return false };
        is(&self.certificates, certificate.thumbprint()) || is(&self.keys, key)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.keys.is_empty()
    }
}

/// The thumbprint of the certificate that a chain begins with, if it is one of this key.
fn certificate_of(chain: &Value, key: &str) -> Option<String> {
    let der = BASE64.decode(chain.get(0)?.as_str()?).ok()?;
    let certificate = Certificate::from_der(&der).ok()?;
    (certificate.key_thumbprint() == Some(key)).then(|| certificate.thumbprint().to_owned())
}
