//! The userinfo endpoint (rows UI-01, UI-02).

use doorward_domain::scope::name;
use doorward_domain::{Algorithm, Grant, User};
use doorward_flows::World;
use doorward_flows::app::{Answer, post, send, userinfo};
use doorward_flows::browser::encode;
use doorward_store::records::at;
use http::StatusCode;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{code, signed_in};

/// A request by GET with these Authorization headers.
async fn get(world: &World, path: &str, authorization: &[&str]) -> Answer {
    let mut request = http::Request::builder().uri(world.url(path));
    for value in authorization {
        request = request.header(AUTHORIZATION, *value);
    }
    send(world, request.body(Vec::new()).unwrap()).await
}

#[track_caller]
fn assert_invalid_token(answer: &Answer) {
    answer.assert_error(401, "invalid_token");
    assert!(answer.headers[WWW_AUTHENTICATE].to_str().unwrap().contains("error=\"invalid_token\""));
    assert_eq!(answer.json.get("sub"), None);
}

#[tokio::test]
async fn ui_01_only_a_live_access_token_opens_userinfo() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    let tokens = world.tokens(&app, "victim", "alice").await;
    let code = code(&world, &mut browser, &app, &[]).await;
    let session = browser.session().unwrap();
    let others =
        [tokens.str("id_token"), tokens.str("refresh_token"), &code, &session, "secret-of-nobody", "%00"];
    for other in others {
        assert_invalid_token(&userinfo(&world, other).await);
    }
    world.pass(599);
    assert_eq!(userinfo(&world, tokens.str("access_token")).await.status, StatusCode::OK);
    world.pass(1);
    assert_invalid_token(&userinfo(&world, tokens.str("access_token")).await);
}

#[rstest]
#[case::for_another_resource("aud", json!("https://api.test"))]
#[case::for_other_resources("aud", json!(["https://api.test", "https://two.test"]))]
#[case::of_another_issuer("iss", json!("https://idp.test/good"))]
#[case::of_another_tenant("tenant_id", json!("ten_00000000000000000000000000000000"))]
#[case::of_another_grant("gid", json!("gra_00000000000000000000000000000000"))]
#[case::without_openid("scope", json!("profile email"))]
#[case::not_yet_valid("nbf", json!(1_800_000_100))]
#[case::with_a_mistyped_time("exp", json!("1800000600"))]
#[tokio::test]
async fn ui_01_a_token_that_we_signed_for_something_else(#[case] claim: &str, #[case] value: Value) {
    let world = World::new().await;
    let tokens = world.tokens(&world.relying("c1"), "victim", "alice").await;
    let mut claims = tokens.claims("access_token");
    let again = world.keys.sign(Algorithm::ES256, "at+jwt", &claims).unwrap();
    assert_eq!(userinfo(&world, &again).await.status, StatusCode::OK);
    claims[claim] = value;
    let other = world.keys.sign(Algorithm::ES256, "at+jwt", &claims).unwrap();
    assert_invalid_token(&userinfo(&world, &other).await);
}

#[tokio::test]
async fn ui_01_a_token_comes_in_one_way_and_never_in_the_query() {
    let world = World::new().await;
    let tokens = world.tokens(&world.relying("c1"), "victim", "alice").await;
    let token = tokens.str("access_token");
    let (bearer, form) = (format!("Bearer {token}"), encode(&[("access_token", token)]));
    let in_query = format!("/userinfo?{form}");

    let header = [(AUTHORIZATION, bearer.clone())];
    get(&world, &in_query, &[]).await.assert_error(400, "invalid_request");
    get(&world, &in_query, &[&bearer]).await.assert_error(400, "invalid_request");
    get(&world, "/userinfo", &[&bearer, &bearer]).await.assert_error(400, "invalid_request");
    post(&world, "/userinfo", &header, &form).await.assert_error(400, "invalid_request");
    post(&world, "/userinfo", &[], &format!("{form}&{form}")).await.assert_error(400, "invalid_request");
    assert_eq!(post(&world, "/userinfo", &[], &form).await.json["sub"], tokens.claims("id_token")["sub"]);

    for nothing in [vec![], vec!["Bearer"], vec!["Basic YzE6c2VjcmV0"], vec!["DPoP"]] {
        let answer = get(&world, "/userinfo", &nothing).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{nothing:?}");
        assert!(!answer.headers[WWW_AUTHENTICATE].to_str().unwrap().contains("error"), "RFC 6750 3.1");
    }
}

#[tokio::test]
async fn ui_02_the_granted_scope_says_which_claims() {
    let everything =
        ["sub", "name", "given_name", "family_name", "preferred_username", "updated_at", "tenant"];
    let with_email = ["sub", "email", "email_verified"];
    let asked = [
        ("openid", vec!["sub"]),
        ("openid email", with_email.to_vec()),
        ("openid profile", everything.to_vec()),
        ("openid groups", vec!["sub", "groups"]),
        ("openid admin", vec!["sub"]),
    ];
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("c1"));
    for (scope, mut expected) in asked {
        let code = code(&world, &mut browser, &app, &[("scope", scope)]).await;
        let tokens = app.redeem_code(&world, &code, &[]).await;
        let info = userinfo(&world, tokens.str("access_token")).await.json;
        let mut told: Vec<_> = info.as_object().unwrap().keys().map(String::as_str).collect();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected, "{scope}");
    }
}

#[tokio::test]
async fn ui_02_nothing_is_told_of_somebody_who_may_not_act() {
    let world = World::new().await;
    let tokens = world.tokens(&world.relying("c1"), "victim", "alice").await;
    let grant = world.all::<Grant>(world.victim).await.remove(0);
    let user = at::user(world.victim, grant.user);
    world.change(&user, |it: &mut User| it.enabled = false).await;
    assert_invalid_token(&userinfo(&world, tokens.str("access_token")).await);
    world.change(&user, |it: &mut User| it.enabled = true).await;
    assert_eq!(userinfo(&world, tokens.str("access_token")).await.status, StatusCode::OK);
    world.change(&user, |it: &mut User| it.profile.email = None).await;
    let info = userinfo(&world, tokens.str("access_token")).await.json;
    assert_eq!((info.get(name::EMAIL), info.get("email_verified")), (None, None), "as it is now");
}

#[tokio::test]
async fn ui_01_a_token_tells_of_its_own_tenants_person_alone() {
    let world = World::new().await;
    let app = world.relying("c1");
    let (victim, attacker) =
        (world.tokens(&app, "victim", "alice").await, world.tokens(&app, "attacker", "alice").await);
    for (tokens, tenant, email) in
        [(&victim, "victim", "alice@good.example"), (&attacker, "attacker", "alice@evil.example")]
    {
        let info = userinfo(&world, tokens.str("access_token")).await.json;
        assert_eq!((&info["tenant"], &info["email"]), (&json!(tenant), &json!(email)));
        assert_eq!(info["sub"], tokens.claims("id_token")["sub"]);
    }
    assert_ne!(victim.claims("id_token")["sub"], attacker.claims("id_token")["sub"]);
}
