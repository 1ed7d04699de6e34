//! Connections are looked at once a day: in parts, by one worker, whatever restarts meanwhile.

use std::future::pending;
use std::time::Duration;

use axum::Router;
use doorward_domain::{ConnectionId, Examination, Slug, Tenant, TenantId};
use doorward_flows::World;
use doorward_flows::world::IDP;
use doorward_store::records::{TenantOf, at};
use doorward_test_idp::Endpoint;

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

async fn looks(world: &World) -> bool {
    world.management.get().unwrap().examine_due().await.unwrap()
}

/// How often the victim's provider, and the attacker's, were asked whether they know us.
fn asked(world: &World) -> [u64; 2] {
    ["good", "evil"].map(|issuer| world.idp.issuer(issuer).unwrap().requests(Endpoint::Token))
}

#[tokio::test]
async fn every_connection_is_looked_at_once_a_day_and_a_restart_changes_nothing_of_it() {
    let world = World::new().await;
    assert!(!looks(&world).await);
    world.pass(10 * MINUTE - 1);
    assert!(!looks(&world).await, "a broker that has just begun has other things to do");
    world.pass(1);
    assert_eq!((looks(&world).await, asked(&world)), (true, [1, 1]));
    let world = world.another_broker().await;
    world.pass(DAY - 1);
    assert_eq!((looks(&world).await, asked(&world)), (false, [1, 1]));
    world.pass(1);
    assert_eq!((looks(&world).await, asked(&world)), (true, [2, 2]));
    assert!(!looks(&world).await);
}

#[tokio::test]
async fn of_two_workers_one_looks() {
    let world = World::new().await;
    looks(&world).await;
    let other = world.another_broker().await;
    world.pass(10 * MINUTE);
    let (here, there) = tokio::join!(looks(&world), looks(&other));
    assert_eq!((here ^ there, asked(&world)), (true, [1, 1]));
}

#[tokio::test]
async fn what_a_worker_that_died_left_is_done_by_another() {
    let world = World::new().await;
    looks(&world).await;
    world.pass(10 * MINUTE);
    world.network.add(IDP, Router::new().fallback(|| async { pending::<()>().await }));
    let died = tokio::time::timeout(Duration::from_millis(50), looks(&world)).await;
    assert!(died.is_err());
    let other = world.another_broker().await;
    assert!(!looks(&other).await, "nobody knows yet that it died");
    other.pass(30 * MINUTE);
    assert_eq!((looks(&other).await, asked(&other)), (true, [1, 1]));
}

#[tokio::test]
async fn those_of_many_tenants_are_spread_over_the_day() {
    let world = World::new().await;
    for number in 0..43 {
        let id = TenantId::from_bytes([100 + number; 16]);
        let slug = Slug::parse(&format!("tenant-{number:02}")).unwrap();
        world.put(&TenantOf { name: slug.clone(), tenant: id }).await;
        world
            .put(&Tenant::new(id, slug, "Tenant".to_owned(), doorward_domain::Timestamp::from_secs(1)))
            .await;
        let connection = ConnectionId::from_bytes([100 + number; 16]);
        world.put(&world.connection(id, connection, "good")).await;
    }
    looks(&world).await;
    world.pass(10 * MINUTE);
    let mut counts = Vec::new();
    for _ in 0..3 {
        assert!(looks(&world).await);
        assert!(!looks(&world).await);
        counts.push(asked(&world).iter().sum::<u64>());
        world.pass(15);
    }
    assert_eq!(counts, [20, 40, 45]);
    let kept = world.read::<Examination>(&at::examination()).await.unwrap();
    assert_eq!((kept.after, kept.due_at.since(kept.began).as_secs()), (None, DAY));
}
