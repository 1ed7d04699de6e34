use doorward_flows::app::Answer;
use doorward_flows::{Relying, World};
use http::{Method, StatusCode};
use serde_json::json;

use super::{Operator, app, assert_problem};

/// Whether a client may speak with this secret.
async fn opens(world: &World, secret: &str) -> bool {
    let new = Relying {
        id: "new".to_owned(),
        secret: Some(secret.to_owned()),
        redirect_uri: "https://new.test/cb".to_owned(),
    };
    let answer = new.refresh(world, "x", &[]).await;
    answer.json["error"] != "invalid_client"
}

async fn rotate(operator: &Operator<'_>, id: &str, overlap: u64) -> Answer {
    let path = format!("/clients/{id}/secrets");
    operator.change(Method::POST, &path, "*", &json!({"overlap": overlap})).await
}

#[tokio::test]
async fn a_secret_is_replaced_without_an_outage() {
    for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt"] {
        let world = World::new().await;
        let operator = Operator::of(&world);
        let mut entry = app("new");
        entry["token_endpoint_auth_method"] = method.into();
        let made = operator.post("/clients", &entry).await;
        let rotated = rotate(&operator, "new", 3600).await;
        assert_eq!(rotated.status, StatusCode::OK, "{rotated:?}");
        let told = rotated.json["client_secrets"].as_array().unwrap();
        assert_eq!((told.len(), told[0].get("expires_at")), (2, None));
        assert_eq!(
            told[1]["expires_at"].as_i64().unwrap() - told[0]["created_at"].as_i64().unwrap(),
            3_600_000
        );
        if method != "client_secret_basic" {
            continue;
        }
        let (old, new) = (made.str("client_secret"), rotated.str("client_secret"));
        assert!(opens(&world, old).await && opens(&world, new).await);
        world.pass(3601);
        assert!(!opens(&world, old).await && opens(&world, new).await);

        // A third one takes the place of the oldest, and without an overlap there is one alone.
        let third = rotate(&operator, "new", 60).await;
        let fourth = rotate(&operator, "new", 60).await;
        assert!(!opens(&world, new).await && opens(&world, third.str("client_secret")).await);
        let last = rotate(&operator, "new", 0).await;
        assert_eq!(last.json["client_secrets"].as_array().unwrap().len(), 1);
        for (secret, good) in [(&third, false), (&fourth, false), (&last, true)] {
            assert_eq!(opens(&world, secret.str("client_secret")).await, good);
        }
    }
}

#[tokio::test]
async fn only_a_client_with_a_secret_gets_another() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    assert_problem(&rotate(&operator, "public", 60).await, 409, "no_secret");
    assert_problem(&rotate(&operator, "nobody", 60).await, 404, "not_found");
    assert_problem(&rotate(&operator, "c1", 90 * 24 * 60 * 60 + 1).await, 422, "invalid_body");
    let forgotten = operator.change(Method::POST, "/clients/c1/secrets", "*", &json!({})).await;
    assert_problem(&forgotten, 422, "invalid_body");
}

#[tokio::test]
async fn a_method_that_needs_a_secret_is_given_one() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let changes = json!({"token_endpoint_auth_method": "client_secret_post"});
    let changed = operator.change(Method::PATCH, "/clients/c1", "*", &changes).await;
    assert_eq!(changed.json.get("client_secret"), None, "a hash will do for both: {changed:?}");
    let changes = json!({"token_endpoint_auth_method": "client_secret_jwt"});
    let changed = operator.change(Method::PATCH, "/clients/c1", "*", &changes).await;
    assert!(changed.json["client_secret"].is_string(), "{changed:?}");
    let changes = json!({"token_endpoint_auth_method": "none"});
    let changed = operator.change(Method::PATCH, "/clients/c1", "*", &changes).await;
    assert_eq!((changed.status, changed.json.get("client_secrets")), (StatusCode::OK, None), "{changed:?}");
}

#[tokio::test]
async fn ad_08_a_secret_is_told_once_and_a_mask_is_none() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let made = operator.post("/clients", &app("new")).await;
    let rotated = rotate(&operator, "new", 60).await;
    let secrets = [made.str("client_secret"), rotated.str("client_secret")];
    for path in ["/clients/new", "/clients", "/clients?search=new", "/export", "/backup", "/tokens"] {
        let text = operator.get(path).await.json.to_string();
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{path}");
    }
    for (key, value) in world.records().await {
        let text = String::from_utf8_lossy(&value.bytes).into_owned();
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{key:?}");
    }
    let before = world.digest().await;
    for mask in ["", "********", "••••••••", "[secret]"] {
        let changes = json!({"client_secret": mask});
        let answer = operator.change(Method::PATCH, "/clients/new", "*", &changes).await;
        assert_problem(&answer, 422, "invalid_body");
        assert_eq!(answer.json["errors"][0]["pointer"], "/client_secret");
    }
    // The server follows no references: nobody reads its files.
    let changes = json!({"client_secret": {"file": "/etc/passwd"}});
    let answer = operator.change(Method::PATCH, "/clients/new", "*", &changes).await;
    assert_problem(&answer, 422, "invalid_body");
    assert_eq!(world.digest().await, before);
    assert!(opens(&world, secrets[1]).await);
}
