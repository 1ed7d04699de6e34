//! What a connection is doing, and since when.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::Limits;

/// Whose turn it is on a connection, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The client may begin a request.
    Idle,
    /// The client has begun a request, or a TLS handshake, and is to finish its head.
    Head,
    /// The client is to send the body that it announced.
    Body,
    /// We are to answer.
    Answer,
    /// The connection is being cut.
    Gone,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Idle, Self::Head, Self::Body, Self::Answer, Self::Gone];
    /// So many bits of a beat tell the stage, the others the time.
    const BITS: u32 = 3;
}

/// The stage of a connection as it tells it itself and as its [`Guests`](super::guests::Guests) see it.
/// Every request passes several stages, so each is one atomic number: microseconds and the stage.
pub(super) struct Pulse {
    born: Instant,
    beat: AtomicU64,
}

impl Pulse {
    /// The pulse of a connection that begins at this stage.
    pub fn new(stage: Stage) -> Self {
        Self { born: now(), beat: AtomicU64::new(stage as u64) }
    }

    /// Something has arrived.
    pub fn heard(&self) {
        if self.stage() == Stage::Idle {
            self.enter(|stage| (stage == Stage::Idle).then_some(Stage::Head));
        }
    }

    /// Something of an answer has left, so that a slow reader is not a silent one.
    pub fn told(&self) {
        if self.stage() == Stage::Idle {
            self.enter(|stage| (stage == Stage::Idle).then_some(Stage::Idle));
        }
    }

    /// The head of a request is there. False when the connection is being cut: then nothing may begin.
    pub fn begun(&self, has_body: bool) -> bool {
        let next = if has_body { Stage::Body } else { Stage::Answer };
        self.enter(|stage| (stage != Stage::Gone).then_some(next))
    }

    /// The body of a request is there, or nobody wants it.
    pub fn received(&self) {
        self.enter(|stage| (stage == Stage::Body).then_some(Stage::Answer));
    }

    /// The connection waits for a request, after an answer or a handshake.
    pub fn rests(&self) {
        self.enter(|stage| (stage != Stage::Gone).then_some(Stage::Idle));
    }

    /// Since when the client keeps us waiting, if it does.
    pub fn waiting_since(&self) -> Option<Instant> {
        let beat = self.beat.load(Ordering::Acquire);
        is_clients(stage_of(beat)).then(|| self.since(beat))
    }

    /// Takes the connection away from a client that keeps us waiting, before it may begin anything else.
    pub fn cut_while_waiting(&self) -> bool {
        self.enter(|stage| is_clients(stage).then_some(Stage::Gone))
    }

    /// Takes the connection away if its stage has lasted too long.
    pub fn cut_if_overdue(&self, limits: &Limits) -> bool {
        let beat = self.beat.load(Ordering::Acquire);
        let most = match stage_of(beat) {
            Stage::Idle => limits.idle,
            Stage::Head => limits.head,
            Stage::Body => limits.body,
            Stage::Answer => limits.answer,
            Stage::Gone => return false,
        };
        let gone = Stage::Gone as u64;
        now().duration_since(self.since(beat)) >= most
            && self.beat.compare_exchange(beat, gone, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    fn stage(&self) -> Stage {
        stage_of(self.beat.load(Ordering::Acquire))
    }

    fn since(&self, beat: u64) -> Instant {
        self.born + Duration::from_micros(beat >> Stage::BITS)
    }

    /// Enters the stage that follows on the present one, if one does.
    fn enter(&self, next: impl Fn(Stage) -> Option<Stage>) -> bool {
        let age = u64::try_from(now().duration_since(self.born).as_micros()).unwrap_or(u64::MAX);
        let follow = |beat| next(stage_of(beat)).map(|stage| (age << Stage::BITS) | stage as u64);
        self.beat.fetch_update(Ordering::AcqRel, Ordering::Acquire, follow).is_ok()
    }
}

fn stage_of(beat: u64) -> Stage {
    let index = (beat & ((1 << Stage::BITS) - 1)) as usize;
    Stage::ALL.get(index).copied().unwrap_or(Stage::Gone)
}

fn is_clients(stage: Stage) -> bool {
    matches!(stage, Stage::Idle | Stage::Head | Stage::Body)
}

fn now() -> Instant {
    Instant::now()
}
