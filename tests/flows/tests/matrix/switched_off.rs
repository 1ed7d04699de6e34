//! Somebody is switched off, deleted or moved away while a login is under way or after it: nothing is
//! issued or honoured from then on, wherever the login stands (security rule 4).

use doorward_domain::{Client, Connection, Stage, Tenant, User};
use doorward_flows::app::userinfo;
use doorward_flows::{Browser, World};
use doorward_store::Key;
use doorward_store::records::at;
use http::StatusCode;
use rstest::rstest;

use crate::support::{client, code, signed_in};

/// Who goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gone {
    TenantOff,
    TenantDeleted,
    UserOff,
    UserDeleted,
    ClientOff,
    ClientDeleted,
    ClientMoved,
    ConnectionPaused,
    ConnectionDeleted,
}

use Gone::*;

impl Gone {
    async fn go(self, world: &World, app: &str) {
        let tenant = at::tenant(world.victim);
        let connection = at::connection(world.victim, world.k1);
        match self {
            TenantOff => world.change(&tenant, |tenant: &mut Tenant| tenant.enabled = false).await,
            TenantDeleted => world.remove(tenant).await,
            UserOff => world.change(&alice(world).await, |user: &mut User| user.enabled = false).await,
            UserDeleted => world.remove(alice(world).await).await,
            ClientOff => world.change(&client(app), |client: &mut Client| client.enabled = false).await,
            ClientDeleted => world.remove(client(app)).await,
            ClientMoved => {
                world.change(&client(app), |client: &mut Client| client.tenants = vec![world.attacker]).await;
            }
            ConnectionPaused => {
                world.change(&connection, |it: &mut Connection| it.stage = Stage::Paused).await;
            }
            ConnectionDeleted => world.remove(connection).await,
        }
    }

    /// Clients that are gone are not even told that something else is.
    fn is_the_client(self) -> bool {
        matches!(self, ClientOff | ClientDeleted)
    }
}

async fn alice(world: &World) -> Key {
    let users = world.all::<User>(world.victim).await;
    let alice = users.iter().find(|user| user.profile.name.as_deref() == Some("Alice Archer"));
    at::user(world.victim, alice.unwrap().id)
}

/// A world in which alice is known, and a browser that is not signed in.
async fn known() -> (World, Browser) {
    let world = World::new().await;
    signed_in(&world, "alice").await;
    let browser = world.browser();
    (world, browser)
}

#[rstest]
#[tokio::test]
async fn at_the_sign_in_page(
    #[values(
        TenantOff,
        TenantDeleted,
        ClientOff,
        ClientDeleted,
        ClientMoved,
        ConnectionPaused,
        ConnectionDeleted
    )]
    gone: Gone,
) {
    let (world, mut browser) = known().await;
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    gone.go(&world, "c1").await;
    let before = world.digest().await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    match gone.is_the_client() {
        true => page.assert_told(400),
        false => assert!(page.body.contains("class=\"problem\""), "{page:?}"),
    }
    assert_eq!(world.digest().await, before);
}

#[rstest]
#[tokio::test]
async fn at_the_identity_provider(
    #[values(
        TenantOff,
        TenantDeleted,
        UserOff,
        UserDeleted,
        ClientOff,
        ClientDeleted,
        ClientMoved,
        ConnectionPaused,
        ConnectionDeleted
    )]
    gone: Gone,
) {
    let (world, mut browser) = known().await;
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    gone.go(&world, "c1").await;
    let before = world.digest().await;
    let page = browser.submit(&page, &[("username", "alice"), ("password", "test")]).await;
    page.assert_told(if gone.is_the_client() { 400 } else { 403 });
    assert_eq!(browser.session(), None);
    assert_eq!(world.digest().await, before);
}

#[rstest]
#[tokio::test]
async fn at_the_question_for_consent(
    #[values(
        TenantOff,
        TenantDeleted,
        UserOff,
        UserDeleted,
        ClientOff,
        ClientDeleted,
        ClientMoved,
        ConnectionPaused,
        ConnectionDeleted
    )]
    gone: Gone,
) {
    let (world, mut browser) = known().await;
    let page = world.sign_in(&mut browser, &world.relying("third"), "victim", "alice").await;
    assert!(page.body.contains("id=\"allow\""), "{page:?}");
    gone.go(&world, "third").await;
    let before = world.digest().await;
    browser.submit(&page, &[("decision", "allow")]).await.assert_told(400);
    assert_eq!(world.digest().await, before);
}

#[rstest]
#[tokio::test]
async fn before_a_silent_sign_in(
    #[values(
        TenantOff,
        TenantDeleted,
        UserOff,
        UserDeleted,
        ClientOff,
        ClientDeleted,
        ClientMoved,
        ConnectionPaused,
        ConnectionDeleted
    )]
    gone: Gone,
) {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    gone.go(&world, "c1").await;
    let before = world.digest().await;
    let silent = browser.get(&app.authorize(&world, &[("prompt", "none")])).await;
    let asked = browser.get(&app.authorize(&world, &[])).await;
    if gone.is_the_client() {
        silent.assert_told(400);
        asked.assert_told(400);
    } else {
        silent.assert_sent_back(&app, "login_required");
        assert!(asked.body.contains("id=\"username\""), "{asked:?}");
    }
    assert_eq!(world.digest().await, before);
}

#[rstest]
#[tokio::test]
async fn before_a_code_is_redeemed(
    #[values(
        TenantOff,
        TenantDeleted,
        UserOff,
        UserDeleted,
        ClientOff,
        ClientDeleted,
        ClientMoved,
        ConnectionPaused,
        ConnectionDeleted
    )]
    gone: Gone,
) {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    gone.go(&world, "c1").await;
    let answer = app.redeem_code(&world, &code, &[]).await;
    match gone.is_the_client() {
        true => answer.assert_error(401, "invalid_client"),
        false => answer.assert_error(400, "invalid_grant"),
    }
    assert_eq!(world.audited(world.victim, doorward_domain::audit::Action::CodeReuse).await, 0);
}

#[rstest]
#[tokio::test]
async fn after_tokens_were_issued(
    #[values(
        TenantOff,
        TenantDeleted,
        UserOff,
        UserDeleted,
        ClientOff,
        ClientDeleted,
        ClientMoved,
        ConnectionPaused,
        ConnectionDeleted
    )]
    gone: Gone,
) {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let tokens = app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    assert_eq!(userinfo(&world, tokens.str("access_token")).await.status, StatusCode::OK);
    gone.go(&world, "c1").await;
    let before = world.digest().await;
    let info = userinfo(&world, tokens.str("access_token")).await;
    info.assert_error(401, "invalid_token");
    let refreshed = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
    if gone.is_the_client() {
        refreshed.assert_error(401, "invalid_client");
    } else {
        refreshed.assert_error(400, "invalid_grant");
        for token in ["access_token", "refresh_token"] {
            assert!(!app.is_active(&world, tokens.str(token)).await, "{token}");
        }
    }
    assert_eq!(world.digest().await, before);
}
