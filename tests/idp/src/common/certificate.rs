//! X.509 certificates, as far as keys are named by them: the `x5c` and `x5t` of a JWKS, and the
//! certificate that an app is registered with.

use josekit::jwk::Jwk;
use josekit::jwk::alg::rsa::RsaKeyPair;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509Builder, X509NameBuilder};
use serde_json::json;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// A certificate of an RSA key.
#[derive(Clone)]
pub struct Certificate(X509);

impl Certificate {
    /// The certificate in a PEM document.
    pub fn from_pem(pem: &[u8]) -> Option<Self> {
        X509::from_pem(pem).ok().map(Self)
    }

    pub(crate) fn self_signed(private: &Jwk, common_name: &str) -> Option<Self> {
        let pem = RsaKeyPair::from_jwk(private).ok()?.to_traditional_pem_private_key();
        self_signed(&pem, common_name).ok().map(Self)
    }

    /// The base64 of `x5c` (RFC 7517 section 4.7).
    pub(crate) fn x5c(&self) -> String {
        STANDARD.encode(self.0.to_der().unwrap_or_default())
    }

    /// The SHA-1 thumbprint of `x5t` (RFC 7515 section 4.1.7).
    pub(crate) fn x5t(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.digest(MessageDigest::sha1()))
    }

    /// The thumbprint of `x5t#S256` (RFC 7515 section 4.1.8).
    pub(crate) fn x5t_s256(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.digest(MessageDigest::sha256()))
    }

    /// The SHA-1 thumbprint as consoles show it.
    pub(crate) fn thumbprint(&self) -> String {
        self.digest(MessageDigest::sha1()).iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// When it runs out, in Unix seconds.
    pub(crate) fn expires_at(&self) -> i64 {
        let epoch = Asn1Time::from_unix(0).ok();
        let left = epoch.and_then(|epoch| epoch.diff(self.0.not_after()).ok());
        left.map_or(0, |left| i64::from(left.days) * 86_400 + i64::from(left.secs))
    }

    /// The key in it.
    pub(crate) fn public_jwk(&self) -> Option<Jwk> {
        let rsa = self.0.public_key().ok()?.rsa().ok()?;
        let number = |number: &openssl::bn::BigNumRef| URL_SAFE_NO_PAD.encode(number.to_vec());
        let jwk = json!({ "kty": "RSA", "n": number(rsa.n()), "e": number(rsa.e()) });
        Jwk::from_map(jwk.as_object()?.clone()).ok()
    }

    fn digest(&self, digest: MessageDigest) -> Vec<u8> {
        self.0.digest(digest).map(|bytes| bytes.to_vec()).unwrap_or_default()
    }
}

fn self_signed(private_pem: &[u8], common_name: &str) -> Result<X509, ErrorStack> {
    let key = PKey::private_key_from_pem(private_pem)?;
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_text("CN", common_name)?;
    let name = name.build();
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*BigNum::from_u32(1)?.to_asn1_integer()?)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_pubkey(&key)?;
    // From 2020 to 2100: emulators live in the time of their tests.
    builder.set_not_before(&*Asn1Time::from_unix(1_577_836_800)?)?;
    builder.set_not_after(&*Asn1Time::from_unix(4_102_444_800)?)?;
    builder.sign(&key, MessageDigest::sha256())?;
    Ok(builder.build())
}
