//! Two things at once, each in the other's worst moment.

use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{Grant, Identity, Session, User};
use doorward_flows::meddler::{Meddler, Moment};
use doorward_flows::{Browser, Relying, World};
use http::StatusCode;

use crate::support::{code, signed_in};

async fn world() -> (Arc<World>, Arc<Meddler>) {
    let meddler = Meddler::new();
    (Arc::new(World::on(meddler.clone()).await), meddler)
}

/// Signs out in a copy of `browser`.
async fn sign_out(world: &World, browser: &Browser) {
    let mut copy = browser.clone();
    let page = copy.get(&world.url("/end-session")).await;
    let page = copy.submit(&page, &[]).await;
    assert!(page.body.contains("You are signed out"), "{page:?}");
}

/// Asserts that nothing which came of the session can be used.
async fn assert_over(world: &World, app: &Relying, code: Option<String>) {
    if let Some(code) = code {
        app.redeem_code(world, &code, &[]).await.assert_error(400, "invalid_grant");
    }
    assert_eq!(world.all::<Session>(world.victim).await, []);
    assert_eq!(world.all::<Grant>(world.victim).await, []);
}

#[tokio::test]
async fn a_sign_out_while_a_code_is_issued_takes_the_code_along() {
    let (world, meddler) = world().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c2"));
    let (here, copy) = (world.clone(), browser.clone());
    meddler.meddle(Moment::BeforeCommit, async move { sign_out(&here, &copy).await });
    let page = browser.get(&app.authorize(&world, &[])).await;
    assert!(meddler.has_meddled());
    assert_over(&world, &app, page.parameter("code")).await;
}

#[tokio::test]
async fn a_code_that_is_issued_while_somebody_signs_out_goes_along() {
    let (world, meddler) = world().await;
    let (browser, app) = (signed_in(&world, "alice").await, world.relying("c2"));
    let (tell, told) = tokio::sync::oneshot::channel();
    let (here, mut copy, request) = (world.clone(), browser.clone(), app.authorize(&world, &[]));
    meddler.meddle(Moment::AfterList, async move {
        let page = copy.get(&request).await;
        tell.send(page.parameter("code")).unwrap();
        drop(here);
    });
    sign_out(&world, &browser).await;
    assert_over(&world, &app, told.await.unwrap()).await;
}

#[tokio::test]
async fn a_sign_out_while_a_person_allows_an_app_takes_the_code_along() {
    let (world, meddler) = world().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("third"));
    let page = browser.get(&app.authorize(&world, &[])).await;
    let (here, copy) = (world.clone(), browser.clone());
    meddler.meddle(Moment::BeforeCommit, async move { sign_out(&here, &copy).await });
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(meddler.has_meddled());
    assert_over(&world, &app, page.parameter("code")).await;
}

#[tokio::test]
async fn a_sign_out_while_a_code_is_redeemed_leaves_no_tokens() {
    let (world, meddler) = world().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let code = code(&world, &mut browser, &app, &[]).await;
    let (here, copy) = (world.clone(), browser.clone());
    meddler.meddle(Moment::BeforeCommit, async move { sign_out(&here, &copy).await });
    app.redeem_code(&world, &code, &[]).await.assert_error(400, "invalid_grant");
    assert!(meddler.has_meddled());
    assert_over(&world, &app, None).await;
}

#[tokio::test]
async fn a_new_person_who_comes_twice_at_once_is_one_user() {
    let (world, meddler) = world().await;
    let app = world.relying("c1");
    let mut browser = world.browser();
    let page = browser.open(&app.authorize(&world, &[])).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    let here = world.clone();
    meddler.meddle(Moment::BeforeCommit, async move {
        signed_in(&here, "alice").await;
    });
    let page = browser.submit(&page, &[("username", "alice"), ("password", "test")]).await;
    assert!(meddler.has_meddled());
    assert_eq!(app.redeem(&world, &page).await.status, StatusCode::OK);
    assert_eq!(world.all::<User>(world.victim).await.len(), 1);
    assert_eq!(world.all::<Identity>(world.victim).await.len(), 1);
    assert_eq!(world.audited(world.victim, Action::UserCreated).await, 1);
}

#[tokio::test]
async fn cd_01_a_wrong_guess_during_the_redemption_is_reuse() {
    for wrong_first in [true, false] {
        let (world, meddler) = world().await;
        let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("public"));
        let code = code(&world, &mut browser, &app, &[]).await;
        let guess = [("code_verifier", "a-guess-that-is-long-enough-for-rfc-7636-section-4.1")];
        let [outer, inner] = if wrong_first { [&guess[..], &[]] } else { [&[], &guess[..]] };
        let (here, there, same) = (world.clone(), app.clone(), code.clone());
        let inner: Vec<_> = inner.to_vec();
        meddler.meddle(Moment::BeforeCommit, async move {
            there.redeem_code(&here, &same, &inner).await;
        });
        let answer = app.redeem_code(&world, &code, outer).await;
        assert!(meddler.has_meddled());
        answer.assert_error(400, "invalid_grant");
        assert_eq!(world.all::<Grant>(world.victim).await.len(), 1, "that of the sign-in alone");
    }
}
