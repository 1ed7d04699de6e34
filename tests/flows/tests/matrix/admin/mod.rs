//! The admin API: rows AD, over its real routes.

mod clients;
mod description;
mod lists;
pub mod own;
mod preview;
mod registration_tokens;
mod secrets;
mod tokens;

use doorward_flows::World;
use doorward_flows::app::{Answer, send};
use doorward_flows::world::ADMIN_TOKEN;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH};
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// Somebody with a token of the admin API.
pub struct Operator<'w> {
    pub world: &'w World,
    pub token: String,
}

impl<'w> Operator<'w> {
    /// Who may do everything.
    pub fn of(world: &'w World) -> Self {
        Self { world, token: ADMIN_TOKEN.to_owned() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], &Value::Null).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, &[], body).await
    }

    /// Asks for a change of what has this version.
    pub async fn change(&self, method: Method, path: &str, version: &str, body: &Value) -> Answer {
        self.ask(method, path, &[(IF_MATCH.as_str(), version)], body).await
    }

    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let media_type =
            if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let mut request = http::Request::builder()
            .method(method)
            .uri(self.world.url(&format!("/admin/v1{path}")))
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header(CONTENT_TYPE, media_type);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        send(self.world, request.body(body).unwrap()).await
    }

    /// Makes a token with these scopes.
    pub async fn delegate(&self, scopes: &[&str]) -> Operator<'w> {
        let made = self.post("/tokens", &json!({"name": "for a test", "scopes": scopes})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        Operator { world: self.world, token: made.str("token").to_owned() }
    }
}

/// The version of what an answer shows.
pub fn version(answer: &Answer) -> String {
    answer.headers[ETAG].to_str().unwrap().to_owned()
}

/// Asserts that a request was refused, and why.
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status.as_u16(), &answer.json["code"]), (status, &json!(code)), "{answer:?}");
    assert_eq!(answer.headers[CONTENT_TYPE], "application/problem+json");
    assert_eq!(answer.json["status"], status);
}

/// The entry of a new app.
pub fn app(id: &str) -> Value {
    json!({
        "client_id": id, "name": "New app", "tenants": "all", "trust": "first_party",
        "scope": "openid profile email offline_access", "redirect_uris": [format!("https://{id}.test/cb")],
        "token_endpoint_auth_method": "client_secret_basic",
    })
}
