use std::sync::{Arc, Mutex};

use doorward_domain::audit::Action;
use doorward_domain::{AuditEvent, Domain, TenantId};
use doorward_store::{
    Batch, Changes, Key, Kind, MemoryStore, Range, Store, StoreError, StoreExt as _, Value, Version,
};
use futures_util::future::{BoxFuture, join_all};

use super::{ACME, CANARY, acme_with, empty, now, over, parse, with_acme};

#[tokio::test]
async fn a_tenant_is_found_by_its_company_code_and_by_its_domain() {
    let management = with_acme().await;
    let tenant = management.stored_tenant("acme").await;
    let domain = Domain::parse("acme.test").unwrap();
    assert_eq!(management.store.tenant_by_domain(&domain, now()).await.unwrap().unwrap().record, tenant);
    assert_eq!(management.stored_client("app").await.tenants, [tenant.id]);
}

#[tokio::test]
async fn every_change_leaves_an_audit_event() {
    let management = with_acme().await;
    let mut targets = Vec::new();
    for owner in [management.stored_tenant("acme").await.id, TenantId::BROKER] {
        let events =
            management.store.read_range::<AuditEvent>(&Range::of(owner, Kind::Audit), 10, now()).await;
        for event in events.unwrap() {
            assert_eq!((event.record.action, event.record.actor.as_str()), (Action::Applied, "tests"));
            targets.push(event.record.target);
        }
    }
    let tenant = management.stored_tenant("acme").await.id.to_string();
    let connection = management.stored_connection("acme", "staff").await.id.to_string();
    assert_eq!(targets, [tenant, connection, "app".to_owned()]);
}

#[tokio::test]
async fn a_domain_can_be_given_up_and_moved() {
    let management = with_acme().await;
    let domain = Domain::parse("acme.test").unwrap();
    let moved = format!(
        "{}[[tenant]]\nslug = \"rival\"\nname = \"Rival\"\ndomains = [\"acme.test\"]",
        ACME.replace("\"acme.test\"", "\"acme.example\"")
    );
    management.apply(&parse(&moved), "tests").await.unwrap();
    let owner = management.store.tenant_by_domain(&domain, now()).await.unwrap().unwrap();
    assert_eq!(owner.record.slug.as_str(), "rival");

    let given_up = "[[tenant]]\nslug = \"rival\"\nname = \"Rival\"";
    management.apply(&parse(given_up), "tests").await.unwrap();
    assert!(management.store.tenant_by_domain(&domain, now()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_export_is_a_document_without_secrets_that_changes_nothing() {
    let management = with_acme().await;
    let text = toml::to_string(&management.export().await.unwrap()).unwrap();
    assert!(!text.contains(CANARY), "{text}");
    let plan = management.plan(&parse(&text), "tests").await.unwrap();
    assert!(plan.changes.is_empty(), "{plan:?}\n{text}");
}

#[tokio::test]
async fn sr_02_no_secret_lies_in_the_store_in_clear() {
    let management = with_acme().await;
    for (key, value) in management.store.list(&Range::all(), 1_000).await.unwrap() {
        assert!(!String::from_utf8_lossy(&value.bytes).contains(CANARY), "{key:?}");
    }
}

#[tokio::test]
async fn of_many_who_apply_at_once_one_creates() {
    let management = empty();
    let document = parse(ACME);
    let outcomes = join_all((0..4).map(|_| management.apply(&document, "tests"))).await;
    let changed = outcomes.into_iter().filter(|outcome| !outcome.as_ref().unwrap().changes.is_empty());
    assert_eq!(changed.count(), 1);
}

#[tokio::test]
async fn when_somebody_was_faster_the_plan_is_made_anew() {
    let store = Arc::new(MemoryStore::new());
    let rival = over(store.clone());
    rival.apply(&parse(ACME), "rival").await.unwrap();
    let faster = rival.plan(&acme_with("\"Acme Dental\"", "\"Acme of the rival\""), "rival").await.unwrap();

    let slower = over(Arc::new(Contended { store, faster: Mutex::new(Some(faster.batch)) }));
    let plan = slower.apply(&acme_with("\"Acme Dental\"", "\"Acme of ours\""), "tests").await.unwrap();
    assert_eq!(plan.changes[0].fields[0].before, Some("Acme of the rival".into()));
    assert_eq!(slower.stored_tenant("acme").await.name, "Acme of ours");
}

/// A store where somebody else's batch comes before the first commit.
pub(super) struct Contended {
    pub(super) store: Arc<MemoryStore>,
    pub(super) faster: Mutex<Option<Batch>>,
}

impl Store for Contended {
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.store.get(key)
    }

    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>> {
        self.store.list(range, limit)
    }

    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.store.take(key)
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>> {
        Box::pin(async move {
            let faster = self.faster.lock().unwrap().take();
            if let Some(faster) = faster {
                self.store.commit(faster).await?;
            }
            self.store.commit(batch).await
        })
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        self.store.changes(since)
    }
}
