use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{Method, Request, StatusCode};
use doorward_domain::{Algorithm, Plain};
use doorward_net::EgressPolicy;
use doorward_net::double::{ScriptedOutbound, ScriptedRecords};
use doorward_service::keys::{KeyRingParts, MasterKey, Sealer};
use doorward_service::settings::{Lifetimes, Settings};
use doorward_store::MemoryStore;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use zeroize::Zeroizing;

use super::*;
use crate::app::Parts;
use crate::proxies::Proxies;
use crate::system::{SystemClock, SystemEntropy};

const TOKEN: &str = "the-token-of-the-operator";
const CANARY: &str = "canary-of-some-secret-value";
const GET: Method = Method::GET;
const POST: Method = Method::POST;

const ROUTES: [(Method, &str); 21] = [
    (GET, "/admin/v1/tenants"),
    (GET, "/admin/v1/tenants/acme"),
    (GET, "/admin/v1/tenants/acme/connections"),
    (GET, "/admin/v1/tenants/acme/connections/staff"),
    (GET, "/admin/v1/tenants/acme/users"),
    (GET, "/admin/v1/tenants/acme/users/usr_00000000000000000000000000000000"),
    (GET, "/admin/v1/tenants/acme/sessions"),
    (GET, "/admin/v1/tenants/acme/users/usr_00000000000000000000000000000000/sessions"),
    (POST, "/admin/v1/tenants/acme/sign-out"),
    (POST, "/admin/v1/tenants/acme/connections/staff/sign-out"),
    (POST, "/admin/v1/tenants/acme/sessions/ses_00000000000000000000000000000000/end"),
    (POST, "/admin/v1/tenants/acme/users/usr_00000000000000000000000000000000/sign-out"),
    (POST, "/admin/v1/tenants/acme/users/usr_00000000000000000000000000000000/disable"),
    (POST, "/admin/v1/tenants/acme/users/usr_00000000000000000000000000000000/enable"),
    (GET, "/admin/v1/clients"),
    (GET, "/admin/v1/clients/app"),
    (GET, "/admin/v1/keys"),
    (POST, "/admin/v1/keys/rotate"),
    (POST, "/admin/v1/plan"),
    (POST, "/admin/v1/apply"),
    (GET, "/admin/v1/export"),
];

struct Api(Router);

struct Got {
    status: StatusCode,
    challenge: Option<String>,
    text: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl Api {
    async fn new() -> Self {
        let (store, clock, entropy) =
            (Arc::new(MemoryStore::new()), Arc::new(SystemClock::start()), Arc::new(SystemEntropy));
        let key = MasterKey { name: "test".to_owned(), key: Zeroizing::new([7; 32]) };
        let sealer = Arc::new(Sealer::new(key, Vec::new()));
        let keys = KeyRing::open(KeyRingParts {
            store: store.clone(),
            sealer: Arc::clone(&sealer),
            clock: clock.clone(),
            entropy: entropy.clone(),
            algorithms: vec![Algorithm::ES256],
            encryption: Vec::new(),
            schedule: doorward_service::keys::Schedule::default(),
        });
        let app = App::new(Parts {
            store,
            net: Arc::new(ScriptedOutbound::new()),
            names: Arc::new(ScriptedRecords::default()),
            clock,
            entropy,
            sealer,
            keys: Arc::new(keys.await.unwrap()),
            settings: Arc::new(Settings::new("https://sso.example.org", Lifetimes::default()).unwrap()),
            egress: EgressPolicy::default(),
            registration: None,
            documents: None,
            carrier: Arc::new(()),
            proxies: Proxies::default(),
        });
        Self(router(&app, Plain::new(TOKEN).hash()))
    }

    async fn send(&self, request: Request<Body>) -> Got {
        let response = self.0.clone().oneshot(request).await.unwrap();
        let challenge =
            response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Got { status, challenge, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str) -> Got {
        let request = Request::get(path).header(AUTHORIZATION, format!("Bearer {TOKEN}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Got {
        let request = Request::post(path)
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
            .header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

fn acme() -> Value {
    json!({
        "tenant": [{"slug": "acme", "name": "Acme Dental", "domains": ["acme.test"], "connection": [{
            "name": "staff", "kind": "oidc", "issuer": "https://idp.acme.test", "client_id": "doorward",
            "client_secret": CANARY,
        }]}],
        "client": [{"client_id": "app", "name": "App", "client_secret": CANARY, "tenants": ["acme"]}],
    })
}

#[tokio::test]
async fn ad_01_nothing_answers_without_the_token() {
    let api = Api::new().await;
    for (method, path) in
        ROUTES.into_iter().chain([(GET, "/admin"), (GET, "/admin/v1/nothing"), (POST, "/admin/v1/tenants")])
    {
        let request = |authorization: Option<&str>, path: &str| {
            let mut request = Request::builder().method(method.clone()).uri(path);
            if let Some(value) = authorization {
                request = request.header(AUTHORIZATION, value);
            }
            request.body(Body::empty()).unwrap()
        };
        let none = api.send(request(None, path)).await;
        assert_eq!(none.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(none.challenge.unwrap(), "Bearer realm=\"doorward admin\"");
        for wrong in ["Bearer ", "Bearer x", "Basic dGhlLXRva2VuLW9mLXRoZS1vcGVyYXRvcg==", TOKEN] {
            assert_eq!(
                api.send(request(Some(wrong), path)).await.status,
                StatusCode::UNAUTHORIZED,
                "{path} {wrong}"
            );
        }
        let in_query = api.send(request(None, &format!("{path}?access_token={TOKEN}"))).await;
        assert_eq!(in_query.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

/// No route is without its description, and nothing is described that is not there.
#[tokio::test]
async fn what_is_described_is_what_there_is() {
    let routes = format!("{:?}", Api::new().await.0);
    // Where nothing is, the guard's own answer stands beside them.
    let guard = |text: &str| text == "/admin" || text.contains("__private");
    let quoted = routes.split('"').filter(|text| text.starts_with("/admin") && !guard(text));
    let there: BTreeSet<_> = quoted.map(str::to_owned).collect();
    let described: BTreeSet<_> = openapi::document().paths.paths.keys().cloned().collect();
    assert!(there.len() > 10, "{routes}");
    assert_eq!(there, described);
}

#[tokio::test]
async fn a_document_is_planned_applied_listed_and_exported() {
    let api = Api::new().await;
    let planned = api.post("/admin/v1/plan", &acme()).await;
    assert_eq!(planned.json()["changes"].as_array().unwrap().len(), 3);
    assert!(api.get("/admin/v1/tenants").await.json()["items"].as_array().unwrap().is_empty());

    assert_eq!(api.post("/admin/v1/apply", &acme()).await.status, StatusCode::OK);
    assert_eq!(api.get("/admin/v1/tenants/acme").await.json()["name"], "Acme Dental");
    assert_eq!(api.get("/admin/v1/clients/app").await.json()["tenants"], json!(["acme"]));
    let connection = api.get("/admin/v1/tenants/acme/connections/staff").await.json();
    assert!(
        connection["callback_url"].as_str().unwrap().starts_with("https://sso.example.org/federation/con_")
    );

    let again = api.post("/admin/v1/apply", &api.get("/admin/v1/export").await.json()).await;
    assert_eq!(again.json()["changes"], json!([]), "{}", again.text);
}

#[tokio::test]
async fn ad_08_no_secret_is_read_out() {
    let api = Api::new().await;
    let applied = api.post("/admin/v1/apply", &acme()).await;
    assert!(!applied.text.contains(CANARY));
    for (_, path) in ROUTES.into_iter().filter(|(method, _)| *method == GET) {
        let got = api.get(path).await;
        assert!(!got.text.contains(CANARY) && !got.text.contains("private_jwk"), "{path}: {}", got.text);
    }
}

#[tokio::test]
async fn ad_02_an_unknown_field_is_refused_and_named() {
    let api = Api::new().await;
    let mut document = acme();
    document["tenant"][0]["connection"][0]["tenant_id"] = json!("ten_00000000000000000000000000000000");
    for path in ["/admin/v1/plan", "/admin/v1/apply"] {
        let got = api.post(path, &document).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
        let told = got.json()["detail"].as_str().unwrap().to_owned();
        assert!(told.contains("tenant_id"), "{told}");
        assert_eq!(got.json()["errors"][0]["pointer"], "/tenant/0/connection/0/tenant_id");
    }
    let got = api.post("/admin/v1/keys/rotate", &json!({"algorithm": "ES256", "force": true})).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(api.get("/admin/v1/tenants?sort=secret").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_document_that_cannot_be_tells_where_and_why() {
    let api = Api::new().await;
    let mut document = acme();
    document["tenant"][0]["connection"][0]["client_secret"] = json!({"file": "/etc/shadow"});
    document["client"][0]["tenants"] = json!(["acne"]);
    let got = api.post("/admin/v1/apply", &document).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(got.json()["code"], "invalid_body");
    assert_eq!(got.json()["errors"][0]["pointer"], "/tenant/0/connection/0/client_secret");
    assert_eq!(got.json()["errors"][1]["pointer"], "/client/0/tenants");
}

#[tokio::test]
async fn ad_04_only_json_is_taken_and_not_too_much_of_it() {
    let api = Api::new().await;
    let text = Request::post("/admin/v1/apply")
        .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(CONTENT_TYPE, "text/plain")
        .body(Body::from(acme().to_string()))
        .unwrap();
    assert_eq!(api.send(text).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let bomb = json!({"tenant": "x".repeat(LARGEST_BODY)});
    assert_eq!(api.post("/admin/v1/apply", &bomb).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let api = Api::new().await;
    for path in
        ["/admin/v1/nothing", "/admin/v1/tenants/acme", "/admin/v1/tenants/%20", "/admin/v1/clients/app"]
    {
        let got = api.get(path).await;
        assert_eq!((got.status, &got.json()["code"]), (StatusCode::NOT_FOUND, &json!("not_found")), "{path}");
    }
}

#[tokio::test]
async fn ad_10_a_forged_cursor_is_refused() {
    let api = Api::new().await;
    api.post("/admin/v1/apply", &acme()).await;
    for query in ["after=ten_1", "after=%27%20or%201%3D1", "limit=-1", "limit=x"] {
        let got = api.get(&format!("/admin/v1/tenants/acme/users?{query}")).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn a_signing_key_is_rotated_by_command() {
    let api = Api::new().await;
    let successor = api.post("/admin/v1/keys/rotate", &json!({"algorithm": "ES256"})).await.json();
    let keys = api.get("/admin/v1/keys").await.json();
    // Both may be of the same millisecond, so their order says nothing.
    let (new, old): (Vec<_>, Vec<_>) =
        keys["items"].as_array().unwrap().iter().partition(|key| key["id"] == successor["id"]);
    assert_eq!((new.len(), old.len()), (1, 1));
    assert_eq!((&new[0]["status"], &old[0]["status"]), (&json!("published"), &json!("in_use")));
    assert_eq!(
        api.post("/admin/v1/keys/rotate", &json!({"algorithm": "RS256"})).await.status,
        StatusCode::CONFLICT
    );
}
