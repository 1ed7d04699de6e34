//! Which language a page speaks: `ui_locales` (OIDC Core section 3.1.2.1, RP-Initiated Logout section 2),
//! else `Accept-Language`, else English.

use doorward_flows::browser::encode;
use doorward_flows::{Browser, Page, Relying, World};
use doorward_test_idp::{Mode, Setting, Switch};
use http::StatusCode;
use serde_json::json;

use crate::support::{authorize, signed_in};

/// A browser whose person reads these languages.
fn reader(world: &World, accept_language: &str) -> Browser {
    let mut browser = world.browser();
    browser.headers.insert("accept-language", accept_language.parse().unwrap());
    browser
}

#[track_caller]
fn assert_speaks(page: &Page, language: &str, says: &str) {
    assert!(page.body.contains(&format!("<html lang=\"{language}\">")), "{}", page.body);
    assert_eq!(page.headers["content-language"], language);
    assert_eq!(page.headers["vary"], "accept-language");
    assert!(page.body.contains(says), "{}", page.body);
}

#[tokio::test]
async fn the_app_names_the_language_of_every_page_of_a_login() {
    let world = World::new().await;
    let app = world.relying("third");
    let mut browser = reader(&world, "es");
    let page = browser.open(&app.authorize(&world, &[("ui_locales", "it de-CH en")])).await;
    assert_speaks(&page, "de", "Geschäftliche E-Mail-Adresse oder Firmencode");
    let page = browser.submit(&page, &[("username", "nobody.test")]).await;
    assert_speaks(&page, "de", "Dazu haben wir kein Unternehmen gefunden.");

    let switches = world.idp.issuer("good").unwrap().switches();
    let value = Some("access_denied".to_owned());
    switches.set(Setting { switch: Switch::AuthorizeError, mode: Mode::Once, value }).unwrap();
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    page.assert_told(400);
    assert_speaks(&page, "de", "Wir konnten Sie nicht anmelden");
    assert!(page.body.contains("Zurück zu <bdi>"), "{}", page.body);

    let again = page.body.split("href=\"").find(|it| it.starts_with("/sign-in?tx=")).unwrap();
    let page = browser.get(&world.url(again.split('"').next().unwrap())).await;
    assert_speaks(&page, "de", "Weiter");
    let page = world.go_on(&mut browser, page, "victim", "alice").await;
    assert_speaks(&page, "de", "Ihre E-Mail-Adresse sehen");
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn otherwise_the_browser_names_it() {
    let world = World::new().await;
    let app = world.relying("c1");
    let mut browser = reader(&world, "it, fr-CA;q=0.8, en;q=0.5");
    assert_speaks(&browser.get(&world.url("/")).await, "fr", "Connexion à vos applications");
    assert_speaks(&browser.get(&world.url("/nothing")).await, "fr", "Il n’y a rien ici");
    assert_speaks(&browser.get(&world.url("/end-session")).await, "fr", "Votre session est fermée");
    let page = browser.get(&app.authorize(&world, &[])).await;
    assert_speaks(&page, "fr", "Se connecter à <bdi>");
    let page = browser.get(&app.authorize(&world, &[("ui_locales", "it x-klingon")])).await;
    assert_speaks(&page, "fr", "Se connecter à <bdi>");
    let page = browser.post(&world.url("/sign-in"), &[("tx", "made-up")]).await;
    page.assert_told(400);
    assert_speaks(&page, "fr", "Cette connexion a expiré");
    assert_speaks(&reader(&world, "it").get(&world.url("/")).await, "en", "Sign-in for your apps");
    assert_speaks(&world.browser().get(&world.url("/")).await, "en", "Sign-in for your apps");
}

#[tokio::test]
async fn a_request_that_is_not_right_is_refused_in_its_language() {
    let world = World::new().await;
    let app = Relying { id: "nope".to_owned(), ..world.relying("c1") };
    let page = authorize(&world, &app, &[("ui_locales", "es-MX")]).await;
    page.assert_told(400);
    assert_speaks(&page, "es", "No conocemos la aplicación");
}

#[tokio::test]
async fn a_logout_asks_and_ends_in_its_language() {
    let world = World::new().await;
    let mut browser = signed_in(&world, "alice").await;
    let query = encode(&[("client_id", "c1"), ("ui_locales", "de")]);
    let page = browser.get(&world.url(&format!("/end-session?{query}"))).await;
    assert_speaks(&page, "de", "Abmelden?");
    assert_speaks(&browser.submit(&page, &[]).await, "de", "Sie sind abgemeldet");
    let query = encode(&[("post_logout_redirect_uri", "https://evil.test/"), ("ui_locales", "de")]);
    let page = browser.get(&world.url(&format!("/end-session?{query}"))).await;
    page.assert_told(400);
    assert_speaks(&page, "de", "Sie sind noch angemeldet");
}

#[tokio::test]
async fn what_changes_no_page_is_accepted_and_ignored() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    for (name, value) in [("display", "page"), ("display", "popup"), ("claims_locales", "se de")] {
        let page = browser.get(&app.authorize(&world, &[(name, value)])).await;
        assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK, "{name}={value}");
    }
    let page = browser.get(&world.url("/.well-known/openid-configuration")).await;
    let metadata: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(metadata["ui_locales_supported"], json!(["en", "de", "fr", "es"]));
    assert_eq!(metadata["display_values_supported"], json!(["page", "popup", "touch", "wap"]));
}
