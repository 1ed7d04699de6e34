//! GUIDs that are the same in every run: made from what they name.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The GUID of `name`.
pub(crate) fn of(name: &str) -> String {
    formatted(&Sha256::digest(name)[..16])
}

/// A GUID that was never seen before.
pub(crate) fn fresh() -> String {
    formatted(&josekit::util::random_bytes(16))
}

/// 43 characters that hang on all of these: a pairwise subject identifier.
pub(crate) fn pairwise(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(parts.join("\n")))
}

/// Version 4, variant 1, whatever the bytes say.
fn formatted(bytes: &[u8]) -> String {
    let mut bytes = bytes.to_vec();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::{fresh, of};

    #[test]
    fn a_name_has_one_guid() {
        assert_eq!(of("x"), of("x"));
        assert_ne!(of("x"), of("y"));
        assert_ne!(fresh(), fresh());
        let lengths: Vec<_> = of("x").split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
}
