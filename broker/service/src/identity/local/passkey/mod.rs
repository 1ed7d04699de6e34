//! Passkeys: public key credentials that an authenticator keeps for one site (WebAuthn Level 3).
//!
//! [`challenge`] is what a browser has to have signed, [`options`] how it is asked. What comes back is read by
//! [`client_data`], which the browser wrote, and [`authenticator_data`], which the authenticator did, with the
//! public key of [`key`]. [`enrol`] adds and removes passkeys, [`assertion`] finds out whose one is.
//!
//! No attestation is asked for: whoever makes an authenticator is not asked to vouch for it, and a statement
//! of more than the key itself is refused.

pub mod assertion;
pub mod authenticator_data;
pub mod challenge;
pub mod client_data;
pub mod enrol;
pub mod key;
pub mod options;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Local;
use authenticator_data::{AttestationObject, AuthenticatorData, Flags};
use challenge::Ceremony;
use client_data::{ClientData, Kind};
use key::{KeyError, PublicKey};

pub use assertion::{Passed, ShownPasskey};
pub use enrol::NewPasskey;

/// Why what an authenticator answered is refused. For logs; people learn only that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// What the browser says of the ceremony is not what it was.
    #[error("client data: {0}")]
    ClientData(&'static str),
    /// The challenge is not one of ours, not of this ceremony, or too old.
    #[error("the challenge is none of this ceremony, or too old")]
    Challenge,
    /// What the authenticator says cannot be read.
    #[error("authenticator data: {0}")]
    AuthenticatorData(&'static str),
    /// It was made for another site.
    #[error("made for another relying party")]
    RelyingParty,
    /// Nobody touched the authenticator, or proved to it who they are where that is demanded.
    #[error("nobody was there, or nobody known to the authenticator")]
    User,
    /// The public key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It vouches for itself in a way that was not asked for, or wrongly.
    #[error("the attestation is not none, and not the key's own")]
    Attestation,
    /// Nobody here has such a passkey.
    #[error("nobody has this passkey")]
    Unknown,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// There are too many passkeys, or somebody has this one.
    #[error("one passkey too many, or one that somebody has already")]
    Taken,
}

/// Reads a field of a form, which is base64url.
fn decode(field: &str) -> Option<Vec<u8>> {
    BASE64.decode(field).ok()
}

impl Local {
    /// The relying party's identifier: the issuer's host (section 5.1.2).
    fn rp_id(&self) -> &str {
        self.settings.base_url().host_str().unwrap_or_default()
    }

    /// Whether a browser of ours answered this ceremony, on one of our own pages.
    fn check_client_data(
        &self,
        json: &[u8],
        kind: Kind,
        ceremony: &Ceremony,
        now: Timestamp,
    ) -> Result<(), PasskeyError> {
        let said = ClientData::read(json)?;
        said.check(kind, self.settings.issuer())?;
        challenge::open(&self.sealer, ceremony, &said.challenge, now).ok_or(PasskeyError::Challenge)
    }

    /// Whether an authenticator answered to this site, with somebody there (sections 7.1 and 7.2).
    fn check_answer(&self, site: &[u8; 32], flags: Flags, verified: Verified) -> Result<(), PasskeyError> {
        if *site != *Sha256::digest(self.rp_id()) {
            return Err(PasskeyError::RelyingParty);
        }
        let wanted = match verified {
            Verified::Demanded => Flags::PRESENT | Flags::VERIFIED,
            Verified::Welcome => Flags::PRESENT,
        };
        if flags.has(wanted) { Ok(()) } else { Err(PasskeyError::User) }
    }
}

/// Whether the person has to prove to the authenticator who they are, by a PIN or a finger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Yes: the passkey is all that they show.
    Demanded,
    /// No: they have shown a password before.
    Welcome,
}

/// Reads what an authenticator says of a credential that it has made.
///
/// # Errors
/// [`PasskeyError`].
pub fn attested(object: &[u8], client_data_hash: &[u8]) -> Result<Attested, PasskeyError> {
    let object = AttestationObject::read(object)?;
    let data = AuthenticatorData::read(&object.authenticator_data)?;
    let found = data.attested.as_ref();
    let found = found.ok_or(PasskeyError::AuthenticatorData("no credential in it"))?;
    let key = PublicKey::of_cose(&found.key)?;
    let message = [object.authenticator_data.as_slice(), client_data_hash].concat();
    if !object.statement.vouches(&key, &message) {
        return Err(PasskeyError::Attestation);
    }
    let id = BASE64.encode(found.credential_id);
    Ok(Attested { id, key, site: *data.rp_id_hash, flags: data.flags, sign_count: data.sign_count })
}

/// A credential that an authenticator has made.
#[derive(Debug)]
pub struct Attested {
    /// Its identifier, in base64url.
    pub id: String,
    /// Its public key.
    pub key: PublicKey,
    /// The hash of the site that it is for.
    pub site: [u8; 32],
    /// What holds of it.
    pub flags: Flags,
    /// How often it has signed.
    pub sign_count: u32,
}
