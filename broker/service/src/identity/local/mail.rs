//! Letters to people: what they are about. Each is a job, written in the commit of what it tells of, so that
//! neither a restart nor a mail server that is away loses one. Whoever carries them puts them into the
//! person's language.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::{
    AddressProof, EmailAddress, Entropy, Job, JobId, Plain, ProofPurpose, Sealed, Task, TenantId, Timestamp,
    UserId,
};
use doorward_store::{Batch, Kind, StoreError};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Account, Local};
use crate::jobs::Outcome;
use crate::keys::{Place, Sealer};

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// To whom.
    pub to: EmailAddress,
    /// The language that is known of them.
    pub locale: Option<String>,
    /// What it says.
    pub message: Message,
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// You have an account: choose how you sign in.
    Invitation {
        /// The company's name.
        tenant: String,
        /// Where.
        #[serde(with = "to_be_sealed")]
        link: Plain,
    },
    /// Somebody wants another password for you.
    Reset {
        /// The company's name.
        tenant: String,
        /// Where to choose it.
        #[serde(with = "to_be_sealed")]
        link: Plain,
        /// What to type at another device.
        #[serde(with = "to_be_sealed")]
        code: Plain,
    },
    /// Is this your address?
    Verification {
        /// The company's name.
        tenant: String,
        /// Where to say so.
        #[serde(with = "to_be_sealed")]
        link: Plain,
    },
    /// Somebody signs in through their company with your address.
    AddressCode {
        /// The company's name.
        tenant: String,
        /// What to type where they do that.
        #[serde(with = "to_be_sealed")]
        code: Plain,
    },
    /// Your password was changed.
    PasswordChanged {
        /// The company's name.
        tenant: String,
    },
    /// Your second factor, a passkey or your recovery codes were changed.
    SignInChanged {
        /// The company's name.
        tenant: String,
    },
    /// A connection is not the only way in any more.
    Retreated {
        /// The company's name.
        tenant: String,
        /// What people know the connection by.
        connection: String,
    },
    /// Somebody signed in with a recovery code.
    RecoveryCodeUsed {
        /// The company's name.
        tenant: String,
        /// How many are left.
        left: usize,
    },
}

impl Letter {
    /// The job to send it to a user of a tenant. It lies sealed, for codes and links are kept as hashes alone
    /// (SR-02), and is tried as long as what it brings is good.
    fn job(
        &self,
        (tenant, user): (TenantId, UserId),
        sealer: &Sealer,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<Job, StoreError> {
        let text = Zeroizing::new(serde_json::to_vec(self).map_err(damaged)?);
        let id = JobId::new(now, entropy);
        let letter = sealer.seal(&place(tenant, &id), &text, entropy);
        let task = Task::Letter { user, letter };
        let ends_at = now + self.message.life().unwrap_or(task.life());
        Ok(Job { id, tenant, task, due_at: now, attempts: 0, ends_at })
    }

    /// What was sealed for a job.
    fn open(job: &Job, sealed: &Sealed, sealer: &Sealer) -> Option<Self> {
        let text = sealer.open(&place(job.tenant, &job.id), sealed).ok()?;
        serde_json::from_slice(&text).ok()
    }
}

impl Message {
    /// How long what it brings is good.
    const fn life(&self) -> Option<Duration> {
        match self {
            Self::Invitation { .. } => Some(ProofPurpose::Invitation.life()),
            Self::Reset { .. } => Some(ProofPurpose::Reset.life()),
            Self::Verification { .. } => Some(ProofPurpose::Verification.life()),
            Self::AddressCode { .. } => Some(AddressProof::LIFE),
            Self::PasswordChanged { .. }
            | Self::SignInChanged { .. }
            | Self::Retreated { .. }
            | Self::RecoveryCodeUsed { .. } => None,
        }
    }
}

fn place(tenant: TenantId, id: &JobId) -> Place<'_> {
    Place { tenant, kind: Kind::Job, id: id.as_bytes(), field: "letter" }
}

fn damaged(error: serde_json::Error) -> StoreError {
    StoreError::Damaged { kind: Kind::Job, cause: error.to_string() }
}

/// Carries letters.
pub trait Post: Send + Sync + 'static {
    /// Sends a letter. Every attempt at one has the same `name`.
    fn carry<'a>(&'a self, letter: &'a Letter, name: &'a str) -> BoxFuture<'a, Result<(), Undelivered>>;
}

/// Why a letter was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// It may be later.
    ForNow,
    /// It never will.
    ForGood,
}

/// Nobody carries letters: for tests and measurements that have no use for them.
impl Post for () {
    fn carry<'a>(&'a self, _: &'a Letter, _: &'a str) -> BoxFuture<'a, Result<(), Undelivered>> {
        Box::pin(async { Ok(()) })
    }
}

/// Sends the letters that jobs bring.
pub struct Letters {
    carrier: Arc<dyn Post>,
    sealer: Arc<Sealer>,
}

impl Letters {
    /// Letters that go by `carrier`.
    pub fn new(carrier: Arc<dyn Post>, sealer: Arc<Sealer>) -> Self {
        Self { carrier, sealer }
    }

    /// Sends the letter of a job, unless what it brings is good no more.
    pub(crate) async fn send(&self, job: &Job, sealed: &Sealed, now: Timestamp) -> Outcome {
        let letter = Letter::open(job, sealed, &self.sealer).filter(|_| now < job.ends_at);
        let Some(letter) = letter else { return Outcome::Refused };
        match self.carrier.carry(&letter, &job.id.to_string()).await {
            Ok(()) => Outcome::Done,
            Err(Undelivered::ForNow) => Outcome::Failed,
            Err(Undelivered::ForGood) => Outcome::Refused,
        }
    }
}

impl Local {
    /// Has a letter sent to a user of a tenant as soon as `batch` is durable; then call [`Local::posted`].
    ///
    /// # Errors
    /// When it cannot be written as a record.
    pub fn post(
        &self,
        batch: Batch,
        to: (TenantId, UserId),
        letter: &Letter,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        batch.insert(&letter.job(to, &self.sealer, &*self.entropy, now)?)
    }

    /// Letters that were posted may be sent.
    pub fn posted(&self) {
        self.jobs.wake();
    }

    /// Tells the owner of an account what `batch` makes happen to it, if there is an address.
    ///
    /// # Errors
    /// As [`Local::post`].
    pub fn tell(
        &self,
        batch: Batch,
        account: &Account,
        message: impl FnOnce(String) -> Message,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        let Some(to) = account.credentials.record.email.clone() else { return Ok(batch) };
        let user = &account.user.record;
        let message = message(account.tenant.name.clone());
        let letter = Letter { to, locale: user.profile.locale.clone(), message };
        self.post(batch, (user.tenant, user.id), &letter, now)
    }
}

/// Secrets in a letter that is sealed at once.
mod to_be_sealed {
    use doorward_domain::Plain;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(secret: &Plain, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Plain, D::Error> {
        String::deserialize(deserializer).map(Plain::new)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::EmailAddress;

    use super::*;
    use crate::keys::MasterKey;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const TENANT: TenantId = TenantId::from_bytes([1; 16]);
    const USER: UserId = UserId::from_bytes([2; 16]);

    struct Five;

    impl Entropy for Five {
        fn fill(&self, out: &mut [u8]) {
            out.fill(5);
        }
    }

    fn sealer() -> Sealer {
        Sealer::new(MasterKey { name: "test".to_owned(), key: Zeroizing::new([7; 32]) }, Vec::new())
    }

    fn letter(message: Message) -> Letter {
        Letter { to: EmailAddress::parse("kim@acme.test").unwrap(), locale: None, message }
    }

    fn reset() -> Letter {
        let (link, code) = (Plain::new("https://id.test/reset?token=canary"), Plain::new("canary-code"));
        letter(Message::Reset { tenant: "Acme".to_owned(), link, code })
    }

    fn job(letter: &Letter) -> (Job, Sealed) {
        let job = letter.job((TENANT, USER), &sealer(), &Five, NOW).unwrap();
        let Task::Letter { user: USER, letter } = job.task.clone() else { panic!("{job:?}") };
        (job, letter)
    }

    #[test]
    fn sr_02_a_letter_lies_sealed_and_opens_for_its_job_alone() {
        let (job, sealed) = job(&reset());
        let text = serde_json::to_string(&job).unwrap();
        assert!(["canary", "kim", "acme"].iter().all(|it| !text.contains(it)), "{text}");
        assert_eq!(Letter::open(&job, &sealed, &sealer()), Some(reset()));
        let another = Job { id: JobId::new(NOW + Duration::from_secs(1), &Five), ..job.clone() };
        assert_eq!(Letter::open(&another, &sealed, &sealer()), None);
        let moved = Job { tenant: TenantId::from_bytes([9; 16]), ..job };
        assert_eq!(Letter::open(&moved, &sealed, &sealer()), None);
    }

    #[test]
    fn a_letter_is_tried_as_long_as_what_it_brings_is_good() {
        let tenant = || "Acme".to_owned();
        for (message, minutes) in [
            (reset().message, 30),
            (Message::AddressCode { tenant: tenant(), code: Plain::new("1") }, 15),
            (Message::PasswordChanged { tenant: tenant() }, 24 * 60),
            (Message::Invitation { tenant: tenant(), link: Plain::new("l") }, 72 * 60),
        ] {
            let (job, _) = job(&letter(message));
            assert_eq!(job.ends_at.since(NOW), Duration::from_secs(minutes * 60));
        }
    }

    #[tokio::test]
    async fn what_is_good_no_more_is_not_sent() {
        let (job, sealed) = job(&reset());
        let letters = Letters::new(Arc::new(()), Arc::new(sealer()));
        let last = job.ends_at - Duration::from_millis(1);
        assert_eq!(letters.send(&job, &sealed, last).await, Outcome::Done);
        assert_eq!(letters.send(&job, &sealed, job.ends_at).await, Outcome::Refused);
    }
}
