//! The assertions by which doorward authenticates as somebody else's client (RFC 7523), and the keys and
//! certificates that it makes for that.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use doorward_domain::{Algorithm, KeyAlgorithm, KeyId, Timestamp};
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jws::{HS256, JwsSigner, PS256, RS256};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509Builder, X509NameBuilder};
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::generate::private_jwk;
use super::signer::public_jwk;

/// Signs assertions; made ready once.
#[derive(Debug)]
pub struct AssertionSigner {
    header: Value,
    signer: Box<dyn JwsSigner>,
}

/// Why there is no assertion, or no key for any.
#[derive(Debug, thiserror::Error)]
pub enum AssertionError {
    /// The key is none for the algorithm, or too short.
    #[error(transparent)]
    Key(#[from] JoseError),
    /// OpenSSL failed.
    #[error(transparent)]
    Certificate(#[from] ErrorStack),
    /// The claims are not JSON.
    #[error(transparent)]
    Claims(#[from] serde_json::Error),
}

/// A key pair for one connection.
pub struct ClientKeyPair {
    /// The private key as a JWK in JSON.
    pub private_jwk: Zeroizing<Vec<u8>>,
    /// The public key as a JWK with `kid`, `alg`, `use`, and its certificate in `x5c` and `x5t#S256`.
    pub public_jwk: Value,
}

impl AssertionSigner {
    /// Signs with a secret (`client_secret_jwt`).
    ///
    /// # Errors
    /// When the secret is shorter than the hash (RFC 7518 section 3.2).
    pub fn with_secret(secret: &[u8]) -> Result<Self, AssertionError> {
        let signer = Box::new(HS256.signer_from_bytes(secret)?);
        Ok(Self { header: json!({ "alg": "HS256", "typ": "JWT" }), signer })
    }

    /// Signs with a private key (`private_key_jwt`), which the header names by `kid` and certificate.
    ///
    /// # Errors
    /// When the JWK is no private RSA key.
    pub fn with_key(private_jwk: &[u8], public_jwk: &Value) -> Result<Self, AssertionError> {
        let jwk = Jwk::from_bytes(private_jwk)?;
        let signer: Box<dyn JwsSigner> = match public_jwk["alg"].as_str() {
            Some("PS256") => Box::new(PS256.signer_from_jwk(&jwk)?),
            _ => Box::new(RS256.signer_from_jwk(&jwk)?),
        };
        let (alg, kid, thumbprint) = (&public_jwk["alg"], &public_jwk["kid"], &public_jwk["x5t#S256"]);
        let header = json!({ "alg": alg, "typ": "JWT", "kid": kid, "x5t#S256": thumbprint });
        Ok(Self { header, signer })
    }

    /// A compact JWS of `claims` (RFC 7515 section 7.1).
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, AssertionError> {
        let header = BASE64.encode(serde_json::to_vec(&self.header)?);
        let signed = format!("{header}.{}", BASE64.encode(serde_json::to_vec(claims)?));
        let signature = self.signer.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", BASE64.encode(signature)))
    }
}

impl ClientKeyPair {
    /// A new RSA key pair that signs with `algorithm`, and a certificate by itself for those who know keys
    /// by theirs (RFC 7517 section 4.7), good from `from` to `until`. Takes some 100 ms.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn generate(
        algorithm: Algorithm,
        id: KeyId,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Self, AssertionError> {
        let private = private_jwk(KeyAlgorithm::Signature(algorithm), id)?;
        let jwk = Jwk::from_bytes(&private)?;
        let pem = Zeroizing::new(RsaKeyPair::from_jwk(&jwk)?.to_pem_private_key());
        let certificate = self_signed(&pem, id, (from, until))?;
        let mut public = public_jwk(id, (algorithm.as_str(), "sig"), &jwk);
        public["x5c"] = json!([STANDARD.encode(certificate.to_der()?)]);
        public["x5t#S256"] = BASE64.encode(certificate.digest(MessageDigest::sha256())?).into();
        Ok(Self { private_jwk: private, public_jwk: public })
    }
}

/// RFC 5280. Nobody but the provider that it is uploaded to ever looks at it.
fn self_signed(pem: &[u8], id: KeyId, (from, until): (Timestamp, Timestamp)) -> Result<X509, ErrorStack> {
    let key = PKey::private_key_from_pem(pem)?;
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_text("CN", &format!("doorward {id}"))?;
    let name = name.build();
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*BigNum::from_slice(&id.as_bytes()[..])?.to_asn1_integer()?)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_pubkey(&key)?;
    builder.set_not_before(&*Asn1Time::from_unix(from.as_secs())?)?;
    builder.set_not_after(&*Asn1Time::from_unix(until.as_secs())?)?;
    builder.sign(&key, MessageDigest::sha256())?;
    Ok(builder.build())
}
