//! Encryption to the public keys of others, as compact JWEs (RFC 7516).

use std::sync::Arc;

use doorward_domain::{ContentEncryption, Encryption, KeyManagement};
use josekit::JoseError;
use josekit::jwe::{
    ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A256KW, JweEncrypter, JweHeader, RSA_OAEP, RSA_OAEP_256,
    serialize_compact,
};
use josekit::jwk::Jwk;
use serde_json::{Map, Value};

use super::jwks::{JwksError, listed, public_members};
use super::ring::KeyError;

/// What a key for encryption may be used for, if it says so (RFC 7517 section 4.3).
const OPERATIONS: [&str; 4] = ["encrypt", "wrapKey", "deriveKey", "deriveBits"];

/// The public keys of one party that something can be encrypted to, parsed once.
#[derive(Debug, Default)]
pub struct EncryptionKeys {
    keys: Vec<EncryptionKey>,
}

#[derive(Debug)]
struct EncryptionKey {
    alg: KeyManagement,
    /// Whether it says that it is for encryption; one that says nothing is the second choice.
    dedicated: bool,
    encrypter: Arc<dyn JweEncrypter>,
}

/// Somebody whom something is encrypted for.
#[derive(Clone, Debug)]
pub struct Recipient {
    encrypter: Arc<dyn JweEncrypter>,
    enc: ContentEncryption,
}

impl EncryptionKeys {
    /// Reads a JWK Set. Left out are keys that are weak, malformed, of another type, or for something else.
    ///
    /// # Errors
    /// [`JwksError`] when the set itself cannot be trusted.
    pub fn parse(set: &Value) -> Result<Self, JwksError> {
        Ok(Self { keys: listed(set)?.into_iter().filter_map(read).flatten().collect() })
    }

    /// The owner of these keys, who gets something in this form; `None` when no key fits it.
    pub fn recipient(&self, Encryption { alg, enc }: Encryption) -> Option<Recipient> {
        let fitting = || self.keys.iter().filter(|key| key.alg == alg);
        let key = fitting().find(|key| key.dedicated).or_else(|| fitting().next())?;
        Some(Recipient { encrypter: Arc::clone(&key.encrypter), enc })
    }
}

impl Recipient {
    /// Encrypts a JWT that was signed before: a nested one (RFC 7519 section 5.2).
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn nest(&self, jwt: &str) -> Result<String, KeyError> {
        let mut header = JweHeader::new();
        header.set_content_type("JWT");
        self.encrypt(header, jwt.as_bytes())
    }

    /// Encrypts claims that nobody signed.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn encrypt_claims(&self, claims: &Map<String, Value>) -> Result<String, KeyError> {
        let json = serde_json::to_vec(claims).map_err(|cause| KeyError::Claims(cause.to_string()))?;
        self.encrypt(JweHeader::new(), &json)
    }

    fn encrypt(&self, mut header: JweHeader, content: &[u8]) -> Result<String, KeyError> {
        header.set_content_encryption(self.enc.as_str());
        let encrypted = serialize_compact(content, &header, &*self.encrypter);
        encrypted.map_err(|cause| KeyError::Encryption(cause.to_string()))
    }
}

/// What one JWK can be used with: an encrypter for each algorithm.
fn read(jwk: &Map<String, Value>) -> Option<Vec<EncryptionKey>> {
    let dedicated = match jwk.get("use").map(Value::as_str) {
        None => false,
        Some(Some("enc")) => true,
        Some(_) => return None,
    };
    if !may_encrypt(jwk) {
        return None;
    }
    let mut public = public_members(jwk)?;
    if let Some(id) = jwk.get("kid") {
        public.set_key_id(id.as_str()?);
    }
    let named = jwk.get("alg").map(Value::as_str);
    let fitting = algorithms(&public).iter().filter(|alg| named.is_none_or(|it| it == Some(alg.as_str())));
    let keys = fitting.filter_map(|alg| {
        Some(EncryptionKey { alg: *alg, dedicated, encrypter: encrypter(*alg, &public).ok()? })
    });
    Some(keys.collect())
}

fn may_encrypt(jwk: &Map<String, Value>) -> bool {
    let fits = |operation: &Value| operation.as_str().is_some_and(|it| OPERATIONS.contains(&it));
    match jwk.get("key_ops") {
        None => true,
        // What browsers make of a public key for Diffie-Hellman.
        Some(Value::Array(operations)) => operations.is_empty() || operations.iter().any(fits),
        Some(_) => false,
    }
}

fn algorithms(public: &Jwk) -> &'static [KeyManagement] {
    match (public.key_type(), public.curve()) {
        ("RSA", _) => &[KeyManagement::RsaOaep256, KeyManagement::RsaOaep],
        ("EC", Some("P-256" | "P-384" | "P-521")) | ("OKP", Some("X25519")) => {
            &[KeyManagement::EcdhEs, KeyManagement::EcdhEsA128Kw, KeyManagement::EcdhEsA256Kw]
        }
        _ => &[],
    }
}

/// OpenSSL refuses a point that is not on its curve here.
fn encrypter(alg: KeyManagement, public: &Jwk) -> Result<Arc<dyn JweEncrypter>, JoseError> {
    Ok(match alg {
        KeyManagement::RsaOaep => Arc::new(RSA_OAEP.encrypter_from_jwk(public)?),
        KeyManagement::RsaOaep256 => Arc::new(RSA_OAEP_256.encrypter_from_jwk(public)?),
        KeyManagement::EcdhEs => Arc::new(ECDH_ES.encrypter_from_jwk(public)?),
        KeyManagement::EcdhEsA128Kw => Arc::new(ECDH_ES_A128KW.encrypter_from_jwk(public)?),
        KeyManagement::EcdhEsA256Kw => Arc::new(ECDH_ES_A256KW.encrypter_from_jwk(public)?),
    })
}
