//! How something is encrypted to a public key (RFC 7516).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A way to agree on the key of a message (RFC 7518 section 4.1): only those with a key pair, and none with
/// the padding of PKCS #1 v1.5 (RFC 8725 section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyManagement {
    /// Wrapped with RSA-OAEP and SHA-1, the one that older libraries have.
    #[serde(rename = "RSA-OAEP")]
    RsaOaep,
    /// Wrapped with RSA-OAEP and SHA-256.
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// Agreed by Diffie-Hellman on an elliptic curve with a key for this message alone.
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    /// The same, to wrap the key with AES of 128 bits.
    #[serde(rename = "ECDH-ES+A128KW")]
    EcdhEsA128Kw,
    /// The same, to wrap the key with AES of 256 bits.
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256Kw,
}

impl KeyManagement {
    /// Every way.
    pub const ALL: [Self; 5] =
        [Self::RsaOaep, Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA128Kw, Self::EcdhEsA256Kw];

    /// The `alg` in a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// Reads an `alg`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == text)
    }
}

impl fmt::Display for KeyManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An authenticated encryption of a message (RFC 7518 section 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContentEncryption {
    /// What a client means that does not say (OIDC Registration section 2).
    #[default]
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    /// AES of 256 bits in CBC mode with HMAC-SHA512.
    #[serde(rename = "A256CBC-HS512")]
    A256CbcHs512,
    /// AES of 128 bits in GCM.
    A128GCM,
    /// AES of 256 bits in GCM.
    A256GCM,
}

impl ContentEncryption {
    /// Every encryption.
    pub const ALL: [Self; 4] = [Self::A128CbcHs256, Self::A256CbcHs512, Self::A128GCM, Self::A256GCM];

    /// The `enc` in a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128GCM => "A128GCM",
            Self::A256GCM => "A256GCM",
        }
    }

    /// Reads an `enc`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|enc| enc.as_str() == text)
    }
}

impl fmt::Display for ContentEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How something is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// How its key is agreed on.
    pub alg: KeyManagement,
    /// How it is encrypted with that.
    pub enc: ContentEncryption,
}
