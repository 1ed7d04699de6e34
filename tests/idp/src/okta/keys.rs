//! Signing keys: the next one is published ahead of its use, and an app may have
//! one pinned.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use josekit::JoseError;
use serde::Deserialize;
use serde_json::json;

use super::error::api_error;
use super::place::Place;
use crate::common::keys::{Algorithm, SigningKey};
use crate::common::lock;

/// The number of the current key, by server.
#[derive(Default)]
pub(super) struct Keys(Mutex<BTreeMap<String, u32>>);

#[derive(Deserialize)]
pub(super) struct ForApp {
    /// The app whose pinned key is meant.
    pub(super) client_id: Option<String>,
}

impl Keys {
    pub(super) fn rotate(&self, server: &str, by: u32) {
        *lock(&self.0).entry(server.to_owned()).or_default() += by;
    }

    pub(super) fn current(&self, server: &str) -> u32 {
        lock(&self.0).get(server).copied().unwrap_or_default()
    }
}

/// A server's key by number.
pub(super) fn numbered(server: &str, number: u32) -> Result<Arc<SigningKey>, JoseError> {
    SigningKey::of_role(Algorithm::Rs256, &format!("okta {server} {number}"), None)
}

/// `/keys`
pub(super) async fn jwks(place: Place, Query(ForApp { client_id }): Query<ForApp>) -> Response {
    let current = place.okta.keys().current(place.name());
    let pinned = client_id.and_then(|client_id| place.okta.app(&client_id)?.pinned_key);
    let numbers = pinned.map_or_else(|| vec![current, current + 1], |number| vec![number]);
    let keys: Result<Vec<_>, _> = numbers.into_iter().map(|number| numbered(place.name(), number)).collect();
    let Ok(keys) = keys else { return api_error(500, "E0000009", "Internal Server Error") };
    let keys: Vec<_> = keys.iter().map(|key| key.public_jwk().clone()).collect();
    ([(header::CACHE_CONTROL, "max-age=3832317, must-revalidate")], Json(json!({ "keys": keys })))
        .into_response()
}
