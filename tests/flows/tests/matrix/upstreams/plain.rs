//! Any OpenID Provider: endpoints that it does not publish, and what it is told beside the usual.

use doorward_domain::User;
use doorward_flows::World;
use doorward_flows::browser::encode;
use doorward_flows::upstreams::okta::{Acme, CUSTOM, ORG};
use doorward_test_idp::Endpoint;
use serde_json::json;

const JOE: &str = "joe@acme.example";

#[tokio::test]
async fn a_provider_whose_endpoints_are_told_is_not_asked_for_them() {
    let world = World::new().await;
    let at = |path: &str| format!("{ORG}/oauth2/v1/{path}");
    let entry = json!({
        "kind": "oidc", "org": null, "issuer": ORG,
        "authorization_endpoint": at("authorize"), "token_endpoint": at("token"), "jwks_uri": at("keys"),
    });
    let acme = Acme::with(&world, entry, |app| app).await;
    assert_eq!(acme.joe(&world).await["email"], JOE);
    assert_eq!(acme.okta.requests(Endpoint::Discovery), 0);
}

#[tokio::test]
async fn one_endpoint_may_be_told_in_place_of_the_published_one() {
    let world = World::new().await;
    let token = format!("{CUSTOM}/oauth2/v1/token");
    let entry = json!({ "kind": "oidc", "org": null, "issuer": ORG, "token_endpoint": token });
    let acme = Acme::with(&world, entry, |app| app).await;
    acme.joe(&world).await;
    assert_eq!(acme.okta.requests(Endpoint::Discovery), 1);
}

/// Okta's custom domain stands for the place that is told in place of the published one.
#[tokio::test]
async fn people_sign_out_where_the_connection_says() {
    let world = World::new().await;
    let told = format!("{CUSTOM}/oauth2/v1/logout");
    for looked_up in [true, false] {
        let at = |path: &str| (!looked_up).then(|| format!("{ORG}/oauth2/v1/{path}"));
        let entry = json!({
            "kind": "oidc", "org": null, "issuer": ORG, "logout": "upstream", "end_session_endpoint": told,
            "authorization_endpoint": at("authorize"), "token_endpoint": at("token"), "jwks_uri": at("keys"),
        });
        let acme = Acme::with(&world, entry, |app| app).await;
        let mut browser = world.browser();
        let page = acme.connected.sign_in_with(&world, &mut browser, &[], (JOE, JOE)).await;
        let tokens = world.relying("c1").redeem(&world, &page).await;
        let query = encode(&[
            ("id_token_hint", tokens.str("id_token")),
            ("post_logout_redirect_uri", "https://c1.test/out"),
        ]);
        let page = browser.get(&world.url(&format!("/end-session?{query}"))).await;
        assert!(page.location().unwrap().as_str().starts_with(&format!("{told}?")), "{page:?}");
        assert_eq!(acme.okta.requests(Endpoint::Discovery), u64::from(looked_up));
    }
}

/// Whoever names keys of their own for somebody else's issuer signs for nobody but themselves.
#[tokio::test]
async fn up_05_what_one_tenant_tells_of_an_issuer_is_not_believed_for_another() {
    let world = World::new().await;
    let liar = json!({
        "name": "staff", "kind": "oidc", "issuer": ORG, "client_id": "x", "stage": "live",
        "jwks_uri": format!("{}/evil/jwks", doorward_flows::world::IDP),
    });
    let connected = doorward_flows::upstreams::Connected::new(&world, ("liar", "liar.example"), liar).await;
    let acme = Acme::with(&world, json!({ "kind": "oidc", "org": null, "issuer": ORG }), |app| app).await;
    let mut browser = world.browser();
    let start = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    browser.submit(&start, &[("username", "x@liar.example")]).await;
    acme.joe(&world).await;
    assert!(world.all::<User>(connected.tenant).await.is_empty());
}

#[tokio::test]
async fn more_parameters_are_said_where_they_belong() {
    let world = World::new().await;
    let entry = json!({
        "kind": "oidc", "org": null, "issuer": ORG,
        "authorize_parameters": { "audience": "a b" }, "token_parameters": { "resource": "urn:r" },
    });
    let acme = Acme::with(&world, entry, |app| app).await;
    acme.joe(&world).await;
    let log = acme.okta.log();
    let said = |endpoint, what: &str| {
        log.iter().any(|it| it.endpoint == endpoint && (it.uri.contains(what) || it.body.contains(what)))
    };
    assert!(said(Endpoint::Authorize, "audience=a+b"), "{log:?}");
    assert!(said(Endpoint::Token, "resource=urn") && !said(Endpoint::Token, "audience"), "{log:?}");
}
