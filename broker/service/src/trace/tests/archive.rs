//! What went wrong is written down: a bounded number, each tenant's part, and nothing that claims say.

use doorward_domain::{KeptTrace, Sealed};
use doorward_store::{Kind, MemoryStore, Range, Record, Store, StoreExt as _};
use zeroize::Zeroizing;

use super::*;
use crate::keys::{MasterKey, Sealer};

struct Broker {
    clock: Arc<ManualClock>,
    store: Arc<MemoryStore>,
    traces: Traces,
    archive: Archive,
}

/// A broker with room for so many traces, and for so many of one tenant.
fn broker(most: (usize, usize)) -> Broker {
    let (clock, traces) = traces(1 << 20);
    another(&Arc::new(MemoryStore::new()), clock, traces, most)
}

fn another(
    store: &Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    traces: Traces,
    most: (usize, usize),
) -> Broker {
    let key = MasterKey { name: "test".to_owned(), key: Zeroizing::new([7; 32]) };
    let with = (store.clone() as Arc<dyn Store>, Arc::new(Sealer::new(key, Vec::new())));
    let archive = Archive::new(with, Arc::new(Still), clock.clone(), Limits::default()).of_most(most);
    Broker { clock, store: store.clone(), traces, archive }
}

impl Broker {
    fn fails(&self, number: u16, of: u8) {
        self.traces.keep(stuck(number, of));
    }

    async fn write(&self) {
        self.archive.write(&self.traces).await.unwrap();
    }

    /// The same broker after a restart.
    fn restarted(self) -> Self {
        let (_, traces) = traces(1 << 20);
        another(&self.store, self.clock, traces, self.archive.most())
    }

    async fn all<R: Record>(&self, of: TenantId) -> Vec<R> {
        let found = self.store.read_range(&Range::of(of, R::KIND), usize::MAX, NOW).await.unwrap();
        found.into_iter().map(|it| it.record).collect()
    }

    async fn numbers(&self, of: u8) -> Vec<u8> {
        self.archive.of(tenant(of)).await.unwrap().iter().map(|trace| trace.attempt[0]).collect()
    }

    async fn count(&self) -> usize {
        self.store.list(&Range::all(), usize::MAX).await.unwrap().len()
    }
}

/// A failure of its own for each number, one a second.
fn stuck(number: u16, of: u8) -> Trace {
    let began = NOW + Duration::from_secs(number.into());
    Trace { began, outcome: failed(FederationError::NoCode), ..trace(number, of) }
}

#[tokio::test]
async fn what_went_wrong_is_found_after_a_restart_and_what_went_well_is_not_written() {
    let broker = broker((100, 100));
    let entered = Outcome::Entered { user: None, came: Came::Known };
    broker.traces.keep(Trace { outcome: entered, ..trace(1, 1) });
    broker.traces.keep(trace(2, 1));
    broker.write().await;
    assert_eq!(broker.count().await, 0);

    let Trace { reference, .. } = stuck(3, 1);
    broker.fails(3, 1);
    assert_eq!(broker.count().await, 0, "nobody waits for it");
    broker.write().await;
    let before = format!("{:?}", broker.traces.find(reference).unwrap());
    let broker = broker.restarted();
    assert!(broker.traces.find(reference).is_none());
    let found = broker.archive.find(reference).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), before);
    assert!(broker.archive.find(stuck(4, 1).reference).await.unwrap().is_none());
    broker.clock.advance(Limits::default().kept_for + Duration::from_secs(4));
    assert!(broker.archive.find(reference).await.unwrap().is_none(), "it is forgotten in time");
}

#[tokio::test]
async fn ds_06_a_flood_of_failures_is_bounded_and_pushes_out_nobody_elses() {
    let broker = broker((20, 15));
    (1..=5).for_each(|number| broker.fails(number, 1));
    broker.write().await;
    for number in 0..60 {
        broker.fails(100 + number, 2);
        if number % 7 == 0 {
            broker.write().await;
        }
    }
    broker.write().await;
    assert_eq!(broker.numbers(1).await, [5, 4, 3, 2, 1]);
    assert_eq!(broker.numbers(2).await, (145..160).rev().collect::<Vec<u8>>());
    assert_eq!(broker.count().await, 2 * 20, "a record and its index");

    // A restart forgets nothing of that.
    let broker = broker.restarted();
    (6..=7).for_each(|number| broker.fails(number, 1));
    broker.write().await;
    assert_eq!((broker.numbers(1).await.len(), broker.numbers(2).await.len()), (7, 13));
    assert_eq!(broker.count().await, 2 * 20);
}

#[tokio::test]
async fn what_waits_is_bounded_too_and_each_tenant_s_part() {
    let broker = broker((10_000, 10_000));
    broker.fails(1, 1);
    (100..3_000).for_each(|number| broker.fails(number, 2));
    broker.write().await;
    assert_eq!((broker.numbers(1).await, broker.count().await), (vec![1], 2 * (1 + WAITING.1)));
    (1..=200).for_each(|of| (3_000..3_005).for_each(|number| broker.fails(number, of)));
    assert_eq!(broker.traces.waiting().len(), WAITING.0);
}

#[tokio::test]
async fn who_fails_again_and_again_with_one_answer_leaves_one_record() {
    let broker = broker((3, 3));
    broker.fails(1, 1);
    for _ in 0..10 {
        broker.fails(2, 1);
        broker.write().await;
    }
    assert_eq!((broker.numbers(1).await, broker.count().await), (vec![2, 1], 4));
}

#[tokio::test]
async fn what_could_not_be_written_goes_on_waiting() {
    let broker = broker((100, 100));
    broker.fails(1, 1);
    broker.store.fail_at(0);
    assert!(broker.archive.write(&broker.traces).await.is_err());
    broker.fails(2, 1);
    broker.write().await;
    assert_eq!(broker.numbers(1).await, [2, 1]);
    broker.store.fail_at(0);
    broker.write().await;
    assert!(broker.traces.waiting().is_empty(), "and is written once");
}

#[tokio::test]
async fn sr_02_what_is_written_is_sealed_and_says_nothing_of_what_claims_say() {
    let broker = broker((100, 100));
    let mut trail = broker.traces.open_trail();
    trail.see(json!({ "email": "kim@acme.test" }).as_object().unwrap(), Source::IdToken);
    broker.traces.keep(Trace { trail: Some(trail.noted), ..stuck(1, 1) });
    broker.write().await;
    let [kept] = broker.all::<KeptTrace>(tenant(1)).await.try_into().unwrap();
    assert!(!serde_json::to_string(&kept).unwrap().contains("email"), "{kept:?}");
    let found = broker.archive.find(stuck(1, 1).reference).await.unwrap().unwrap();
    let seen = found.trail.as_ref().unwrap();
    assert!(!seen.opened && !format!("{seen:?}").contains("kim@"), "{seen:?}");
    assert_eq!(&*seen.claims[0].name, "email");

    // It opens nowhere else.
    let moved = KeptTrace { tenant: tenant(2), ..kept.clone() };
    let forged = Sealed { ciphertext: "AAAA".to_owned(), ..kept.facts.clone() };
    let forged = KeptTrace { reference: stuck(2, 2).reference.to_string(), facts: forged, ..moved.clone() };
    let batch = doorward_store::Batch::new().put(&moved).unwrap().put(&forged).unwrap();
    broker.store.commit(batch).await.unwrap();
    assert!(broker.archive.of(tenant(2)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_provider_that_says_too_much_is_kept_in_short() {
    let broker = broker((100, 100));
    let description = Some("so to say ".repeat(3_000));
    let error = FederationError::UpstreamRefused { error: "access_denied".to_owned(), description };
    let claims: serde_json::Map<_, _> = (0..100).map(|n| (format!("{n:>0100}"), json!(n))).collect();
    let mut trail = broker.traces.trail(connection(1), NOW);
    trail.see(&claims, Source::IdToken);
    broker.traces.keep(Trace { outcome: failed(error), trail: Some(trail.noted), ..stuck(1, 1) });
    broker.fails(2, 1);
    broker.write().await;
    let found = broker.archive.find(stuck(1, 1).reference).await.unwrap().unwrap();
    assert!(found.trail.is_none() && found.failed().unwrap().finding.is_some());
    let values = broker.store.list(&Range::of(tenant(1), Kind::Trace), 10).await.unwrap();
    assert!(values.iter().all(|(_, value)| value.bytes.len() < 4_096));
}
