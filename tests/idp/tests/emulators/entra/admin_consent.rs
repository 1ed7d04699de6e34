//! Admin consent.

use doorward_test_idp::entra::LOGIN_URL;

use super::world::{CALLBACK, World};
use crate::browser::{Page, encoded};

async fn ask(world: &mut World, path: &str, redirect_uri: &str) -> Page {
    let client_id = world.app.client_id.clone();
    let fields = [
        ("client_id", client_id.as_str()),
        ("state", "s & t"),
        ("redirect_uri", redirect_uri),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let url = format!("{LOGIN_URL}/{}/{path}?{}", world.contoso.id, encoded(&fields));
    world.browser.open(&url).await
}

#[tokio::test]
async fn s1_9_5_an_administrator_consents_for_everybody() {
    let mut world = World::without_consent(|app| app);
    let page = ask(&mut world, "v2.0/adminconsent", CALLBACK).await;
    let back = world.type_in(&page, "root@contoso.example").await;
    assert!(back.url.as_str().starts_with(CALLBACK));
    assert_eq!(back.returned("tenant"), Some(world.contoso.id.clone()));
    assert_eq!(back.returned("admin_consent").as_deref(), Some("True"));
    assert_eq!(back.returned("state").as_deref(), Some("s & t"));
    assert!(back.returned("scope").is_some());
    assert!(world.sign_in("ana@contoso.example", &[]).await.returned("code").is_some());
}

#[tokio::test]
async fn s1_9_5_cancelling_is_permission_denied() {
    let mut world = World::without_consent(|app| app);
    let page = ask(&mut world, "adminconsent", CALLBACK).await;
    let back = world.browser.submit(&page, &[("cancel", "yes")]).await;
    back.assert_returned("permission_denied", "The admin canceled the request");
}

#[tokio::test]
async fn s1_9_5_nobody_else_may_and_nowhere_else_does_it_return_to() {
    let mut world = World::without_consent(|app| app);
    let page = ask(&mut world, "adminconsent", CALLBACK).await;
    world.type_in(&page, "ana@contoso.example").await.assert_says("AADSTS90094");
    ask(&mut world, "adminconsent", "https://evil.example/").await.assert_says("AADSTS50011");
    world.sign_in("ana@contoso.example", &[]).await.assert_says("Permissions requested");
}
