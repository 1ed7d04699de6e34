//! A provider's key as openidconnect's verifier wants it. The signature check is OpenSSL's, through
//! [`VerifyingKey`]: several times faster than the library's own.

use std::sync::Arc;

use doorward_domain::Algorithm;
use openidconnect::core::{CoreJsonWebKeyType, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeyId, SignatureVerificationError};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};
use sha2::{Digest as _, Sha256, Sha512};

use crate::keys::jwks::VerifyingKey;

/// A public key of a provider, for one algorithm. Parsed once; a copy shares it.
#[derive(Clone, Debug)]
pub(super) struct UpstreamKey {
    id: Option<JsonWebKeyId>,
    /// `None` is a shared secret, which verifies nothing here (JW-02).
    public: Option<Arc<VerifyingKey>>,
}

impl UpstreamKey {
    pub(super) fn new(key: VerifyingKey) -> Self {
        Self { id: key.id().map(|id| JsonWebKeyId::new(id.to_owned())), public: Some(Arc::new(key)) }
    }

    /// Whose tokens it signs, where the provider says so.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.public.as_deref().and_then(VerifyingKey::issuer)
    }

    /// The key itself.
    pub(super) fn public(&self) -> Option<&VerifyingKey> {
        self.public.as_deref()
    }

    fn algorithm(&self) -> Option<Algorithm> {
        self.public.as_deref().map(VerifyingKey::algorithm)
    }
}

/// The algorithm as the library names it.
pub(super) const fn in_library(algorithm: Algorithm) -> &'static CoreJwsSigningAlgorithm {
    match algorithm {
        Algorithm::ES256 => &CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        Algorithm::RS256 => &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        Algorithm::PS256 => &CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        Algorithm::EdDSA => &CoreJwsSigningAlgorithm::EdDsa,
    }
}

impl JsonWebKey for UpstreamKey {
    type KeyUse = CoreJsonWebKeyUse;
    type SigningAlgorithm = CoreJwsSigningAlgorithm;

    fn key_id(&self) -> Option<&JsonWebKeyId> {
        self.id.as_ref()
    }

    fn key_type(&self) -> &CoreJsonWebKeyType {
        match self.algorithm() {
            Some(Algorithm::ES256) => &CoreJsonWebKeyType::EllipticCurve,
            Some(Algorithm::RS256 | Algorithm::PS256) => &CoreJsonWebKeyType::RSA,
            Some(Algorithm::EdDSA) => &CoreJsonWebKeyType::OctetKeyPair,
            None => &CoreJsonWebKeyType::Symmetric,
        }
    }

    /// Keys for other uses were left out when the set was read.
    fn key_use(&self) -> Option<&CoreJsonWebKeyUse> {
        Some(&CoreJsonWebKeyUse::Signature)
    }

    fn signing_alg(&self) -> JsonWebKeyAlgorithm<&CoreJwsSigningAlgorithm> {
        match self.algorithm() {
            Some(algorithm) => JsonWebKeyAlgorithm::Algorithm(in_library(algorithm)),
            None => JsonWebKeyAlgorithm::Unsupported,
        }
    }

    fn new_symmetric(_secret: Vec<u8>) -> Self {
        Self { id: None, public: None }
    }

    fn verify_signature(
        &self,
        algorithm: &CoreJwsSigningAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureVerificationError> {
        match &self.public {
            Some(key) if in_library(key.algorithm()) != algorithm => {
                Err(SignatureVerificationError::InvalidKey("a key of another algorithm".to_owned()))
            }
            Some(key) if key.verifies(message, signature) => Ok(()),
            _ => Err(SignatureVerificationError::CryptoError("the signature is wrong".to_owned())),
        }
    }

    /// The hash that belongs to a signature algorithm (OIDC Core section 3.1.3.6); that of Ed25519 is
    /// SHA-512 (RFC 8032 section 5.1).
    fn hash_bytes(&self, bytes: &[u8], algorithm: &CoreJwsSigningAlgorithm) -> Result<Vec<u8>, String> {
        match algorithm {
            CoreJwsSigningAlgorithm::EdDsa => Ok(Sha512::digest(bytes).to_vec()),
            _ => Ok(Sha256::digest(bytes).to_vec()),
        }
    }
}

/// The library's trait asks for serde, for key sets that it reads itself. We read them with
/// [`crate::keys::jwks`], so a single key is neither read nor written.
const NOT_BY_SERDE: &str = "keys are read by VerifyingKeys::parse";

impl<'de> Deserialize<'de> for UpstreamKey {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(NOT_BY_SERDE))
    }
}

impl Serialize for UpstreamKey {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(NOT_BY_SERDE))
    }
}
