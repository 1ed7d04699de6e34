//! Secrets that two share, and the HMACs made with them (RFC 7518 section 3.2).

use std::fmt;

use josekit::jws::alg::hmac::HmacJwsVerifier;
use josekit::jws::{HS256, HS384, HS512, JwsVerifier as _};

/// An algorithm whose key both sides know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacAlgorithm {
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
}

impl MacAlgorithm {
    /// The names of all (RFC 7518 section 3.1).
    pub const NAMES: [&str; 3] = ["HS256", "HS384", "HS512"];

    /// Reads an `alg`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "HS256" => Some(Self::HS256),
            "HS384" => Some(Self::HS384),
            "HS512" => Some(Self::HS512),
            _ => None,
        }
    }
}

/// A secret that verifies HMACs, made ready once.
pub struct SharedSecret {
    /// For each algorithm, unless the secret is shorter than its hash (RFC 7518 section 3.2).
    verifiers: [Option<HmacJwsVerifier>; 3],
}

impl SharedSecret {
    /// Makes the bytes of a secret ready.
    pub fn new(secret: &[u8]) -> Self {
        Self { verifiers: [HS256, HS384, HS512].map(|algorithm| algorithm.verifier_from_bytes(secret).ok()) }
    }

    /// Whether `mac` is this secret's code for `message`.
    pub fn verifies(&self, algorithm: MacAlgorithm, message: &[u8], mac: &[u8]) -> bool {
        let verifier = self.verifiers[algorithm as usize].as_ref();
        verifier.is_some_and(|verifier| verifier.verify(message, mac).is_ok())
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use josekit::jws::JwsSigner as _;

    use super::*;

    #[test]
    fn a_secret_is_good_for_the_hashes_that_it_is_long_enough_for() {
        let algorithms =
            [(HS256, MacAlgorithm::HS256), (HS384, MacAlgorithm::HS384), (HS512, MacAlgorithm::HS512)];
        for (length, good_for) in [(31, 0), (32, 1), (48, 2), (64, 3)] {
            let (long, secret) = (vec![7; 64], SharedSecret::new(&vec![7; length]));
            let good = algorithms.iter().filter(|(signer, algorithm)| {
                let key = if length < 64 { vec![7; length] } else { long.clone() };
                let mac = signer.signer_from_bytes(key).and_then(|signer| signer.sign(b"message"));
                mac.is_ok_and(|mac| secret.verifies(*algorithm, b"message", &mac))
            });
            assert_eq!(good.count(), good_for, "{length}");
        }
    }

    #[test]
    fn a_mac_is_of_one_secret_algorithm_and_message() {
        let secret = SharedSecret::new(&[7; 64]);
        let mac = HS256.signer_from_bytes([7; 64]).unwrap().sign(b"message").unwrap();
        assert!(secret.verifies(MacAlgorithm::HS256, b"message", &mac));
        assert!(!secret.verifies(MacAlgorithm::HS256, b"messagf", &mac));
        assert!(!secret.verifies(MacAlgorithm::HS256, b"message", &mac[..31]));
        assert!(!secret.verifies(MacAlgorithm::HS384, b"message", &mac));
        assert!(!SharedSecret::new(&[8; 64]).verifies(MacAlgorithm::HS256, b"message", &mac));
    }
}
