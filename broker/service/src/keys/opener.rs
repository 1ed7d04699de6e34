//! A private key that opens what others encrypted to it (RFC 7516): parsed once.
//!
//! Whatever is wrong inside, the answer is one, after the same work: a key that cannot be unwrapped is
//! replaced by a random one, and nothing is decrypted before its tag has been compared (sections 11.4, 11.5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{ContentEncryption, Encryption, Entropy, KeyId, KeyManagement};
use hmac::{Hmac, Mac};
use josekit::jwe::{
    ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A256KW, JweContentEncryption, JweDecrypter, JweHeader, RSA_OAEP,
    RSA_OAEP_256, enc,
};
use josekit::jwk::Jwk;
use openssl::symm::{self, Cipher};
use serde_json::Value;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::jose::{Header, JoseError, MAX_TOKEN, decode};
use super::jwks::{is_private, public_members};
use super::signer::public_jwk;

/// What others are offered to encrypt for us with: a key for each, so nothing weaker can be chosen for it.
pub const OFFERED: [KeyManagement; 2] = [KeyManagement::EcdhEs, KeyManagement::RsaOaep256];

/// A compact JWE that could be meant for us (section 7.1): its form is right, and nothing in it asks for
/// more work than its length does. There is no way to compress it, nor to derive a key from a password.
pub(super) struct Encrypted<'a> {
    pub encryption: Encryption,
    pub kid: Option<String>,
    header: JweHeader,
    associated: &'a str,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

impl<'a> Encrypted<'a> {
    /// Reads the parts and their header.
    pub(super) fn read(jwe: &'a str) -> Result<Self, JoseError> {
        if jwe.len() > MAX_TOKEN {
            return Err(JoseError::Form);
        }
        let mut parts = jwe.splitn(6, '.');
        let mut part = || parts.next().ok_or(JoseError::Form);
        let [associated, encrypted_key, iv, ciphertext, tag] = [part()?, part()?, part()?, part()?, part()?];
        if part().is_ok() {
            return Err(JoseError::Form);
        }
        let (header, mut members) = Header::read_all(associated)?;
        if members.contains_key("zip") {
            return Err(JoseError::Header("asks for decompression"));
        }
        if members.get("cty").is_some_and(|content| !is_jwt(content)) {
            return Err(JoseError::Type);
        }
        let enc = members.get("enc").and_then(Value::as_str).and_then(ContentEncryption::parse);
        let alg = KeyManagement::parse(&header.alg);
        let (Some(alg), Some(enc)) = (alg, enc) else { return Err(JoseError::Algorithm) };
        if let Some(key) = members.get_mut("epk") {
            *key = ephemeral(key).ok_or(JoseError::Header("epk is no public key"))?;
        }
        let (iv, ciphertext, tag) = (decode(iv)?, decode(ciphertext)?, decode(tag)?);
        if (iv.len(), tag.len()) != lengths(enc) {
            return Err(JoseError::Form);
        }
        Ok(Self {
            encryption: Encryption { alg, enc },
            kid: header.kid,
            header: JweHeader::from_map(members).map_err(|_| JoseError::Header("malformed"))?,
            associated,
            encrypted_key: decode(encrypted_key)?,
            iv,
            ciphertext,
            tag,
        })
    }
}

/// Nested JWTs say so (RFC 7519 section 5.2), or nothing.
fn is_jwt(content: &Value) -> bool {
    let is = |text: &str| ["JWT", "oauth-authz-req+jwt"].iter().any(|it| text.eq_ignore_ascii_case(it));
    content.as_str().is_some_and(|text| is(text.strip_prefix("application/").unwrap_or(text)))
}

/// The public members of an `epk`, and no others.
fn ephemeral(key: &Value) -> Option<Value> {
    let key = key.as_object().filter(|key| !is_private(key))?;
    serde_json::to_value(public_members(key)?).ok()
}

/// Of IV and tag, in bytes (RFC 7518 sections 5.2 and 5.3): a shorter tag would be easier to guess.
const fn lengths(enc: ContentEncryption) -> (usize, usize) {
    match enc {
        ContentEncryption::A128CbcHs256 => (16, 16),
        ContentEncryption::A256CbcHs512 => (16, 32),
        ContentEncryption::A128GCM | ContentEncryption::A256GCM => (12, 16),
    }
}

/// A private key, ready to open.
#[derive(Debug)]
pub(super) struct Opener {
    pub(super) id: KeyId,
    pub(super) alg: KeyManagement,
    /// How long an encrypted key for it is, in bytes.
    wrapped: Option<usize>,
    decrypter: Box<dyn JweDecrypter>,
    public_jwk: Value,
}

impl Opener {
    /// Parses a private key.
    ///
    /// # Errors
    /// When the JWK is no private key for `alg`.
    pub(super) fn new(id: KeyId, alg: KeyManagement, private_jwk: &[u8]) -> Result<Self, josekit::JoseError> {
        let jwk = Jwk::from_bytes(private_jwk)?;
        let decrypter: Box<dyn JweDecrypter> = match alg {
            KeyManagement::RsaOaep => Box::new(RSA_OAEP.decrypter_from_jwk(&jwk)?),
            KeyManagement::RsaOaep256 => Box::new(RSA_OAEP_256.decrypter_from_jwk(&jwk)?),
            KeyManagement::EcdhEs => Box::new(ECDH_ES.decrypter_from_jwk(&jwk)?),
            KeyManagement::EcdhEsA128Kw => Box::new(ECDH_ES_A128KW.decrypter_from_jwk(&jwk)?),
            KeyManagement::EcdhEsA256Kw => Box::new(ECDH_ES_A256KW.decrypter_from_jwk(&jwk)?),
        };
        let modulus = jwk.parameter("n").and_then(Value::as_str).map(|modulus| BASE64.decode(modulus));
        let wrapped = modulus.and_then(Result::ok).map(|modulus| modulus.len());
        let public_jwk = public_jwk(id, (alg.as_str(), "enc"), &jwk);
        Ok(Self { id, alg, wrapped, decrypter, public_jwk })
    }

    /// The public key with `kid`, `alg` and `use`.
    pub(super) fn public_jwk(&self) -> &Value {
        &self.public_jwk
    }

    /// What was encrypted; `None` unless it was encrypted to this key and is unchanged.
    pub(super) fn open(
        &self,
        encrypted: &Encrypted<'_>,
        entropy: &dyn Entropy,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.content_key(encrypted).unwrap_or_else(|| {
            let mut random = Zeroizing::new(vec![0; key_length(encrypted.encryption.enc)]);
            entropy.fill(&mut random);
            random
        });
        decrypt(encrypted, &key).map(Zeroizing::new)
    }

    fn content_key(&self, encrypted: &Encrypted<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let enc = encrypted.encryption.enc;
        let wrapped = match self.alg {
            KeyManagement::EcdhEs => 0,
            KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw => key_length(enc) + 8,
            KeyManagement::RsaOaep | KeyManagement::RsaOaep256 => self.wrapped?,
        };
        if encrypted.encrypted_key.len() != wrapped {
            return None;
        }
        let encrypted_key = (wrapped > 0).then_some(encrypted.encrypted_key.as_slice());
        let key = self.decrypter.decrypt(encrypted_key, josekit_name(enc), &encrypted.header).ok()?;
        (key.len() == key_length(enc)).then(|| Zeroizing::new(key.into_owned()))
    }
}

const fn key_length(enc: ContentEncryption) -> usize {
    match enc {
        ContentEncryption::A128GCM => 16,
        ContentEncryption::A128CbcHs256 | ContentEncryption::A256GCM => 32,
        ContentEncryption::A256CbcHs512 => 64,
    }
}

/// The library's name for it, which goes into the agreed key. Its own decryption is not used: it looks at the
/// padding before the tag.
const fn josekit_name(enc: ContentEncryption) -> &'static dyn JweContentEncryption {
    match enc {
        ContentEncryption::A128CbcHs256 => &enc::A128CBC_HS256,
        ContentEncryption::A256CbcHs512 => &enc::A256CBC_HS512,
        ContentEncryption::A128GCM => &enc::A128GCM,
        ContentEncryption::A256GCM => &enc::A256GCM,
    }
}

/// RFC 7518 sections 5.2.2.2 and 5.3.
fn decrypt(encrypted: &Encrypted<'_>, key: &[u8]) -> Option<Vec<u8>> {
    let Encrypted { associated, iv, ciphertext, tag, .. } = encrypted;
    let gcm = |cipher| symm::decrypt_aead(cipher, key, Some(iv), associated.as_bytes(), ciphertext, tag).ok();
    let (mac_key, key) = key.split_at(key.len() / 2);
    let cbc = |cipher| symm::decrypt(cipher, key, Some(iv), ciphertext).ok();
    match encrypted.encryption.enc {
        ContentEncryption::A128GCM => gcm(Cipher::aes_128_gcm()),
        ContentEncryption::A256GCM => gcm(Cipher::aes_256_gcm()),
        ContentEncryption::A128CbcHs256 => {
            has_tag::<Hmac<Sha256>>(mac_key, encrypted).then(|| cbc(Cipher::aes_128_cbc()))?
        }
        ContentEncryption::A256CbcHs512 => {
            has_tag::<Hmac<Sha512>>(mac_key, encrypted).then(|| cbc(Cipher::aes_256_cbc()))?
        }
    }
}

/// Whether the tag is the left half of the HMAC (section 5.2.2.1), compared in constant time.
fn has_tag<M: Mac + hmac::digest::KeyInit>(mac_key: &[u8], encrypted: &Encrypted<'_>) -> bool {
    let Ok(mut mac) = <M as Mac>::new_from_slice(mac_key) else { return false };
    mac.update(encrypted.associated.as_bytes());
    mac.update(&encrypted.iv);
    mac.update(&encrypted.ciphertext);
    mac.update(&(encrypted.associated.len() as u64 * 8).to_be_bytes());
    mac.verify_truncated_left(&encrypted.tag).is_ok()
}
