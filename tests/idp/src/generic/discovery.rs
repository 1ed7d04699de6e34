//! The discovery document and the published key.

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Issuer;
use crate::common::lock;

/// What a discovery document says otherwise than it should.
#[derive(Default)]
pub struct Alterations(Mutex<Vec<Alteration>>);

#[derive(Clone)]
enum Alteration {
    Set(String, Value),
    Omit(String),
    Duplicate(String, Value),
}

impl Alterations {
    /// The field says this.
    pub fn set(&self, field: &str, value: impl Into<Value>) {
        lock(&self.0).push(Alteration::Set(field.to_owned(), value.into()));
    }

    /// The field is not there.
    pub fn omit(&self, field: &str) {
        lock(&self.0).push(Alteration::Omit(field.to_owned()));
    }

    /// The field is there once more, at the end, and says this.
    pub fn duplicate(&self, field: &str, value: impl Into<Value>) {
        lock(&self.0).push(Alteration::Duplicate(field.to_owned(), value.into()));
    }

    /// The document, as text: a map could not have a field twice.
    fn apply(&self, mut document: Map<String, Value>) -> String {
        let mut twice = Vec::new();
        for alteration in lock(&self.0).clone() {
            match alteration {
                Alteration::Set(field, value) => drop(document.insert(field, value)),
                Alteration::Omit(field) => drop(document.remove(&field)),
                Alteration::Duplicate(field, value) => twice.push((field, value)),
            }
        }
        let fields =
            document.into_iter().chain(twice).map(|(name, value)| format!("{}:{value}", json!(name)));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    }
}

/// OpenID Connect Discovery 1.0 section 3.
pub(crate) async fn metadata(State(issuer): State<Arc<Issuer>>) -> Response {
    let at = |path: &str| issuer.endpoint(path);
    let document = json!({
        "issuer": issuer.url(),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"),
        "end_session_endpoint": at("end_session"),
        "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [issuer.algorithm().name()],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "request_uri_parameter_supported": false,
    });
    let mut document = document.as_object().cloned().unwrap_or_default();
    document.extend(issuer.manners().metadata());
    ([(header::CONTENT_TYPE, "application/json")], issuer.alterations().apply(document)).into_response()
}

/// RFC 7517 section 5.
pub(crate) async fn jwks(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    Json(json!({ "keys": [issuer.key().public_jwk()] }))
}
