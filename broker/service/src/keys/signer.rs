//! A private key in use: parsed once, signs many tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Algorithm, KeyId};
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsSigner, PS256, RS256};
use serde::Serialize;
use serde_json::{Map, Value};

/// What of a private JWK may be published. Everything else is secret until shown otherwise.
const PUBLIC_MEMBERS: [&str; 6] = ["kty", "crv", "x", "y", "n", "e"];

/// Why a token was not signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignError {
    #[error("the claims are not JSON: {0}")]
    Claims(#[from] serde_json::Error),
    #[error(transparent)]
    Signature(#[from] JoseError),
}

/// A signing key, ready to sign.
#[derive(Debug)]
pub(super) struct Signer {
    pub(super) id: KeyId,
    kid: String,
    algorithm: Algorithm,
    signer: Box<dyn JwsSigner>,
    public_jwk: Value,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

impl Signer {
    /// Parses a private key.
    ///
    /// # Errors
    /// When the JWK is no private key for `algorithm`.
    pub(super) fn new(id: KeyId, algorithm: Algorithm, private_jwk: &[u8]) -> Result<Self, JoseError> {
        let jwk = Jwk::from_bytes(private_jwk)?;
        let signer: Box<dyn JwsSigner> = match algorithm {
            Algorithm::ES256 => Box::new(ES256.signer_from_jwk(&jwk)?),
            Algorithm::RS256 => Box::new(RS256.signer_from_jwk(&jwk)?),
            Algorithm::PS256 => Box::new(PS256.signer_from_jwk(&jwk)?),
            Algorithm::EdDSA => Box::new(EdDSA.signer_from_jwk(&jwk)?),
        };
        Ok(Self {
            id,
            kid: id.to_string(),
            algorithm,
            signer,
            public_jwk: public_jwk(id, (algorithm.as_str(), "sig"), &jwk),
        })
    }

    /// The public key with `kid`, `alg` and `use`.
    pub(super) fn public_jwk(&self) -> &Value {
        &self.public_jwk
    }

    /// A compact JWS of `claims` (RFC 7515 section 7.1).
    pub(super) fn sign<C: Serialize>(&self, typ: &str, claims: &C) -> Result<String, SignError> {
        let header = Header { alg: self.algorithm.as_str(), typ, kid: &self.kid };
        let mut token = String::with_capacity(1024);
        let mut json = Vec::with_capacity(768);
        serde_json::to_writer(&mut json, &header)?;
        BASE64.encode_string(&json, &mut token);
        token.push('.');
        json.clear();
        serde_json::to_writer(&mut json, claims)?;
        BASE64.encode_string(&json, &mut token);
        let signature = self.signer.sign(token.as_bytes())?;
        token.push('.');
        BASE64.encode_string(signature, &mut token);
        Ok(token)
    }
}

/// What is published of a private key, for this algorithm and use.
pub(super) fn public_jwk(id: KeyId, (algorithm, use_): (&str, &str), jwk: &Jwk) -> Value {
    let mut public = Map::new();
    for (name, value) in [("kid", id.to_string().as_str()), ("alg", algorithm), ("use", use_)] {
        public.insert(name.to_owned(), value.into());
    }
    for name in PUBLIC_MEMBERS {
        if let Some(value) = jwk.parameter(name) {
            public.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(public)
}
