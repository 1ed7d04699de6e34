//! References: what a person reads to support, and support finds the sign-in by.

mod words;

use std::fmt;

use doorward_domain::Timestamp;
use serde::{Deserialize, Serialize};

use words::{ADJECTIVES, ANIMALS};

/// A reference such as `calm-otter-4821`: one of 655 million, so the time beside it tells the rare twins
/// apart. It names nothing and nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Reference {
    adjective: u8,
    animal: u8,
    number: u16,
}

impl Reference {
    /// The reference that random bytes make.
    pub fn new(random: [u8; 8]) -> Self {
        let [adjective, animal, number @ ..] = random;
        let number = number.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte)) % 10_000;
        Self { adjective, animal, number: u16::try_from(number).unwrap_or_default() }
    }

    /// The reference of the attempt that began `at` and has this name. It can be made again from both.
    pub fn of_attempt(name: [u8; 16], at: Timestamp) -> Self {
        let mut bytes = at.as_millis().to_be_bytes();
        for (byte, random) in bytes.iter_mut().zip(&name[8..]) {
            *byte ^= random;
        }
        Self::new(bytes)
    }

    /// Reads what somebody was told, whatever its letters' case; `None` when it is no reference.
    pub fn parse(text: &str) -> Option<Self> {
        let small = text.trim().to_ascii_lowercase();
        let mut parts = small.split('-');
        let (adjective, animal, number) = (parts.next()?, parts.next()?, parts.next()?);
        let place = |words: &[&str; 256], word| words.iter().position(|known| *known == word);
        let digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || parts.next().is_some() {
            return None;
        }
        Some(Self {
            adjective: u8::try_from(place(&ADJECTIVES, adjective)?).ok()?,
            animal: u8::try_from(place(&ANIMALS, animal)?).ok()?,
            number: number.parse().ok()?,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { adjective, animal, number } = *self;
        write!(f, "{}-{}-{number:04}", ADJECTIVES[usize::from(adjective)], ANIMALS[usize::from(animal)])
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl TryFrom<String> for Reference {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a reference")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_word_occurs_once() {
        let words: HashSet<_> = ADJECTIVES.iter().chain(&ANIMALS).collect();
        assert_eq!(words.len(), 512);
        for word in words {
            assert!(word.len() <= 9 && word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
        }
    }

    #[test]
    fn the_same_bytes_give_the_same_reference() {
        for (bytes, text) in [
            ([0; 8], "able-addax-0000"),
            ([0xff; 8], "zesty-zebra-0655"),
            ([28, 167, 0, 0, 0, 0, 0x12, 0xd5], "calm-otter-4821"),
        ] {
            assert_eq!(Reference::new(bytes).to_string(), text);
            assert_eq!(Reference::parse(text), Some(Reference::new(bytes)));
        }
        assert_eq!(Reference::parse(" Calm-Otter-4821\n"), Reference::parse("calm-otter-4821"));
    }

    #[test]
    fn what_was_never_told_is_no_reference() {
        for text in
            ["", "calm-otter", "calm-otter-482", "calm-otter-+482", "calm-otter-4821-1", "otter-calm-4821"]
        {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_byte_counts() {
        let one_byte_set = (0..8).map(|at| {
            let mut random = [0; 8];
            random[at] = 1;
            Reference::new(random)
        });
        let all: HashSet<_> = one_byte_set.chain([Reference::new([0; 8])]).collect();
        assert_eq!(all.len(), 9);
    }
}
