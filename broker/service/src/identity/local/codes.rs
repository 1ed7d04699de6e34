//! Short codes that people type: how they are made, read and kept.

use doorward_domain::{CodeHash, Entropy, Plain, SecretHash, TenantId, UserId};

use crate::keys::{Purpose, Sealer};

/// Letters and digits without vowels and without those that look alike.
const ALPHABET: &[u8; 24] = b"23456789BCDFGHJKMNPQRSTV";

/// What a code is for, which is under its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// Instead of the second factor: ten characters, good once.
    Recovery,
    /// From a mail that resets a password: eight characters, good for half an hour.
    Reset,
    /// From a mail that proves an address: eight characters, good for a quarter of an hour.
    Address,
}

impl CodeKind {
    const fn length(self) -> usize {
        match self {
            Self::Recovery => 10,
            Self::Reset | Self::Address => 8,
        }
    }
}

/// A new code, in two halves with a hyphen.
pub fn generate(kind: CodeKind, entropy: &dyn Entropy) -> Plain {
    // Of 256 byte values the last 16 would favour the first characters.
    let bytes = std::iter::repeat_with(|| entropy.bytes::<1>()[0]).filter(|byte| *byte < 240);
    let characters = bytes.map(|byte| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
    let code: String = characters.take(kind.length()).collect();
    let (first, second) = code.split_at(kind.length() / 2);
    Plain::new(format!("{first}-{second}"))
}

/// What is kept of a user's code.
pub fn keep(kind: CodeKind, code: &Plain, of: (TenantId, UserId), sealer: &Sealer) -> Option<CodeHash> {
    let key = sealer.active().to_owned();
    let mac = mac(kind, &read(kind, code.expose())?, of, &key, sealer)?;
    Some(CodeHash { key, mac })
}

/// Whether a typed code is the one that was kept.
pub fn matches(
    kind: CodeKind,
    typed: &str,
    of: (TenantId, UserId),
    kept: &CodeHash,
    sealer: &Sealer,
) -> bool {
    read(kind, typed).is_some_and(|code| mac(kind, &code, of, &kept.key, sealer) == Some(kept.mac))
}

/// Reads what a person typed: letters of either case, with blanks and hyphens wherever they like.
fn read(kind: CodeKind, typed: &str) -> Option<String> {
    const LONGEST: usize = 64;
    if typed.len() > LONGEST {
        return None;
    }
    let code: String = typed.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let code = code.to_ascii_uppercase();
    let fits = code.len() == kind.length() && code.bytes().all(|byte| ALPHABET.contains(&byte));
    fits.then_some(code)
}

fn mac(
    kind: CodeKind,
    code: &str,
    (tenant, user): (TenantId, UserId),
    key: &str,
    sealer: &Sealer,
) -> Option<SecretHash> {
    let parts: [&[u8]; 4] = [&[kind as u8], tenant.as_bytes(), user.as_bytes(), code.as_bytes()];
    sealer.derive(key, Purpose::Code, &parts).map(SecretHash::from_bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use zeroize::Zeroizing;

    use super::*;
    use crate::keys::MasterKey;

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    #[test]
    fn a_code_is_one_persons_and_read_as_people_type_it() {
        let key = MasterKey { name: "k".to_owned(), key: Zeroizing::new([1; 32]) };
        let sealer = Sealer::new(key, Vec::new());
        let code = generate(CodeKind::Recovery, &Counting(AtomicU8::new(0)));
        assert_eq!(code.expose(), "23456-789BC");
        let kim = (TenantId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        let lee = (TenantId::from_bytes([1; 16]), UserId::from_bytes([3; 16]));
        let kept = keep(CodeKind::Recovery, &code, kim, &sealer).unwrap();
        let fits = |kind, typed, of| matches(kind, typed, of, &kept, &sealer);
        for typed in ["23456-789BC", "23456789bc", " 2345 6789 BC "] {
            assert!(fits(CodeKind::Recovery, typed, kim), "{typed}");
        }
        assert!(!fits(CodeKind::Recovery, "23456-789BC", lee));
        assert!(!fits(CodeKind::Reset, "23456-789BC", kim) && !fits(CodeKind::Recovery, "", kim));
    }
}
