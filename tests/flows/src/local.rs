//! People who sign in at doorward itself.

use doorward_domain::{
    Clock as _, Credentials, EmailAddress, LoginPolicy, PasswordCost, Plain, Population, PopulationName,
    Tenant, TenantId, Totp, User, UserId, Username,
};
use doorward_service::identity::local::password::Hasher;
use doorward_service::keys::Place;
use doorward_store::Kind;
use doorward_store::records::{LoginOf, at};

use crate::{Browser, Page, World};

/// The password of everybody here.
pub const PASSWORD: &str = "seven painted doors";
/// Another one.
pub const NEW_PASSWORD: &str = "quiet river under bridges";

/// Makes somebody of the victim who signs in at doorward itself.
pub async fn person(world: &World, name: &str, change: impl FnOnce(&mut User)) -> UserId {
    let (now, id) = (world.clock.now(), UserId::new(world.clock.now(), &*world.entropy));
    let email = EmailAddress::parse(&format!("{name}@victim.test")).unwrap();
    let mut user = User { local: true, ..User::new(id, world.victim, now) };
    user.profile.email = Some(email.to_string());
    change(&mut user);
    world.put(&user).await;
    let cost = PasswordCost { memory: 64, passes: 1, lanes: 1 };
    let password = Hasher::new(cost).hash(Plain::new(PASSWORD), &*world.entropy).await.unwrap();
    let credentials = Credentials {
        username: Some(Username::parse(name).unwrap()),
        email: Some(email.clone()),
        password: Some(password),
        ..Credentials::new(world.victim, id, now)
    };
    world.put(&credentials).await;
    for (within, login) in [
        (world.victim, name.to_owned()),
        (world.victim, email.to_string()),
        (TenantId::BROKER, email.to_string()),
    ] {
        world.put(&LoginOf { within, login, tenant: world.victim, user: id }).await;
    }
    id
}

/// The owner of the victim.
pub async fn owner(world: &World) -> UserId {
    person(world, "olivia", |user| user.owner = true).await
}

/// Lets the victim's people have a password beside single sign-on.
pub async fn allow(world: &World) {
    let policy = LoginPolicy { local_sign_in: Some(true), ..LoginPolicy::default() };
    let population = Population { name: PopulationName::default(), title: None, policy };
    world.change::<Tenant>(&at::tenant(world.victim), |tenant| tenant.populations = vec![population]).await;
}

/// The page for name and password, in this browser.
pub async fn password_page(world: &World, browser: &mut Browser) -> Page {
    let page = browser.open(&world.relying("c1").authorize(world, &[])).await;
    let transaction = page.form().hidden.remove(0).1;
    browser.open(&world.url(&format!("/sign-in/password?tx={transaction}"))).await
}

/// What comes of a name and a password, in this browser.
pub async fn try_password(world: &World, browser: &mut Browser, login: &str, password: &str) -> Page {
    let page = password_page(world, browser).await;
    browser.submit(&page, &[("username", login), ("password", password)]).await
}

/// Whether a name and a password lead to a code for the app.
pub async fn signed_in(world: &World, browser: &mut Browser, login: &str, password: &str) -> bool {
    try_password(world, browser, login, password).await.parameter("code").is_some()
}

/// Enrols an authenticator app for a user; its secret.
pub async fn with_authenticator(world: &World, user: UserId) -> Plain {
    let secret = [7; 20];
    let place = Place { tenant: world.victim, kind: Kind::Credentials, id: user.as_bytes(), field: "totp" };
    let sealed = world.sealer.seal(&place, &secret, &*world.entropy);
    let totp = Totp { secret: sealed, used_step: 0 };
    let key = at::credentials(world.victim, user);
    world.change::<Credentials>(&key, |credentials| credentials.totp = Some(totp)).await;
    Plain::new("A4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYH")
}
