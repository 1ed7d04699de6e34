//! The audit log can tell whether somebody changed it. Every few seconds a [`Checkpoint`] signs the events
//! since the one before, and the one before itself; the operator's log is told its hash. So whoever writes the
//! store without the master key changes, removes, adds or swaps no event that was signed without being
//! noticed, and whoever cuts the end off is found out by the hash that was told.
//!
//! [`events`] reads the events of all tenants in order, [`auditor`] makes the checkpoints, [`verification`]
//! compares the two. [`grown`] knows where to look for new ones. A request pays nothing for it: its event is in its own commit (rule 12), as ever.
//!
//! What is written in the moments before it is signed is taken for what it says.

mod auditor;
mod events;
mod grown;
mod verification;

use doorward_domain::checkpoint::{Checkpoint, CheckpointHash};
use doorward_domain::{SecretHash, Timestamp};
use doorward_store::Value;

use crate::keys::{Purpose, Sealer};

pub use auditor::Auditor;
pub use events::{Events, Found, tenants};
pub use grown::{Grown, Watched};
pub use verification::{Finding, Flaw, Verification};

/// Signs a checkpoint.
fn signed(sealer: &Sealer, checkpoint: Checkpoint) -> Checkpoint {
    let checkpoint = Checkpoint { key: sealer.active().to_owned(), ..checkpoint };
    let mac = mac(sealer, &checkpoint.key, &checkpoint.hash());
    Checkpoint { mac: mac.unwrap_or(checkpoint.mac), ..checkpoint }
}

/// The checkpoint that lies at `number`, if one of ours signed it for that place.
fn genuine(sealer: &Sealer, number: u64, value: &Value) -> Option<Checkpoint> {
    let checkpoint: Checkpoint = serde_json::from_slice(&value.bytes).ok()?;
    let expected = mac(sealer, &checkpoint.key, &checkpoint.hash())?;
    (checkpoint.number == number && checkpoint.mac == expected).then_some(checkpoint)
}

fn mac(sealer: &Sealer, key: &str, hash: &CheckpointHash) -> Option<SecretHash> {
    let parts: [&[u8]; 1] = [hash.as_bytes()];
    sealer.derive(key, Purpose::Checkpoint, &parts).map(SecretHash::from_bytes)
}

/// When an event happened, as its identifier has it, seen from `now`.
fn is_within(time: Timestamp, now: Timestamp, span: std::time::Duration) -> bool {
    time.since(now) <= span && now.since(time) <= span
}
