//! Sealing: secrets at rest, and values that a browser carries for us.
//!
//! XChaCha20-Poly1305 with random nonces of 192 bits under subkeys that are derived from a named
//! master key, one for each [`Purpose`]. What is sealed opens only in the place, or the context, it
//! was sealed for: that is authenticated with it (SR-03).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chacha20poly1305::aead::AeadInPlace as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use doorward_domain::{Entropy, Sealed, TenantId};
use doorward_store::Kind;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bumped when anything below changes what old ciphertexts mean; part of every derived key.
const FORMAT: &str = "doorward sealing 1";
const NONCE: usize = 24;
const TAG: usize = 16;
/// What a sealed token says of its master key.
const HINT: usize = 4;

/// A master key as the configuration names it.
#[derive(Clone)]
pub struct MasterKey {
    /// Its name, which stands beside everything that it seals.
    pub name: String,
    /// 256 random bits.
    pub key: Zeroizing<[u8; 32]>,
}

/// What a key is derived for. What is sealed for one purpose never opens for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Secrets in records.
    Records,
    /// Login transactions in cookies.
    Transaction,
    /// Refresh tokens that are derived instead of stored.
    RefreshToken,
    /// The nonces that DPoP proofs must repeat.
    DpopNonce,
    /// Access tokens that nobody else can read.
    AccessToken,
    /// Where a page of a list ends.
    Cursor,
    /// A provider's answer on its way from one request to the next.
    Callback,
    /// Short codes, whose MACs are kept.
    Code,
    /// What a browser remembers of who has signed in with it.
    Device,
    /// The secret of an authenticator app that is being set up.
    Setup,
    /// What a passkey signs.
    Challenge,
    /// Where somebody belongs, as a browser carries it.
    Home,
    /// The link of a connection's test, and what its browser carries.
    ConnectionTest,
    /// What a provider said of somebody who has something left to prove.
    Arrival,
    /// The signatures of the audit log's checkpoints.
    Checkpoint,
}

impl Purpose {
    const ALL: [Self; 15] = [
        Self::Records,
        Self::Transaction,
        Self::RefreshToken,
        Self::DpopNonce,
        Self::AccessToken,
        Self::Cursor,
        Self::Callback,
        Self::Code,
        Self::Device,
        Self::Setup,
        Self::Challenge,
        Self::Home,
        Self::ConnectionTest,
        Self::Arrival,
        Self::Checkpoint,
    ];

    const fn label(self) -> &'static [u8] {
        match self {
            Self::Records => b"records",
            Self::Transaction => b"transaction",
            Self::RefreshToken => b"refresh token",
            Self::DpopNonce => b"DPoP nonce",
            Self::AccessToken => b"access token",
            Self::Cursor => b"cursor",
            Self::Callback => b"callback",
            Self::Code => b"code",
            Self::Device => b"device",
            Self::Setup => b"setup",
            Self::Challenge => b"challenge",
            Self::Home => b"home",
            Self::ConnectionTest => b"connection test",
            Self::Arrival => b"arrival",
            Self::Checkpoint => b"checkpoint",
        }
    }
}

/// Where a sealed secret lies: the field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The tenant whose record it is.
    pub tenant: TenantId,
    /// What the record is.
    pub kind: Kind,
    /// What identifies the record within its tenant and kind.
    pub id: &'a [u8],
    /// The field of the record.
    pub field: &'a str,
}

impl Place<'_> {
    /// The place as associated data: fixed lengths first, then each variable part with its length.
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(self.tenant.as_bytes());
        out.push(self.kind as u8);
        for part in [self.id, self.field.as_bytes()] {
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    }
}

/// Why something sealed does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The master key that sealed it is not among ours.
    #[error("sealed under a master key that is not known here")]
    UnknownKey,
    /// It is not the output of a sealer.
    #[error("not a sealed value")]
    Malformed,
    /// It was changed, moved, or sealed with other bytes under the same key name.
    #[error("does not open here: changed, moved, or sealed with another key of this name")]
    Forged,
}

/// Seals under one master key, the active one, and opens under any that it knows.
pub struct Sealer {
    active: Subkeys,
    older: Vec<Subkeys>,
}

impl Sealer {
    /// A sealer that seals under `active` and still opens what `older` keys sealed.
    pub fn new(active: MasterKey, older: Vec<MasterKey>) -> Self {
        Self { active: Subkeys::new(active), older: older.into_iter().map(Subkeys::new).collect() }
    }

    /// The name of the master key that seals.
    pub fn active(&self) -> &str {
        &self.active.name
    }

    /// Seals a secret for one place in the store.
    pub fn seal(&self, place: &Place<'_>, plain: &[u8], entropy: &dyn Entropy) -> Sealed {
        let key = &self.active;
        let mut out = Vec::with_capacity(NONCE + plain.len() + TAG);
        seal_into(&mut out, &key.cipher(Purpose::Records), &place.bytes(), plain, entropy);
        Sealed { key: key.name.clone(), ciphertext: BASE64.encode(out) }
    }

    /// Opens a secret in the place it was sealed for.
    ///
    /// # Errors
    /// A [`SealError`] says why it does not open.
    pub fn open(&self, place: &Place<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let key = self.keys().find(|key| key.name == sealed.key).ok_or(SealError::UnknownKey)?;
        let bytes = BASE64.decode(&sealed.ciphertext).map_err(|_| SealError::Malformed)?;
        open_from(&key.cipher(Purpose::Records), &place.bytes(), &bytes)
    }

    /// Seals a value that somebody else carries, in base64url. `context` is authenticated, not
    /// contained: the value opens only together with it.
    pub fn seal_token(
        &self,
        purpose: Purpose,
        context: &[u8],
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> String {
        let key = &self.active;
        let mut out = Vec::with_capacity(HINT + NONCE + plain.len() + TAG);
        out.extend_from_slice(&key.hint);
        seal_into(&mut out, &key.cipher(purpose), context, plain, entropy);
        BASE64.encode(out)
    }

    /// Opens a value that was carried, for the same purpose and in the same context.
    ///
    /// # Errors
    /// A [`SealError`] says why it does not open.
    pub fn open_token(
        &self,
        purpose: Purpose,
        context: &[u8],
        token: &str,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let bytes = BASE64.decode(token).map_err(|_| SealError::Malformed)?;
        let (hint, sealed) = bytes.split_first_chunk::<HINT>().ok_or(SealError::Malformed)?;
        let key = self.keys().find(|key| key.hint == *hint).ok_or(SealError::UnknownKey)?;
        open_from(&key.cipher(purpose), context, sealed)
    }

    /// HMAC-SHA256 of `parts` (each with its length) under the named master key's subkey for
    /// `purpose`; `None` if that key is unknown.
    pub fn derive(&self, key: &str, purpose: Purpose, parts: &[&[u8]]) -> Option<[u8; 32]> {
        let key = self.keys().find(|known| known.name == key)?;
        Some(hmac(&key.derivation[purpose as usize], parts))
    }

    fn keys(&self) -> impl Iterator<Item = &Subkeys> {
        std::iter::once(&self.active).chain(&self.older)
    }
}

/// What is derived, once, from a master key. The name is under every derivation, so a key that is
/// given another name opens nothing.
struct Subkeys {
    name: String,
    hint: [u8; HINT],
    sealing: [Zeroizing<[u8; 32]>; Purpose::ALL.len()],
    derivation: [Zeroizing<[u8; 32]>; Purpose::ALL.len()],
}

impl Subkeys {
    fn new(master: MasterKey) -> Self {
        let derive = |use_: &[u8], purpose: &[u8]| {
            Zeroizing::new(hmac(&master.key, &[FORMAT.as_bytes(), use_, purpose, master.name.as_bytes()]))
        };
        let digest = derive(b"hint", b"");
        let mut hint = [0; HINT];
        hint.copy_from_slice(&digest[..HINT]);
        let sealing = Purpose::ALL.map(|purpose| derive(b"seal", purpose.label()));
        let derivation = Purpose::ALL.map(|purpose| derive(b"derive", purpose.label()));
        Self { name: master.name, hint, sealing, derivation }
    }

    fn cipher(&self, purpose: Purpose) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.sealing[purpose as usize]).into())
    }
}

/// HMAC-SHA256 of `parts`, each with its length.
pub(super) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC fills a key that is shorter than a block with zeros (RFC 2104 section 2).
    let mut block = Zeroizing::new([0; 64]);
    block[..key.len()].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new((&*block).into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Appends nonce, ciphertext and tag to `out`.
#[expect(clippy::expect_used, reason = "the cipher refuses only texts of 256 GiB and more")]
fn seal_into(
    out: &mut Vec<u8>,
    cipher: &XChaCha20Poly1305,
    bound: &[u8],
    plain: &[u8],
    entropy: &dyn Entropy,
) {
    let nonce = entropy.bytes::<NONCE>();
    out.extend_from_slice(&nonce);
    let start = out.len();
    out.extend_from_slice(plain);
    let tag = cipher
        .encrypt_in_place_detached(XNonce::from_slice(&nonce), bound, &mut out[start..])
        .expect("a text that fits into memory can be sealed");
    out.extend_from_slice(&tag);
}

fn open_from(
    cipher: &XChaCha20Poly1305,
    bound: &[u8],
    bytes: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, rest) = bytes.split_first_chunk::<NONCE>().ok_or(SealError::Malformed)?;
    let (text, tag) = rest.split_last_chunk::<TAG>().ok_or(SealError::Malformed)?;
    let mut plain = Zeroizing::new(text.to_vec());
    cipher
        .decrypt_in_place_detached(XNonce::from_slice(nonce), bound, &mut plain, Tag::from_slice(tag))
        .map_err(|_| SealError::Forged)?;
    Ok(plain)
}
