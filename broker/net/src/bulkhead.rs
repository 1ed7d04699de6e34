//! Bulkheads: how many exchanges may be under way with one peer, and with all of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use crate::{
    NetError,
    circuit::{Admission, Circuit, now},
    mutex::lock,
};

/// Exchanges under way with one peer.
pub(crate) const PER_PEER: usize = 8;

/// Exchanges under way with all peers together.
pub(crate) const IN_TOTAL: usize = 128;

/// How long an exchange waits for its turn before it is told [`NetError::Busy`].
const QUEUE: Duration = Duration::from_secs(1);

/// Peers remembered at one time.
const MAX_PEERS: usize = 1024;

/// All peers with their slots and circuits.
pub(crate) struct Bulkheads {
    peers: Mutex<HashMap<String, Arc<Peer>>>,
    slots: Arc<Semaphore>,
}

struct Peer {
    slots: Arc<Semaphore>,
    circuit: Mutex<Circuit>,
}

/// The right to one exchange; dropping it without a verdict leaves the circuit as it was.
pub(crate) struct Pass {
    peer: Arc<Peer>,
    admission: Admission,
    settled: bool,
    _slots: [OwnedSemaphorePermit; 2],
}

impl Bulkheads {
    pub(crate) fn new() -> Self {
        Self { peers: Mutex::default(), slots: Arc::new(Semaphore::new(IN_TOTAL)) }
    }

    /// Waits for a turn with `peer`, at most a second and never past `deadline`.
    pub(crate) async fn enter(&self, peer: &str, deadline: Instant) -> Result<Pass, NetError> {
        let peer = self.peer(peer)?;
        if let Some(retry_after) = peer.circuit().refuses_for(now()) {
            return Err(NetError::CircuitOpen { retry_after });
        }
        let turn = async {
            // The peer's own slot first: whoever queues behind a slow peer must not hold a common slot.
            let own = Arc::clone(&peer.slots).acquire_owned().await?;
            let common = Arc::clone(&self.slots).acquire_owned().await?;
            Ok::<_, tokio::sync::AcquireError>([own, common])
        };
        let Ok(Ok(slots)) = timeout_at(deadline.min(now() + QUEUE), turn).await else {
            return Err(NetError::Busy);
        };
        // The circuit may have opened while we waited.
        let admitted = peer.circuit().admit(now());
        let admission = admitted.map_err(|retry_after| NetError::CircuitOpen { retry_after })?;
        Ok(Pass { peer, admission, settled: false, _slots: slots })
    }

    fn peer(&self, name: &str) -> Result<Arc<Peer>, NetError> {
        let mut peers = lock(&self.peers);
        if let Some(peer) = peers.get(name) {
            return Ok(Arc::clone(peer));
        }
        if peers.len() >= MAX_PEERS {
            make_room(&mut peers)?;
        }
        let peer = Arc::new(Peer { slots: Arc::new(Semaphore::new(PER_PEER)), circuit: Mutex::default() });
        peers.insert(name.to_owned(), Arc::clone(&peer));
        Ok(peer)
    }
}

/// Forgets idle peers, the healthy ones first: an open circuit is worth keeping, but not at any price.
fn make_room(peers: &mut HashMap<String, Arc<Peer>>) -> Result<(), NetError> {
    peers.retain(|_, peer| peer.is_in_use() || !peer.circuit().is_healthy());
    if peers.len() >= MAX_PEERS {
        peers.retain(|_, peer| peer.is_in_use());
    }
    if peers.len() >= MAX_PEERS { Err(NetError::Busy) } else { Ok(()) }
}

impl Peer {
    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        lock(&self.circuit)
    }

    /// Whether anybody but the map holds it; only meaningful under the map's lock.
    fn is_in_use(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1
    }
}

impl Pass {
    /// The peer answered.
    pub(crate) fn succeeded(mut self) {
        self.peer.circuit().succeeded();
        self.settled = true;
    }

    /// The peer failed.
    pub(crate) fn failed(mut self) {
        self.peer.circuit().failed(self.admission, now());
        self.settled = true;
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if !self.settled {
            self.peer.circuit().abandoned(self.admission, now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn enter(bulkheads: &Bulkheads, peer: &str) -> Result<Pass, NetError> {
        bulkheads.enter(peer, now() + Duration::from_secs(5)).await
    }

    async fn fill(bulkheads: &Bulkheads, peer: &str, count: usize) -> Vec<Pass> {
        let mut passes = Vec::new();
        for _ in 0..count {
            passes.push(enter(bulkheads, peer).await.unwrap());
        }
        passes
    }

    #[tokio::test(start_paused = true)]
    async fn r_05_a_peer_has_eight_slots_and_the_ninth_waits_a_second() {
        let bulkheads = Bulkheads::new();
        let mut passes = fill(&bulkheads, "slow", 8).await;
        let asked = now();
        assert_eq!(enter(&bulkheads, "slow").await.err(), Some(NetError::Busy));
        assert_eq!(now() - asked, Duration::from_secs(1));
        assert!(enter(&bulkheads, "other").await.is_ok());

        let leaving = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            passes.pop().unwrap().succeeded();
        };
        let (entered, ()) = tokio::join!(enter(&bulkheads, "slow"), leaving);
        assert!(entered.is_ok(), "a slot that comes free in time is taken");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_past_the_deadline() {
        let bulkheads = Bulkheads::new();
        let _passes = fill(&bulkheads, "slow", 8).await;
        let asked = now();
        let deadline = asked + Duration::from_millis(50);
        assert_eq!(bulkheads.enter("slow", deadline).await.err(), Some(NetError::Busy));
        assert_eq!(now(), deadline);
    }

    #[tokio::test(start_paused = true)]
    async fn r_05_all_peers_together_have_128_slots() {
        let bulkheads = Bulkheads::new();
        let mut passes = Vec::new();
        for peer in 0..16 {
            passes.extend(fill(&bulkheads, &format!("peer {peer}"), 8).await);
        }
        assert_eq!(passes.len(), 128);
        assert_eq!(enter(&bulkheads, "one more").await.err(), Some(NetError::Busy));
        drop(passes.pop());
        assert!(enter(&bulkheads, "one more").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_queues_at_a_slow_peer_holds_no_common_slot() {
        let bulkheads = Bulkheads::new();
        let _passes = fill(&bulkheads, "slow", 8).await;
        let queue = futures_util::future::join_all((0..200).map(|_| enter(&bulkheads, "slow")));
        let at_once = now();
        let (queued, healthy) = tokio::join!(queue, bulkheads.enter("healthy", at_once));
        assert!(queued.iter().all(Result::is_err) && healthy.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn r_05_an_open_circuit_turns_away_at_once_also_those_in_the_queue() {
        let bulkheads = Bulkheads::new();
        let passes = fill(&bulkheads, "dead", 8).await;
        let failing = async {
            for pass in passes {
                pass.failed();
            }
        };
        let open = NetError::CircuitOpen { retry_after: Duration::from_secs(30) };
        let (queued, ()) = tokio::join!(enter(&bulkheads, "dead"), failing);
        assert_eq!(queued.err(), Some(open));
        let mut others = Vec::new();
        for peer in 0..16 {
            others.extend(fill(&bulkheads, &format!("peer {peer}"), 8).await);
        }
        assert_eq!(enter(&bulkheads, "dead").await.err(), Some(open), "although there is a queue for all");
        drop(others);

        tokio::time::advance(Duration::from_secs(30)).await;
        let probe = enter(&bulkheads, "dead").await.unwrap();
        assert_eq!(enter(&bulkheads, "dead").await.err(), Some(open));
        drop(probe);
        enter(&bulkheads, "dead").await.unwrap().succeeded();
        assert_eq!(fill(&bulkheads, "dead", 8).await.len(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_of_peers_is_bounded_and_keeps_what_matters() {
        let bulkheads = Bulkheads::new();
        let _in_use = enter(&bulkheads, "in use").await.unwrap();
        for _ in 0..5 {
            enter(&bulkheads, "dead").await.unwrap().failed();
        }
        for peer in 0..MAX_PEERS * 3 {
            enter(&bulkheads, &format!("healthy {peer}")).await.unwrap().succeeded();
            assert!(lock(&bulkheads.peers).len() <= MAX_PEERS);
        }
        assert!(matches!(enter(&bulkheads, "dead").await.err(), Some(NetError::CircuitOpen { .. })));

        for peer in 0..MAX_PEERS * 3 {
            enter(&bulkheads, &format!("failing {peer}")).await.unwrap().failed();
            assert!(lock(&bulkheads.peers).len() <= MAX_PEERS);
        }
        assert!(lock(&bulkheads.peers).contains_key("in use"));
    }
}
