//! What can be known of a connection before anybody signs in.

use doorward_domain::connection::ConnectionKind;
use doorward_domain::connection::kind::{Oidc, ResponseMode};
use doorward_domain::{Algorithm, Connection};
use doorward_flows::World;
use doorward_flows::upstreams::entra::Contoso;
use doorward_flows::upstreams::google::{SECRET, Workspace};
use doorward_flows::upstreams::halopsa::Msp;
use doorward_flows::upstreams::okta::Acme;
use doorward_flows::world::IDP;
use doorward_store::records::at;
use doorward_test_idp::entra::Tenant;
use doorward_test_idp::google::App;
use doorward_test_idp::halopsa::{self, Variant};
use doorward_test_idp::okta::{self, Method};
use doorward_test_idp::{Arm, Client, Switch};
use rstest::rstest;
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

/// What came of the redirect URI: the outcome, and the row about it.
async fn redirect_uri(world: &World, slug: &str) -> (String, Value) {
    let found = check(world, slug).await;
    let (outcome, advice) = probed(&found, "redirect_uri");
    (outcome.to_owned(), advice["id"].clone())
}

fn refused(row: &str) -> (String, Value) {
    ("refused".to_owned(), json!(row))
}

/// The client of issuer `good`, registered in another way.
fn register(world: &World, client_id: &str, redirect_uri: &str) {
    world.idp.issuer("good").unwrap().register(Client {
        client_id: client_id.to_owned(),
        client_secret: Some("upstream-secret".to_owned()),
        redirect_uris: vec![redirect_uri.to_owned()],
        ..Default::default()
    });
}

const ELSEWHERE: &str = "https://id.test/callback";

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_seen_though_it_would_never_come_back() {
    let world = World::new().await;
    register(&world, "doorward", ELSEWHERE);
    let found = check(&world, "victim").await;
    let (outcome, advice) = probed(&found, "redirect_uri");
    assert_eq!(outcome, "refused", "{found:#}");
    assert!(advice["how"].to_string().contains(&format!("/federation/{}/callback", world.k1)), "{advice}");
}

#[tokio::test]
async fn an_error_at_our_callback_proves_the_redirect_uri_and_is_told_as_what_it_is() {
    let world = World::new().await;
    let good = world.idp.issuer("good").unwrap();
    for (error, outcome, row) in [
        ("invalid_scope", "refused", "invalid-scope"),
        ("temporarily_unavailable", "unclear", "temporarily-unavailable"),
        ("of_their_own", "refused", "provider.unknown_error"),
    ] {
        good.switches().arm(Arm::from(Switch::AuthorizeError).value(error).times(1));
        let found = check(&world, "victim").await;
        assert_eq!(probed(&found, "redirect_uri"), ("accepted", &Value::Null), "{found:#}");
        let (told, advice) = probed(&found, "authorization_request");
        assert_eq!((told, &advice["id"]), (outcome, &json!(row)), "{found:#}");
        assert!(!found.to_string().contains("switched on"), "no text of theirs: {found:#}");
    }
}

#[tokio::test]
async fn an_answer_by_form_is_as_good_as_one_by_redirect() {
    let world = World::new().await;
    let by_form = |it: &mut Connection| {
        it.kind =
            ConnectionKind::Oidc(Box::new(Oidc { response_mode: ResponseMode::FormPost, ..Oidc::default() }));
    };
    world.change(&at::connection(world.victim, world.k1), by_form).await;
    assert_eq!(redirect_uri(&world, "victim").await, ("accepted".to_owned(), Value::Null));
    register(&world, "doorward", ELSEWHERE);
    assert_eq!(redirect_uri(&world, "victim").await, refused("probe.redirect_uri"));
}

#[tokio::test]
async fn what_microsoft_says_on_its_page_chooses_the_words() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    assert_eq!(redirect_uri(&world, "contoso").await, ("accepted".to_owned(), Value::Null));

    contoso.entra.change_app(&contoso.app.client_id, |app| app.redirect_uris = vec![ELSEWHERE.to_owned()]);
    let found = check(&world, "contoso").await;
    let (outcome, advice) = probed(&found, "redirect_uri");
    assert_eq!((outcome, &advice["id"]), ("refused", &json!("redirect-uri")), "{found:#}");
    assert!(advice["how"].to_string().contains(&contoso.connected.callback_url), "{advice}");
    assert!(!found.to_string().contains("AADSTS50011:"), "no text of theirs: {found:#}");

    let unknown = json!({ "client_id": "6b2f0c4e-8a1d-4f3b-9c5e-7d1a2b3c4d5e" });
    contoso.connected.change(&world, unknown).await.unwrap();
    assert_eq!(redirect_uri(&world, "contoso").await, refused("app-unknown"));

    let fabrikam = Tenant::new("Fabrikam", "fabrikam.example");
    contoso.entra.add_tenant(fabrikam.clone());
    contoso.connected.change(&world, json!({ "directory": fabrikam.id })).await.unwrap();
    assert_eq!(redirect_uri(&world, "contoso").await, refused("app-unknown"));

    let nobodys = json!({ "directory": "0f0f0f0f-1111-4222-8333-444444444444" });
    contoso.connected.change(&world, nobodys).await.unwrap();
    let found = check(&world, "contoso").await;
    assert_eq!(
        (&found["outcome"], &found["advice"]["id"]),
        (&json!("unreachable"), &json!("tenant-unknown"))
    );
}

#[tokio::test]
async fn what_okta_says_on_its_page_chooses_the_words() {
    let world = World::new().await;
    let acme = Acme::new(&world).await;
    assert_eq!(redirect_uri(&world, "acme").await, ("accepted".to_owned(), Value::Null));
    acme.okta.change_app(&acme.app.client_id, |app| app.redirect_uris = vec![ELSEWHERE.to_owned()]);
    assert_eq!(redirect_uri(&world, "acme").await, refused("redirect-uri"));
    acme.connected.change(&world, json!({ "client_id": "0oanobody" })).await.unwrap();
    assert_eq!(redirect_uri(&world, "acme").await, refused("client-unknown"));
    acme.connected.change(&world, json!({ "authorization_server": "ausnowhere" })).await.unwrap();
    let found = check(&world, "acme").await;
    assert_eq!((&found["outcome"], &found["probes"]), (&json!("unreachable"), &json!([])), "{found:#}");
}

#[tokio::test]
async fn what_google_packs_into_the_address_of_its_page_chooses_the_words() {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    assert_eq!(redirect_uri(&world, "workspace").await, ("accepted".to_owned(), Value::Null));
    let elsewhere = App { redirect_uris: vec![ELSEWHERE.to_owned()], ..App::new("Other", SECRET, "") };
    workspace.google.register(elsewhere.clone());
    workspace.connected.change(&world, json!({ "client_id": elsewhere.client_id })).await.unwrap();
    assert_eq!(redirect_uri(&world, "workspace").await, refused("redirect-uri"));
    let unknown = json!({ "client_id": "nobody.apps.googleusercontent.com" });
    workspace.connected.change(&world, unknown).await.unwrap();
    assert_eq!(redirect_uri(&world, "workspace").await, refused("client-unknown"));
}

/// Nobody has written down whether HaloPSA says it on a page at once or sends people to one.
#[rstest]
#[case::at_once(false, ["redirect-uri", "client", "tenant"])]
#[case::sent_to_one(true, ["probe.redirect_uri"; 3])]
#[tokio::test]
async fn halopsa_shows_its_sign_in_page_or_a_page_for_errors(
    #[case] error_page: bool,
    #[case] rows: [&str; 3],
) {
    let world = World::new().await;
    let msp = Msp::new(&world, &Variant { error_page, ..Variant::hosted("acme") }).await;
    let so_far = ("accepted".to_owned(), json!("probe.redirect_uri_so_far"));
    assert_eq!(redirect_uri(&world, "msp").await, so_far);
    let elsewhere =
        halopsa::App { redirect_uris: vec![ELSEWHERE.to_owned()], ..halopsa::App::web("Other", "") };
    msp.halo.register(elsewhere.clone());
    for (changes, row) in [
        (json!({ "client_id": elsewhere.client_id, "client_secret": elsewhere.secret() }), rows[0]),
        (json!({ "client_id": "nobody" }), rows[1]),
        (json!({ "tenant_parameter": "globex" }), rows[2]),
    ] {
        msp.connected.change(&world, changes).await.unwrap();
        assert_eq!(redirect_uri(&world, "msp").await, refused(row));
    }
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
