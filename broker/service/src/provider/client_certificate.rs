//! Certificates of clients: what mutual TLS says about who sent a request (RFC 8705).

use std::fmt;

use doorward_domain::client::CertificateName;
use doorward_domain::{Confirmation, Timestamp};

use crate::keys::Certificate;
use crate::keys::x509::NoCertificate;

/// The certificate of the one who sent a request and has its key: a TLS handshake with us, or with a proxy
/// that the operator trusts, has proven that.
#[derive(Clone)]
pub struct ClientCertificate {
    certificate: Certificate,
    certified: bool,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("thumbprint", &self.thumbprint())
            .field("certified", &self.certified)
            .finish_non_exhaustive()
    }
}

impl ClientCertificate {
    /// Reads a certificate in DER. `certified` says that one of the operator's authorities vouches for it.
    ///
    /// # Errors
    /// [`NoCertificate`] for anything else.
    pub fn read(der: &[u8], certified: bool) -> Result<Self, NoCertificate> {
        Ok(Self { certificate: Certificate::from_der(der)?, certified })
    }

    /// Its `x5t#S256` (RFC 8705 section 3.1).
    pub fn thumbprint(&self) -> &str {
        self.certificate.thumbprint()
    }

    /// Whether one of the operator's authorities vouches for it.
    pub fn is_certified(&self) -> bool {
        self.certified
    }

    /// What it says.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What is bound to it.
    pub(super) fn confirmation(&self) -> Confirmation {
        Confirmation::Certificate(self.thumbprint().to_owned())
    }

    /// Whether an authority vouches at `now` that it is of this subject (RFC 8705 section 2.1). A handshake
    /// may have been long ago, so the time counts again with every request.
    pub(super) fn is_certified_for(&self, subject: &CertificateName, now: Timestamp) -> bool {
        let Self { certificate, certified } = self;
        let is_strong = certificate.key_thumbprint().is_some();
        *certified && is_strong && certificate.is_valid(now) && certificate.is_for(subject)
    }
}
