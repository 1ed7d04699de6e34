//! Passwords: which ones are taken, and what is kept of them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::common::COMMON;
use crate::Plain;

/// What hashing a password costs, by Argon2id (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordCost {
    /// The memory, in KiB.
    pub memory: u32,
    /// The passes over it.
    pub passes: u32,
    /// The lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// 19 MiB and two passes: what OWASP recommends, and about 15 ms of one core.
    fn default() -> Self {
        Self { memory: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// What is kept of a password, with all that it takes to make it again.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasswordHash {
    /// What it cost.
    pub cost: PasswordCost,
    /// The salt.
    pub salt: [u8; 16],
    /// The digest.
    pub digest: [u8; 32],
}

impl PartialEq for PasswordHash {
    fn eq(&self, other: &Self) -> bool {
        self.cost == other.cost && self.salt == other.salt && self.digest.ct_eq(&other.digest).into()
    }
}

impl Eq for PasswordHash {}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password]")
    }
}

impl From<PasswordHash> for String {
    /// The form that everybody gives Argon2's output: `$argon2id$v=19$m=…,t=…,p=…$salt$digest`.
    fn from(PasswordHash { cost, salt, digest }: PasswordHash) -> Self {
        let PasswordCost { memory, passes, lanes } = cost;
        let [salt, digest] = [BASE64.encode(salt), BASE64.encode(digest)];
        format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${digest}")
    }
}

impl TryFrom<String> for PasswordHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let read = || {
            let rest = text.strip_prefix("$argon2id$v=19$m=")?;
            let (cost, rest) = rest.split_once('$')?;
            let (salt, digest) = rest.split_once('$')?;
            let (memory, cost) = cost.split_once(",t=")?;
            let (passes, lanes) = cost.split_once(",p=")?;
            let number = |text: &str| text.parse::<u32>().ok();
            let cost =
                PasswordCost { memory: number(memory)?, passes: number(passes)?, lanes: number(lanes)? };
            let salt = BASE64.decode(salt).ok()?.try_into().ok()?;
            let digest = BASE64.decode(digest).ok()?.try_into().ok()?;
            Some(Self { cost, salt, digest })
        };
        read().ok_or("not an Argon2id hash of ours")
    }
}

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error("a password has at least {SHORTEST} characters")]
    Short,
    /// Too long.
    #[error("a password has at most {LONGEST} characters")]
    Long,
    /// It is one that many have, or little more than a name, a row of keys or a repetition.
    #[error("the password is one of those that are tried first")]
    Common,
}

/// The fewest characters.
pub const SHORTEST: usize = 12;
/// The most characters.
pub const LONGEST: usize = 256;
/// Whatever has more bytes than the longest password is none, and nobody hashes it.
pub const MOST_BYTES: usize = 1024;

/// A password as it is compared: the same for everybody who types the same characters, however their
/// keyboard composes them (NFC, as RFC 8265 section 4.2 asks). `None` for what can be none.
pub fn prepare(typed: &str) -> Option<Plain> {
    if typed.is_empty() || typed.len() > MOST_BYTES {
        return None;
    }
    Some(Plain::new(ComposingNormalizerBorrowed::new_nfc().normalize(typed)))
}

/// A new password, if it takes more than a list to guess it. `context` are words that belong to the
/// person or the company. There are no rules about kinds of characters (NIST SP 800-63B section 3.1.1.2).
///
/// # Errors
/// [`WeakPassword`] says what is wrong with it.
pub fn choose(typed: &str, context: &[&str]) -> Result<Plain, WeakPassword> {
    let password = match prepare(typed) {
        Some(password) => password,
        None if typed.is_empty() => return Err(WeakPassword::Short),
        None => return Err(WeakPassword::Long),
    };
    match password.expose().chars().count() {
        length if length < SHORTEST => Err(WeakPassword::Short),
        length if length > LONGEST => Err(WeakPassword::Long),
        _ if strength(password.expose(), context) < STRONG_ENOUGH => Err(WeakPassword::Common),
        _ => Ok(password),
    }
}

/// What is left of a password has to have this many characters.
const STRONG_ENOUGH: usize = 8;

/// How many characters are left when each common word, name, repetition or row of neighbours counts as
/// one or two.
fn strength(password: &str, context: &[&str]) -> usize {
    let mut text: Vec<char> = password.chars().flat_map(char::to_lowercase).map(plain_letter).collect();
    let own = context.iter().map(|word| word.to_lowercase()).filter(|word| word.chars().count() >= 3);
    let own: Vec<String> = own.collect();
    let mut words: Vec<&str> = own.iter().map(String::as_str).chain(COMMON.iter().copied()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut found = 0;
    for word in words {
        let word: Vec<char> = word.chars().map(plain_letter).collect();
        while let Some(at) = text.windows(word.len()).position(|part| part == word) {
            // What stands around it stays apart.
            text.splice(at..at + word.len(), ['\0']);
            found += 1;
        }
    }
    let left = text.split(|c| *c == '\0').map(own_weight).sum::<usize>();
    left + found
}

/// The length of a text in which a repetition, or a row such as `1234`, counts as one character.
fn own_weight(text: &[char]) -> usize {
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let mut weight = text.len().min(1);
    for at in 1..text.len() {
        let here = step(&text[at - 1..=at]);
        let goes_on = here == 0 || (here.abs() == 1 && (at < 2 || step(&text[at - 2..at]) == here));
        let repeats = (2..=16).any(|period| {
            (0..period.min(3)).all(|back| at >= back + period && text[at - back] == text[at - back - period])
        });
        weight += usize::from(!(goes_on || repeats));
    }
    weight
}

/// What stands for a letter, as people write it in passwords.
const fn plain_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pw_5_5_what_is_tried_first_is_not_taken() {
        let weak = [
            "password1234",
            "P@ssw0rd2026!",
            "qwertyuiop12",
            "123456789012",
            "aaaaaaaaaaaaaa",
            "abcdefghijklmn",
            "Welcome2026!",
            "letmeinletmein",
            "kimkimkimkim",
            "Acme-acme-2026",
            "iloveyou12345",
            "abcabcabcabc",
            "Summer2026!!",
            "doorwarddoorward",
            "adminadmin123",
        ];
        for text in weak {
            assert_eq!(choose(text, &["kim", "acme"]).err(), Some(WeakPassword::Common), "{text}");
        }
        for text in ["", "Tr0ub4dor&3", "x7#kQ9!pL2z"] {
            assert_eq!(choose(text, &[]).err(), Some(WeakPassword::Short), "{text}");
        }
    }

    #[test]
    fn pw_5_5_long_phrases_and_any_characters_are_taken() {
        let good = [
            "correct horse battery staple",
            "vbJ2-9qLz-Wm4t",
            "ein Wort, das niemand kennt",
            "пароль из шести слов",
            "wide river of seven moons",
            "🦦 likes quiet water 🌊",
        ];
        for text in good {
            assert!(choose(text, &["kim", "acme"]).is_ok(), "{text}");
        }
        assert!(choose(&"ab c9".repeat(51), &[]).is_err(), "a repetition, however long");
        assert_eq!(choose(&"correct horse ".repeat(19), &[]).err(), Some(WeakPassword::Long));
    }

    #[test]
    fn pw_5_5_the_same_characters_are_the_same_password() {
        assert_eq!(prepare("cafe\u{301}-au-lait"), prepare("caf\u{e9}-au-lait"));
        assert!(prepare(&"x".repeat(MOST_BYTES + 1)).is_none() && prepare("").is_none());
    }

    #[test]
    fn a_hash_reads_back_and_prints_as_a_mask() {
        let hash = PasswordHash { cost: PasswordCost::default(), salt: [1; 16], digest: [2; 32] };
        let text = String::from(hash.clone());
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
        assert_eq!(PasswordHash::try_from(text), Ok(hash.clone()));
        assert_eq!(format!("{hash:?}"), "[password]");
        assert!(PasswordHash::try_from("$argon2i$v=19$m=1,t=1,p=1$a$b".to_owned()).is_err());
    }
}
