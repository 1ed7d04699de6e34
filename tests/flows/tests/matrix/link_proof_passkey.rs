//! A passkey proves that an account is somebody's, alone or after mail or a password (rows PW-04 and PW-05).

use doorward_domain::audit::Action;
use doorward_domain::{Identity, Linking, User, UserId};
use doorward_flows::authenticator::{Said, Signs, VERIFIED, add, post, question};
use doorward_flows::local::{PASSWORD, person};
use doorward_flows::{Authenticator, Browser, Page, World};
use doorward_store::records::at;
use rstest::rstest;
use serde_json::json;

use crate::link_proof::{come, mailed, step, with_password};
use crate::linking::{sub, with_kim};

/// Kim's passkey, which she has beside her password.
async fn with_passkey(world: &World) -> (UserId, Authenticator) {
    let kim = with_password(world, |_| {}).await;
    let mut authenticator = Authenticator::new(Signs::Es256);
    add(world, "kim@victim.test", &mut authenticator).await;
    (kim, authenticator)
}

/// A passkey that is shown, with a change to what is right.
type Tried<'a> = (&'a Authenticator, &'a dyn Fn(&mut Said));

/// Answers the page's question for the browser, with these changes.
async fn show(
    world: &World,
    browser: &mut Browser,
    page: &Page,
    (authenticator, change): (&Authenticator, impl FnOnce(&mut Said)),
) -> Page {
    let mut said = authenticator.says(&question(page));
    change(&mut said);
    let mut fields = authenticator.signed(&said);
    let arrived = page.form().hidden.into_iter().find(|(name, _)| name == "arrived").unwrap().1;
    fields.push(("arrived", arrived));
    let path = match page.body.contains("action=\"/sign-in/prove/passkey\"") {
        true => "/sign-in/prove/passkey",
        false => "/sign-in/prove/second-factor/passkey",
    };
    post(world, browser, page, path, &fields).await
}

#[tokio::test]
async fn its_passkey_opens_an_account_without_more() {
    let (world, _) = with_kim(Linking::Proof, &[]).await;
    let (kim, passkey) = with_passkey(&world).await;
    person(&world, "dora", |_| {}).await;
    let mut of_dora = Authenticator::new(Signs::Es256);
    add(&world, "dora@victim.test", &mut of_dora).await;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    assert_eq!(question(&page)["allowCredentials"], json!([]), "nobody is named");
    let before = world.digest().await;
    // Unknown, somebody else's, without a finger on it, for another login, changed on the way.
    let mut stranger = Authenticator::new(Signs::Es256);
    stranger.user.clone_from(&passkey.user);
    let other = question(&come(&world, &mut world.browser()).await)["challenge"].clone();
    let wrong: [Tried<'_>; 5] = [
        (&stranger, &|_| {}),
        (&of_dora, &|_| {}),
        (&passkey, &|said| said.flags &= !VERIFIED),
        (&passkey, &|said| said.client_data["challenge"] = other.clone()),
        (&passkey, &|said| said.forged = true),
    ];
    for tried in wrong {
        let refused = show(&world, &mut browser, &page, tried).await;
        assert!(refused.body.contains("This passkey is not good here"), "{refused:?}");
        assert_eq!(world.digest().await, before);
    }
    let back = show(&world, &mut browser, &page, (&passkey, |_| {})).await;
    assert_eq!(sub(&world, &back).await, kim.to_string());
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 1);
    show(&world, &mut browser, &page, (&passkey, |_| {})).await.assert_told(400);
}

/// PW-05: a passkey confirms what mail or a password has proved, and nothing before that.
#[rstest]
#[tokio::test]
async fn pw_05_a_passkey_is_a_second_factor_on_every_way(#[values(true, false)] by_mail: bool) {
    let (world, _) = with_kim(Linking::Proof, &[]).await;
    let (kim, passkey) = with_passkey(&world).await;
    world.change::<User>(&at::user(world.victim, kim), |it| it.profile.email_verified = true).await;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    let due = match by_mail {
        true => {
            let (page, mailed) = mailed(&world, &mut browser, &page).await;
            step(&mut browser, &page, "code", &mailed).await
        }
        false => step(&mut browser, &page, "password", PASSWORD).await,
    };
    assert!(due.body.contains("Recovery code"), "she has no authenticator app: {due:?}");
    assert_eq!(question(&due)["allowCredentials"].as_array().unwrap().len(), 1);
    let before = world.digest().await;
    // What the first page asked for is no answer to this one.
    let first = question(&page)["challenge"].clone();
    let wrong = |said: &mut Said| said.client_data["challenge"] = first;
    let refused = show(&world, &mut browser, &due, (&passkey, wrong)).await;
    assert!(refused.body.contains("This passkey is not good here"), "{refused:?}");
    // Nor may this one be answered where nothing was proved.
    let unproved = Page { body: page.body.replace("/prove/passkey", "/prove/second-factor/passkey"), ..page };
    show(&world, &mut browser, &unproved, (&passkey, |_| {})).await.assert_told(400);
    assert_eq!((world.digest().await, world.all::<Identity>(world.victim).await.len()), (before, 0));
    let back = show(&world, &mut browser, &due, (&passkey, |said| said.flags &= !VERIFIED)).await;
    assert_eq!(sub(&world, &back).await, kim.to_string());
}

/// One signature lets in once, however many forms bring it.
#[tokio::test]
async fn pw_04_of_many_at_once_one_uses_a_passkey() {
    let (world, _) = with_kim(Linking::Proof, &[]).await;
    let (_, mut passkey) = with_passkey(&world).await;
    passkey.count = 5;
    let mut browser = world.browser();
    let page = come(&world, &mut browser).await;
    let mut others = [browser.clone(), browser.clone(), browser.clone()];
    let tries = others.iter_mut().map(|browser| show(&world, browser, &page, (&passkey, |_| {})));
    let pages = futures_util::future::join_all(tries).await;
    assert_eq!(pages.iter().filter(|page| page.parameter("code").is_some()).count(), 1, "{pages:#?}");
    assert_eq!(world.all::<Identity>(world.victim).await.len(), 1);
}
