//! What an authenticator says (WebAuthn Level 3 sections 6.1 and 6.5): bytes at fixed places, and CBOR where
//! the fixed places end.

use std::ops::BitOr;

use ciborium::Value;

use super::PasskeyError;
use super::key::PublicKey;

/// What is nested deeper is no key, and no statement that is honoured.
const DEEPEST: usize = 4;
/// No credential identifier is longer (section 5.8.3).
const LONGEST_ID: usize = 1023;

/// Authenticator data.
#[derive(Debug)]
pub struct AuthenticatorData<'a> {
    /// The hash of the site that it answers to.
    pub rp_id_hash: &'a [u8; 32],
    /// What holds of the answer.
    pub flags: Flags,
    /// How often it has signed; zero where it does not count.
    pub sign_count: u32,
    /// The credential, when it was just made.
    pub attested: Option<Credential<'a>>,
}

/// A credential that was just made (section 6.5.1).
#[derive(Debug)]
pub struct Credential<'a> {
    /// Its identifier.
    pub credential_id: &'a [u8],
    /// Its public key, a COSE key.
    pub key: Value,
}

/// The flags of section 6.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Somebody was there.
    pub const PRESENT: Self = Self(0x01);
    /// Somebody proved to the authenticator who they are.
    pub const VERIFIED: Self = Self(0x04);
    /// The credential may be copied to other devices by whoever made the authenticator.
    pub const BACKUP_ELIGIBLE: Self = Self(0x08);
    /// It was.
    pub const BACKED_UP: Self = Self(0x10);
    const ATTESTED: Self = Self(0x40);
    const EXTENSIONS: Self = Self(0x80);

    /// Whether all of these hold.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl<'a> AuthenticatorData<'a> {
    /// Reads it to its last byte.
    ///
    /// # Errors
    /// [`PasskeyError::AuthenticatorData`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, PasskeyError> {
        const SHORT: PasskeyError = PasskeyError::AuthenticatorData("it ends too early");
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(SHORT)?;
        let (&[flags], rest) = rest.split_first_chunk::<1>().ok_or(SHORT)?;
        let (&sign_count, mut rest) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
        let flags = Flags(flags);
        if flags.has(Flags::BACKED_UP) && !flags.has(Flags::BACKUP_ELIGIBLE) {
            return Err(PasskeyError::AuthenticatorData("backed up, which it may not be"));
        }
        let attested = match flags.has(Flags::ATTESTED) {
            true => Some(Credential::read(&mut rest)?),
            false => None,
        };
        if flags.has(Flags::EXTENSIONS) && !cbor(&mut rest)?.is_map() {
            return Err(PasskeyError::AuthenticatorData("extensions that are no map"));
        }
        match rest {
            [] => Ok(Self { rp_id_hash, flags, sign_count: u32::from_be_bytes(sign_count), attested }),
            _ => Err(PasskeyError::AuthenticatorData("there is more in it")),
        }
    }
}

impl<'a> Credential<'a> {
    fn read(rest: &mut &'a [u8]) -> Result<Self, PasskeyError> {
        const SHORT: PasskeyError = PasskeyError::AuthenticatorData("its credential ends too early");
        let (_model, after) = rest.split_first_chunk::<16>().ok_or(SHORT)?;
        let (&length, after) = after.split_first_chunk::<2>().ok_or(SHORT)?;
        let length = usize::from(u16::from_be_bytes(length));
        if !(1..=LONGEST_ID).contains(&length) {
            return Err(PasskeyError::AuthenticatorData("an identifier of no good length"));
        }
        let (credential_id, after) = after.split_at_checked(length).ok_or(SHORT)?;
        *rest = after;
        Ok(Self { credential_id, key: cbor(rest)? })
    }
}

/// What a browser gives of a new credential (section 6.5.4).
#[derive(Debug)]
pub struct AttestationObject {
    /// The authenticator data.
    pub authenticator_data: Vec<u8>,
    /// Who vouches for it.
    pub statement: Statement,
}

/// Who vouches for a new credential (section 8).
#[derive(Debug)]
pub enum Statement {
    /// Nobody (section 8.7).
    None,
    /// The credential itself, by a signature of this algorithm (section 8.2, self attestation).
    Own(i128, Vec<u8>),
}

impl AttestationObject {
    /// Reads it to its last byte.
    ///
    /// # Errors
    /// [`PasskeyError::AuthenticatorData`] for what is none, [`PasskeyError::Attestation`] for one that says
    /// more than was asked for.
    pub fn read(mut bytes: &[u8]) -> Result<Self, PasskeyError> {
        const FORM: PasskeyError = PasskeyError::AuthenticatorData("not an attestation object");
        let object = cbor(&mut bytes)?;
        if !bytes.is_empty() {
            return Err(FORM);
        }
        let data = member(&object, "authData").and_then(Value::as_bytes).ok_or(FORM)?;
        let format = member(&object, "fmt").and_then(Value::as_text).ok_or(FORM)?;
        let statement = member(&object, "attStmt").ok_or(FORM)?;
        let statement = match (format, statement.as_map().map(Vec::len)) {
            ("none", Some(0)) => Statement::None,
            ("packed", Some(2)) => {
                let algorithm = member(statement, "alg").and_then(Value::as_integer);
                let signature = member(statement, "sig").and_then(Value::as_bytes);
                let own = algorithm.zip(signature).ok_or(PasskeyError::Attestation)?;
                Statement::Own(own.0.into(), own.1.clone())
            }
            _ => return Err(PasskeyError::Attestation),
        };
        Ok(Self { authenticator_data: data.clone(), statement })
    }
}

impl Statement {
    /// Whether it is true of a key and what was signed with it.
    pub fn vouches(&self, key: &PublicKey, message: &[u8]) -> bool {
        match self {
            Self::None => true,
            Self::Own(algorithm, signature) => {
                *algorithm == key.cose_algorithm() && key.verifies(message, signature)
            }
        }
    }
}

/// The next item.
fn cbor(rest: &mut &[u8]) -> Result<Value, PasskeyError> {
    ciborium::de::from_reader_with_recursion_limit(rest, DEEPEST)
        .map_err(|_| PasskeyError::AuthenticatorData("not CBOR, or nested too deeply"))
}

/// The member of a map that stands there once.
fn member<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    let mut found = map.as_map()?.iter().filter(|(key, _)| key.as_text() == Some(name));
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}
