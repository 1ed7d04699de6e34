use doorward_domain::{
    Client, ClientAuthentication, ClientId, Connection, Environment, LoginPolicy, Population, PopulationName,
    Stage, Tenant, TenantId,
};

use super::world::{NOW, World, connection, tenant};
use crate::federation::{Destination, Hint, Route};

fn app() -> Client {
    Client::new(ClientId::new("app"), "App".to_owned(), ClientAuthentication::None, NOW)
}

async fn choose(world: &World, hint: Hint<'_>) -> Route {
    choose_for(world, &app(), hint).await
}

async fn choose_for(world: &World, client: &Client, hint: Hint<'_>) -> Route {
    world.federation.choose(&hint, "", client, NOW).await.unwrap()
}

fn to(tenant: &Tenant, connection: &Connection) -> Route {
    Route::Connection(Box::new(Destination { tenant: tenant.clone(), connection: connection.clone() }))
}

#[tokio::test]
async fn every_hint_leads_to_the_one_connection() {
    let world = World::new().await;
    let there = to(&world.tenant, &world.connection);
    for hint in [
        Hint::Typed("kim@acme.test"),
        Hint::Typed(" Kim.Example@ACME.test "),
        Hint::Typed("acme"),
        Hint::Typed(" Acme "),
        Hint::Typed("acme.test"),
        Hint::Tenant(world.tenant.id),
        Hint::Named("ACME", None),
        Hint::Named("acme", Some(&world.connection.name)),
        Hint::Named("acme", Some("another")),
        Hint::Domain("Acme.test"),
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
    let draft = Connection { stage: Stage::Draft, ..connection(3, &world.tenant, "https://d.test") };
    world.save(&second).await;
    world.save(&draft).await;
    assert_eq!(
        choose(&world, Hint::Typed("acme")).await,
        Route::Choose(Box::new(world.tenant.clone()), vec![world.connection.clone(), second])
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

/// A part of Acme, with no connection of its own.
async fn clinic(world: &World) -> Tenant {
    let clinic = Tenant { ancestors: vec![world.tenant.id], ..tenant(5, "clinic", "clinic.test") };
    world.save_tenant(&clinic).await;
    clinic
}

#[tokio::test]
async fn a_part_of_an_organisation_uses_its_connections_until_it_has_some() {
    let world = World::new().await;
    let clinic = clinic(&world).await;
    let above = to(&clinic, &world.connection);
    assert_eq!(choose(&world, Hint::Typed("clinic")).await, above);
    assert_eq!(choose(&world, Hint::Connection(world.connection.id, clinic.id)).await, above);

    let draft = Connection { stage: Stage::Draft, ..connection(6, &clinic, "https://clinic.test") };
    world.save(&draft).await;
    assert_eq!(choose(&world, Hint::Typed("clinic")).await, above);
    let own = Connection { stage: Stage::Live, ..draft };
    world.save(&own).await;
    assert_eq!(choose(&world, Hint::Typed("clinic")).await, to(&clinic, &own));
    world.save(&Connection { stage: Stage::Paused, ..own }).await;
    assert_eq!(choose(&world, Hint::Typed("clinic")).await, Route::NoConnection, "on purpose");
}

#[tokio::test]
async fn an_organisation_does_not_use_the_connections_of_its_parts() {
    let mut world = World::new().await;
    let clinic = clinic(&world).await;
    let own = connection(6, &clinic, "https://clinic.test");
    world.save(&own).await;
    world.change(|connection| connection.stage = Stage::Paused).await;
    assert_eq!(choose(&world, Hint::Typed("acme")).await, Route::NoConnection);
    assert_eq!(choose(&world, Hint::Connection(own.id, world.tenant.id)).await, Route::NoConnection);
}

#[tokio::test]
async fn an_app_for_an_organisation_is_for_its_parts() {
    let world = World::new().await;
    let clinic = clinic(&world).await;
    let of = |tenant| Client { tenants: vec![tenant], ..app() };
    let typed = Hint::Typed("clinic");
    assert_eq!(choose_for(&world, &of(world.tenant.id), typed).await, to(&clinic, &world.connection));
    assert_eq!(choose_for(&world, &of(TenantId::from_bytes([9; 16])), typed).await, Route::NotServed);
    assert_eq!(choose_for(&world, &of(clinic.id), Hint::Typed("acme")).await, Route::NotServed);
}

#[tokio::test]
async fn each_population_has_a_way_in_of_its_own() {
    let mut world = World::new().await;
    let named = |name| PopulationName::parse(name).unwrap();
    world.change(|connection| connection.population = named("agents")).await;
    let users = Connection { population: named("users"), ..connection(2, &world.tenant, "https://u.test") };
    world.save(&users).await;
    let desk = Client { populations: vec![named("agents")], ..app() };
    let portal = Client { populations: vec![named("users")], ..app() };
    let typed = Hint::Typed("acme");
    assert_eq!(choose_for(&world, &desk, typed).await, to(&world.tenant, &world.connection));
    assert_eq!(choose_for(&world, &portal, typed).await, to(&world.tenant, &users));
    assert!(matches!(choose(&world, typed).await, Route::Choose(_, both) if both.len() == 2));
    let by_id = Hint::Connection(users.id, world.tenant.id);
    assert_eq!(choose_for(&world, &desk, by_id).await, Route::NoConnection);
}

#[tokio::test]
async fn environments_do_not_meet_and_apps_have_their_connections() {
    let mut world = World::new().await;
    let staging = Connection {
        environment: Environment::Staging,
        ..connection(2, &world.tenant, "https://staging.test")
    };
    world.save(&staging).await;
    let trying = Client { environment: Environment::Staging, ..app() };
    assert_eq!(choose(&world, Hint::Typed("acme")).await, to(&world.tenant, &world.connection));
    assert_eq!(choose_for(&world, &trying, Hint::Typed("acme")).await, to(&world.tenant, &staging));

    world.change(|connection| connection.apps = vec![ClientId::new("another")]).await;
    assert_eq!(choose(&world, Hint::Typed("acme")).await, Route::NoConnection);
}

#[tokio::test]
async fn a_policy_says_whether_there_is_a_button_and_whether_it_is_skipped() {
    let mut world = World::new().await;
    let clinic = clinic(&world).await;
    let policy = |sso_button, automatic_redirect| Population {
        name: PopulationName::default(),
        title: None,
        policy: LoginPolicy { sso_button, automatic_redirect, ..LoginPolicy::default() },
    };
    world.tenant.populations = vec![policy(None, Some(false))];
    world.save(&world.tenant).await;
    let offered = Route::Choose(Box::new(clinic.clone()), vec![world.connection.clone()]);
    assert_eq!(choose(&world, Hint::Typed("clinic")).await, offered, "as with the parent");

    world.tenant.populations = vec![policy(Some(false), Some(false))];
    world.save(&world.tenant).await;
    assert_eq!(choose(&world, Hint::Typed("acme")).await, Route::NoConnection);
    let by_link = Hint::Named("acme", Some(&world.connection.name));
    assert_eq!(choose(&world, by_link).await, to(&world.tenant, &world.connection));
}
