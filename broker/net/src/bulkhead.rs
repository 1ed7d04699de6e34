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
