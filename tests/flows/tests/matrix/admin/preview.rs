use doorward_domain::{Client, Connection, Stage, Tenant, User};
use doorward_flows::World;
use doorward_flows::app::userinfo;
use doorward_store::records::at;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Operator, assert_problem};
use crate::support::reregister;

/// What is another one for every token.
const ITS_OWN: [&str; 9] = ["iat", "exp", "auth_time", "jti", "sid", "gid", "nonce", "at_hash", "amr"];

fn lasting(claims: &Value) -> Map<String, Value> {
    let mut claims = claims.as_object().unwrap().clone();
    claims.retain(|name, _| !ITS_OWN.contains(&name.as_str()) && name != "acr");
    claims
}

/// Alice, who has signed in at c1, and what she got.
async fn alice(world: &World) -> (String, doorward_flows::app::Answer) {
    let tokens = world.tokens(&world.relying("c1"), "victim", "alice").await;
    let user = world.all::<User>(world.victim).await.remove(0);
    (user.id.to_string(), tokens)
}

#[tokio::test]
async fn a_preview_says_what_the_tokens_say() {
    let world = World::new().await;
    let (user, tokens) = alice(&world).await;
    let operator = Operator::of(&world);
    let before = world.records().await;
    let path = format!(
        "/clients/c1/preview?tenant=victim&user={user}&scope=openid%20profile%20email%20offline_access"
    );
    let preview = operator.get(&path).await;
    assert_eq!(preview.status, StatusCode::OK, "{preview:?}");
    assert_eq!(lasting(&preview.json["id_token"]), lasting(&tokens.claims("id_token")));
    assert_eq!(lasting(&preview.json["access_token"]), lasting(&tokens.claims("access_token")));
    let told = userinfo(&world, tokens.str("access_token")).await;
    assert_eq!(preview.json["userinfo"], told.json);
    assert!(!preview.json.to_string().contains("eyJ"), "nothing is signed");
    assert_eq!(world.records().await, before, "nothing is stored");

    let narrow = operator.get(&format!("/clients/c1/preview?tenant=victim&user={user}&scope=email")).await;
    assert_eq!(
        (narrow.str("scope"), narrow.json.get("id_token"), narrow.json.get("userinfo")),
        ("email", None, None)
    );
}

#[tokio::test]
async fn ad_01_a_preview_stays_within_a_tenant() {
    let world = World::new().await;
    let (user, _) = alice(&world).await;
    let operator = Operator::of(&world);
    let foreign = operator.get(&format!("/clients/c1/preview?tenant=attacker&user={user}")).await;
    let never = user.replace(|c: char| c.is_ascii_digit(), "0");
    let unknown = operator.get(&format!("/clients/c1/preview?tenant=attacker&user={never}")).await;
    assert_problem(&foreign, 404, "not_found");
    assert_eq!(
        foreign.json["detail"].as_str().unwrap().replace(&user, "x"),
        unknown.json["detail"].as_str().unwrap().replace(&never, "x")
    );
    for path in [
        "c1/preview?tenant=nobody&user=x",
        "nobody/preview?tenant=victim&user=x",
        "c1/preview?tenant=victim&user=x",
    ] {
        assert_problem(&operator.get(&format!("/clients/{path}")).await, 404, "not_found");
    }
    let beyond = operator.get(&format!("/clients/c1/preview?tenant=victim&user={user}&scope=admin")).await;
    assert_problem(&beyond, 400, "invalid_query");
    let whose = operator.get("/clients/c1/preview?tenant=victim").await;
    assert_problem(&whose, 400, "invalid_query");
}

#[tokio::test]
async fn a_preview_says_why_there_would_be_no_tokens() {
    let world = World::new().await;
    let (user, _) = alice(&world).await;
    let operator = Operator::of(&world);
    let path = format!("/clients/c1/preview?tenant=victim&user={user}");
    let refusal = async || operator.get(&path).await.json.get("refusal").cloned();
    assert_eq!(refusal().await, None);
    world.change::<Connection>(&at::connection(world.victim, world.k1), |it| it.stage = Stage::Paused).await;
    assert_eq!(refusal().await, Some(json!("the connection is not in use")));
    world.change::<Tenant>(&at::tenant(world.victim), |it| it.enabled = false).await;
    assert_eq!(refusal().await, Some(json!("the tenant is not active")));
    reregister(&world, "c1", |client: &mut Client| client.tenants = vec![world.attacker]).await;
    world.change::<Tenant>(&at::tenant(world.victim), |it| it.enabled = true).await;
    assert!(operator.get(&path).await.json.get("access_token").is_none());
}
