//! Microsoft Entra ID.

use doorward_domain::{Identity, Session, User};
use doorward_flows::World;
use doorward_flows::upstreams::entra::Contoso;
use doorward_test_idp::entra::{App, EntraSwitch, Home, RollOver, Tenant};
use doorward_test_idp::{Arm, Named, Switch};
use rstest::rstest;
use serde_json::{Value, json};

const ANA: &str = "ana@contoso.example";

#[tokio::test]
async fn somebody_signs_in_and_is_known_by_directory_and_object_id() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    let ana = contoso.connected.learnt(&world, ANA, ANA).await;
    assert_eq!((&ana["name"], &ana["tenant"]), (&json!("Ana Contoso"), &json!("contoso")));
    assert_eq!(
        (&ana["email"], &ana["email_verified"]),
        (&json!(ANA), &json!(true)),
        "the tenant's own domain"
    );
    assert_eq!(ana.get("amr"), None, "Entra tells none, so there is none");
    let identity = world.all::<Identity>(contoso.connected.tenant).await.remove(0);
    let mut oid = String::new();
    contoso.change("ana", |user| oid.clone_from(&user.oid));
    assert_eq!(identity.subject.subject, format!("{}.{oid}", contoso.directory.id));
    assert_eq!(
        identity.subject.issuer,
        format!("https://login.microsoftonline.com/{}/v2.0", contoso.directory.id)
    );
}

#[tokio::test]
async fn whoever_is_renamed_is_the_same_and_whoever_comes_after_is_not() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    let before = contoso.connected.learnt(&world, ANA, ANA).await;
    contoso.change("ana", |user| {
        user.upn = "anna@contoso.example".to_owned();
        user.mail = Some("anna@contoso.example".to_owned());
    });
    let after = contoso.connected.learnt(&world, ANA, "anna@contoso.example").await;
    assert_eq!((&after["sub"], &after["email"]), (&before["sub"], &json!("anna@contoso.example")));
    contoso.entra.delete_user(&contoso.directory, "anna@contoso.example");
    contoso.add("ana", "Another Ana", Some(ANA));
    contoso.change("ana", |user| user.oid = "5f0a9c1e-0000-4000-8000-000000000001".to_owned());
    let another = contoso.connected.learnt(&world, ANA, ANA).await;
    assert_ne!(another["sub"], before["sub"], "the same address, another object");
    assert_eq!(world.all::<User>(contoso.connected.tenant).await.len(), 2);
}

/// nOAuth: an administrator may type any address.
#[tokio::test]
async fn up_09_the_address_of_somebody_else_is_told_and_not_believed() {
    let world = World::new().await;
    let victim = world.tokens(&world.relying("c1"), "victim", "alice").await.claims("id_token");
    let contoso = Contoso::new(&world).await;
    contoso.add("mallory", "Mallory", Some("alice@victim.test"));
    let before = world.digest_of(world.victim).await;
    let mallory = contoso.connected.learnt(&world, ANA, "mallory@contoso.example").await;
    assert_eq!(mallory["email"], "alice@victim.test");
    assert_eq!(mallory.get("email_verified").unwrap_or(&json!(false)), &json!(false));
    assert_ne!(mallory["sub"], victim["sub"]);
    assert_eq!(world.digest_of(world.victim).await, before);
}

#[rstest]
#[case("true", true)]
#[case("\"true\"", true)]
#[case("1", true)]
#[case("\"1\"", true)]
#[case("false", false)]
#[case("\"0\"", false)]
#[case("[true]", false)]
#[tokio::test]
async fn up_10_the_owner_of_the_domain_is_known_only_if_microsoft_says_so(
    #[case] said: &str,
    #[case] verified: bool,
) {
    let world = World::new().await;
    let contoso = Contoso::with(&world, json!({}), |app| app.optional_claims(&["email", "xms_edov"])).await;
    contoso.add("gus", "Gus", Some("gus@elsewhere.example"));
    contoso.entra.switches().arm(Arm::from(EntraSwitch::XmsEdov).value(said));
    let gus = contoso.connected.learnt(&world, ANA, "gus@contoso.example").await;
    assert_eq!(gus.get("email_verified").unwrap_or(&json!(false)), &json!(verified), "{said}");
    assert_eq!(contoso.entra.switches().fired(EntraSwitch::XmsEdov), 1);
}

#[tokio::test]
async fn a_guest_is_somebody_in_this_directory_whose_address_it_cannot_vouch_for() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    let home = Tenant::new("Fabrikam", "fabrikam.example");
    contoso.entra.add_tenant(home.clone());
    let somebody = doorward_test_idp::entra::User::member(&home, "gus", "Gus").mail("gus@fabrikam.example");
    contoso.entra.add_user(&home, somebody);
    let origin = Home::Tenant(home.id.clone());
    let guest = doorward_test_idp::entra::User::guest(
        &contoso.directory,
        "gus@fabrikam.example",
        "Gus Guest",
        origin,
    );
    contoso.entra.add_user(&contoso.directory, guest);
    let gus = contoso.connected.learnt(&world, ANA, "gus@fabrikam.example").await;
    assert_eq!((&gus["name"], &gus["tenant"]), (&json!("Gus Guest"), &json!("contoso")));
    assert_eq!(gus.get("email_verified").unwrap_or(&json!(false)), &json!(false));
}

/// Whatever is signed for others, or says what it must not.
async fn refused(switch: impl Named, status: u16) {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    contoso.entra.switches().arm(Arm::from(switch).times(1));
    let page = contoso.connected.sign_in(&world, ANA, ANA).await;
    page.assert_told(status);
    assert_eq!(contoso.entra.switches().fired(switch), 1);
    assert!(world.all::<User>(contoso.connected.tenant).await.is_empty());
    assert!(world.all::<Session>(contoso.connected.tenant).await.is_empty());
}

#[rstest]
#[case::another_tenant_s(EntraSwitch::OtherTenant)]
#[case::another_tid(EntraSwitch::OtherTid)]
#[case::the_template_itself(EntraSwitch::IssuerTemplateLiteral)]
#[case::a_key_for_personal_accounts(EntraSwitch::ConsumerKey)]
#[tokio::test]
async fn up_05_a_token_of_another_directory_is_refused(#[case] switch: EntraSwitch) {
    refused(switch, 400).await;
}

#[rstest]
#[case(Switch::WrongNonce)]
#[case(Switch::NonceMissing)]
#[case(Switch::WrongAudience)]
#[case(Switch::ExpiredToken)]
#[case(Switch::NotYetValid)]
#[case(Switch::IssuedInFuture)]
#[case(Switch::BadSignature)]
#[case(Switch::Unsigned)]
#[case(Switch::SignedWithSecret)]
#[case(Switch::NoIdToken)]
#[tokio::test]
async fn an_id_token_that_does_not_fit_is_refused(#[case] switch: Switch) {
    refused(switch, 400).await;
}

#[tokio::test]
async fn without_the_scope_profile_nobody_is_known() {
    let world = World::new().await;
    let contoso = Contoso::with(&world, json!({ "scopes": ["openid", "email"] }), |app| app).await;
    contoso.connected.sign_in(&world, ANA, ANA).await.assert_told(400);
    assert!(world.all::<User>(contoso.connected.tenant).await.is_empty());
}

#[tokio::test]
async fn the_first_sign_in_after_an_emergency_finds_the_new_keys() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    contoso.connected.learnt(&world, ANA, ANA).await;
    contoso.entra.roll_over_keys(RollOver::Emergency);
    contoso.connected.learnt(&world, ANA, ANA).await;
}

#[tokio::test]
async fn an_app_with_keys_of_its_own_has_them_told_when_they_are_asked_for() {
    let world = World::new().await;
    let contoso = Contoso::with(&world, json!({}), |app| App { own_signing_key: true, ..app }).await;
    contoso.connected.learnt(&world, ANA, ANA).await;
    world.pass(120);
    contoso.connected.learnt(&world, ANA, ANA).await;
}

#[rstest]
#[case(240, true)]
#[case(-240, true)]
#[case(360, false)]
#[tokio::test]
async fn a_clock_may_be_five_minutes_off(#[case] seconds: i64, #[case] good: bool) {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    contoso.entra.clock().advance(seconds);
    let page = contoso.connected.sign_in(&world, ANA, ANA).await;
    match good {
        true => assert!(page.parameter("code").is_some(), "{} {}", page.url, page.body),
        false => page.assert_told(400),
    }
}

#[tokio::test]
async fn a_context_is_asked_for_in_claims_and_told_by_its_own_name() {
    let world = World::new().await;
    let contoso = Contoso::with(&world, json!({ "acr": { "c1": "urn:example:mfa" } }), |app| app).await;
    contoso.entra.change_tenant(&contoso.directory, |tenant| tenant.contexts = vec!["c1".to_owned()]);
    let asked = [("acr_values", "urn:example:mfa"), ("ui_locales", "de")];
    let mut browser = world.browser();
    let start = browser.open(&world.relying("c1").authorize(&world, &asked)).await;
    let page = browser.submit_unfollowed(&start, &[("username", ANA)]).await;
    let location = page.location().unwrap();
    let query: Vec<_> = location.query_pairs().into_owned().collect();
    let said = |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let claims: Value = serde_json::from_str(&said("claims").unwrap()).unwrap();
    assert_eq!(claims["id_token"]["acrs"], json!({ "essential": true, "value": "c1" }));
    assert_eq!((said("acr_values"), said("ui_locales")), (None, None));
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("username", ANA), ("password", "test")]).await;
    let page = match page.body.contains("otp") {
        true => browser.submit(&page, &[("otp", "123456")]).await,
        false => page,
    };
    let ana = world.relying("c1").redeem(&world, &page).await.claims("id_token");
    assert_eq!(ana["acr"], "urn:example:mfa");
}

#[tokio::test]
async fn a_domain_leads_to_the_directory_s_identifier() {
    let world = World::new().await;
    let contoso = Contoso::new(&world).await;
    let changed = contoso.connected.change(&world, json!({ "directory": "contoso.example" })).await.unwrap();
    assert_eq!(changed["changes"], json!([]), "it is the directory that is there");
    let unknown =
        contoso.connected.change(&world, json!({ "directory": "nobody.example" })).await.unwrap_err();
    assert!(unknown.to_string().contains("leads to no directory"), "{unknown}");
}
