//! Certificates of clients: what mutual TLS says about who sent a request (RFC 8705).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest as _, Sha256};

use crate::keys::Certificate;
use crate::keys::x509::NoCertificate;

/// The certificate of the one who sent a request and has its key: a TLS handshake with us, or with a proxy
/// that the operator trusts, has proven that.
#[derive(Clone)]
pub struct ClientCertificate {
    certificate: Certificate,
    thumbprint: String,
    certified: bool,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("thumbprint", &self.thumbprint)
            .field("certified", &self.certified)
            .finish_non_exhaustive()
    }
}

impl ClientCertificate {
    /// Reads a certificate in DER. `certified` says that one of the operator's authorities vouches for it
    /// and that it is valid now.
    ///
    /// # Errors
    /// [`NoCertificate`] for anything else.
    pub fn read(der: &[u8], certified: bool) -> Result<Self, NoCertificate> {
        let certificate = Certificate::from_der(der)?;
        Ok(Self { certificate, thumbprint: thumbprint(der), certified })
    }

    /// What tokens are bound to: `x5t#S256` of RFC 8705 section 3.1.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Whether one of the operator's authorities vouches for it, and it is valid now.
    pub fn is_certified(&self) -> bool {
        self.certified
    }

    /// What it says.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }
}

/// The SHA-256 of a certificate in DER, in base64url.
pub(super) fn thumbprint(der: &[u8]) -> String {
    BASE64.encode(Sha256::digest(der))
}
