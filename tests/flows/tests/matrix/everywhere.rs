//! Signing out everywhere: everything of a user or of a tenant ends at one blow (row SE-06).

use std::collections::BTreeSet;

use doorward_domain::audit::Action;
use doorward_domain::{Grant, Job, Session, SessionId, TenantId, User};
use doorward_flows::app::{Answer, send, userinfo};
use doorward_flows::world::ADMIN_TOKEN;
use doorward_flows::{Browser, World, local};
use doorward_store::records::at;
use doorward_store::{Batch, Record as _};
use http::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{code, signed_in};
use crate::told::Told;

async fn admin(world: &World, method: Method, path: &str, body: &Value) -> Answer {
    let request = http::Request::builder()
        .method(method)
        .uri(world.url(&format!("/admin/v1{path}")))
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
        .header("content-type", "application/json");
    send(world, request.body(body.to_string().into_bytes()).unwrap()).await
}

async fn act(world: &World, path: &str) -> Answer {
    let answer = admin(world, Method::POST, path, &json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {answer:?}");
    answer
}

async fn change(world: &World, user: &str, action: &str) -> Answer {
    let path = format!("/tenants/victim/users/{user}/change");
    let answer = admin(world, Method::POST, &path, &json!({ "action": action })).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {answer:?}");
    answer
}

/// Somebody with a browser, a code that is not redeemed, and tokens.
struct Person {
    browser: Browser,
    code: String,
    tokens: Answer,
}

impl Person {
    async fn new(world: &World, company: &str, persona: &str) -> Self {
        let (mut browser, app) = (world.browser(), world.relying("c1"));
        let page = world.sign_in(&mut browser, &app, company, persona).await;
        let tokens = app.redeem(world, &page).await;
        let code = code(world, &mut browser, &world.relying("c2"), &[]).await;
        Self { browser, code, tokens }
    }

    fn id(&self) -> String {
        self.tokens.claims("id_token")["sub"].as_str().unwrap().to_owned()
    }

    fn sid(&self) -> String {
        self.tokens.claims("id_token")["sid"].as_str().unwrap().to_owned()
    }

    /// Nothing of what they began can be used, by anybody.
    async fn assert_over(&self, world: &World) {
        let (c1, c2) = (world.relying("c1"), world.relying("c2"));
        userinfo(world, self.tokens.str("access_token")).await.assert_error(401, "invalid_token");
        for token in ["access_token", "refresh_token"] {
            assert!(!c1.is_active(world, self.tokens.str(token)).await, "{token}");
        }
        let refreshed = c1.refresh(world, self.tokens.str("refresh_token"), &[]).await;
        refreshed.assert_error(400, "invalid_grant");
        c2.redeem_code(world, &self.code, &[]).await.assert_error(400, "invalid_grant");
        let mut browser = self.browser.clone();
        let silent = browser.get(&c1.authorize(world, &[("prompt", "none")])).await;
        silent.assert_sent_back(&c1, "login_required");
    }

    /// They go on as if nothing had happened.
    async fn assert_lives(&mut self, world: &World) {
        let c1 = world.relying("c1");
        assert_eq!(userinfo(world, self.tokens.str("access_token")).await.status, StatusCode::OK);
        code(world, &mut self.browser, &c1, &[]).await;
        self.tokens = c1.refresh(world, self.tokens.str("refresh_token"), &[]).await;
        assert_eq!(self.tokens.status, StatusCode::OK);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    SignOutUser,
    DisableUser,
    SignOutConnection,
    SignOutTenant,
    DisableTenant,
}

impl Blow {
    async fn fall(self, world: &World, user: &str) {
        match self {
            Self::SignOutUser => {
                act(world, &format!("/tenants/victim/users/{user}/sign-out")).await;
            }
            Self::DisableUser => {
                let answer = change(world, user, "disable").await;
                assert_eq!(answer.json["enabled"], false);
            }
            Self::SignOutConnection => {
                act(world, "/tenants/victim/connections/staff/sign-out").await;
            }
            Self::SignOutTenant => {
                act(world, "/tenants/victim/sign-out").await;
            }
            Self::DisableTenant => switch_tenant(world, false).await,
        }
    }

    async fn is_taken_back(self, world: &World, user: &str) {
        match self {
            Self::SignOutUser | Self::SignOutConnection | Self::SignOutTenant => {}
            Self::DisableUser => {
                change(world, user, "enable").await;
            }
            Self::DisableTenant => switch_tenant(world, true).await,
        }
    }

    /// Whether it falls on everybody of the tenant, who all came through one connection.
    const fn is_of_the_tenant(self) -> bool {
        matches!(self, Self::SignOutConnection | Self::SignOutTenant | Self::DisableTenant)
    }

    const fn is_audited_as(self) -> Action {
        match self {
            Self::SignOutUser | Self::SignOutConnection | Self::SignOutTenant => Action::EverythingEnded,
            Self::DisableUser => Action::UserDisabled,
            Self::DisableTenant => Action::Applied,
        }
    }
}

async fn switch_tenant(world: &World, enabled: bool) {
    let document = json!({"tenant": [
        {"slug": "victim", "name": "victim", "domains": ["victim.test"], "enabled": enabled},
    ]});
    let answer = admin(world, Method::POST, "/apply", &document).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[rstest]
#[tokio::test]
async fn se_06_everything_ends_at_once_and_every_app_is_told(
    #[values(
        Blow::SignOutUser,
        Blow::DisableUser,
        Blow::SignOutConnection,
        Blow::SignOutTenant,
        Blow::DisableTenant
    )]
    blow: Blow,
) {
    let world = World::new().await;
    let [c1, c2] = [Told::listens(&world, "c1").await, Told::listens(&world, "c2").await];
    let (here, there) =
        (Person::new(&world, "victim", "alice").await, Person::new(&world, "victim", "alice").await);
    let mut uma = Person::new(&world, "victim", "uma").await;
    let mut stranger = Person::new(&world, "attacker", "alice").await;
    let audited = world.audited(world.victim, blow.is_audited_as()).await;

    blow.fall(&world, &here.id()).await;
    assert_eq!(world.audited(world.victim, blow.is_audited_as()).await, audited + 1);
    let other = world.another_broker().await;
    for instance in [&world, &other] {
        here.assert_over(instance).await;
        there.assert_over(instance).await;
    }
    match blow.is_of_the_tenant() {
        true => uma.assert_over(&world).await,
        false => uma.assert_lives(&world).await,
    }
    stranger.assert_lives(&world).await;

    world.work().await;
    let gone = |user: &str, tenant: TenantId| {
        let (world, user) = (&world, user.to_owned());
        async move {
            let sessions = world.all::<Session>(tenant).await;
            let grants = world.all::<Grant>(tenant).await;
            !sessions.iter().any(|it| it.user.to_string() == user)
                && !grants.iter().any(|it| it.user.to_string() == user)
        }
    };
    assert!(gone(&here.id(), world.victim).await);
    assert_eq!(gone(&uma.id(), world.victim).await, blow.is_of_the_tenant());
    assert!(!gone(&stranger.id(), world.attacker).await);
    let mut expected = vec![here.sid(), there.sid()];
    expected.extend(blow.is_of_the_tenant().then(|| uma.sid()));
    expected.sort_unstable();
    for told in [&c1, &c2] {
        let mut heard = told.sessions();
        heard.sort_unstable();
        assert_eq!(heard, expected);
    }
    assert_eq!(world.all::<Job>(TenantId::BROKER).await, []);

    blow.is_taken_back(&world, &here.id()).await;
    here.assert_over(&world).await;
    Person::new(&world, "victim", "alice").await.assert_lives(&world).await;
}

/// Whoever came in another way goes on; whoever came through the same connection to a part of the company does
/// not.
#[tokio::test]
async fn se_06_a_connection_ends_what_came_through_it_and_nothing_else() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    local::owner(&world).await;
    let mut olivia = world.browser();
    assert!(local::signed_in(&world, &mut olivia, "olivia@victim.test", local::PASSWORD).await);
    let document = json!({"tenant": [{"slug": "part", "name": "A part", "parent": "victim"}]});
    let applied = admin(&world, Method::POST, "/apply", &document).await;
    assert_eq!(applied.status, StatusCode::OK, "{applied:?}");
    let part = tenant_id(&world, "part").await;
    let alice = Person::new(&world, "victim", "alice").await;
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = world.sign_in(&mut browser, &app, "part", "uma").await;
    let uma = app.redeem(&world, &page).await;
    assert_eq!(world.all::<Session>(part).await.len(), 1);

    Blow::SignOutConnection.fall(&world, "").await;
    alice.assert_over(&world).await;
    userinfo(&world, uma.str("access_token")).await.assert_error(401, "invalid_token");
    let page = olivia.get(&app.authorize(&world, &[("prompt", "none")])).await;
    assert!(page.parameter("code").is_some(), "she came by her password: {page:?}");
    let listed = admin(&world, Method::GET, "/tenants/victim/sessions", &Value::Null).await;
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 1, "hers: {listed:?}");
    world.work().await;
    assert_eq!(world.all::<Session>(part).await, [], "cleared away below as well");
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1);
    let sid = uma.claims("id_token")["sid"].as_str().unwrap().to_owned();
    assert!(told.sessions().contains(&sid), "and the app was told");
    Person::new(&world, "victim", "alice").await.assert_lives(&world).await;
}

async fn tenant_id(world: &World, slug: &str) -> TenantId {
    let found = admin(world, Method::GET, &format!("/tenants/{slug}"), &Value::Null).await;
    found.json["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn se_06_what_ended_stays_dead_although_nobody_cleared_it_away() {
    let world = World::new().await;
    let alice = Person::new(&world, "victim", "alice").await;
    Blow::DisableUser.fall(&world, &alice.id()).await;
    Blow::DisableUser.is_taken_back(&world, &alice.id()).await;
    assert_eq!(world.all::<Session>(world.victim).await.len(), 1, "it still lies there");
    alice.assert_over(&world).await;
    let listed = admin(&world, Method::GET, "/tenants/victim/sessions", &Value::Null).await;
    assert_eq!(listed.json["items"], json!([]));
}

#[tokio::test]
async fn se_06_a_sign_in_under_way_arrives_in_the_new_count() {
    let world = World::new().await;
    let alice = Person::new(&world, "victim", "alice").await;
    let (mut browser, app) = (world.browser(), world.relying("c1"));
    let page = browser.open(&app.authorize(&world, &[])).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    Blow::SignOutUser.fall(&world, &alice.id()).await;
    let page = browser.submit(&page, &[("username", "alice"), ("password", "test")]).await;
    let tokens = app.redeem(&world, &page).await;
    world.work().await;
    assert_eq!(userinfo(&world, tokens.str("access_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn ui_02_a_disabled_user_has_no_userinfo() {
    let world = World::new().await;
    let alice = Person::new(&world, "victim", "alice").await;
    Blow::DisableUser.fall(&world, &alice.id()).await;
    userinfo(&world, alice.tokens.str("access_token")).await.assert_error(401, "invalid_token");
    let page = world.sign_in(&mut world.browser(), &world.relying("c1"), "victim", "alice").await;
    page.assert_told(403);
}

#[tokio::test]
async fn one_session_is_found_and_ended() {
    let world = World::new().await;
    let told = Told::listens(&world, "c1").await;
    let mut here = Person::new(&world, "victim", "alice").await;
    let there = Person::new(&world, "victim", "alice").await;
    Person::new(&world, "victim", "uma").await;
    let path = format!("/tenants/victim/users/{}/sessions", here.id());
    let listed = admin(&world, Method::GET, &path, &Value::Null).await;
    let items = listed.json["items"].as_array().unwrap();
    let ids: BTreeSet<_> = items.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, BTreeSet::from([here.sid(), there.sid()]));
    act(&world, &format!("/tenants/victim/sessions/{}/end", there.sid())).await;
    there.assert_over(&world).await;
    here.assert_lives(&world).await;
    world.work().await;
    assert_eq!(told.sessions(), [there.sid()]);
    assert_eq!(world.audited(world.victim, Action::SignedOut).await, 1);
}

#[tokio::test]
async fn ad_10_nobodys_session_is_reached_through_another_tenant() {
    let world = World::new().await;
    let mut alice = Person::new(&world, "victim", "alice").await;
    let (user, session) = (alice.id(), alice.sid());
    for path in [
        format!("/tenants/attacker/users/{user}/sign-out"),
        format!("/tenants/attacker/users/{user}/change"),
        format!("/tenants/attacker/sessions/{session}/end"),
        "/tenants/nobody/sign-out".to_owned(),
        "/tenants/victim/connections/nothing/sign-out".to_owned(),
        "/tenants/victim/sessions/nothing/end".to_owned(),
        "/tenants/victim/users/nobody/sign-out".to_owned(),
    ] {
        let before = world.digest().await;
        let answer = admin(&world, Method::POST, &path, &json!({"action": "disable"})).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(world.digest().await, before, "{path}");
    }
    alice.assert_lives(&world).await;
}

#[tokio::test]
async fn any_number_of_sessions_is_cleared_away_part_by_part() {
    const MANY: u32 = 5_300;
    let world = World::new().await;
    signed_in(&world, "alice").await;
    let session = world.all::<Session>(world.victim).await.remove(0);
    for part in 0..MANY / 100 {
        let batch = (part * 100..(part + 1) * 100).fold(Batch::new(), |batch, n| {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&n.to_be_bytes());
            batch.insert(&Session { id: SessionId::from_bytes(id), ..session.clone() }).unwrap()
        });
        world.store.commit(batch).await.unwrap();
    }
    Blow::SignOutUser.fall(&world, &session.user.to_string()).await;
    assert_eq!(world.work().await, 2, "others had their turn in between");
    assert_eq!(world.all::<Session>(world.victim).await, []);
    let user = world.read::<User>(&at::user(world.victim, session.user)).await.unwrap();
    assert_eq!((user.epoch, session.key().tenant()), (1, world.victim));
}
