//! Google.

use doorward_domain::{Identity, User};
use doorward_flows::World;
use doorward_flows::upstreams::google::Workspace;
use doorward_test_idp::google::{Account, GoogleSwitch};
use doorward_test_idp::{Arm, Switch};
use rstest::rstest;
use serde_json::json;

const WIM: &str = "wim@workspace.example";

#[tokio::test]
async fn somebody_of_the_organisation_signs_in() {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    let wim = workspace.connected.learnt(&world, WIM, WIM).await;
    assert_eq!((&wim["email"], &wim["email_verified"]), (&json!(WIM), &json!(true)));
    let identity = world.all::<Identity>(workspace.connected.tenant).await.remove(0);
    assert_eq!(identity.subject.issuer, "https://accounts.google.com");
}

/// A private person's account may have an address of the company's domain.
#[tokio::test]
async fn an_account_without_hosted_domain_is_refused_whatever_its_address() {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    workspace.connected.sign_in(&world, WIM, "former@workspace.example").await.assert_told(400);
    assert!(world.all::<User>(workspace.connected.tenant).await.is_empty());
}

#[rstest]
#[case(GoogleSwitch::HostedDomainMissing)]
#[case(GoogleSwitch::HostedDomainOther)]
#[tokio::test]
async fn another_hosted_domain_is_refused(#[case] switch: GoogleSwitch) {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    workspace.google.switches().sticky(switch);
    workspace.connected.sign_in(&world, WIM, WIM).await.assert_told(400);
    assert!(workspace.google.switches().fired(switch) > 0);
    assert!(world.all::<User>(workspace.connected.tenant).await.is_empty());
}

#[tokio::test]
async fn whoever_lets_in_everybody_says_so() {
    let world = World::new().await;
    let workspace = Workspace::with(&world, json!({ "hosted_domains": "any" })).await;
    let fay = workspace.connected.learnt(&world, WIM, "former@workspace.example").await;
    let unverified = json!(false);
    assert_eq!(fay.get("email_verified").unwrap_or(&unverified), &unverified, "Google hosts no such mailbox");
    workspace.google.add_account(Account::private("kim@gmail.com", "Kim", "Private"));
    let kim = workspace.connected.learnt(&world, WIM, "kim@gmail.com").await;
    assert_eq!(kim["email_verified"], true);
}

#[tokio::test]
async fn the_issuer_may_be_spelled_as_it_used_to_be() {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    let new = workspace.connected.learnt(&world, WIM, WIM).await;
    workspace.google.switches().once(GoogleSwitch::IssuerWithoutScheme);
    let old = workspace.connected.learnt(&world, WIM, WIM).await;
    assert_eq!(old["sub"], new["sub"], "the same person");
}

/// What is verified with the other spelling is verified as well as with this one.
#[rstest]
#[case(Switch::WrongNonce)]
#[case(Switch::NonceMissing)]
#[case(Switch::WrongAudience)]
#[case(Switch::ExpiredToken)]
#[case(Switch::IssuedInFuture)]
#[case(Switch::BadSignature)]
#[case(Switch::UnknownKey)]
#[case(Switch::Unsigned)]
#[case(Switch::SignedWithSecret)]
#[tokio::test]
async fn the_old_spelling_is_no_way_around_anything(#[case] switch: Switch) {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    workspace.google.switches().sticky(GoogleSwitch::IssuerWithoutScheme);
    workspace.google.switches().once(switch);
    let page = workspace.connected.sign_in(&world, WIM, WIM).await;
    assert!(page.parameter("code").is_none(), "{} {}", page.url, page.body);
    assert_eq!(workspace.google.switches().fired(switch), 1);
    assert!(world.all::<User>(workspace.connected.tenant).await.is_empty());
}

#[rstest]
#[case("true", true)]
#[case("false", false)]
#[tokio::test]
async fn up_10_google_said_verified_in_text_for_a_time(#[case] said: &str, #[case] verified: bool) {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    workspace.google.switches().arm(Arm::from(GoogleSwitch::EmailVerifiedText).value(said));
    let wim = workspace.connected.learnt(&world, WIM, WIM).await;
    assert_eq!(wim.get("email_verified").unwrap_or(&json!(false)), &json!(verified));
}

#[tokio::test]
async fn the_hosted_domain_is_hinted_at_and_a_new_sign_in_is_a_choice_of_accounts() {
    let world = World::new().await;
    let workspace = Workspace::new(&world).await;
    let asked = [("prompt", "login"), ("acr_values", "mfa"), ("max_age", "0")];
    let mut browser = world.browser();
    let start = browser.open(&world.relying("c1").authorize(&world, &asked)).await;
    let page = browser.submit_unfollowed(&start, &[("username", WIM)]).await;
    let location = page.location().unwrap();
    let said = |name: &str| {
        location.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    assert_eq!(said("hd").as_deref(), Some("workspace.example"));
    assert_eq!(said("prompt").as_deref(), Some("select_account"));
    assert_eq!((said("acr_values"), said("max_age")), (None, None));
    drop(workspace);
}
