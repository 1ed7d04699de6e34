//! Letters are jobs: neither a restart nor a mail server that is away loses one, and none lies about in clear.

use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{Job, TenantId};
use doorward_flows::World;
use doorward_flows::local::owner;
use doorward_flows::mailbag::{Mailbag, code, link};
use doorward_store::sled::SledOptions;
use doorward_store::{SledStore, Store};

async fn asks(world: &World, login: &str) {
    world.browser().post(&world.url("/reset"), &[("username", login)]).await;
    Mailbag::settle().await;
}

async fn waiting(world: &World) -> usize {
    world.all::<Job>(TenantId::BROKER).await.len()
}

#[tokio::test]
async fn a_letter_outlives_a_restart_and_a_mail_server_that_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let open =
        || -> Arc<dyn Store> { Arc::new(SledStore::open(folder.path(), SledOptions::default()).unwrap()) };
    let world = World::on(open()).await;
    owner(&world).await;
    asks(&world, "olivia@victim.test").await;
    while waiting(&world).await == 0 {
        tokio::task::yield_now().await;
    }
    // Whoever wrote it has heard of that once a later write is heard of.
    world.put(&world.client("later")).await;
    Mailbag::settle().await;
    let world = world.restarted(open).await;
    assert_eq!(waiting(&world).await, 1);
    world.mail.is_away_for(2);
    for _ in 0..2 {
        assert_eq!(world.mail.all().await, []);
        world.pass(30);
    }
    let letters = world.mail.all().await;
    assert_eq!((letters.len(), waiting(&world).await), (1, 0));
    let page = world.browser().open(&link(&letters[0])).await;
    assert!(page.body.contains("Choose a new password"), "{page:?}");
}

#[tokio::test]
async fn a_letter_is_tried_as_long_as_its_code_is_good_and_then_it_is_told() {
    let world = World::new().await;
    let olivia = owner(&world).await;
    asks(&world, "olivia@victim.test").await;
    world.mail.is_away_for(usize::MAX);
    let mut attempts = 0;
    for _ in 0..31 {
        attempts += world.work().await;
        world.pass(60);
    }
    assert!((5..20).contains(&attempts), "{attempts}");
    assert_eq!((waiting(&world).await, world.mail.all().await), (0, vec![]));
    assert_eq!(world.audited(world.victim, Action::LetterNotSent).await, 1);
    let events = world.all::<doorward_domain::AuditEvent>(world.victim).await;
    let told = events.iter().find(|event| event.action == Action::LetterNotSent).unwrap();
    assert_eq!(told.target, olivia.to_string());
}

#[tokio::test]
async fn sr_02_a_letter_that_waits_says_nothing_to_who_reads_the_store() {
    let world = World::new().await;
    owner(&world).await;
    let before = world.records().await;
    asks(&world, "olivia@victim.test").await;
    let after = world.records().await;
    let text: Vec<_> =
        after.iter().map(|(_, value)| String::from_utf8_lossy(&value.bytes).into_owned()).collect();
    let letter = world.mail.after(0).await;
    let url = link(&letter);
    let (_, token) = url.split_once("token=").unwrap();
    for secret in [token, &code(&letter), "/reset?token"] {
        assert!(text.iter().all(|record| !record.contains(secret)), "{secret} in {text:?}");
    }
    assert_eq!(after.len(), before.len() + 2, "the proof and the job");
    assert_eq!(world.records().await.len(), before.len() + 1, "and the job is done");
}

#[tokio::test]
async fn pw_01_a_name_that_nobody_has_leaves_no_letter_behind() {
    let world = World::new().await;
    owner(&world).await;
    let before = world.records().await;
    for name in ["nobody@victim.test", "bob@elsewhere.test", "olivia"] {
        asks(&world, name).await;
    }
    assert_eq!(world.records().await, before);
}
