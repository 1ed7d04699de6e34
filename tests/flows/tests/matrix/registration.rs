//! Clients that register themselves: rows DR, RFC 7591 and RFC 7592.

use axum::Router;
use axum::routing::get;
use doorward_domain::client::SubjectType;
use doorward_domain::{Client, Plain, ScopeSet};
use doorward_flows::app::{Answer, send};
use doorward_flows::{Relying, Setup, World};
use doorward_service::management::RegistrationPolicy;
use doorward_service::management::document::Tenants;
use doorward_store::records::at;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use serde_json::{Value, json};

use crate::support::canary;

fn open() -> RegistrationPolicy {
    RegistrationPolicy {
        open: true,
        initial_access_token: None,
        tenants: Tenants::All,
        scope: ScopeSet::parse("openid profile email offline_access").unwrap(),
        resources: Vec::new(),
        token_endpoint_audience: false,
        require_pkce: true,
        most: 3,
    }
}

async fn world(policy: Option<RegistrationPolicy>) -> World {
    World::with(Setup { registration: policy, ..Setup::default() }).await
}

async fn call(world: &World, method: Method, path: &str, token: Option<&str>, body: &Value) -> Answer {
    let mut request = http::Request::builder().method(method).uri(world.url(path));
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    send(world, request.body(body.to_string().into_bytes()).unwrap()).await
}

async fn register(world: &World, metadata: &Value) -> Answer {
    call(world, Method::POST, "/register", None, metadata).await
}

fn app() -> Value {
    json!({"redirect_uris": ["https://new.test/cb"], "client_name": "New app"})
}

fn with(field: &str, value: Value) -> Value {
    let mut metadata = app();
    metadata[field] = value;
    metadata
}

fn relying(answer: &Answer) -> Relying {
    Relying {
        id: answer.str("client_id").to_owned(),
        secret: answer.json["client_secret"].as_str().map(str::to_owned),
        redirect_uri: "https://new.test/cb".to_owned(),
    }
}

#[tokio::test]
async fn a_client_registers_signs_somebody_in_changes_and_goes() {
    let world = world(Some(open())).await;
    let answer = register(&world, &app()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.json["client_secret_expires_at"], 0);
    assert_eq!(answer.json["response_types"], json!(["code"]));
    let app_ = relying(&answer);

    // Nobody vouched for it, so the person is asked.
    let mut browser = world.browser();
    let page = world.sign_in(&mut browser, &app_, "victim", "alice").await;
    assert!(page.body.contains("new.test") && page.body.contains("id=\"unverified\""), "{}", page.body);
    let page = browser.submit_unfollowed(&page, &[("decision", "allow")]).await;
    let tokens = app_.redeem(&world, &page).await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");

    let (path, token) = (format!("/register/{}", app_.id), answer.str("registration_access_token"));
    let read = call(&world, Method::GET, &path, Some(token), &Value::Null).await;
    assert_eq!(read.json["redirect_uris"], app()["redirect_uris"], "{read:?}");
    assert!(read.json.get("client_secret").is_none());
    let mut changed = app();
    changed["client_name"] = "Newer app".into();
    let read = call(&world, Method::PUT, &path, Some(token), &changed).await;
    assert_eq!((read.status, read.str("client_name")), (StatusCode::OK, "Newer app"), "{read:?}");
    assert!(app_.is_active(&world, tokens.str("access_token")).await, "its secret is still good");

    let gone = call(&world, Method::DELETE, &path, Some(token), &Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    app_.token(&world, &[("grant_type", "refresh_token")]).await.assert_error(401, "invalid_client");
    call(&world, Method::GET, &path, Some(token), &Value::Null).await.assert_error(401, "invalid_token");
}

#[tokio::test]
async fn dr_01_nobody_registers_without_leave() {
    let off = world(None).await;
    assert_eq!(register(&off, &app()).await.status, StatusCode::NOT_FOUND);
    let discovery =
        send(&off, http::Request::get(off.url("/.well-known/openid-configuration")).body(vec![]).unwrap());
    assert!(discovery.await.json.get("registration_endpoint").is_none());

    let policy = RegistrationPolicy {
        open: false,
        initial_access_token: Some(Plain::new("initial").hash()),
        ..open()
    };
    let world = world(Some(policy)).await;
    for token in [None, Some("other"), Some("")] {
        let answer = call(&world, Method::POST, "/register", token, &app()).await;
        answer.assert_error(401, "invalid_token");
    }
    let answer = call(&world, Method::POST, "/register", Some("initial"), &app()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    // Its own token manages it and nobody else.
    let other = call(&world, Method::POST, "/register", Some("initial"), &app()).await;
    for token in ["initial", other.str("registration_access_token")] {
        let path = format!("/register/{}", answer.str("client_id"));
        call(&world, Method::DELETE, &path, Some(token), &Value::Null)
            .await
            .assert_error(401, "invalid_token");
        call(&world, Method::PUT, &path, Some(token), &app()).await.assert_error(401, "invalid_token");
    }
    call(&world, Method::GET, "/register/c1", Some("initial"), &Value::Null)
        .await
        .assert_error(401, "invalid_token");
}

#[tokio::test]
async fn dr_01_there_are_never_more_than_the_operator_allows() {
    let world = world(Some(open())).await;
    for _ in 0..3 {
        assert_eq!(register(&world, &app()).await.status, StatusCode::CREATED);
    }
    assert_eq!(register(&world, &app()).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn dr_02_hostile_metadata_is_refused_and_nothing_is_asked() {
    let world = world(Some(open())).await;
    let asked = canary(&world, "https://canary.test");
    let before = world.digest().await;
    for uri in [
        "javascript:alert(1)",
        "http://new.test/cb",
        "https://new.test/#x",
        "https://a@new.test/",
        "https://*.test/",
    ] {
        let answer = register(&world, &with("redirect_uris", json!([uri]))).await;
        answer.assert_error(400, "invalid_redirect_uri");
    }
    let many: Vec<_> = (0..51).map(|n| format!("https://new.test/{n}")).collect();
    register(&world, &with("redirect_uris", json!(many))).await.assert_error(400, "invalid_redirect_uri");
    let ec = json!({"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "c"});
    for (field, value) in [
        ("jwks", json!({"keys": [ec]})),
        ("jwks", json!({"file": "/etc/passwd"})),
        ("jwks_uri", json!("https://127.0.0.1/jwks")),
        ("jwks_uri", json!("file:///etc/passwd")),
        ("sector_identifier_uri", json!("https://[::1]/sector")),
        ("logo_uri", json!("javascript:alert(1)")),
        ("policy_uri", json!("data:text/html,x")),
        ("initiate_login_uri", json!("http://new.test/login")),
        ("initiate_login_uri", json!("http://localhost/login")),
        ("client_name", json!("Evil\u{202e}ppa")),
        ("client_name", json!("two\nlines")),
        ("grant_types", json!(["password"])),
        ("grant_types", json!(["implicit"])),
        ("response_types", json!(["token"])),
        ("scope", json!("admin")),
        ("token_endpoint_auth_method", json!("magic")),
        ("id_token_signed_response_alg", json!("none")),
        ("backchannel_logout_uri", json!("https://169.254.169.254/")),
        // What is not done yet is not promised.
        // Nothing can be encrypted for who has no key, nor in a way that is not offered.
        ("id_token_encrypted_response_alg", json!("ECDH-ES")),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
    ] {
        let answer = register(&world, &with(field, value)).await;
        answer.assert_error(400, "invalid_client_metadata");
    }
    assert_eq!(world.digest().await, before);
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn dr_02_what_the_operator_decides_cannot_be_said() {
    let world = world(Some(open())).await;
    let mut metadata = with("client_secret", "chosen-by-the-client-itself".into());
    for (field, value) in [
        ("trust", json!("first_party")),
        ("tenants", json!(["victim"])),
        ("require_pkce", json!(false)),
        ("enabled", json!(true)),
        ("client_id", json!("c1")),
        ("scope", json!("openid email groups admin")),
    ] {
        metadata[field] = value;
    }
    let answer = register(&world, &metadata).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_ne!(answer.str("client_secret"), "chosen-by-the-client-itself");
    assert_eq!(answer.str("scope"), "openid email");
    let id = doorward_domain::ClientId::new(answer.str("client_id"));
    let client: Client = world.read(&at::client(&id)).await.unwrap();
    assert_ne!(client.id.as_str(), "c1");
    assert_eq!(client.trust, doorward_domain::ClientTrust::ThirdParty);
    assert!(client.require_pkce && client.tenants.is_empty());
}

#[tokio::test]
async fn dr_02_encryption_is_registered_by_the_rules() {
    let world = world(Some(open())).await;
    let key = Jwk::generate_ec_key(EcCurve::P256).unwrap().to_public_key().unwrap();
    let with_key = |more: Value| {
        let mut metadata = with("jwks", json!({"keys": [key]}));
        metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        metadata
    };
    for what in ["id_token", "userinfo", "introspection", "authorization"] {
        let [alg, enc] = ["alg", "enc"].map(|part| format!("{what}_encrypted_response_{part}"));
        for wrong in [
            json!({&enc: "A128GCM"}),
            json!({&alg: "RSA1_5"}),
            json!({&alg: "PBES2-HS256+A128KW"}),
            json!({&alg: "dir"}),
            json!({&alg: "A128KW"}),
            json!({&alg: "ECDH-ES", &enc: "A128CBC"}),
            // It has no such key.
            json!({&alg: "RSA-OAEP-256"}),
        ] {
            register(&world, &with_key(wrong)).await.assert_error(400, "invalid_client_metadata");
        }
    }
    for wrong in [
        json!({"request_object_encryption_enc": "A128GCM"}),
        json!({"request_object_encryption_alg": "ECDH-ES+A128KW"}),
    ] {
        register(&world, &with_key(wrong)).await.assert_error(400, "invalid_client_metadata");
    }
    let answer = register(&world, &with_key(json!({"id_token_encrypted_response_alg": "ECDH-ES"}))).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.str("id_token_encrypted_response_enc"), "A128CBC-HS256");
    let asked = json!({
        "userinfo_encrypted_response_alg": "ECDH-ES+A256KW",
        "userinfo_encrypted_response_enc": "A256GCM",
        "request_object_encryption_alg": "RSA-OAEP-256",
    });
    let answer = register(&world, &with_key(asked)).await;
    assert_eq!(answer.str("userinfo_encrypted_response_enc"), "A256GCM", "{answer:?}");
    assert_eq!(answer.str("request_object_encryption_enc"), "A128CBC-HS256");
}

#[tokio::test]
async fn a_sector_must_list_the_redirect_uris() {
    let world = world(Some(open())).await;
    let sector = Router::new()
        .route("/good", get(|| async { axum::Json(json!(["https://new.test/cb", "https://other.test/"])) }))
        .route("/bad", get(|| async { axum::Json(json!(["https://other.test/"])) }));
    world.network.add("https://sector.test", sector);
    let mut metadata = with("sector_identifier_uri", "https://sector.test/bad".into());
    register(&world, &metadata).await.assert_error(400, "invalid_client_metadata");
    metadata["sector_identifier_uri"] = "https://sector.test/good".into();
    assert_eq!(register(&world, &metadata).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn the_sector_of_a_pairwise_client_is_one_host() {
    let world = world(Some(open())).await;
    let good =
        Router::new().route("/", get(|| async { axum::Json(json!(["https://a.test/", "https://b.test/"])) }));
    world.network.add("https://sector.test", good);
    let pairwise = |uris: Value, sector: Option<&str>| {
        let mut metadata = with("subject_type", "pairwise".into());
        metadata["redirect_uris"] = uris;
        metadata["sector_identifier_uri"] = sector.into();
        metadata
    };
    let sector_of = async |metadata: &Value| {
        let answer = register(&world, metadata).await;
        assert_eq!(
            (answer.status, answer.str("subject_type")),
            (StatusCode::CREATED, "pairwise"),
            "{answer:?}"
        );
        let id = doorward_domain::ClientId::new(answer.str("client_id"));
        match world.read::<Client>(&at::client(&id)).await.unwrap().subject_type {
            SubjectType::Pairwise { sector, .. } => sector,
            SubjectType::Public => panic!("a public client"),
        }
    };
    assert_eq!(
        sector_of(&pairwise(json!(["https://a.test/1", "https://a.test:8443/2"]), None)).await,
        "a.test"
    );
    let several = json!(["https://a.test/", "https://b.test/"]);
    assert_eq!(sector_of(&pairwise(several.clone(), Some("https://sector.test/"))).await, "sector.test");
    // Several hosts, none, or one that is everybody's own make no sector.
    for uris in [several, json!(["com.app.test:/cb", "https://a.test/"]), json!(["http://127.0.0.1/cb"])] {
        let mut metadata = pairwise(uris, None);
        metadata["application_type"] = "native".into();
        register(&world, &metadata).await.assert_error(400, "invalid_client_metadata");
    }
}
