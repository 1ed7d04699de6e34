//! References: what a person reads to support, and support finds the failure by.

mod words;

use words::{ADJECTIVES, ANIMALS};

/// A reference such as `calm-otter-4821`, from random bytes: one of 655 million, so the time beside it
/// tells the rare twins apart. It names nothing and nobody.
pub fn reference(random: [u8; 8]) -> String {
    let [adjective, animal, number @ ..] = random;
    let number = number.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte)) % 10_000;
    format!("{}-{}-{number:04}", ADJECTIVES[usize::from(adjective)], ANIMALS[usize::from(animal)])
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
        assert_eq!(reference([0; 8]), "able-addax-0000");
        assert_eq!(reference([0xff; 8]), "zesty-zebra-0655");
        assert_eq!(reference([28, 167, 0, 0, 0, 0, 0x12, 0xd5]), "calm-otter-4821");
    }

    #[test]
    fn every_byte_counts() {
        let one_byte_set = (0..8).map(|at| {
            let mut random = [0; 8];
            random[at] = 1;
            reference(random)
        });
        let all: HashSet<_> = one_byte_set.chain([reference([0; 8])]).collect();
        assert_eq!(all.len(), 9);
    }
}
