//! Tests of keys and sealing, named after the rules of the threat model where they prove one.

mod jose;
mod jose_claims;
mod jwks;
mod master_key;
mod opener;
mod ring;
mod rotation;
mod sealing;
mod store;

use std::sync::atomic::{AtomicU64, Ordering};

use doorward_domain::{Entropy, Timestamp};
use zeroize::Zeroizing;

use super::{MasterKey, Sealer};

/// The present of most tests.
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// Randomness that is the same in every run (the SplitMix64 sequence).
struct Dice(AtomicU64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn roll(&self) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for Dice {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            chunk.copy_from_slice(&self.roll().to_be_bytes()[..chunk.len()]);
        }
    }
}

fn master_key(name: &str, byte: u8) -> MasterKey {
    MasterKey { name: name.to_owned(), key: Zeroizing::new([byte; 32]) }
}

fn sealer() -> Sealer {
    Sealer::new(master_key("main", 1), Vec::new())
}
