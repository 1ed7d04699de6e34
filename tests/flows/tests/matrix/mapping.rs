//! Which claim fills what, what nobody comes in without, and when a profile is taken over (row UP-16).

use doorward_domain::connection::{Field, Source};
use doorward_domain::{ClaimMapping, Connection, RefreshProfile, User};
use doorward_flows::app::userinfo;
use doorward_flows::{Page, Setup, World};
use doorward_store::records::at;
use doorward_test_idp::{IssuerConfig, Persona};
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::admin::Operator;

/// A world with a Kim, who has these claims, and another one, who is the same person later.
async fn with_kim(now: &[(&str, Value)], later: &[(&str, Value)]) -> World {
    let kim = |name: &str, claims: &[(&str, Value)]| {
        let kim = Persona::new(name, Persona::PASSWORD, "kim-1").with("name", "Kim Doe");
        claims.iter().fold(kim, |kim, (name, value)| kim.with(name, value.clone()))
    };
    let mut good = IssuerConfig::new("good");
    good.personas.extend([kim("kim", now), kim("later", later)]);
    World::with(Setup { issuers: vec![good, IssuerConfig::new("evil")], ..Setup::default() }).await
}

async fn change(world: &World, change: impl FnOnce(&mut Connection)) {
    world.change(&at::connection(world.victim, world.k1), change).await;
}

async fn map(world: &World, exceptions: &[(Field, Source)]) {
    let mapping = ClaimMapping::new(exceptions.iter().cloned().collect());
    change(world, |connection| connection.mapping = mapping).await;
}

async fn sign_in(world: &World, person: &str) -> Page {
    world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", person).await
}

async fn learnt(world: &World, person: &str) -> Value {
    let page = sign_in(world, person).await;
    let tokens = world.relying("c1").redeem(world, &page).await;
    userinfo(world, tokens.str("access_token")).await.json
}

#[tokio::test]
async fn a_claim_fills_the_field_that_the_mapping_says() {
    let world = with_kim(&[("upn", json!("kim@corp")), ("lang", json!("de"))], &[]).await;
    let locale = Source { default: Some("en".to_owned()), ..Source::from("lang") };
    let zone = Source { default: Some("Europe/Zurich".to_owned()), ..Source::default() };
    let upn = Source::from("upn");
    map(&world, &[(Field::PreferredUsername, upn), (Field::Locale, locale), (Field::Zoneinfo, zone)]).await;
    let kim = learnt(&world, "kim").await;
    assert_eq!((&kim["preferred_username"], &kim["locale"]), (&json!("kim@corp"), &json!("de")));
    assert_eq!(kim["zoneinfo"], "Europe/Zurich", "as the mapping says for everybody");
    assert_eq!(learnt(&world, "later").await["locale"], "en", "the claim is gone");
}

#[rstest]
#[case::not_there(&[])]
#[case::empty(&[("employee", json!("  "))])]
#[case::of_another_type(&[("employee", json!({"number": 7}))])]
#[tokio::test]
async fn nobody_comes_in_without_what_is_required(#[case] claims: &[(&str, Value)]) {
    let world = with_kim(&[("employee", json!("7"))], claims).await;
    let required = Source { required: true, ..Source::from("employee") };
    map(&world, &[(Field::PreferredUsername, required)]).await;
    assert_eq!(learnt(&world, "kim").await["preferred_username"], "7");
    let before = world.digest().await;
    let page = sign_in(&world, "later").await;
    page.assert_told(403);
    assert!(page.body.contains("leaves out something"), "{}", page.body);
    assert!(!page.body.contains("employee"), "a page names no claim: {}", page.body);
    assert_eq!(world.digest().await, before, "nor somebody who is known");
}

#[rstest]
#[case::each_time(RefreshProfile::EachSignIn, "Kim Smith")]
#[case::once(RefreshProfile::FirstSignIn, "Kim Doe")]
#[tokio::test]
async fn a_profile_follows_the_provider_as_the_connection_says(
    #[case] refresh: RefreshProfile,
    #[case] name: &str,
) {
    let world = with_kim(&[], &[("name", json!("Kim Smith"))]).await;
    change(&world, |connection| connection.refresh_profile = refresh).await;
    assert_eq!(learnt(&world, "kim").await["name"], "Kim Doe");
    assert_eq!(learnt(&world, "later").await["name"], name);
    assert_eq!(world.all::<User>(world.victim).await.len(), 1);
}

/// UP-16: however a mapping gets there, it says nothing of the protocol, and no default is an address.
#[rstest]
#[case(json!({"email": "sub"}))]
#[case(json!({"name": {"claim": "amr"}}))]
#[case(json!({"email": {"default": "everybody@victim.test"}}))]
#[case(json!({"name": {"required": true, "default": "Kim"}}))]
#[tokio::test]
async fn up_16_reserved_names_cannot_be_mapped(#[case] mapping: Value) {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let entry = |mapping: &Value| {
        let connection = json!({
            "name": "new", "kind": "oidc", "issuer": "https://idp.test/good", "client_id": "new",
            "mapping": mapping,
        });
        json!({"tenant": [{"slug": "newcomer", "name": "Newcomer", "connection": [connection]}]})
    };
    let before = world.digest().await;
    let refused = operator.post("/plan", &entry(&mapping)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    let told = refused.json.to_string();
    assert!(told.contains("tenant[newcomer].connection[new].mapping."), "{told}");
    assert_eq!(world.digest().await, before);
    let right = operator.post("/plan", &entry(&json!({"email": "upn", "name": {"required": true}}))).await;
    assert_eq!(right.status, StatusCode::OK, "{right:?}");
}

/// The same for a connection that is in the store with such a mapping: it gives nothing.
#[tokio::test]
async fn up_16_a_reserved_claim_fills_no_field() {
    let world = with_kim(&[("email", json!("kim@victim.test")), ("email_verified", json!(true))], &[]).await;
    let everybody = Source { default: Some("alice@victim.test".to_owned()), ..Source::default() };
    map(&world, &[(Field::Name, Source::from("sub")), (Field::Email, everybody)]).await;
    let kim = learnt(&world, "kim").await;
    assert_eq!((kim.get("name"), &kim["email"]), (None, &json!("kim@victim.test")));
    assert_eq!(learnt(&world, "later").await.get("email"), None);
}
