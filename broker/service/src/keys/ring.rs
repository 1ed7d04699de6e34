//! The key ring: signs our tokens, opens what is encrypted for us, publishes the keys for both, replaces
//! them in time.
//!
//! Everything that a request needs is in memory, in a snapshot that is replaced as a whole. Keys are
//! kept in the store, sealed; several brokers may share them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use doorward_domain::audit::{Action, AuditEvent};
use doorward_domain::{
    Algorithm, Clock, Encryption, Entropy, EventId, KeyAlgorithm, KeyId, KeyManagement, KeyStatus, OwnKey,
    TenantId, Timestamp, UserId,
};
use doorward_store::records::{NewestKey, Record as _};
use doorward_store::{Batch, Kind, Range, Store, StoreError, StoreExt as _, Stored, Version};
use serde::Serialize;
use serde_json::json;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::generate;
use super::jose::JoseError;
use super::jwks::VerifyingKeys;
use super::opener::{Encrypted, Opener};
use super::pairwise::PairwiseKey;
use super::rotation::{self, Schedule, Step};
use super::sealing::{Place, SealError, Sealer};
use super::signer::{SignError, Signer};

/// More keys than a ring ever has.
const MAX_KEYS: usize = 1_000;
/// The most steps of one maintenance, with those that another broker was faster to take.
const MAX_STEPS: usize = 200;
/// How often maintenance looks whether something is due; well within [`Schedule::margin`].
const INTERVAL: Duration = Duration::from_secs(20);
/// Who is said to have done what the schedule demanded.
const SCHEDULE: &str = "schedule";

/// What a key ring is made of.
pub struct KeyRingParts {
    /// Where the keys are kept.
    pub store: Arc<dyn Store>,
    /// What seals them.
    pub sealer: Arc<Sealer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for identifiers and nonces; the keys themselves come from OpenSSL.
    pub entropy: Arc<dyn Entropy>,
    /// The algorithms that sign.
    pub algorithms: Vec<Algorithm>,
    /// Those that others can encrypt for us with.
    pub encryption: Vec<KeyManagement>,
    /// When keys are replaced.
    pub schedule: Schedule,
}

/// Why the key ring could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no key for this algorithm: not yet, or it is not in use.
    #[error("there is no {0} key yet")]
    NotReady(KeyAlgorithm),
    /// A key could not be made, read or used.
    #[error("key: {0}")]
    Key(String),
    /// The claims of a token cannot be written.
    #[error("the claims are not JSON: {0}")]
    Claims(String),
    /// What was signed could not be encrypted.
    #[error("encryption: {0}")]
    Encryption(String),
    /// A stored key does not open.
    #[error("stored key {0}: {1}")]
    Sealed(KeyId, #[source] SealError),
    /// The stored key of pairwise subjects does not open.
    #[error("the stored key of pairwise subjects: {0}")]
    Pairwise(#[source] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others changed the keys again and again meanwhile.
    #[error("the keys are being changed by somebody else")]
    Contended,
}

/// Our keys in memory.
pub struct KeyRing {
    parts: KeyRingParts,
    pairwise: PairwiseKey,
    snapshot: RwLock<Arc<Snapshot>>,
    /// Held by whoever changes or reloads the keys, so that an older snapshot never replaces a newer.
    turn: Mutex<()>,
}

/// What requests are served from.
#[derive(Default)]
struct Snapshot {
    keys: Vec<OwnKey>,
    signers: Vec<Arc<Signer>>,
    openers: Vec<Arc<Opener>>,
    verifying: Arc<VerifyingKeys>,
    jwks: Arc<str>,
}

/// The keys as they were read. The index was read first: if another broker adds a key after that,
/// a commit that moves the index conflicts.
struct Held {
    newest: Vec<Stored<NewestKey>>,
    keys: Vec<Stored<OwnKey>>,
    now: Timestamp,
}

impl KeyRing {
    /// Opens the ring. On an empty store the keys that are quickly made are made now; the others
    /// come with the first [`maintain`](Self::maintain).
    ///
    /// # Errors
    /// When the store fails, or a stored key does not open.
    pub async fn open(parts: KeyRingParts) -> Result<Self, KeyError> {
        let KeyRingParts { store, sealer, clock, entropy, .. } = &parts;
        let pairwise = PairwiseKey::open(&**store, sealer, &**entropy, clock.now()).await?;
        let ring = Self { parts, pairwise, snapshot: RwLock::default(), turn: Mutex::default() };
        ring.settle(|step| matches!(step, Step::Create(algorithm) if generate::is_quick(*algorithm))).await?;
        Ok(ring)
    }

    /// Whether tokens can be signed with `algorithm` right now.
    ///
    /// # Errors
    /// [`KeyError::NotReady`] while there is no key of this algorithm.
    pub fn check(&self, algorithm: Algorithm) -> Result<(), KeyError> {
        let ready = self.snapshot().signer(algorithm, self.parts.clock.now()).is_some();
        if ready { Ok(()) } else { Err(KeyError::NotReady(algorithm.into())) }
    }

    /// Signs `claims` as a JWT of type `typ`.
    ///
    /// # Errors
    /// [`KeyError::NotReady`] while there is no key of this algorithm.
    pub fn sign<C: Serialize>(
        &self,
        algorithm: Algorithm,
        typ: &str,
        claims: &C,
    ) -> Result<String, KeyError> {
        let snapshot = self.snapshot();
        let signer = snapshot.signer(algorithm, self.parts.clock.now());
        let signer = signer.ok_or(KeyError::NotReady(algorithm.into()))?;
        signer.sign(typ, claims).map_err(|error| match error {
            SignError::Claims(cause) => KeyError::Claims(cause.to_string()),
            SignError::Signature(cause) => KeyError::Key(cause.to_string()),
        })
    }

    /// What somebody encrypted for us as a compact JWE (RFC 7516), and how it was done. That it could be
    /// encrypted says nothing of who did it.
    ///
    /// # Errors
    /// [`JoseError`], the same for all that is wrong inside.
    pub fn decrypt(&self, jwe: &str) -> Result<(Zeroizing<Vec<u8>>, Encryption), JoseError> {
        let encrypted = Encrypted::read(jwe)?;
        let named = |id: &KeyId| encrypted.kid.as_ref().is_none_or(|kid| *kid == id.to_string());
        let snapshot = self.snapshot();
        let openers =
            snapshot.openers.iter().filter(|it| it.alg == encrypted.encryption.alg && named(&it.id));
        let mut known = openers.peekable();
        known.peek().ok_or(JoseError::UnknownKey)?;
        let opened = known.find_map(|opener| opener.open(&encrypted, &*self.parts.entropy));
        Ok((opened.ok_or(JoseError::Decryption)?, encrypted.encryption))
    }

    /// The `sub` by which the clients of a sector know a user (OIDC Core section 8.1).
    pub fn pairwise_subject(&self, sector: &str, tenant: TenantId, user: UserId) -> String {
        self.pairwise.subject(sector, tenant, user)
    }

    /// The public keys, to verify our own tokens with.
    pub fn verifying_keys(&self) -> Arc<VerifyingKeys> {
        Arc::clone(&self.snapshot().verifying)
    }

    /// The JWK Set to publish, in JSON (RFC 7517 section 5).
    pub fn jwks(&self) -> Arc<str> {
        Arc::clone(&self.snapshot().jwks)
    }

    /// The algorithms that others can encrypt for us with.
    pub fn encryption(&self) -> &[KeyManagement] {
        &self.parts.encryption
    }

    /// The algorithms that sign.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.parts.algorithms
    }

    /// How long others may cache the JWKS (its `max-age`): not at all while a first key is missing,
    /// which will sign as soon as it is there.
    pub fn jwks_max_age(&self) -> Duration {
        let (snapshot, now) = (self.snapshot(), self.parts.clock.now());
        let complete = self
            .wanted()
            .into_iter()
            .all(|algorithm| rotation::in_use(&snapshot.keys, algorithm, now).is_some());
        if complete { self.parts.schedule.jwks_max_age } else { Duration::ZERO }
    }

    /// Does what is due: makes missing keys, replaces old ones, deletes those that are gone, and
    /// picks up what other brokers did.
    ///
    /// # Errors
    /// When the store fails; the ring goes on with the keys it has.
    pub async fn maintain(&self) -> Result<(), KeyError> {
        self.settle(|_| true).await
    }

    /// Maintains the ring for ever: now, every so often, and when another broker changed the keys.
    pub async fn run(&self) {
        let mut since = self.parts.store.changes(Version(0)).await.map_or(Version(0), |changes| changes.upto);
        loop {
            if let Err(error) = self.maintain().await {
                tracing::error!(%error, "our keys could not be maintained");
            }
            // Running out of time is the usual case.
            let _ = tokio::time::timeout(INTERVAL, self.changed(&mut since)).await;
        }
    }

    /// Makes a successor for an algorithm's key by command; it signs once it was published for long
    /// enough. Returns the successor, which may be one that was waiting already.
    ///
    /// # Errors
    /// [`KeyError::NotReady`] when there is nothing to replace.
    pub async fn rotate(&self, algorithm: impl Into<KeyAlgorithm>, actor: &str) -> Result<KeyId, KeyError> {
        let algorithm = algorithm.into();
        let _turn = self.turn.lock().await;
        let held = self.read().await?;
        if let Some(step) = rotation::replacement(&held.records(), algorithm, &self.parts.schedule, held.now)
        {
            match self.apply(step, &held, actor).await {
                // Another broker replaced the key in this moment: that is the successor.
                Err(KeyError::Store(StoreError::Conflict(_))) => {}
                other => other?,
            }
        }
        let keys = self.read().await?.records();
        let newest = rotation::newest(&keys, algorithm).map(|key| key.id);
        self.install(keys)?;
        newest.ok_or(KeyError::NotReady(algorithm))
    }

    /// Takes every due step that is `wanted`, one after the other, each on fresh records.
    async fn settle(&self, wanted: impl Fn(&Step) -> bool) -> Result<(), KeyError> {
        let _turn = self.turn.lock().await;
        for _ in 0..MAX_STEPS {
            let held = self.read().await?;
            let keys = held.records();
            let due = rotation::due(&keys, &self.wanted(), &self.parts.schedule, held.now);
            let Some(step) = due.into_iter().find(&wanted) else {
                return self.install(keys);
            };
            match self.apply(step, &held, SCHEDULE).await {
                Err(KeyError::Store(StoreError::Conflict(_))) => {}
                other => other?,
            }
        }
        Err(KeyError::Contended)
    }

    /// Everything that there must be a key for.
    fn wanted(&self) -> Vec<KeyAlgorithm> {
        let KeyRingParts { algorithms, encryption, .. } = &self.parts;
        let signing = algorithms.iter().map(|algorithm| KeyAlgorithm::from(*algorithm));
        signing.chain(encryption.iter().map(|algorithm| KeyAlgorithm::from(*algorithm))).collect()
    }

    async fn read(&self) -> Result<Held, KeyError> {
        let (store, now) = (&self.parts.store, self.parts.clock.now());
        let newest = store.read_range(&Range::of(TenantId::BROKER, Kind::NewestKey), MAX_KEYS, now).await?;
        let keys = store.read_range(&Range::of(TenantId::BROKER, Kind::OwnKey), MAX_KEYS, now).await?;
        Ok(Held { newest, keys, now })
    }

    /// Takes one step, in one commit with the audit event that tells of it.
    async fn apply(&self, step: Step, held: &Held, actor: &str) -> Result<(), KeyError> {
        let now = held.now;
        let batch = match step {
            Step::Create(algorithm) => {
                let key = self.make(algorithm, now, now).await?;
                let event = self.event(Action::KeyCreated, key.id, actor, now);
                held.add(&key)?.insert(&event)?
            }
            Step::Replace { key, at } => {
                let old = held.key(key)?;
                let successor = self.make(old.record.algorithm, now, at).await?;
                let event = self.event(Action::KeyRotated, successor.id, actor, now);
                held.add(&successor)?
                    .update(old, &rotation::replaced(&old.record, at, &self.parts.schedule))?
                    .insert(&event)?
            }
            Step::Remove(key) => Batch::new().delete(held.key(key)?),
        };
        self.parts.store.commit(batch).await?;
        tracing::info!(?step, actor, "our keys changed");
        Ok(())
    }

    async fn make(
        &self,
        algorithm: KeyAlgorithm,
        now: Timestamp,
        used_from: Timestamp,
    ) -> Result<OwnKey, KeyError> {
        let id = KeyId::new(now, &*self.parts.entropy);
        let private = if generate::is_quick(algorithm) {
            generate::private_jwk(algorithm, id)
        } else {
            let generating = tokio::task::spawn_blocking(move || generate::private_jwk(algorithm, id));
            generating.await.map_err(|stopped| KeyError::Key(stopped.to_string()))?
        };
        let private = private.map_err(|cause| KeyError::Key(cause.to_string()))?;
        let public_jwk = match algorithm {
            KeyAlgorithm::Signature(it) => Signer::new(id, it, &private).map(|it| it.public_jwk().clone()),
            KeyAlgorithm::Encryption(it) => Opener::new(id, it, &private).map(|it| it.public_jwk().clone()),
        };
        Ok(OwnKey {
            id,
            algorithm,
            public_jwk: public_jwk.map_err(|cause| KeyError::Key(cause.to_string()))?,
            private_jwk: self.parts.sealer.seal(&place(&id), &private, &*self.parts.entropy),
            created_at: now,
            used_from,
            used_until: None,
            kept_until: None,
        })
    }

    fn event(&self, action: Action, key: KeyId, actor: &str, now: Timestamp) -> AuditEvent {
        AuditEvent {
            id: EventId::new(now, &*self.parts.entropy),
            tenant: TenantId::BROKER,
            at: now,
            actor: actor.to_owned(),
            action,
            target: key.to_string(),
        }
    }

    /// Puts the keys into use. Those in use already stay parsed.
    fn install(&self, mut keys: Vec<OwnKey>) -> Result<(), KeyError> {
        let now = self.parts.clock.now();
        keys.retain(|key| key.status(now) != KeyStatus::Gone);
        let before = self.snapshot();
        let (mut signers, mut openers) = (Vec::new(), Vec::new());
        for key in &keys {
            match key.algorithm {
                KeyAlgorithm::Signature(algorithm) => {
                    signers.push(match before.signers.iter().find(|signer| signer.id == key.id) {
                        Some(signer) => Arc::clone(signer),
                        None => Arc::new(self.unseal(key, |text| Signer::new(key.id, algorithm, text))?),
                    });
                }
                KeyAlgorithm::Encryption(algorithm) => {
                    openers.push(match before.openers.iter().find(|opener| opener.id == key.id) {
                        Some(opener) => Arc::clone(opener),
                        None => Arc::new(self.unseal(key, |text| Opener::new(key.id, algorithm, text))?),
                    });
                }
            }
        }
        let after = Arc::new(Snapshot::new(keys, signers, openers, now));
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = after;
        Ok(())
    }

    fn unseal<K>(
        &self,
        key: &OwnKey,
        parse: impl FnOnce(&[u8]) -> Result<K, josekit::JoseError>,
    ) -> Result<K, KeyError> {
        let private = self
            .parts
            .sealer
            .open(&place(&key.id), &key.private_jwk)
            .map_err(|cause| KeyError::Sealed(key.id, cause))?;
        parse(&private).map_err(|cause| KeyError::Key(cause.to_string()))
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until somebody, perhaps we ourselves, changed a signing key. While the store fails it
    /// waits for ever.
    async fn changed(&self, since: &mut Version) {
        while let Ok(changes) = self.parts.store.changes(*since).await {
            *since = changes.upto;
            if changes.keys.is_none_or(|keys| keys.iter().any(|key| key.kind() == OwnKey::KIND)) {
                return;
            }
        }
        std::future::pending().await
    }
}

impl Held {
    fn records(&self) -> Vec<OwnKey> {
        self.keys.iter().map(|stored| stored.record.clone()).collect()
    }

    fn key(&self, id: KeyId) -> Result<&Stored<OwnKey>, KeyError> {
        self.keys.iter().find(|stored| stored.record.id == id).ok_or(KeyError::Contended)
    }

    /// A batch that adds a key and moves the index of its algorithm.
    fn add(&self, key: &OwnKey) -> Result<Batch, StoreError> {
        let newest = NewestKey { algorithm: key.algorithm, key: key.id };
        let batch = Batch::new().insert(key)?;
        match self.newest.iter().find(|stored| stored.record.algorithm == key.algorithm) {
            Some(before) => batch.update(before, &newest),
            None => batch.insert(&newest),
        }
    }
}

impl Snapshot {
    /// The JWKS is made of what the sealed private keys say, not of the stored public ones: who can
    /// write to the store cannot publish a key (SR-03). Nobody shall encrypt to a key that is retired.
    fn new(keys: Vec<OwnKey>, signers: Vec<Arc<Signer>>, openers: Vec<Arc<Opener>>, now: Timestamp) -> Self {
        let retired =
            |id: KeyId| keys.iter().any(|key| key.id == id && key.status(now) == KeyStatus::Retired);
        let verifying = || signers.iter().map(|signer| signer.public_jwk());
        let encryption = openers.iter().filter(|opener| !retired(opener.id)).map(|it| it.public_jwk());
        let published: Vec<_> = verifying().chain(encryption).collect();
        let jwks = json!({ "keys": published }).to_string().into();
        let verifying = Arc::new(VerifyingKeys::own(verifying()));
        Self { keys, signers, openers, verifying, jwks }
    }

    fn signer(&self, algorithm: Algorithm, now: Timestamp) -> Option<&Signer> {
        let key = rotation::in_use(&self.keys, algorithm.into(), now)?;
        self.signers.iter().find(|signer| signer.id == key.id).map(|signer| &**signer)
    }
}

fn place(id: &KeyId) -> Place<'_> {
    Place { tenant: TenantId::BROKER, kind: OwnKey::KIND, id: id.as_bytes(), field: "private_jwk" }
}
