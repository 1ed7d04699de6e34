use doorward_domain::{Domain, Slug, Stage, TenantId};

use super::world::{NOW, World, connection};
use crate::federation::{Hint, Route};

async fn choose(world: &World, hint: Hint<'_>) -> Route {
    world.federation.choose(&hint, NOW).await.unwrap()
}

#[tokio::test]
async fn every_hint_leads_to_the_one_connection() {
    let world = World::new().await;
    let there = Route::Connection(Box::new(world.connection.clone()));
    let (slug, domain) = (Slug::parse("acme").unwrap(), Domain::parse("acme.test").unwrap());
    for hint in [
        Hint::Typed("kim@acme.test"),
        Hint::Typed(" Kim.Example@ACME.test "),
        Hint::Typed("acme"),
        Hint::Typed(" Acme "),
        Hint::Typed("acme.test"),
        Hint::Tenant(&slug),
        Hint::Domain(&domain),
        Hint::Connection(world.connection.id, world.tenant.id),
    ] {
        assert_eq!(choose(&world, hint).await, there, "{hint:?}");
    }
}

#[tokio::test]
async fn who_is_unknown_is_led_nowhere() {
    let world = World::new().await;
    for typed in ["", "@", "kim@", "kim@other.test", "other", "a@b@acme.test", "acme test", "\0"] {
        assert_eq!(choose(&world, Hint::Typed(typed)).await, Route::NotFound, "{typed:?}");
    }
}

#[tokio::test]
async fn several_usable_connections_are_a_choice() {
    let world = World::new().await;
    let second = connection(2, &world.tenant, "https://other.acme.test");
    let draft =
        doorward_domain::Connection { stage: Stage::Draft, ..connection(3, &world.tenant, "https://d.test") };
    world.save(&second).await;
    world.save(&draft).await;
    assert_eq!(
        choose(&world, Hint::Typed("acme")).await,
        Route::Choose(vec![world.connection.clone(), second])
    );
}

#[tokio::test]
async fn up_14_nothing_out_of_use_is_a_destination() {
    let mut world = World::new().await;
    let by_id = Hint::Connection(world.connection.id, world.tenant.id);
    for stage in [Stage::Draft, Stage::Paused] {
        world.change(|connection| connection.stage = stage).await;
        assert_eq!(choose(&world, Hint::Typed("acme")).await, Route::NoConnection);
        assert_eq!(choose(&world, by_id).await, Route::NoConnection);
    }
    world.change(|connection| connection.stage = Stage::Live).await;
    world.tenant.enabled = false;
    world.save(&world.tenant).await;
    assert_eq!(choose(&world, Hint::Typed("acme")).await, Route::NoConnection);
    assert_eq!(choose(&world, by_id).await, Route::NoConnection);
}

#[tokio::test]
async fn up_06_a_connection_is_found_under_its_own_tenant_only() {
    let world = World::new().await;
    let other = Hint::Connection(world.connection.id, TenantId::from_bytes([9; 16]));
    assert_eq!(choose(&world, other).await, Route::NoConnection);
}
