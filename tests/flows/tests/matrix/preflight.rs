//! What can be known of a connection before anybody signs in.

use doorward_domain::{Algorithm, Connection};
use doorward_flows::World;
use doorward_flows::upstreams::entra::Contoso;
use doorward_flows::upstreams::okta::Acme;
use doorward_flows::world::IDP;
use doorward_store::records::at;
use doorward_test_idp::entra::App;
use doorward_test_idp::okta::{self, Method};
use serde_json::{Value, json};

use crate::admin::Operator;

async fn check(world: &World, slug: &str) -> Value {
    let path = format!("/tenants/{slug}/connections/staff/check");
    Operator::of(world).post(&path, &json!({})).await.json
}

/// What came of looking at one thing.
fn probed<'a>(check: &'a Value, name: &str) -> (&'a str, &'a Value) {
    let probes = check["probes"].as_array().unwrap();
    let probe = probes.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name}: {check:#}"));
    (probe["outcome"].as_str().unwrap(), &probe["advice"])
}

#[tokio::test]
async fn a_connection_that_is_right_is_told_so() {
    let world = World::new().await;
    let found = check(&world, "victim").await;
    assert_eq!(found["outcome"], "accepted");
    for name in ["metadata", "response_type", "algorithms", "redirect_uri"] {
        assert_eq!(probed(&found, name).0, "accepted", "{name}: {found:#}");
    }
    assert_eq!(world.left_behind().await, 0);
}

#[tokio::test]
async fn an_algorithm_that_the_provider_has_not_is_seen_at_once() {
    let world = World::new().await;
    let wrong = |it: &mut Connection| it.algorithms = vec![Algorithm::EdDSA];
    world.change(&at::connection(world.victim, world.k1), wrong).await;
    let found = check(&world, "victim").await;
    let (outcome, advice) = probed(&found, "algorithms");
    assert_eq!((outcome, &advice["id"]), ("refused", &json!("probe.algorithms")));
    assert!(advice["how"].to_string().contains("staff"), "{advice}");
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_seen_though_it_would_never_come_back() {
    let world = World::new().await;
    let good = world.idp.issuer("good").unwrap();
    good.register(doorward_test_idp::Client {
        client_id: "doorward".to_owned(),
        client_secret: Some("upstream-secret".to_owned()),
        redirect_uris: vec!["https://id.test/callback".to_owned()],
        ..Default::default()
    });
    let found = check(&world, "victim").await;
    let (outcome, advice) = probed(&found, "redirect_uri");
    assert_eq!(outcome, "refused", "{found:#}");
    assert!(advice["how"].to_string().contains(&format!("/federation/{}/callback", world.k1)), "{advice}");
}

#[tokio::test]
async fn what_microsoft_says_on_its_page_chooses_the_words() {
    let world = World::new().await;
    let wrong = |app| App { redirect_uris: vec!["https://id.test/callback".to_owned()], ..app };
    let contoso = Contoso::with(&world, json!({}), wrong).await;
    let found = check(&world, "contoso").await;
    let (outcome, advice) = probed(&found, "redirect_uri");
    assert_eq!((outcome, &advice["id"]), ("refused", &json!("redirect-uri")), "{found:#}");
    assert!(advice["how"].to_string().contains(&contoso.connected.callback_url), "{advice}");
    assert!(!found.to_string().contains("AADSTS50011:"), "no text of theirs: {found:#}");
}

#[tokio::test]
async fn a_wrong_way_of_client_authentication_is_named() {
    let world = World::new().await;
    let post = |app| okta::App { method: Method::ClientSecretPost, ..app };
    let _acme = Acme::with(&world, json!({}), post).await;
    let found = check(&world, "acme").await;
    assert_eq!((&found["outcome"], &found["works_with"]), (&json!("refused"), &json!("client_secret_post")));
}

#[tokio::test]
async fn ss_10_a_provider_that_is_not_there_is_told_in_a_fixed_word() {
    let world = World::new().await;
    world.network.remove(IDP);
    let found = check(&world, "victim").await;
    assert_eq!((&found["outcome"], &found["probes"]), (&json!("unreachable"), &json!([])));
    assert_eq!(found["advice"]["id"], "net.unreachable");
}
