//! Stages that only what has happened leads to.

use doorward_domain::audit::Action;
use doorward_domain::{AuditEvent, Connection, Stage};
use doorward_store::records::at;
use doorward_store::{Kind, Range, StoreExt as _};

use super::*;

/// A test of the connection as it is now has come to its end.
async fn tested(management: &Management, revision: u32) -> bool {
    let Connection { tenant, id, .. } = management.stored_connection("acme", "staff").await;
    management.connection_tested((tenant, id), revision, "kim").await.unwrap()
}

async fn stage(management: &Management) -> Stage {
    management.stored_connection("acme", "staff").await.stage
}

#[tokio::test]
async fn a_test_makes_a_draft_tested_and_says_who_made_it() {
    let management = with_acme().await;
    assert!(tested(&management, 0).await && tested(&management, 0).await);
    let connection = management.stored_connection("acme", "staff").await;
    assert_eq!((connection.stage, connection.staged.unwrap().by.as_str()), (Stage::Tested, "kim"));
    let history = at::history(connection.tenant, doorward_domain::HistoryOf::Connection(connection.id));
    let kept =
        management.store.read_range::<doorward_domain::HistoryEntry>(&history, 9, now()).await.unwrap();
    assert_eq!(kept.len(), 2, "the second test changed nothing");
    let events = Range::of(connection.tenant, Kind::Audit);
    let events = management.store.read_range::<AuditEvent>(&events, 9, now()).await.unwrap();
    let told = events.iter().filter(|it| it.record.action == Action::ConnectionTested).count();
    assert_eq!(told, 2);
    // A document that says draft says nothing against it, and whoever exports it says the same.
    assert_eq!(management.apply(&parse(ACME), "tests").await.unwrap().changes, []);
    let exported = management.export().await.unwrap();
    let plan = management.apply(&exported, "tests").await.unwrap();
    assert_eq!((plan.changes, plan.warnings), (Vec::new(), Vec::new()));
    assert_eq!(stage(&management).await, Stage::Tested);
}

#[tokio::test]
async fn nobody_says_that_a_test_was_that_was_not() {
    let management = with_acme().await;
    let document = acme_with("kind = \"oidc\"", "kind = \"oidc\"\nstage = \"tested\"");
    let plan = management.apply(&document, "tests").await.unwrap();
    assert_eq!((plan.changes.len(), plan.warnings.len()), (0, 1));
    assert_eq!(stage(&management).await, Stage::Draft);
}

#[tokio::test]
async fn a_test_speaks_for_the_connection_as_it_was() {
    let management = with_acme().await;
    management.apply(&acme_with("client_id = \"doorward\"", "client_id = \"other\""), "tests").await.unwrap();
    assert!(!tested(&management, 0).await, "it changed while the test was under way");
    assert_eq!(stage(&management).await, Stage::Draft);
    assert!(tested(&management, 1).await);
    management.apply(&parse(ACME), "tests").await.unwrap();
    assert_eq!(stage(&management).await, Stage::Draft, "it changed after the test");
    // What people read is no part of what was tested.
    assert!(tested(&management, 2).await);
    management
        .apply(&acme_with("kind = \"oidc\"", "kind = \"oidc\"\ntitle = \"All\""), "tests")
        .await
        .unwrap();
    assert_eq!(stage(&management).await, Stage::Tested);
}

#[tokio::test]
async fn a_test_of_a_connection_in_use_changes_no_stage() {
    let management = with_acme().await;
    let document = acme_with("kind = \"oidc\"", "kind = \"oidc\"\nstage = \"live\"");
    management.apply(&document, "tests").await.unwrap();
    assert!(tested(&management, 0).await);
    assert_eq!(stage(&management).await, Stage::Live);
}
