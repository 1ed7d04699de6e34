//! X.509 certificates, as far as anybody here reads them (RFC 5280).

use doorward_domain::Timestamp;
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::x509::X509;

/// A certificate. That it can be read says nothing about whom to believe.
#[derive(Clone)]
pub struct Certificate(X509);

/// Bytes that are no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate")]
pub struct NoCertificate;

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`NoCertificate`] for anything else.
    pub fn from_der(der: &[u8]) -> Result<Self, NoCertificate> {
        X509::from_der(der).map(Self).map_err(|_| NoCertificate)
    }

    /// From when to when it is valid; `None` when it does not say so in a way that can be read.
    pub fn validity(&self) -> Option<(Timestamp, Timestamp)> {
        Some((timestamp(self.0.not_before())?, timestamp(self.0.not_after())?))
    }
}

fn timestamp(time: &Asn1TimeRef) -> Option<Timestamp> {
    let since = Asn1Time::from_unix(0).ok()?.diff(time).ok()?;
    Some(Timestamp::from_secs(i64::from(since.days) * 86_400 + i64::from(since.secs)))
}
