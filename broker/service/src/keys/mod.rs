//! Keys, and the sealing of secrets at rest.
//!
//! * [`ring`] signs tokens, opens what is encrypted for us and publishes the JWKS; [`rotation`] says which key does what when.
//! * [`jose`] verifies tokens, ours and others', with the keys that [`jwks`] read or a secret of [`mac`];
//!   [`proof`] those that bring their own key. [`jwe`] encrypts for others.
//! * `pairwise` makes the subjects that only one sector of clients knows.
//! * [`x509`] reads certificates; [`KnownCertificates`] are those that a client registered.
//! * [`assertion`] signs what doorward authenticates with as a client of others.
//! * [`sealing`] encrypts what must be read again; [`master_key`] proves that it will be.

pub mod assertion;
mod distinguished_name;
mod generate;
pub mod jose;
pub mod jwe;
pub mod jwks;
mod known_certificates;
pub mod mac;
pub mod master_key;
mod opener;
mod pairwise;
mod proof;
pub mod ring;
pub mod rotation;
pub mod sealing;
mod signer;
pub(crate) mod strict_json;
#[cfg(test)]
mod tests;
pub mod x509;

pub use assertion::{AssertionSigner, ClientKeyPair};
pub use jose::{Audience, Claims, Expected, Expiry, JoseError, Typ, Unverified, verify, verify_mac};
pub use jwe::{EncryptionKeys, Recipient};
pub use jwks::{JwksError, VerifyingKey, VerifyingKeys, check_strength};
pub use known_certificates::KnownCertificates;
pub use mac::{MacAlgorithm, SharedSecret};
pub use master_key::{MasterKeyError, check_master_key};
pub use opener::OFFERED;
pub use proof::{Proof, verify_proof};
pub use ring::{KeyError, KeyRing, KeyRingParts};
pub use rotation::Schedule;
pub use sealing::{MasterKey, Place, Purpose, SealError, Sealer};
pub use x509::Certificate;
