use std::sync::Mutex;
use std::time::Duration;

use doorward_domain::{ClientId, Sealed, SessionId, UserId};
use doorward_store::{Kind, MemoryStore, Range};
use proptest::prelude::*;

use super::schedule::after;
use super::*;

const START: Timestamp = Timestamp::from_secs(1_800_000_000);
const TENANT: TenantId = TenantId::from_bytes([1; 16]);
const HIGHEST: [u8; 4] = [0xff; 4];
const LOWEST: [u8; 4] = [0; 4];

/// Bytes that never repeat.
#[derive(Default)]
struct Counter(Mutex<u64>);

impl Entropy for Counter {
    fn fill(&self, out: &mut [u8]) {
        let mut next = self.0.lock().unwrap();
        *next += 1;
        out.fill(0);
        let bytes = next.to_be_bytes();
        let from = out.len().saturating_sub(bytes.len());
        let count = out.len() - from;
        out[from..].copy_from_slice(&bytes[bytes.len() - count..]);
    }
}

fn telling(client: &str) -> Task {
    let (user, session) = (UserId::from_bytes([2; 16]), SessionId::from_bytes([3; 16]));
    Task::LogoutToken { client: ClientId::new(client), user, session }
}

fn new_job(client: &str) -> Job {
    job(TENANT, telling(client), &Counter::default(), START)
}

fn queue() -> (Arc<MemoryStore>, Jobs) {
    let store = Arc::new(MemoryStore::new());
    (store.clone(), Jobs::new(store, Arc::new(Counter::default())))
}

async fn add(store: &MemoryStore, jobs: &Jobs, client: &str) {
    let batch = jobs.add(Batch::new(), TENANT, telling(client), START).unwrap();
    store.commit(batch).await.unwrap();
}

async fn all<R: doorward_store::Record>(store: &MemoryStore, tenant: TenantId, kind: Kind) -> Vec<R> {
    let found = store.read_range::<R>(&Range::of(tenant, kind), usize::MAX, START).await.unwrap();
    found.into_iter().map(|it| it.record).collect()
}

async fn waiting(store: &MemoryStore) -> Vec<Job> {
    all(store, TenantId::BROKER, Kind::Job).await
}

async fn take(jobs: &Jobs, now: Timestamp) -> Vec<Stored<Job>> {
    jobs.take(&mut Lanes::default(), now).await.unwrap()
}

#[test]
fn a_pause_doubles_up_to_an_hour_and_is_never_less_than_half_of_that() {
    let due = |attempts, dice| {
        let job = Job { attempts, ..new_job("app") };
        match after(&job, Outcome::Failed, dice, START) {
            Step::Again(next) => next.due_at.since(START).as_secs(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([1, 2, 3, 4].map(|attempts| due(attempts, HIGHEST)), [10, 20, 40, 80]);
    assert_eq!([1, 2, 3, 4].map(|attempts| due(attempts, LOWEST)), [5, 10, 20, 40]);
    for attempts in [12, 40, u32::MAX] {
        assert_eq!((due(attempts, LOWEST), due(attempts, HIGHEST)), (1800, 3600));
    }
}

#[test]
fn a_job_ends_when_it_is_done_refused_or_too_old() {
    let job = Job { attempts: 3, ..new_job("app") };
    assert_eq!(after(&job, Outcome::Done, HIGHEST, START), Step::Done);
    assert_eq!(after(&job, Outcome::Refused, HIGHEST, START), Step::GiveUp);
    assert_eq!(after(&job, Outcome::Failed, HIGHEST, job.ends_at - Duration::from_secs(40)), Step::GiveUp);
    let rest = Task::Clear { user: None, connection: None, after: Some("there".to_owned()) };
    let next = Job { task: rest.clone(), attempts: 0, ..job.clone() };
    assert_eq!(after(&job, Outcome::Rest(rest), HIGHEST, START), Step::Again(next));
}

proptest! {
    #[test]
    fn whatever_happens_an_attempt_comes_to_an_end(attempts: u32, dice: [u8; 4], age in 0_u64..100_000) {
        let job = Job { attempts, ..new_job("app") };
        let now = START + Duration::from_secs(age);
        match after(&job, Outcome::Failed, dice, now) {
            Step::Again(next) => prop_assert!(now < next.due_at && next.due_at < job.ends_at),
            step => prop_assert_eq!((step, age > 80_000), (Step::GiveUp, true)),
        }
    }
}

#[test]
fn who_is_slow_leaves_room_for_others() {
    let mut lanes = Lanes::default();
    assert_eq!((0..100).filter(|_| lanes.enter(&new_job("slow"))).count(), 4);
    assert!(lanes.enter(&new_job("other")));
    lanes.leave(&new_job("slow"));
    assert!(lanes.enter(&new_job("slow")) && !lanes.enter(&new_job("slow")));
    let many = (0..100).filter(|n| lanes.enter(&new_job(&n.to_string()))).count();
    assert_eq!(many, 32 - 5);
}

fn letter(tenant: u8) -> Job {
    let letter = Sealed { key: "k1".to_owned(), ciphertext: "AAAA".to_owned() };
    let task = Task::Letter { user: UserId::from_bytes([2; 16]), letter };
    job(TenantId::from_bytes([tenant; 16]), task, &Counter::default(), START)
}

#[test]
fn letters_and_logouts_do_not_wait_for_each_other() {
    let mut lanes = Lanes::default();
    assert_eq!((0..100).filter(|_| lanes.enter(&letter(1))).count(), 4, "and each tenant has its part");
    assert_eq!((2..100).filter(|tenant| lanes.enter(&letter(*tenant))).count(), 4);
    assert!(lanes.have_room());
    assert_eq!((0..100).filter(|n| lanes.enter(&new_job(&n.to_string()))).count(), 32);
    assert!(!lanes.have_room());
    lanes.leave(&letter(2));
    assert!(lanes.have_room() && !lanes.enter(&new_job("other")) && lanes.enter(&letter(3)));

    let mut lanes = Lanes::default();
    assert_eq!((0..100).filter(|n| lanes.enter(&new_job(&n.to_string()))).count(), 32);
    assert!(lanes.have_room() && lanes.enter(&letter(1)));
}

#[tokio::test]
async fn a_letter_that_is_given_up_is_told_by_a_name_of_its_own() {
    let (store, jobs) = queue();
    store.commit(Batch::new().insert(&letter(1)).unwrap()).await.unwrap();
    let taken = take(&jobs, START).await.remove(0);
    jobs.settle(&taken, Outcome::Refused, START).await.unwrap();
    let events = all::<AuditEvent>(&store, TENANT, Kind::Audit).await;
    assert_eq!(events.iter().map(|event| event.action).collect::<Vec<_>>(), [Action::LetterNotSent]);
}

#[tokio::test]
async fn of_many_workers_one_gets_a_job_and_keeps_it_for_its_lease() {
    let (store, jobs) = queue();
    for n in 0..20 {
        add(&store, &jobs, &n.to_string()).await;
    }
    let taken = join_all((0..5).map(|_| take(&jobs, START))).await.concat();
    assert_eq!(taken.len(), 20);
    assert!(taken.iter().all(|job| job.record.attempts == 1));
    assert!(take(&jobs, START + LEASE - Duration::from_millis(1)).await.is_empty());

    // The worker was heard of no more.
    let again = take(&jobs, START + LEASE).await;
    assert_eq!(again.len(), 20);
    assert!(again.iter().all(|job| job.record.attempts == 2));
    // It comes back after all: the second one's word counts.
    jobs.settle(&taken[0], Outcome::Done, START + LEASE).await.unwrap();
    assert_eq!(waiting(&store).await.len(), 20);
    for job in &again {
        jobs.settle(job, Outcome::Done, START + LEASE).await.unwrap();
    }
    assert_eq!(waiting(&store).await, []);
}

#[tokio::test]
async fn only_what_is_due_is_taken_and_the_queue_behind_a_slow_app_is_seen() {
    let (store, jobs) = queue();
    for _ in 0..PAGE + 50 {
        add(&store, &jobs, "slow").await;
    }
    add(&store, &jobs, "other").await;
    assert!(take(&jobs, START - Duration::from_millis(1)).await.is_empty());
    let taken = take(&jobs, START).await;
    let to = |client: &str| taken.iter().filter(|job| job.record.task == telling(client)).count();
    assert_eq!((to("slow"), to("other")), (4, 1));
}

#[tokio::test]
async fn however_many_wait_all_are_seen_in_turn() {
    let (store, jobs) = queue();
    for _ in 0..PAGE * PAGES + 50 {
        add(&store, &jobs, "slow").await;
    }
    add(&store, &jobs, "other").await;
    let mut lanes = Lanes::default();
    let mut clients = Vec::new();
    for _ in 0..3 {
        let taken = jobs.take(&mut lanes, START).await.unwrap();
        clients.push(taken.iter().map(|job| job.record.task.clone()).collect::<Vec<_>>());
    }
    assert_eq!(clients, [vec![telling("slow"); 4], vec![telling("other")], vec![]]);
}

#[tokio::test]
async fn what_is_given_up_is_told_in_the_same_commit() {
    let (store, jobs) = queue();
    add(&store, &jobs, "app").await;
    let taken = take(&jobs, START).await.remove(0);
    store.fail_at(0);
    assert!(jobs.settle(&taken, Outcome::Refused, START).await.is_err());
    assert_eq!(waiting(&store).await, std::slice::from_ref(&taken.record));
    jobs.settle(&taken, Outcome::Refused, START).await.unwrap();
    assert_eq!(waiting(&store).await, []);
    let events = all::<AuditEvent>(&store, TENANT, Kind::Audit).await;
    let told: Vec<_> = events.iter().map(|event| (event.action, event.target.as_str())).collect();
    assert_eq!(told, [(Action::LogoutNotDelivered, "app")]);
}
