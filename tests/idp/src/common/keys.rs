//! Signing keys, parsed when they are made and never again.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{ES256, EdDSA, JwsSigner, JwsVerifier, PS256, RS256};
use serde_json::{Map, Value, json};

use super::certificate::Certificate;
use super::lock;

/// A JWS algorithm that issuers sign with (RFC 7518 section 3.1, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with a 2048-bit key and SHA-256.
    Rs256,
    /// RSASSA-PSS with a 2048-bit key and SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    fn generate(self) -> Result<Jwk, JoseError> {
        match self {
            Self::Rs256 | Self::Ps256 => Jwk::generate_rsa_key(2048),
            Self::Es256 => Jwk::generate_ec_key(EcCurve::P256),
            Self::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519),
        }
    }

    fn signer(self, private: &Jwk) -> Result<Box<dyn JwsSigner>, JoseError> {
        Ok(match self {
            Self::Rs256 => Box::new(RS256.signer_from_jwk(private)?),
            Self::Ps256 => Box::new(PS256.signer_from_jwk(private)?),
            Self::Es256 => Box::new(ES256.signer_from_jwk(private)?),
            Self::EdDsa => Box::new(EdDSA.signer_from_jwk(private)?),
        })
    }
}

/// A verifier for signatures that say this `alg`, by this key; nothing when the two do not go together.
pub(crate) fn verifier(alg: &str, key: &Jwk) -> Option<Box<dyn JwsVerifier>> {
    Some(match alg {
        "RS256" => Box::new(RS256.verifier_from_jwk(key).ok()?),
        "PS256" => Box::new(PS256.verifier_from_jwk(key).ok()?),
        "ES256" => Box::new(ES256.verifier_from_jwk(key).ok()?),
        "EdDSA" => Box::new(EdDSA.verifier_from_jwk(key).ok()?),
        _ => return None,
    })
}

/// A key pair with its published half.
pub(crate) struct SigningKey {
    algorithm: Algorithm,
    signer: Box<dyn JwsSigner>,
    public: Jwk,
    key_id: String,
    certificate: Option<Certificate>,
}

/// The keys of this process by what they are for. Tests are many and RSA keys slow to make, so one role
/// has one key in all the emulators of a process.
static ROLES: LazyLock<Mutex<Roles>> = LazyLock::new(Mutex::default);

type Roles = HashMap<(Algorithm, String), Arc<SigningKey>>;

impl SigningKey {
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Self, JoseError> {
        let private = algorithm.generate()?;
        Self::new(algorithm, &private, random_handle(), None)
    }

    /// An RSA key with a certificate of its own, whose thumbprint is its `kid`.
    fn generate_certified(algorithm: Algorithm, common_name: &str) -> Result<Self, JoseError> {
        let private = algorithm.generate()?;
        let certificate = Certificate::self_signed(&private, common_name);
        let key_id = certificate.as_ref().map_or_else(random_handle, Certificate::x5t);
        Self::new(algorithm, &private, key_id, certificate)
    }

    fn new(
        algorithm: Algorithm,
        private: &Jwk,
        key_id: String,
        certificate: Option<Certificate>,
    ) -> Result<Self, JoseError> {
        let mut public = private.to_public_key()?;
        public.set_key_id(&key_id);
        public.set_key_use("sig");
        public.set_algorithm(algorithm.name());
        Ok(Self { algorithm, signer: algorithm.signer(private)?, public, key_id, certificate })
    }

    /// The key of a role; with a certificate, if it is to have one in that name.
    pub(crate) fn of_role(
        algorithm: Algorithm,
        role: &str,
        common_name: Option<&str>,
    ) -> Result<Arc<Self>, JoseError> {
        let mut roles = lock(&ROLES);
        let known = (algorithm, role.to_owned());
        if let Some(key) = roles.get(&known) {
            return Ok(key.clone());
        }
        let key = Arc::new(match common_name {
            Some(common_name) => Self::generate_certified(algorithm, common_name)?,
            None => Self::generate(algorithm)?,
        });
        roles.insert(known, key.clone());
        Ok(key)
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// What the JWKS shows.
    pub(crate) fn public_jwk(&self) -> &Map<String, Value> {
        self.public.as_ref()
    }

    /// Its certificate.
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The header of what this key signs.
    pub(crate) fn header(&self, typ: &str) -> Map<String, Value> {
        let header = json!({ "typ": typ, "alg": self.algorithm.name(), "kid": self.key_id });
        header.as_object().cloned().unwrap_or_default()
    }

    /// The signature over these bytes.
    pub(crate) fn signature(&self, bytes: &[u8]) -> Result<Vec<u8>, JoseError> {
        self.signer.sign(bytes)
    }

    /// A compact JWS over `claims`.
    pub(crate) fn sign(&self, typ: &str, claims: &Map<String, Value>) -> Result<String, JoseError> {
        let input = signing_input(&self.header(typ), claims);
        let signature = self.signature(input.as_bytes())?;
        Ok(compact(&input, &signature))
    }

    /// The claims of a token that this key signed, however old.
    pub(crate) fn verify(&self, token: &str) -> Option<Map<String, Value>> {
        let token = super::assertion::Jws::parse(token)?;
        token.is_signed_by(&self.public).then_some(token.claims)
    }
}

/// The first two parts of a compact JWS (RFC 7515 section 5.1).
pub(crate) fn signing_input(header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
    let part = |map: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(map.clone()).to_string());
    format!("{}.{}", part(header), part(claims))
}

/// The whole of a compact JWS.
pub(crate) fn compact(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// 256 random bits as text: a code, a token, a session cookie, a key id.
pub(crate) fn random_handle() -> String {
    URL_SAFE_NO_PAD.encode(josekit::util::random_bytes(32))
}
