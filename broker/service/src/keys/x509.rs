//! X.509 certificates, as far as anybody here reads them (RFC 5280).

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::Timestamp;
use doorward_domain::client::CertificateName;
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::bn::{BigNum, BigNumContext, BigNumRef};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::x509::{GeneralNameRef, X509};
use sha2::{Digest as _, Sha256};

use super::distinguished_name::DistinguishedName;
use super::jwks::thumbprint;

/// A certificate, read once. That it can be read says nothing about whom to believe.
#[derive(Clone)]
pub struct Certificate {
    certificate: X509,
    thumbprint: String,
    key_thumbprint: Option<String>,
    /// Its alternative names, in their normal form.
    names: Vec<CertificateName>,
    validity: Option<(Timestamp, Timestamp)>,
}

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
        let certificate = X509::from_der(der).map_err(|_| NoCertificate)?;
        let names = certificate.subject_alt_names().into_iter().flatten();
        Ok(Self {
            thumbprint: BASE64.encode(Sha256::digest(der)),
            key_thumbprint: key_thumbprint(&certificate),
            names: names.filter_map(|name| alternative(&name)).collect(),
            validity: timestamp(certificate.not_before()).zip(timestamp(certificate.not_after())),
            certificate,
        })
    }

    /// The SHA-256 of its DER, in base64url: `x5t#S256` (RFC 8705 section 3.1).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The thumbprint of its public key (RFC 7638); `None` for a weak one, and for those of other kinds
    /// than RSA, the curves of NIST and Ed25519.
    pub fn key_thumbprint(&self) -> Option<&str> {
        self.key_thumbprint.as_deref()
    }

    /// From when to when it is valid; `None` when it does not say so in a way that can be read.
    pub fn validity(&self) -> Option<(Timestamp, Timestamp)> {
        self.validity
    }

    /// Whether it is valid at `now`; both ends are inclusive (RFC 5280 section 4.1.2.5).
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.validity.is_some_and(|(from, to)| from <= now && now <= to)
    }

    /// Whether it is for whom `name` says. Of alternative names one must be the same, not a pattern for it.
    pub fn is_for(&self, name: &CertificateName) -> bool {
        match name {
            CertificateName::SubjectDn(text) => DistinguishedName::parse(text)
                .is_some_and(|name| name.is_the_same_as(self.certificate.subject_name())),
            name => normal(name).is_some_and(|name| self.names.contains(&name)),
        }
    }
}

fn key_thumbprint(certificate: &X509) -> Option<String> {
    let key = certificate.public_key().ok()?;
    let members = members(&key).ok().flatten()?;
    Some(thumbprint(members.iter().map(|(name, value)| (*name, value.as_str()))))
}

/// Whether a certificate can be known by this name.
pub fn is_name(name: &CertificateName) -> bool {
    match name {
        CertificateName::SubjectDn(text) => DistinguishedName::parse(text).is_some(),
        name => normal(name).is_some(),
    }
}

/// The spelling of an alternative name that all of its spellings have in common (RFC 5280 sections 7.2, 7.4
/// and 7.5); `None` for a text that is no such name.
fn normal(name: &CertificateName) -> Option<CertificateName> {
    let is_host = |host: &str| {
        let is_label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        host.len() <= 253 && host.split('.').all(|label| !label.is_empty() && label.chars().all(is_label))
    };
    match name {
        CertificateName::SubjectDn(_) => None,
        CertificateName::SanDns(host) => {
            is_host(host).then(|| CertificateName::SanDns(host.to_ascii_lowercase()))
        }
        CertificateName::SanUri(uri) => {
            let fits = uri.is_ascii() && uri.contains(':') && !uri.contains(char::is_whitespace);
            fits.then(|| CertificateName::SanUri(uri.clone()))
        }
        CertificateName::SanIp(text) => {
            text.parse().ok().map(|address: IpAddr| CertificateName::SanIp(address.to_string()))
        }
        CertificateName::SanEmail(address) => {
            let (local, host) = address.rsplit_once('@')?;
            let fits = !local.is_empty() && local.chars().all(|c| c.is_ascii_graphic()) && is_host(host);
            fits.then(|| CertificateName::SanEmail(format!("{local}@{}", host.to_ascii_lowercase())))
        }
    }
}

fn alternative(name: &GeneralNameRef) -> Option<CertificateName> {
    let text = |text: Option<&str>, kind: fn(String) -> CertificateName| text.map(|it| kind(it.to_owned()));
    let named = text(name.dnsname(), CertificateName::SanDns)
        .or_else(|| text(name.uri(), CertificateName::SanUri))
        .or_else(|| text(name.email(), CertificateName::SanEmail))
        .or_else(|| address(name.ipaddress()?).map(|it| CertificateName::SanIp(it.to_string())))?;
    normal(&named)
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(octets)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

/// The members of the JWK that is this key, if it is strong.
fn members(key: &PKey<Public>) -> Result<Option<Vec<(&'static str, String)>>, ErrorStack> {
    let text = str::to_owned;
    match key.id() {
        Id::RSA => {
            let rsa = key.rsa()?;
            let number = |number: &BigNumRef| BASE64.encode(number.to_vec());
            let members = vec![("e", number(rsa.e())), ("kty", text("RSA")), ("n", number(rsa.n()))];
            Ok((2048..=8192).contains(&rsa.n().num_bits()).then_some(members))
        }
        Id::EC => {
            let key = key.ec_key()?;
            let Some((curve, length)) = key.group().curve_name().and_then(curve) else { return Ok(None) };
            let (mut x, mut y, mut context) = (BigNum::new()?, BigNum::new()?, BigNumContext::new()?);
            key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context)?;
            let [x, y] = [x.to_vec_padded(length)?, y.to_vec_padded(length)?].map(|it| BASE64.encode(it));
            Ok(Some(vec![("crv", text(curve)), ("kty", text("EC")), ("x", x), ("y", y)]))
        }
        Id::ED25519 => {
            let x = BASE64.encode(key.raw_public_key()?);
            Ok(Some(vec![("crv", text("Ed25519")), ("kty", text("OKP")), ("x", x)]))
        }
        _ => Ok(None),
    }
}

/// The name of a curve (RFC 7518 section 6.2.1.1) and how many bytes its coordinates have.
fn curve(curve: Nid) -> Option<(&'static str, i32)> {
    match curve {
        Nid::X9_62_PRIME256V1 => Some(("P-256", 32)),
        Nid::SECP384R1 => Some(("P-384", 48)),
        Nid::SECP521R1 => Some(("P-521", 66)),
        _ => None,
    }
}

fn timestamp(time: &Asn1TimeRef) -> Option<Timestamp> {
    let since = Asn1Time::from_unix(0).ok()?.diff(time).ok()?;
    Some(Timestamp::from_secs(i64::from(since.days) * 86_400 + i64::from(since.secs)))
}
