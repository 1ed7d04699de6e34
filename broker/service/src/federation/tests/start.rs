use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::Stage;
use sha2::{Digest as _, Sha256};

use super::world::{NOW, TRANSACTION, World};
use crate::federation::{Ask, FederationError, transaction_of};

#[tokio::test]
async fn the_browser_goes_to_the_provider_with_state_nonce_and_pkce() {
    let world = World::new().await;
    let start = world.start(&Ask::default()).await;
    let (location, leg) = (start.location, start.leg);
    assert!(location.as_str().starts_with("https://idp.acme.test/authorize?tenant=acme&"), "{location}");
    let query: BTreeMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(query.len(), location.query_pairs().count(), "no parameter stands twice");
    let challenge = BASE64.encode(Sha256::digest(leg.code_verifier.as_deref().unwrap()));
    for (name, value) in [
        ("tenant", "acme"),
        ("response_type", "code"),
        ("client_id", "client-1"),
        (
            "redirect_uri",
            "https://login.doorward.test/federation/con_01010101010101010101010101010101/callback",
        ),
        ("scope", "openid profile email"),
        ("state", &leg.state),
        ("nonce", &leg.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(query.len(), 9, "and nothing else: {query:?}");
}

#[tokio::test]
async fn what_the_app_asked_is_asked_of_the_provider() {
    let world = World::new().await;
    let ask = Ask {
        login_hint: Some("kim@acme.test".into()),
        prompt: Some("login consent".into()),
        max_age: Some(0),
        ui_locales: Some("de en".into()),
        acr_values: Some("urn:a urn:b".into()),
    };
    let start = world.start(&ask).await;
    let query: BTreeMap<_, _> = start.location.query_pairs().into_owned().collect();
    for (name, value) in [
        ("login_hint", "kim@acme.test"),
        ("prompt", "login consent"),
        ("max_age", "0"),
        ("ui_locales", "de en"),
        ("acr_values", "urn:a urn:b"),
    ] {
        assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(start.leg.max_age, Some(0));
}

#[tokio::test]
async fn state_names_the_transaction_and_every_leg_has_its_own_secrets() {
    let world = World::new().await;
    let (one, two) = (world.start(&Ask::default()).await.leg, world.start(&Ask::default()).await.leg);
    assert_eq!(transaction_of(&one.state), Some(TRANSACTION));
    assert_ne!(one.state, two.state);
    assert_ne!(one.nonce, two.nonce);
    assert_ne!(one.code_verifier, two.code_verifier);
    for foreign in ["", ".", "abc", "abc.def", "AAAAAAAAAAAAAAAAAAAAAAAA.x", "=.=", "💥.x"] {
        assert_eq!(transaction_of(foreign), None, "{foreign}");
    }
}

#[tokio::test]
async fn a_leg_fits_into_a_cookie_and_shows_no_secret() {
    let world = World::new().await;
    let leg = world.start(&Ask { max_age: Some(3600), ..Ask::default() }).await.leg;
    let text = serde_json::to_string(&leg).unwrap();
    assert!(text.len() < 350, "{} bytes", text.len());
    assert_eq!(serde_json::from_str::<crate::federation::Leg>(&text).unwrap(), leg);
    let shown = format!("{leg:?}");
    for secret in [&leg.state, &leg.nonce, leg.code_verifier.as_ref().unwrap()] {
        assert!(!shown.contains(secret.as_str()), "sr_01");
    }
}

#[tokio::test]
async fn up_14_a_connection_out_of_use_leads_nowhere() {
    let mut world = World::new().await;
    world.change(|connection| connection.stage = Stage::Paused).await;
    let refused =
        world.federation.start(&world.destination(), TRANSACTION, &Ask::default(), NOW).await.unwrap_err();
    assert_eq!(refused, FederationError::ConnectionNotInUse);
    assert!(world.outbound.requests().is_empty());
}

#[test]
fn a_callback_url_lies_under_the_path_of_the_base_url() {
    let world = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(World::new());
    let mut federation = world.federation;
    federation.base_url = "https://example.test/doorward/".parse().unwrap();
    assert_eq!(
        federation.callback_url(world.connection.id).as_str(),
        "https://example.test/doorward/federation/con_01010101010101010101010101010101/callback"
    );
}
