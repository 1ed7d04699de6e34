use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{AuditEvent, Job, Task, TenantId, User, UserId};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, MemoryStore, Range, Record, StoreExt as _};

use super::*;

/// A management with one user of acme, and its store, which can be made to fail.
async fn with_kim() -> (Management, Arc<MemoryStore>, User) {
    let store = Arc::new(MemoryStore::new());
    let management = over(store.clone());
    management.apply(&parse(ACME), "tests").await.unwrap();
    let tenant = management.stored_tenant("acme").await.id;
    let user = User::new(UserId::new(now(), &Counter), tenant, now());
    store.commit(Batch::new().insert(&user).unwrap()).await.unwrap();
    (management, store, user)
}

async fn all<R: Record>(store: &MemoryStore, tenant: TenantId, kind: Kind) -> Vec<R> {
    let found = store.read_range::<R>(&Range::of(tenant, kind), usize::MAX, now()).await.unwrap();
    found.into_iter().map(|it| it.record).collect()
}

async fn jobs(store: &MemoryStore) -> Vec<Task> {
    all::<Job>(store, TenantId::BROKER, Kind::Job).await.into_iter().map(|job| job.task).collect()
}

async fn told(store: &MemoryStore, tenant: TenantId, action: Action) -> usize {
    let events = all::<AuditEvent>(store, tenant, Kind::Audit).await;
    events.iter().filter(|event| event.action == action).count()
}

#[tokio::test]
async fn se_06_count_job_and_audit_event_are_one_commit() {
    let (management, store, kim) = with_kim().await;
    let (id, key) = (kim.id.to_string(), at::user(kim.tenant, kim.id));
    for step in 0..3 {
        store.fail_at(step);
        assert!(management.disable_user("acme", &id, "tests").await.is_err());
        let read = store.read::<User>(&key, now()).await.unwrap().unwrap();
        assert_eq!((read.record, jobs(&store).await.len()), (kim.clone(), 0));
        assert_eq!(told(&store, kim.tenant, Action::UserDisabled).await, 0);
    }
    assert!(!management.disable_user("acme", &id, "tests").await.unwrap().enabled);
    let read = store.read::<User>(&key, now()).await.unwrap().unwrap().record;
    assert_eq!((read.enabled, read.epoch), (false, 1));
    assert_eq!(jobs(&store).await, [Task::Clear { user: Some(kim.id), connection: None, after: None }]);
    assert_eq!(told(&store, kim.tenant, Action::UserDisabled).await, 1);

    assert!(management.enable_user("acme", &id, "tests").await.unwrap().enabled);
    management.sign_out_user("acme", &id, "tests").await.unwrap();
    let read = store.read::<User>(&key, now()).await.unwrap().unwrap().record;
    assert_eq!((read.enabled, read.epoch, jobs(&store).await.len()), (true, 2, 2));
}

#[tokio::test]
async fn a_document_that_switches_a_tenant_off_ends_everything_of_its_people() {
    let (management, store, kim) = with_kim().await;
    let off = ACME.replacen("slug = \"acme\"", "slug = \"acme\"\nenabled = false", 1);
    for epoch in [1, 1] {
        management.apply(&parse(&off), "tests").await.unwrap();
        assert_eq!(management.stored_tenant("acme").await.epoch, epoch, "it is off already");
        assert_eq!(jobs(&store).await, [Task::Clear { user: None, connection: None, after: None }]);
    }
    management.apply(&parse(ACME), "tests").await.unwrap();
    assert_eq!(management.stored_tenant("acme").await.epoch, 1, "what ended stays so");
    management.sign_out_tenant("acme", "tests").await.unwrap();
    assert_eq!(management.stored_tenant("acme").await.epoch, 2);
    assert_eq!(told(&store, kim.tenant, Action::EverythingEnded).await, 1);
}

#[tokio::test]
async fn a_document_brings_nothing_back_of_what_was_ended_through_a_connection() {
    let (management, store, kim) = with_kim().await;
    management.sign_out_connection("acme", "staff", "tests").await.unwrap();
    let staff = management.stored_connection("acme", "staff").await;
    assert_eq!((staff.epoch, told(&store, kim.tenant, Action::EverythingEnded).await), (1, 1));
    let clear = Task::Clear { user: None, connection: Some(staff.id), after: None };
    assert_eq!(jobs(&store).await, [clear]);
    let renamed = ACME.replacen("name = \"staff\"", "name = \"staff\"\ntitle = \"Everybody\"", 1);
    management.apply(&parse(&renamed), "tests").await.unwrap();
    let staff = management.stored_connection("acme", "staff").await;
    assert_eq!((staff.epoch, staff.title.as_str()), (1, "Everybody"));
}
