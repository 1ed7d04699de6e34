//! The scopes `address` and `phone` (OIDC Core sections 5.1 and 5.4), and the languages of claims.

use doorward_domain::{Client, Connection, ScopeSet};
use doorward_flows::app::userinfo;
use doorward_flows::{Relying, World};
use doorward_store::records::at;
use serde_json::{Value, json};

use crate::support::client;

async fn world() -> World {
    let world = World::new().await;
    world
        .change::<Connection>(&at::connection(world.victim, world.k1), |connection| {
            connection.scopes.extend(["address", "phone"].map(str::to_owned));
        })
        .await;
    let all = ScopeSet::parse("openid profile email address phone").unwrap();
    world.change::<Client>(&client("c1"), |client| client.scope = all).await;
    world
}

/// What userinfo says after alice signed in for this scope.
async fn told(world: &World, app: &Relying, changes: &[(&str, &str)]) -> Value {
    let mut browser = world.browser();
    let page = browser.open(&app.authorize(world, changes)).await;
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    let tokens = app.redeem(world, &page).await;
    userinfo(world, tokens.str("access_token")).await.json
}

#[tokio::test]
async fn each_scope_releases_its_claims_and_no_others() {
    let world = world().await;
    let app = world.relying("c1");
    let only = async |scope: &str| told(&world, &app, &[("scope", scope)]).await;
    let phone = only("openid phone").await;
    assert_eq!(
        (&phone["phone_number"], &phone["phone_number_verified"]),
        (&json!("+41 44 555 01 23"), &json!(true))
    );
    assert!(phone.get("address").is_none() && phone.get("email").is_none(), "{phone}");
    let address = only("openid address").await;
    assert_eq!(address["address"]["formatted"], "Marktgasse 7\n8001 Zürich");
    assert_eq!(address["address"]["country"], "CH");
    assert!(address.get("phone_number").is_none(), "{address}");
    let neither = only("openid profile email").await;
    assert!(neither.get("address").is_none() && neither.get("phone_number").is_none(), "{neither}");
    let all = only("openid profile email address phone").await;
    for claim in ["name", "email", "address", "phone_number"] {
        assert!(all.get(claim).is_some(), "{claim}: {all}");
    }
}

#[tokio::test]
async fn a_request_may_name_the_languages_of_claims() {
    let world = world().await;
    let changes = [("claims_locales", "se fr-CA"), ("scope", "openid profile")];
    assert_eq!(told(&world, &world.relying("c1"), &changes).await["name"], "Alice Archer");
}
