//! Row SR-05: whoever writes the store without the master key changes nothing in the audit log unnoticed, and
//! the first thing that was changed is named.

use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::checkpoint::{Checkpoint, Head};
use doorward_domain::{AuditEvent, Clock as _, EventId, SecretHash, TenantId};
use doorward_flows::World;
use doorward_store::records::at;
use doorward_store::{Batch, Expect, Key, Operation, Record as _};
use futures_util::future::join;
use serde_json::{Value, json};

use crate::admin::Operator;
use crate::kept_log::KeptLog;
use crate::support::signed_in;

/// Something happens at the broker, this long ago.
async fn happen_before(world: &World, tenant: TenantId, ago: u64) -> AuditEvent {
    let then = world.clock.now() - Duration::from_secs(ago);
    let event = AuditEvent {
        id: EventId::new(then, &*world.entropy),
        tenant,
        at: then,
        actor: "somebody".to_owned(),
        action: Action::Applied,
        target: "something".to_owned(),
    };
    world.happens(&event).await;
    event
}

/// Something happens in every tenant, one second after the other, and is signed.
async fn happen(world: &World) -> Vec<AuditEvent> {
    let mut events = Vec::new();
    for tenant in [world.victim, TenantId::BROKER, world.attacker, world.victim] {
        world.pass(1);
        events.push(happen_before(world, tenant, 0).await);
    }
    sign(world).await;
    events
}

/// What the broker does every few seconds.
async fn sign(world: &World) -> usize {
    world.pass(15);
    let settled = world.clock.now() - Duration::from_secs(10);
    world.auditor().advance(settled).await.unwrap()
}

/// A world in which there are three checkpoints of four events each, and those of the first start in the first;
/// it is all a while ago.
async fn signed_thrice() -> (World, Vec<AuditEvent>) {
    let (world, mut events) = (World::new().await, Vec::new());
    for _ in 0..3 {
        events.extend(happen(&world).await);
    }
    world.pass(600);
    (world, events)
}

async fn verified(world: &World, question: &str) -> Value {
    let answer = Operator::of(world).get(&format!("/audit/verification{question}")).await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    answer.json
}

/// What is wrong: each flaw with its checkpoint, and the event if it is about one.
fn findings(verified: &Value) -> Vec<(&str, u64, &str)> {
    let found: Vec<_> = verified["findings"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(verified["whole"], json!(found.is_empty()), "{verified}");
    found
}

fn told(finding: &Value) -> (&str, u64, &str) {
    let event = finding["event"].as_str().unwrap_or_default();
    (finding["flaw"].as_str().unwrap(), finding["checkpoint"].as_u64().unwrap(), event)
}

/// The head of a chain that is whole.
async fn head(world: &World) -> String {
    let verified = verified(world, "").await;
    assert_eq!(findings(&verified), []);
    verified["head"].as_str().unwrap().to_owned()
}

fn key(event: &AuditEvent) -> Key {
    at::audit_event(event.tenant, event.id)
}

/// Writes whatever wherever, as who has the store's files can.
async fn plant(world: &World, key: Key, bytes: Vec<u8>) {
    let put = Operation::Put { key, expires_at: None, bytes, expect: Expect::Any };
    world.store.commit(Batch::new().push(put)).await.unwrap();
}

async fn bytes(world: &World, key: &Key) -> Vec<u8> {
    world.store.get(key).await.unwrap().unwrap().bytes
}

async fn checkpoint(world: &World, number: u64) -> Checkpoint {
    world.read(&at::checkpoint(number)).await.unwrap()
}

#[tokio::test]
async fn sr_05_what_was_signed_is_whole_across_restarts() {
    let world = World::new().await;
    signed_in(&world, "alice").await;
    happen(&world).await;
    assert_eq!(sign(&world).await, 0, "nothing new, nothing written");
    let before = head(&world).await;
    assert!(before.starts_with("1:"), "{before}");
    let world = world.another_broker().await;
    happen(&world).await;
    let verified = verified(&world, &format!("?head={before}")).await;
    assert_eq!((&verified["whole"], &verified["checkpoints"]), (&json!(true), &json!(2)), "{verified}");
    let mut events = 0;
    for tenant in [TenantId::BROKER, world.victim, world.attacker] {
        events += world.all::<AuditEvent>(tenant).await.len();
    }
    assert!(events > 9, "the keys', a sign-in's, and eight more: {events}");
    assert_eq!((&verified["events"], &verified["waiting"]), (&json!(events), &json!(0)));
    let second = checkpoint(&world, 2).await;
    assert_eq!(second.previous, Some(checkpoint(&world, 1).await.hash()));
    assert_eq!(second.entries.len(), 4, "each event is signed once");
}

#[tokio::test]
async fn sr_05_the_operators_log_is_told_every_head() {
    let (log, _guard) = KeptLog::begin();
    let (world, _) = signed_thrice().await;
    let head = head(&world).await;
    let log = log.text();
    let told: Vec<_> = log.lines().filter(|line| line.contains("the audit log has a checkpoint")).collect();
    assert_eq!(told.len(), 3, "{log}");
    assert!(head.starts_with("3:") && told[2].contains(&format!("head={head} ")), "{told:?}");
}

#[tokio::test]
async fn sr_05_an_edited_event_is_named() {
    let (world, events) = signed_thrice().await;
    for (event, number) in [(&events[9], 3), (&events[5], 2)] {
        world.put(&AuditEvent { actor: "another".to_owned(), ..event.clone() }).await;
        let verified = verified(&world, "").await;
        assert_eq!(findings(&verified)[0], ("edited", number, event.id.to_string().as_str()));
    }
    plant(&world, key(&events[0]), b"no event at all".to_vec()).await;
    let verified = verified(&world, "").await;
    assert_eq!(findings(&verified)[0], ("edited", 1, events[0].id.to_string().as_str()));
    assert_eq!(verified["flaws"], 3);
    // Whoever reads on is told of that one, and of the others as ever.
    let listed = Operator::of(&world).get("/audit").await;
    let unreadable =
        listed.json["items"].as_array().unwrap().iter().filter(|it| it["action"] == "unreadable");
    assert_eq!(unreadable.count(), 1);
    assert_eq!(sign(&world).await, 0, "and what it says now is not signed");
}

#[tokio::test]
async fn sr_05_a_deleted_event_is_named() {
    let (world, events) = signed_thrice().await;
    world.remove(key(&events[6])).await;
    let verified = verified(&world, "").await;
    assert_eq!(findings(&verified), [("deleted", 2, events[6].id.to_string().as_str())]);
    assert_eq!(verified["findings"][0]["tenant"], "attacker");
}

#[tokio::test]
async fn sr_05_events_that_changed_places_are_named() {
    let (world, events) = signed_thrice().await;
    let (one, other) = (key(&events[4]), key(&events[7]));
    let (was_one, was_other) = (bytes(&world, &one).await, bytes(&world, &other).await);
    plant(&world, one, was_other).await;
    plant(&world, other, was_one).await;
    let [one, other] = [&events[4], &events[7]].map(|event| event.id.to_string());
    assert_eq!(findings(&verified(&world, "").await), [("moved", 2, one.as_str()), ("moved", 2, &other)]);
}

#[tokio::test]
async fn sr_05_an_event_of_another_tenant_is_named() {
    let (world, events) = signed_thrice().await;
    let moved = AuditEvent { tenant: world.attacker, ..events[4].clone() };
    world.remove(key(&events[4])).await;
    world.put(&moved).await;
    let id = moved.id.to_string();
    let verified = verified(&world, "").await;
    assert_eq!(findings(&verified), [("deleted", 2, id.as_str()), ("unsigned", 2, &id)]);
}

#[tokio::test]
async fn sr_05_an_event_that_was_added_later_is_named() {
    let (world, events) = signed_thrice().await;
    let between = EventId::before(events[5].at + Duration::from_millis(500));
    let added = AuditEvent { id: between, ..events[4].clone() };
    world.put(&added).await;
    assert_eq!(sign(&world).await, 0);
    assert_eq!(findings(&verified(&world, "").await), [("unsigned", 2, added.id.to_string().as_str())]);
}

#[tokio::test]
async fn sr_05_a_tail_that_was_cut_is_noticed_by_whoever_kept_the_head() {
    let (world, events) = signed_thrice().await;
    let head = head(&world).await;
    world.remove(at::checkpoint(3)).await;
    for event in &events[8..] {
        world.remove(key(event)).await;
    }
    let kept = format!("?head={head}");
    assert_eq!(
        findings(&verified(&world, "").await),
        [("missing", 3, "")],
        "the process that signed it knows"
    );
    let world = world.another_broker().await;
    assert_eq!(findings(&verified(&world, &kept).await), [("missing", 3, "")]);
    // What the chain becomes then is another one than was told.
    happen(&world).await;
    assert_eq!(findings(&verified(&world, &kept).await), [("forked", 3, "")]);
    assert_eq!(findings(&verified(&world, &format!("{kept}&from=4")).await), [("forked", 3, "")]);
}

#[tokio::test]
async fn sr_05_events_that_nobody_signs_are_noticed_after_a_while() {
    let (world, _) = signed_thrice().await;
    let event = happen_before(&world, world.victim, 0).await;
    let verified_soon = verified(&world, "").await;
    assert_eq!((findings(&verified_soon), &verified_soon["waiting"]), (vec![], &json!(1)));
    world.pass(301);
    assert_eq!(findings(&verified(&world, "").await), [("unsigned", 4, event.id.to_string().as_str())]);
    // A broker that starts signs what the last one left.
    let world = world.another_broker().await;
    assert_eq!(sign(&world).await, 1);
    head(&world).await;
}

#[tokio::test]
async fn sr_05_a_forged_checkpoint_is_named() {
    let (world, events) = signed_thrice().await;
    let (first, second) = (checkpoint(&world, 1).await, checkpoint(&world, 2).await);
    let mut fewer = second.clone();
    fewer.entries.remove(1);
    let forged = [
        Checkpoint { mac: SecretHash::from_bytes([0; 32]), ..second.clone() },
        Checkpoint { key: "k2".to_owned(), ..second.clone() },
        Checkpoint { number: 2, ..first.clone() },
        fewer,
    ];
    for forged in forged {
        world.put(&forged).await;
        assert_eq!(findings(&verified(&world, "").await), [("forged", 2, "")]);
    }
    // A genuine one in another place, and none at all.
    for bytes in [serde_json::to_vec(&first).unwrap(), b"{}".to_vec()] {
        plant(&world, at::checkpoint(2), bytes).await;
        assert_eq!(findings(&verified(&world, "").await), [("forged", 2, "")]);
    }
    // What the others sign is judged all the same.
    world.remove(key(&events[10])).await;
    let deleted = events[10].id.to_string();
    assert_eq!(findings(&verified(&world, "").await), [("forged", 2, ""), ("deleted", 3, &deleted)]);
}

#[tokio::test]
async fn sr_05_a_missing_checkpoint_is_named() {
    let (world, _) = signed_thrice().await;
    world.remove(at::checkpoint(2)).await;
    assert_eq!(findings(&verified(&world, "").await), [("missing", 2, "")]);
    let world = world.another_broker().await;
    happen(&world).await;
    assert_eq!(findings(&verified(&world, "").await), [("missing", 2, "")], "the chain does not heal it");
}

#[tokio::test]
async fn sr_05_a_chain_that_begins_anew_is_noticed_by_whoever_kept_the_head() {
    let (world, _) = signed_thrice().await;
    let head = head(&world).await;
    for number in 1..=3 {
        world.remove(at::checkpoint(number)).await;
    }
    let verified_here = verified(&world, "").await;
    assert_eq!(findings(&verified_here)[0], ("missing", 1, ""));
    // The process goes on where it was, so that the gap stays.
    happen(&world).await;
    assert_eq!(findings(&verified(&world, "").await)[0], ("missing", 1, ""));
    let fourth = checkpoint(&world, 4).await;
    world.remove(at::checkpoint(4)).await;
    let world = world.another_broker().await;
    assert!(sign(&world).await > 12);
    assert_eq!(findings(&verified(&world, &format!("?head={head}")).await), [("missing", 2, "")]);
    let forked = Head { number: 1, hash: fourth.hash() };
    assert_eq!(findings(&verified(&world, &format!("?head={forked}")).await), [("forked", 1, "")]);
}

#[tokio::test]
async fn sr_05_checkpoints_of_two_chains_do_not_make_one() {
    let (world, _) = signed_thrice().await;
    let third = checkpoint(&world, 3).await;
    // The store is set back, and the broker signs something else; both are genuine.
    world.remove(at::checkpoint(3)).await;
    let world = world.another_broker().await;
    happen(&world).await;
    happen(&world).await;
    head(&world).await;
    world.put(&third).await;
    assert_eq!(findings(&verified(&world, "").await), [("forked", 4, "")]);
}

#[tokio::test]
async fn sr_05_a_planted_checkpoint_stops_nobody_and_is_named() {
    let (world, _) = signed_thrice().await;
    let mut planted = checkpoint(&world, 3).await;
    for number in [4, 5, u64::MAX - 1, u64::MAX] {
        planted.number = number;
        world.put(&planted).await;
    }
    plant(&world, Key::new(TenantId::BROKER, Checkpoint::KIND, &[0xff]), b"{}".to_vec()).await;
    let told =
        |verified: &Value| findings(verified).iter().map(|(flaw, ..)| *flaw == "forged").collect::<Vec<_>>();
    assert_eq!(told(&verified(&world, "").await), [true; 5]);
    happen(&world).await;
    assert_eq!(checkpoint(&world, 6).await.entries.len(), 4);
    let world = world.another_broker().await;
    happen(&world).await;
    let sixth = checkpoint(&world, 6).await;
    assert_eq!(checkpoint(&world, 7).await.previous, Some(sixth.hash()));
    assert_eq!(told(&verified(&world, "").await), [true; 5]);
}

#[tokio::test]
async fn sr_05_what_comes_late_is_signed_and_no_tampering() {
    let (world, _) = signed_thrice().await;
    happen(&world).await;
    let late = happen_before(&world, world.victim, 60).await;
    happen(&world).await;
    let fifth = checkpoint(&world, 5).await;
    assert_eq!((fifth.entries.len(), fifth.entries[0].event), (5, late.id));
    assert!(late.id < fifth.after);
    happen(&world).await;
    assert_eq!(checkpoint(&world, 6).await.entries.len(), 4, "and only once");
    world.pass(600);
    head(&world).await;
    // It is one like the others.
    world.put(&AuditEvent { actor: "another".to_owned(), ..late.clone() }).await;
    assert_eq!(findings(&verified(&world, "").await), [("edited", 5, late.id.to_string().as_str())]);
    assert_eq!(findings(&verified(&world, "?from=5").await), [("edited", 5, late.id.to_string().as_str())]);
}

#[tokio::test]
async fn sr_05_two_brokers_make_one_chain() {
    let (world, _) = signed_thrice().await;
    let other = world.another_broker().await;
    for _ in 0..5 {
        world.pass(1);
        happen_before(&world, world.victim, 0).await;
        let before = world.clock.now();
        let (one, two) = join(world.auditor().advance(before), other.auditor().advance(before)).await;
        assert_eq!(one.unwrap() + two.unwrap(), 1, "it is signed once");
    }
    assert!(head(&world).await.starts_with("8:"));
    head(&other).await;
}

#[tokio::test]
async fn sr_05_however_much_happened_each_page_follows_the_other() {
    let (world, _) = signed_thrice().await;
    for _ in 0..300 {
        for tenant in [world.victim, world.attacker] {
            happen_before(&world, tenant, 0).await;
        }
    }
    assert_eq!(sign(&world).await, 600);
    let sizes = [checkpoint(&world, 4).await, checkpoint(&world, 5).await, checkpoint(&world, 6).await];
    assert_eq!(sizes.map(|checkpoint| checkpoint.entries.len()), [256, 256, 88]);
    world.pass(600);
    let verified = verified(&world, "?from=4").await;
    assert_eq!((findings(&verified), &verified["events"]), (vec![], &json!(600)));
}

#[tokio::test]
async fn ad_01_who_administers_a_tenant_reads_its_own_audit_log_alone() {
    let (world, events) = signed_thrice().await;
    let operator = Operator::of(&world);
    let own = operator.administrator_of("attacker").await;
    let listed = own.get("/tenants/attacker/audit").await;
    let ids = |listed: &Value| -> Vec<String> {
        let items = listed["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let theirs: Vec<_> =
        events.iter().filter(|it| it.tenant == world.attacker).map(|it| it.id.to_string()).collect();
    assert_eq!((theirs.len(), ids(&listed.json)), (3, theirs));
    for path in ["/tenants/victim/audit", "/audit", "/audit/verification"] {
        assert_eq!(own.get(path).await.status.as_u16(), 403, "{path}");
    }
    // The operator reads all of it, in order, page by page, from when on they like.
    let all = ids(&operator.get("/audit").await.json);
    let since = format!("/audit?since={}", events[0].at.as_millis());
    let mine = ids(&operator.get(&since).await.json);
    let (expected, created): (Vec<_>, _) =
        (events.iter().map(|it| it.id.to_string()).collect(), mine.len() - 12);
    assert_eq!((&mine[..12], created), (&expected[..], 1), "and that a token was made");
    assert!(all.len() > 13 && all.ends_with(&mine));
    let (mut read, mut after) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("{since}&limit=5{after}")).await.json;
        read.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(read, mine);
    let of_all = operator.get("/audit?limit=2").await.str("next").to_owned();
    let foreign = operator.get(&format!("/tenants/victim/audit?after={of_all}")).await;
    crate::admin::assert_problem(&foreign, 400, "invalid_cursor");
}
