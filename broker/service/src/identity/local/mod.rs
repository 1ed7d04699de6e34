//! doorward's own way in: for the owners of a tenant, who always keep one, and for the people of tenants
//! that let them have a password beside single sign-on.
//!
//! [`accounts`] finds whose a typed name is, [`sign_in`] checks a password, with [`password`] to hash it,
//! [`throttle`] to keep guessing slow and [`device`] to know a browser again. [`second_factor`] is what
//! comes after, [`proof`] what reaches a person by e-mail, in a letter of [`mail`], and
//! [`address`] what shows that an address is somebody's who comes from a provider. [`codes`] are short
//! enough to be typed. A [`passkey`] takes the place of both factors, or of the second.

pub mod account;
pub mod accounts;
pub mod address;
pub mod codes;
pub mod device;
pub mod mail;
pub mod passkey;
pub mod password;
pub mod proof;
pub mod second_factor;
pub mod sign_in;
pub mod throttle;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use doorward_domain::audit::Action;
use doorward_domain::{Entropy, Timestamp, User};
use doorward_store::{Batch, Record as _, Store, StoreError, StoreExt as _};
use tokio::sync::Semaphore;

use super::Endings;
use crate::jobs::Jobs;
use crate::keys::Sealer;
use crate::settings::Settings;

pub use account::{Again, ChangeError};
pub use accounts::Account;
pub use address::AddressClaim;
pub use device::Device;
pub use mail::{Letter, Letters, Message, Post, Undelivered};
pub use passkey::{NewPasskey, Passed, ShownPasskey};
pub use password::{Busy, Hasher};
pub use proof::{ProofError, Proven, Shown};
pub use second_factor::{Factor, Setup};
pub use sign_in::{Attempt, Denied, Method};
use throttle::Throttle;

/// So many mails that strangers asked for are made at a time; the rest is dropped.
const ERRANDS: usize = 32;

/// What sign-in at doorward itself is made of.
pub struct LocalParts {
    /// Where records live.
    pub store: Arc<dyn Store>,
    /// What seals.
    pub sealer: Arc<Sealer>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// The operator's decisions.
    pub settings: Arc<Settings>,
    /// What ends sessions and grants.
    pub endings: Arc<Endings>,
    /// What is left to do, such as sending letters.
    pub jobs: Arc<Jobs>,
}

/// Sign-in at doorward itself.
pub struct Local {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) hasher: Hasher,
    endings: Arc<Endings>,
    jobs: Arc<Jobs>,
    throttle: Throttle,
    errands: Arc<Semaphore>,
    failures: AtomicU64,
}

impl Local {
    /// The sign-in of a broker that is made of these parts.
    pub fn new(parts: LocalParts) -> Self {
        let LocalParts { store, sealer, entropy, settings, endings, jobs } = parts;
        let (hasher, throttle) = (Hasher::new(settings.password_cost), Throttle::new(&*entropy));
        let (errands, failures) = (Arc::new(Semaphore::new(ERRANDS)), AtomicU64::new(0));
        Self { store, sealer, entropy, settings, hasher, endings, jobs, throttle, errands, failures }
    }

    /// A sign-in whose letters nobody sends: for tests and measurements.
    pub fn unposted(
        store: Arc<dyn Store>,
        sealer: Arc<Sealer>,
        entropy: Arc<dyn Entropy>,
        settings: Arc<Settings>,
    ) -> Self {
        let jobs = Arc::new(Jobs::new(Arc::clone(&store), Arc::clone(&entropy)));
        let endings = Arc::new(Endings::new(Arc::clone(&store), Arc::clone(&entropy), Arc::clone(&jobs)));
        Self::new(LocalParts { store, sealer, entropy, settings, endings, jobs })
    }

    /// How often a password was hashed: what doing so costs is most of what a sign-in costs.
    pub fn hashed(&self) -> u64 {
        self.hasher.hashed()
    }

    /// Ends whatever came from earlier sign-ins of a user (SE-02, SE-06).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_everything_of(&self, user: &User, now: Timestamp) -> Result<(), StoreError> {
        let actor = user.id.to_string();
        let why = (actor.as_str(), Action::EverythingEnded);
        loop {
            let Some(stored) = self.store.read::<User>(&user.key(), now).await? else { return Ok(()) };
            let (batch, ended) = self.endings.end_user(Batch::new(), stored.record.clone(), why, now)?;
            match self.store.commit(batch.update(&stored, &ended)?).await {
                Err(StoreError::Conflict(_)) => {}
                written => {
                    self.endings.ended();
                    return written.map(drop);
                }
            }
        }
    }
}
