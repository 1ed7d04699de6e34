//! Somebody is switched off, deleted or moved away while a login is under way or after it: nothing is
//! issued or honoured from then on, wherever the login stands (security rule 4).

use doorward_domain::audit::Action;
use doorward_flows::app::userinfo;
use doorward_flows::{Browser, World};
use http::StatusCode;

use crate::ending::End;
use crate::support::{code, signed_in};

/// What can happen to those involved.
const ENDS: [End; 9] = [
    End::TenantDisabled,
    End::TenantDeleted,
    End::UserDisabled,
    End::UserDeleted,
    End::ClientDisabled,
    End::ClientDeleted,
    End::ClientNoLongerServesTheTenant,
    End::ConnectionPaused,
    End::ConnectionDeleted,
];

/// Every end, told before its turn, so that a failure says which it was.
fn ends() -> impl Iterator<Item = End> {
    ENDS.into_iter().inspect(|end| println!("{end:?}"))
}

/// A world in which alice is known, and a browser in which nobody is signed in.
async fn known() -> (World, Browser) {
    let world = World::new().await;
    signed_in(&world, "alice").await;
    let browser = world.browser();
    (world, browser)
}

#[tokio::test]
async fn at_the_sign_in_page() {
    for end in ends().filter(|end| !matches!(end, End::UserDisabled | End::UserDeleted)) {
        let (world, mut browser) = known().await;
        let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
        end.come(&world).await;
        let before = world.digest().await;
        let page = browser.submit(&page, &[("username", "victim")]).await;
        match end.is_of_the_client() {
            true => page.assert_told(400),
            false => assert!(page.body.contains("class=\"problem\""), "{page:?}"),
        }
        assert_eq!(world.digest().await, before);
    }
}

#[tokio::test]
async fn at_the_identity_provider() {
    for end in ends() {
        let (world, mut browser) = known().await;
        let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
        let page = browser.submit(&page, &[("username", "victim")]).await;
        end.come(&world).await;
        let before = world.digest().await;
        let page = browser.submit(&page, &[("username", "alice"), ("password", "test")]).await;
        page.assert_told(if end.is_of_the_client() { 400 } else { 403 });
        assert_eq!(browser.session(), None);
        assert_eq!(world.digest().await, before);
    }
}

#[tokio::test]
async fn at_the_question_for_consent() {
    for end in ends() {
        let (world, mut browser) = known().await;
        let page = world.sign_in(&mut browser, &world.relying("third"), "victim", "alice").await;
        assert!(page.body.contains("id=\"allow\""), "{page:?}");
        end.come_to(&world, "third").await;
        let before = world.digest().await;
        browser.submit(&page, &[("decision", "allow")]).await.assert_told(400);
        assert_eq!(world.digest().await, before);
    }
}

#[tokio::test]
async fn before_a_silent_sign_in() {
    for end in ends() {
        let world = World::new().await;
        let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
        end.come(&world).await;
        let before = world.digest().await;
        let silent = browser.get(&app.authorize(&world, &[("prompt", "none")])).await;
        let asked = browser.get(&app.authorize(&world, &[])).await;
        if end.is_of_the_client() {
            silent.assert_told(400);
            asked.assert_told(400);
        } else {
            silent.assert_sent_back(&app, "login_required");
            asked.assert_asks_to_sign_in();
        }
        assert_eq!(world.digest().await, before);
    }
}

#[tokio::test]
async fn before_a_code_is_redeemed() {
    for end in ends() {
        let world = World::new().await;
        let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
        let code = code(&world, &mut browser, &app, &[]).await;
        end.come(&world).await;
        let (status, error) = end.refusal();
        app.redeem_code(&world, &code, &[]).await.assert_error(status, error);
        assert_eq!(world.audited(world.victim, Action::CodeReuse).await, 0);
    }
}

#[tokio::test]
async fn after_tokens_were_issued() {
    for end in ends() {
        let world = World::new().await;
        let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
        let tokens = app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
        assert_eq!(userinfo(&world, tokens.str("access_token")).await.status, StatusCode::OK);
        end.come(&world).await;
        let before = world.digest().await;
        userinfo(&world, tokens.str("access_token")).await.assert_error(401, "invalid_token");
        let (status, error) = end.refusal();
        app.refresh(&world, tokens.str("refresh_token"), &[]).await.assert_error(status, error);
        if !end.is_of_the_client() {
            for token in ["access_token", "refresh_token"] {
                assert!(!app.is_active(&world, tokens.str(token)).await, "{token}");
            }
        }
        assert_eq!(world.digest().await, before);
    }
}
