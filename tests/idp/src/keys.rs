//! Signing keys, parsed when they are made and never again.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws::{ES256, JwsHeader, JwsSigner, JwsVerifier, RS256};
use josekit::jwt::{self, JwtPayload};
use serde_json::{Map, Value};

use crate::Algorithm;

/// A key pair with its published half.
pub(crate) struct SigningKey {
    signer: Box<dyn JwsSigner>,
    verifier: Box<dyn JwsVerifier>,
    public_jwk: Jwk,
}

impl SigningKey {
    pub(crate) fn generate(algorithm: Algorithm) -> Result<Self, JoseError> {
        let mut private = match algorithm {
            Algorithm::Rs256 => Jwk::generate_rsa_key(2048)?,
            Algorithm::Es256 => Jwk::generate_ec_key(EcCurve::P256)?,
        };
        let key_id = random_handle();
        private.set_key_id(&key_id);

        // josekit drops `kid` and `alg` on the way to the public half.
        let mut public_jwk = private.to_public_key()?;
        public_jwk.set_key_id(&key_id);
        public_jwk.set_key_use("sig");
        public_jwk.set_algorithm(algorithm.name());

        let (signer, verifier): (Box<dyn JwsSigner>, Box<dyn JwsVerifier>) = match algorithm {
            Algorithm::Rs256 => {
                (Box::new(RS256.signer_from_jwk(&private)?), Box::new(RS256.verifier_from_jwk(&public_jwk)?))
            }
            Algorithm::Es256 => {
                (Box::new(ES256.signer_from_jwk(&private)?), Box::new(ES256.verifier_from_jwk(&public_jwk)?))
            }
        };
        Ok(Self { signer, verifier, public_jwk })
    }

    /// What the JWKS shows.
    pub(crate) fn public_jwk(&self) -> &Map<String, Value> {
        self.public_jwk.as_ref()
    }

    /// A compact JWS over `claims`, with `typ`, `alg` and `kid` in its header.
    pub(crate) fn sign(&self, claims: Map<String, Value>) -> Result<String, JoseError> {
        let mut header = JwsHeader::new();
        header.set_token_type("JWT");
        jwt::encode_with_signer(&JwtPayload::from_map(claims)?, &header, self.signer.as_ref())
    }

    /// The claims of a token that this key signed, however old.
    pub(crate) fn verify(&self, token: &str) -> Option<Map<String, Value>> {
        let (payload, _) = jwt::decode_with_verifier(token, self.verifier.as_ref()).ok()?;
        Some(payload.into())
    }
}

/// 256 random bits as text: a code, a token, a session cookie, a key id.
pub(crate) fn random_handle() -> String {
    URL_SAFE_NO_PAD.encode(josekit::util::random_bytes(32))
}
