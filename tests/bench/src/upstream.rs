//! An identity provider that costs almost nothing: it signs everybody in at once and remembers
//! nothing, for a code says itself what it is good for. Nobody's secret depends on it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::{Form, Query, Request, State};
use axum::http::header::LOCATION;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws::alg::ecdsa::EcdsaJwsSigner;
use josekit::jws::{ES256, JwsHeader};
use josekit::jwt::{self, JwtPayload};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::measure;

/// What the broker is registered as.
pub const CLIENT_ID: &str = "doorward";
/// How many people there are usually; they take turns.
pub const PEOPLE: u64 = 1_000;
/// What is slow answers after so long.
const SLOW: Duration = Duration::from_secs(10);
/// What flaps is well, and then ill, for so long.
const FLAP: Duration = Duration::from_secs(2);
const KEY: &str = "load";
/// How long an ID token is good, in seconds.
const LIFETIME: i64 = 300;

/// How an identity provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answers at once.
    Well,
    /// It answers when nobody waits any more.
    Slow,
    /// It answers for a while, and then with errors for a while.
    Flapping,
}

/// The identity provider; it runs as long as this value.
pub struct Upstream {
    issuer: String,
    health: watch::Sender<Health>,
    server: AbortHandle,
}

impl Upstream {
    /// Starts it on a free port of loopback, for so many people.
    ///
    /// # Errors
    /// When no key can be made or no port is free.
    pub async fn start(people: u64) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let issuer = format!("http://{}", listener.local_addr()?);
        let (health, seen) = watch::channel(Health::Well);
        let router = router(Provider::new(issuer.clone(), people)?).layer(from_fn_with_state(seen, ill));
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let server = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        Ok(Self { issuer, health, server })
    }

    /// From now on it is like this.
    pub fn becomes(&self, health: Health) {
        self.health.send_replace(health);
    }

    /// From now on nobody listens there.
    pub fn dies(&self) {
        self.server.abort();
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.dies();
    }
}

/// What an identity provider that is not well does to a request. Browsers are sent on all the same.
async fn ill(State(health): State<watch::Receiver<Health>>, request: Request, next: Next) -> Response {
    let health = *health.borrow();
    let well = match health {
        _ if request.uri().path() == "/authorize" => true,
        Health::Well => true,
        Health::Slow => {
            tokio::time::sleep(SLOW).await;
            true
        }
        Health::Flapping => measure::time().as_millis() / FLAP.as_millis() as i64 % 2 == 0,
    };
    if well { next.run(request).await } else { StatusCode::BAD_GATEWAY.into_response() }
}

struct Provider {
    issuer: String,
    people: u64,
    signer: EcdsaJwsSigner,
    keys: Value,
    arrived: AtomicU64,
}

impl Provider {
    fn new(issuer: String, people: u64) -> anyhow::Result<Self> {
        let private = Jwk::generate_ec_key(EcCurve::P256)?;
        let mut signer = ES256.signer_from_jwk(&private)?;
        signer.set_key_id(KEY);
        let mut public = private.to_public_key()?;
        public.set_key_id(KEY);
        public.set_key_use("sig");
        public.set_algorithm("ES256");
        Ok(Self { issuer, people, signer, keys: json!({ "keys": [public] }), arrived: AtomicU64::new(0) })
    }
}

fn router(provider: Provider) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/jwks.json", get(keys))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .with_state(Arc::new(provider))
}

async fn metadata(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks.json"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(provider): State<Arc<Provider>>) -> Json<Value> {
    Json(provider.keys.clone())
}

#[derive(Deserialize)]
struct AuthorizationRequest {
    redirect_uri: url::Url,
    state: String,
    nonce: String,
    code_challenge: String,
}

/// Sends the browser straight back. Nonces and challenges are base64url, so a dot can part them.
async fn authorize(
    State(provider): State<Arc<Provider>>,
    Query(request): Query<AuthorizationRequest>,
) -> impl IntoResponse {
    let person = provider.arrived.fetch_add(1, Ordering::Relaxed) % provider.people;
    let code = format!("{person}.{}.{}", request.nonce, request.code_challenge);
    let mut location = request.redirect_uri;
    location
        .query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &request.state)
        .append_pair("iss", &provider.issuer);
    (StatusCode::SEE_OTHER, [(LOCATION, location.to_string())])
}

#[derive(Deserialize)]
struct TokenRequest {
    code: String,
    code_verifier: String,
}

async fn token(State(provider): State<Arc<Provider>>, Form(request): Form<TokenRequest>) -> Response {
    match answer(&provider, &request) {
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response(),
        Err(cause) => {
            let refusal = json!({"error": "invalid_grant", "error_description": cause.to_string()});
            (StatusCode::BAD_REQUEST, Json(refusal)).into_response()
        }
    }
}

fn answer(provider: &Provider, request: &TokenRequest) -> anyhow::Result<Value> {
    let mut parts = request.code.splitn(3, '.');
    let mut part = || parts.next().context("not a code");
    let (person, nonce, challenge) = (part()?, part()?, part()?);
    anyhow::ensure!(BASE64.encode(Sha256::digest(&request.code_verifier)) == challenge, "PKCE");
    let mut header = JwsHeader::new();
    header.set_token_type("JWT");
    let payload = JwtPayload::from_map(claims(provider, person, nonce))?;
    let id_token = jwt::encode_with_signer(&payload, &header, &provider.signer)?;
    Ok(json!({"access_token": "unused", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}))
}

fn claims(provider: &Provider, person: &str, nonce: &str) -> Map<String, Value> {
    let now = measure::time().as_secs();
    let claims = [
        ("iss", json!(provider.issuer)),
        ("sub", json!(format!("person-{person}"))),
        ("aud", json!(CLIENT_ID)),
        ("iat", json!(now)),
        ("exp", json!(now + LIFETIME)),
        ("auth_time", json!(now)),
        ("nonce", json!(nonce)),
        ("name", json!(format!("Person {person}"))),
        ("given_name", json!("Person")),
        ("family_name", json!(person)),
        ("preferred_username", json!(format!("person-{person}"))),
        ("email", json!(format!("person-{person}@customer.example"))),
        ("email_verified", json!(true)),
    ];
    claims.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}
