//! Hashing of passwords: Argon2id, on threads that may block, no more at a time than there are cores.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use doorward_domain::{Entropy, PasswordCost, PasswordHash, Plain};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// So many may wait for a core, and each of them so long.
const QUEUE: usize = 32;
const PATIENCE: Duration = Duration::from_secs(2);

/// glibc keeps what is freed for next time, unless it was longer than 32 MiB. A reservation costs nothing
/// but what is used of it, so with this one the memory of every hash goes back (in blocks of 1 KiB).
const GIVEN_BACK: usize = 33 * 1024;

/// There are more passwords to check than cores, for longer than anybody waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords at once")]
pub struct Busy;

/// What hashes passwords.
pub struct Hasher {
    cost: PasswordCost,
    cores: Arc<Semaphore>,
    queue: Semaphore,
    hashed: AtomicU64,
}

impl Hasher {
    /// A hasher that makes new hashes at this cost.
    pub fn new(cost: PasswordCost) -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            cost,
            cores: Arc::new(Semaphore::new(cores)),
            queue: Semaphore::new(cores + QUEUE),
            hashed: AtomicU64::new(0),
        }
    }

    /// How often it has hashed, which says nothing of who exists (PW-01).
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    /// Whether a hash is not what a new one would be.
    pub fn is_dated(&self, hash: &PasswordHash) -> bool {
        hash.cost != self.cost
    }

    /// What is kept of a password.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn hash(&self, password: Plain, entropy: &dyn Entropy) -> Result<PasswordHash, Busy> {
        let (cost, salt) = (self.cost, entropy.bytes());
        let digest = self.run(move || digest(&password, cost, &salt)).await?.ok_or(Busy)?;
        Ok(PasswordHash { cost, salt, digest })
    }

    /// Whether a password is the one of `hash`. Where there is none the work is the same.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn verify(&self, password: Plain, hash: Option<PasswordHash>) -> Result<bool, Busy> {
        let nobodys = PasswordHash { cost: self.cost, salt: [0; 16], digest: [0; 32] };
        let exists = hash.is_some();
        let hash = hash.unwrap_or(nobodys);
        let matches = move || {
            let PasswordHash { cost, salt, .. } = hash;
            digest(&password, cost, &salt).is_some_and(|digest| PasswordHash { cost, salt, digest } == hash)
        };
        Ok(self.run(matches).await? && exists)
    }

    /// Runs something that takes long where nobody else is kept from running.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = self.queue.try_acquire().map_err(|_| Busy)?;
        let core = timeout(PATIENCE, Arc::clone(&self.cores).acquire_owned()).await;
        let core = core.map_err(|_| Busy)?.map_err(|_| Busy)?;
        self.hashed.fetch_add(1, Ordering::Relaxed);
        let working = spawn_blocking(move || {
            // Whoever asked may have gone meanwhile; the core is taken all the same.
            let _core = core;
            work()
        });
        working.await.map_err(|_| Busy)
    }
}

/// `None` for a cost that nobody could pay.
fn digest(password: &Plain, cost: PasswordCost, salt: &[u8; 16]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(digest.len())).ok()?;
    let mut memory = Vec::with_capacity(params.block_count().max(GIVEN_BACK));
    memory.resize(params.block_count(), Block::default());
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.expose().as_bytes(), salt, &mut digest, &mut memory)
        .ok()?;
    Some(digest)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    const CHEAP: PasswordCost = PasswordCost { memory: 64, passes: 1, lanes: 1 };

    struct Nine;

    impl Entropy for Nine {
        fn fill(&self, out: &mut [u8]) {
            out.fill(9);
        }
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let hasher = Hasher::new(CHEAP);
        let hash = hasher.hash(Plain::new("correct horse"), &Nine).await.unwrap();
        assert!(hasher.verify(Plain::new("correct horse"), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify(Plain::new("Correct horse"), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify(Plain::new("correct horse"), None).await.unwrap());
        assert!(!hasher.is_dated(&hash));
        let dearer = Hasher::new(PasswordCost { passes: 2, ..CHEAP });
        assert!(dearer.is_dated(&hash));
        assert!(dearer.verify(Plain::new("correct horse"), Some(hash)).await.unwrap(), "at its own cost");
    }

    /// RFC 9106 has no vector without secret and data; this one is of the reference implementation.
    #[test]
    fn the_digest_is_argon2id() {
        let cost = PasswordCost { memory: 65_536, passes: 2, lanes: 1 };
        let digest = digest(&Plain::new("password"), cost, b"somesaltsomesalt").unwrap();
        let again =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(65_536, 2, 1, Some(32)).unwrap());
        let (mut out, mut memory) = ([0; 32], vec![Block::default(); 65_536]);
        again
            .hash_password_into_with_memory(b"password", b"somesaltsomesalt", &mut out, &mut memory)
            .unwrap();
        assert_eq!(digest, out);
    }

    #[tokio::test]
    async fn ds_01_beyond_the_queue_nobody_waits() {
        let hasher = Hasher::new(PasswordCost { memory: 1024, passes: 1, lanes: 1 });
        let tries = (0..500).map(|_| hasher.verify(Plain::new("wrong"), None));
        let outcomes = join_all(tries).await;
        let busy = outcomes.iter().filter(|outcome| **outcome == Err(Busy)).count();
        let cores = available_parallelism().unwrap().get();
        // One or the other may be done before the last has asked.
        assert!((400..=500 - QUEUE - cores).contains(&busy), "{busy}");
        assert!(hasher.verify(Plain::new("wrong"), None).await.is_ok(), "and then there is room again");
    }
}
