//! What an ID token says.

use doorward_test_idp::entra::{App, EntraSwitch, Home, User};
use serde_json::json;

use super::world::{CALLBACK, SECRET, World};
use crate::party::START;

#[tokio::test]
async fn s1_4_the_example_of_the_document() {
    let mut world = World::new();
    let claims = world.claims("ana@contoso.example", &[]).await;
    let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "aud",
        "email",
        "exp",
        "iat",
        "iss",
        "name",
        "nbf",
        "nonce",
        "oid",
        "preferred_username",
        "rh",
        "sub",
        "tid",
        "uti",
        "ver",
    ];
    assert_eq!(names, expected, "and neither amr nor acr, email_verified nor jti");
    assert_eq!((claims["iat"].as_i64(), claims["nbf"].as_i64()), (Some(START), Some(START)));
    assert_eq!(claims["exp"].as_i64(), Some(START + 3900));
    assert_eq!((&claims["ver"], &claims["aud"]), (&json!("2.0"), &json!(world.app.client_id)));
    assert_eq!(claims["sub"].as_str().unwrap().len(), 43);
    assert_eq!(claims["uti"].as_str().unwrap().len(), 22);
    assert_eq!(claims["preferred_username"], "ana@contoso.example");
}

#[tokio::test]
async fn s1_4_sub_is_pairwise_and_oid_is_not() {
    let mut world = World::new();
    let first = world.claims("ana@contoso.example", &[]).await;
    let other = App::new("Other app", SECRET, CALLBACK);
    world.entra.register(&world.contoso, other.clone());
    world.entra.grant_admin_consent(&world.contoso, &other.client_id);
    world.app = other;
    let second = world.claims("ana@contoso.example", &[("prompt", "login")]).await;
    assert_ne!(first["sub"], second["sub"]);
    assert_eq!((&first["oid"], &first["tid"]), (&second["oid"], &second["tid"]));
}

#[tokio::test]
async fn s1_4_oid_and_tid_need_the_scope_profile() {
    let mut world = World::new();
    let claims = world.claims("ana@contoso.example", &[("scope", "openid")]).await;
    for name in ["oid", "tid", "name", "preferred_username", "email"] {
        assert!(claims.get(name).is_none(), "{name}");
    }
    assert!(claims["sub"].is_string() && claims["iss"].is_string());
}

#[tokio::test]
async fn s1_4_email_only_where_mail_has_a_value() {
    let mut world = World::with(|app| app.optional_claims(&["email"]));
    assert!(world.claims("nora@contoso.example", &[]).await.get("email").is_none());
    let claims =
        world.claims("ana@contoso.example", &[("prompt", "login"), ("scope", "openid profile")]).await;
    assert_eq!(claims["email"], "ana@contoso.example", "as an optional claim it needs no scope");
    assert!(claims.get("email_verified").is_none());
}

#[tokio::test]
async fn s1_4_xms_edov_says_whether_the_domains_owner_is_known() {
    let mut world = World::with(|app| app.optional_claims(&["email", "xms_edov"]));
    let add = |name: &str, mail: &str, home: Home| {
        let user = match home {
            Home::Here => User::member(&world.contoso, name, "Some Body").mail(mail),
            home => User::guest(&world.contoso, mail, "Some Body", home),
        };
        world.entra.add_user(&world.contoso, user);
    };
    add("eve", "victim@victim.example", Home::Here);
    add("", "msa@outlook.example", Home::Microsoft);
    add("", "g@gmail.example", Home::Google);
    add("", "otp@somewhere.example", Home::EmailCode);
    add("", "saml@somewhere.example", Home::Saml);
    for (who, verified) in [
        ("ana@contoso.example", true),
        ("eve@contoso.example", false),
        ("gus@fabrikam.example", true),
        ("msa@outlook.example", true),
        ("g@gmail.example", true),
        ("otp@somewhere.example", true),
        ("saml@somewhere.example", false),
    ] {
        let claims = world.claims(who, &[("prompt", "login")]).await;
        assert_eq!(claims["xms_edov"], verified, "{who}");
    }
    world.entra.switches().arm(doorward_test_idp::Arm::from(EntraSwitch::XmsEdov).value("\"1\"").times(1));
    assert_eq!(world.claims("ana@contoso.example", &[("prompt", "login")]).await["xms_edov"], "1");
}

#[tokio::test]
async fn s1_6_noauth_any_mail_is_told_unless_the_app_removes_it() {
    let mut world = World::new();
    world.entra.change_user(&world.contoso, "ana@contoso.example", |user| {
        user.mail = Some("ceo@victim.example".into());
    });
    assert_eq!(world.claims("ana@contoso.example", &[]).await["email"], "ceo@victim.example");
    world.entra.change_app(&world.app.client_id, |app| app.removes_unverified_email = true);
    let claims = world.claims("ana@contoso.example", &[("prompt", "login")]).await;
    assert!(claims.get("email").is_none());
}

#[tokio::test]
async fn s1_4_guests_have_idp_an_email_and_an_ext_upn() {
    let mut world = World::with(|app| app.optional_claims(&["upn", "acct"]));
    let claims = world.claims("gus@fabrikam.example", &[("scope", "openid profile")]).await;
    assert_eq!(claims["idp"], format!("https://sts.windows.net/{}/", world.fabrikam.id));
    assert_eq!(claims["email"], "gus@fabrikam.example", "by default");
    assert_eq!(claims["upn"], "gus_fabrikam.example#EXT#@contoso.example");
    assert_eq!(claims["acct"], 1);
    let user = User::guest(&world.contoso, "msa@outlook.example", "Mia MSA", Home::Microsoft);
    world.entra.add_user(&world.contoso, user);
    assert_eq!(world.claims("msa@outlook.example", &[("prompt", "login")]).await["idp"], "live.com");
}

#[tokio::test]
async fn s1_4_optional_claims_are_told_when_configured() {
    let names =
        ["upn", "sid", "login_hint", "acct", "auth_time", "given_name", "family_name", "tenant_region_scope"];
    let mut world = World::new();
    let claims = world.claims("ana@contoso.example", &[]).await;
    assert!(names.iter().all(|name| claims.get(*name).is_none()), "{claims}");
    let mut world = World::with(|app| app.optional_claims(&names));
    let claims = world.claims("ana@contoso.example", &[]).await;
    assert!(names.iter().all(|name| claims.get(*name).is_some()), "{claims}");
    assert_eq!((&claims["auth_time"], &claims["acct"]), (&json!(START), &json!(0)));
}

#[tokio::test]
async fn s1_8_max_age_brings_auth_time() {
    let mut world = World::new();
    world.sign_in("ana@contoso.example", &[]).await;
    world.advance(50);
    let page = world.authorize(&[("max_age", "100")]).await;
    let tokens = world.redeem(&page, &[]).await.json();
    let claims = crate::browser::part(tokens["id_token"].as_str().unwrap(), 1);
    assert_eq!(claims["auth_time"].as_i64(), Some(START));
}

#[tokio::test]
async fn s1_4_names_change_and_identifiers_do_not() {
    let mut world = World::new();
    let before = world.claims("ana@contoso.example", &[]).await;
    world.entra.change_user(&world.contoso, "ana@contoso.example", |user| {
        user.upn = "ana.smith@contoso.example".into();
        user.preferred_username = Some("+44 20 7946 0000".into());
    });
    let after = world.claims("ana.smith@contoso.example", &[("prompt", "login")]).await;
    assert_eq!((&before["oid"], &before["sub"]), (&after["oid"], &after["sub"]));
    assert_eq!(after["preferred_username"], "+44 20 7946 0000");
}

#[tokio::test]
async fn s7_1_attack_tokens() {
    let mut world = World::new();
    world.entra.switches().once(EntraSwitch::IssuerTemplateLiteral);
    let claims = world.claims("ana@contoso.example", &[]).await;
    assert_eq!(claims["iss"], "https://login.microsoftonline.com/{tenantid}/v2.0");
    world.entra.switches().once(EntraSwitch::OtherTid);
    let claims = world.claims("ana@contoso.example", &[("prompt", "login")]).await;
    assert!(claims["tid"] != world.contoso.id && claims["iss"].as_str().unwrap().contains(&world.contoso.id));
    world.entra.switches().once(EntraSwitch::OtherTenant);
    let claims = world.claims("ana@contoso.example", &[("prompt", "login")]).await;
    let tid = claims["tid"].as_str().unwrap();
    assert!(tid != world.contoso.id && claims["iss"].as_str().unwrap().contains(tid));
}
