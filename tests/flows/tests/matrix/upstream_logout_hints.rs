//! What providers are told of who signs out there: each has its own way to ask nobody.

use doorward_flows::World;
use doorward_flows::upstreams::entra::Contoso;
use doorward_flows::upstreams::okta::Acme;
use rstest::rstest;
use serde_json::json;

use crate::upstream_logout::{SignedIn, sign_out};

#[tokio::test]
async fn okta_is_told_by_the_id_token() {
    let world = World::new().await;
    let acme = Acme::with(&world, json!({ "logout": "upstream" }), |app| app).await;
    let back = acme.connected.view(&world).await["post_logout_redirect_uri"].as_str().unwrap().to_owned();
    acme.okta.change_app(&acme.app.client_id, |app| app.post_logout_redirect_uris = vec![back.clone()]);
    let (mut browser, joe) = (world.browser(), "joe@acme.example");
    let page = acme.connected.sign_in_with(&world, &mut browser, &[], (joe, joe)).await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    let page = sign_out(&world, &mut SignedIn { browser: browser.clone(), tokens }).await;
    let location = page.location().unwrap();
    assert!(
        location.as_str().starts_with("https://acme.okta.com/oauth2/v1/logout?id_token_hint="),
        "{location}"
    );
    assert_eq!(browser.follow(page).await.url.as_str().split('?').next().unwrap(), back);
}

/// Microsoft asks which account is meant unless the ID token's optional claim `login_hint` comes back; an
/// address or an ID token would not do, and its own list of places to return to is that of redirect URIs.
#[rstest]
#[case::with_the_claim(true)]
#[case::without_it(false)]
#[tokio::test]
async fn microsoft_is_told_by_the_hint_of_its_own_token_whose_account_is_meant(#[case] told: bool) {
    let world = World::new().await;
    let claims: &[&str] = if told { &["login_hint"] } else { &[] };
    let contoso =
        Contoso::with(&world, json!({ "logout": "upstream" }), |app| app.optional_claims(claims)).await;
    let back = contoso.connected.view(&world).await["post_logout_redirect_uri"].as_str().unwrap().to_owned();
    contoso.entra.change_app(&contoso.app.client_id, |app| app.redirect_uris.push(back.clone()));
    let (mut browser, ana) = (world.browser(), "ana@contoso.example");
    let page = contoso.connected.sign_in_with(&world, &mut browser, &[], (ana, ana)).await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    let mut signed_in = SignedIn { browser, tokens };
    let page = sign_out(&world, &mut signed_in).await;
    let location = page.location().unwrap();
    assert!(location.path().ends_with("/oauth2/v2.0/logout") && !location.as_str().contains("id_token_hint"));
    assert_eq!(location.query_pairs().any(|(name, _)| name == "logout_hint"), told, "{location}");
    let mut browser = signed_in.browser;
    let end = browser.follow(page).await;
    let end = match told {
        true => end,
        false => {
            assert!(end.body.contains("Which account do you want to sign out of?"), "{}", end.body);
            browser.submit(&end, &[("account", "this")]).await
        }
    };
    assert_eq!(end.url.as_str(), "https://c1.test/out?state=the-state");
    let page = browser.open(&world.relying("c1").authorize(&world, &[("tenant", "contoso")])).await;
    assert!(page.body.contains("name=\"password\""), "Microsoft asks for the password again: {page:?}");
}
