use doorward_domain::audit::Action;
use doorward_domain::{Client, TenantId};
use doorward_flows::app::userinfo;
use doorward_flows::{Relying, World};
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Operator, app, assert_problem, version};
use crate::support::client;

fn relying(id: &str, secret: &str) -> Relying {
    Relying {
        id: id.to_owned(),
        secret: Some(secret.to_owned()),
        redirect_uri: format!("https://{id}.test/cb"),
    }
}

#[tokio::test]
async fn a_client_is_created_used_changed_and_deleted() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let made = operator.post("/clients", &app("new")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(made.headers[LOCATION], "/admin/v1/clients/new");
    let new = relying("new", made.str("client_secret"));
    let tokens = world.tokens(&new, "victim", "alice").await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");

    let read = operator.get("/clients/new").await;
    assert_eq!((version(&read), read.json.get("client_secret")), (version(&made), None), "told once");
    assert_eq!(read.json["client_secrets"].as_array().unwrap().len(), 1);
    let changes = json!({"name": "Newer app", "post_logout_redirect_uris": ["https://new.test/out"]});
    let changed = operator.change(Method::PATCH, "/clients/new", &version(&read), &changes).await;
    assert_eq!((changed.status, changed.str("name")), (StatusCode::OK, "Newer app"), "{changed:?}");
    assert_eq!(changed.json["redirect_uris"], app("new")["redirect_uris"], "what is not named stays");
    assert_ne!(version(&changed), version(&read));
    let again = operator.change(Method::PATCH, "/clients/new", "*", &changes).await;
    assert_eq!(version(&again), version(&changed), "what is so already changes nothing");
    let back = json!({"post_logout_redirect_uris": null});
    let changed = operator.change(Method::PATCH, "/clients/new", "*", &back).await;
    assert_eq!(changed.json.get("post_logout_redirect_uris"), None);
    assert!(new.is_active(&world, tokens.str("access_token")).await, "its secret is the same");

    let gone = operator.change(Method::DELETE, "/clients/new", &version(&changed), &Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    new.refresh(&world, tokens.str("refresh_token"), &[]).await.assert_error(401, "invalid_client");
    assert_eq!(userinfo(&world, tokens.str("access_token")).await.status, StatusCode::UNAUTHORIZED);
    assert_problem(&operator.get("/clients/new").await, 404, "not_found");
    assert_eq!(world.audited(TenantId::BROKER, Action::ClientDeleted).await, 1);
}

/// What a client was given ends with it, also when another one gets its name and its secret.
#[tokio::test]
async fn a_namesake_inherits_nothing() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let mut entry = app("new");
    entry["client_secret"] = "a-secret-that-both-of-them-have".into();
    entry["trust"] = "third_party".into();
    operator.post("/clients", &entry).await;
    let new = relying("new", "a-secret-that-both-of-them-have");
    let mut browser = world.browser();
    let page = world.sign_in(&mut browser, &new, "victim", "alice").await;
    let page = browser.submit_unfollowed(&page, &[("decision", "allow")]).await;
    let tokens = new.redeem(&world, &page).await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");

    world.pass(1);
    operator.change(Method::DELETE, "/clients/new", "*", &Value::Null).await;
    assert_eq!(operator.post("/clients", &entry).await.status, StatusCode::CREATED);
    new.refresh(&world, tokens.str("refresh_token"), &[]).await.assert_error(400, "invalid_grant");
    assert_eq!(userinfo(&world, tokens.str("access_token")).await.status, StatusCode::UNAUTHORIZED);
    assert!(!new.is_active(&world, tokens.str("access_token")).await);
    let page = browser.open(&new.authorize(&world, &[])).await;
    assert!(page.body.contains("decision"), "people are asked anew: {page:?}");
    let page = browser.submit_unfollowed(&page, &[("decision", "allow")]).await;
    assert_eq!(new.redeem(&world, &page).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_seen() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let seen = version(&operator.get("/clients/c1").await);
    let rename = |name: &str| json!({"name": name});
    let first = operator.change(Method::PATCH, "/clients/c1", &seen, &rename("One")).await;
    assert_eq!(first.status, StatusCode::OK);
    let before = world.digest().await;
    for stale in [seen.as_str(), "\"x\"", "W/\"1\"", ""] {
        for method in [Method::PATCH, Method::DELETE] {
            let answer = operator.change(method, "/clients/c1", stale, &rename("Two")).await;
            assert_problem(&answer, 412, "version_mismatch");
        }
        let body = json!({"overlap": 0});
        let answer = operator.change(Method::POST, "/clients/c1/secrets", stale, &body).await;
        assert_problem(&answer, 412, "version_mismatch");
    }
    for (method, path) in [
        (Method::PATCH, "/clients/c1"),
        (Method::DELETE, "/clients/c1"),
        (Method::POST, "/clients/c1/secrets"),
    ] {
        assert_problem(&operator.ask(method, path, &[], &rename("Two")).await, 428, "version_required");
    }
    assert_problem(&operator.post("/clients", &app("c1")).await, 409, "already_exists");
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn ad_02_what_is_not_theirs_to_say_is_refused_and_named() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let before = world.digest().await;
    for (field, value) in [
        ("tenant_id", json!("ten_00000000000000000000000000000000")),
        ("id", json!("x")),
        ("is_system", json!(true)),
        ("created_at", json!(0)),
        ("self_registered", json!(true)),
        ("client_secrets", json!([])),
        ("registration", json!({})),
        ("version", json!(1)),
    ] {
        let mut entry = app("new");
        entry[field] = value.clone();
        let changes = json!({ field: value });
        for answer in [
            operator.post("/clients", &entry).await,
            operator.change(Method::PATCH, "/clients/c1", "*", &changes).await,
        ] {
            assert_problem(&answer, 422, "invalid_body");
            assert_eq!(answer.json["errors"][0]["pointer"], format!("/{field}"), "{answer:?}");
        }
    }
    let other_name = json!({"client_id": "c2"});
    let answer = operator.change(Method::PATCH, "/clients/c1", "*", &other_name).await;
    assert_problem(&answer, 422, "invalid_body");
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_place_and_what_was_probably_meant() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let mut entry = app("new");
    entry["redirect_uri"] = "https://new.test/cb".into();
    let answer = operator.post("/clients", &entry).await;
    assert!(answer.str("detail").ends_with("did you mean `redirect_uris`?"), "{answer:?}");

    let changes = json!({
        "tenants": ["acne"], "logo_uri": "javascript:alert(1)", "require_pkce": false,
        "token_endpoint_auth_method": "none",
    });
    let answer = operator.change(Method::PATCH, "/clients/c1", "*", &changes).await;
    assert_problem(&answer, 422, "invalid_body");
    let errors = answer.json["errors"].as_array().unwrap();
    let pointers: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    for field in ["/tenants", "/logo_uri", "/require_pkce"] {
        assert!(pointers.contains(&field), "{field}: {pointers:?}");
    }
    let changes = json!({"redirect_uris": ["https://c1.test/cb", "https://c1.test/#x"]});
    let answer = operator.change(Method::PATCH, "/clients/c1", "*", &changes).await;
    assert_eq!(answer.json["errors"][0]["pointer"], "/redirect_uris/1", "{answer:?}");
}

#[tokio::test]
async fn ad_04_a_change_comes_as_its_own_media_type() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let before = world.digest().await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        for (method, path) in [(Method::POST, "/clients"), (Method::PATCH, "/clients/c1")] {
            let request = http::Request::builder()
                .method(method)
                .uri(world.url(&format!("/admin/v1{path}")))
                .header("authorization", format!("Bearer {}", operator.token))
                .header("if-match", "*")
                .header(CONTENT_TYPE, media_type)
                .header(ACCEPT, "*/*")
                .body(app("new").to_string().into_bytes())
                .unwrap();
            let answer = doorward_flows::app::send(&world, request).await;
            assert_problem(&answer, 415, "unsupported_media_type");
        }
    }
    let overridden = [("x-http-method-override", "DELETE"), ("if-match", "*")];
    operator.ask(Method::GET, "/clients/c1", &overridden, &Value::Null).await;
    assert_eq!(world.digest().await, before);
}

/// A tenant's app is another tenant's business in no list and by no name (AD-01): clients belong to the
/// operator, and what they serve is told by company code alone.
#[tokio::test]
async fn ad_01_a_filter_by_tenant_shows_what_serves_it() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let ids = |answer: &doorward_flows::app::Answer| {
        let items = answer.json["items"].as_array().unwrap().iter();
        items.map(|item| item["client_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let victims = ids(&operator.get("/clients?tenant=victim").await);
    assert!(victims.contains(&"c1".to_owned()) && !victims.contains(&"cx".to_owned()), "{victims:?}");
    assert!(ids(&operator.get("/clients?tenant=attacker").await).contains(&"cx".to_owned()));
    let unknown = operator.get("/clients?tenant=nobody").await;
    assert_problem(&unknown, 404, "not_found");
    let by_id = operator.get(&format!("/clients?tenant={}", world.victim)).await;
    assert_problem(&by_id, 404, "not_found");
    let stored: Client = world.read(&client("cx")).await.unwrap();
    assert_eq!(stored.tenants, [world.attacker]);
}
