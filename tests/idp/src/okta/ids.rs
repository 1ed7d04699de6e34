//! Okta's identifiers: three characters that say what it is, and seventeen that say which.

use sha2::{Digest, Sha256};

/// The identifier of what has this name.
pub(super) fn of(kind: &str, name: &str) -> String {
    const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let digest = Sha256::digest(format!("{kind} {name}"));
    let rest = digest.iter().take(17).map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]));
    kind.chars().chain(rest).collect()
}
