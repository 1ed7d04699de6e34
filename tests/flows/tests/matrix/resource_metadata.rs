//! What protected resources publish (RFC 9728): userinfo, and others by our help.

use doorward_domain::ScopeSet;
use doorward_flows::World;
use doorward_flows::app::{Answer, send};
use doorward_flows::world::{ADMIN_TOKEN, ISSUER};
use http::header::AUTHORIZATION;
use serde_json::json;

use crate::support::reregister;

async fn get(world: &World, path: &str) -> Answer {
    let request = http::Request::get(world.url(path)).header(AUTHORIZATION, format!("Bearer {ADMIN_TOKEN}"));
    send(world, request.body(Vec::new()).unwrap()).await
}

#[tokio::test]
async fn userinfo_says_who_gives_tokens_for_it() {
    let world = World::new().await;
    let turned_away =
        send(&world, http::Request::get(world.url("/userinfo")).body(Vec::new()).unwrap()).await;
    let challenge = turned_away.headers["www-authenticate"].to_str().unwrap();
    let metadata = challenge.split("resource_metadata=\"").nth(1).unwrap().trim_end_matches('"');
    assert_eq!(metadata, format!("{ISSUER}/.well-known/oauth-protected-resource/userinfo"));
    let answer = get(&world, metadata.strip_prefix(ISSUER).unwrap()).await;
    assert_eq!(answer.str("resource"), format!("{ISSUER}/userinfo"));
    assert_eq!(answer.json["authorization_servers"], json!([ISSUER]));
    assert_eq!(answer.json["bearer_methods_supported"], json!(["header"]));
}

#[tokio::test]
async fn the_author_of_a_resource_is_told_what_to_publish() {
    let world = World::new().await;
    let unknown = get(&world, "/admin/v1/resources/https:%2F%2Fmcp.test%2Fapi").await;
    assert_eq!((unknown.status.as_u16(), unknown.str("code")), (404, "not_found"));
    reregister(&world, "c2", |client| {
        client.resources = vec!["https://mcp.test/api".to_owned()];
        client.scope = ScopeSet::parse("openid notes.read offline_access").unwrap();
    })
    .await;
    let answer = get(&world, "/admin/v1/resources/https:%2F%2Fmcp.test%2Fapi").await;
    let place = "https://mcp.test/.well-known/oauth-protected-resource/api";
    assert_eq!(answer.str("metadata_url"), place, "{answer:?}");
    assert_eq!(answer.str("www_authenticate"), format!("Bearer resource_metadata=\"{place}\""));
    assert_eq!(answer.json["clients"], json!(["c2"]));
    let metadata = &answer.json["metadata"];
    assert_eq!(metadata["resource"], "https://mcp.test/api");
    assert_eq!(metadata["scopes_supported"], json!(["notes.read"]));
    assert_eq!(metadata["authorization_servers"], json!([ISSUER]));
}
