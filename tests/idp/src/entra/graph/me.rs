//! `/v1.0/me` and `/v1.0/users/{id}`.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::error::{GraphError, answer};
use crate::common::params::Params;
use crate::entra::Entra;
use crate::entra::grants::{Bearer, Grant};
use crate::entra::user::User;

/// What is told when nobody says what they want. `accountEnabled` is not among it.
const DEFAULT: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

pub(super) async fn me(
    State(entra): State<Entra>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let found = entra.bearer(&headers, &["User.Read", "User.Read.All"]).and_then(|bearer| match bearer {
        Bearer::Person(Grant { tenant, oid, .. }) => Ok((tenant, oid)),
        Bearer::App { .. } => {
            Err(GraphError::bad_request("/me request is only valid with delegated authentication flow."))
        }
    });
    match found.and_then(|(tenant, oid)| entra.shown(&tenant, &oid, query.as_deref())) {
        Ok(user) => answer(&headers, user),
        Err(error) => error.respond(entra.now(), &headers),
    }
}

pub(super) async fn user(
    State(entra): State<Entra>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let found = entra.bearer(&headers, &["User.Read.All"]).and_then(|bearer| match bearer {
        Bearer::Person(Grant { tenant, .. }) | Bearer::App { tenant, .. } => {
            entra.shown(&tenant, &id, query.as_deref())
        }
    });
    match found {
        Ok(user) => answer(&headers, user),
        Err(error) => error.respond(entra.now(), &headers),
    }
}

impl Entra {
    fn shown(&self, tenant: &str, id: &str, query: Option<&str>) -> Result<Value, GraphError> {
        let directory = self.directory();
        let user = directory.users_of(tenant).iter().find(|user| user.oid == id || user.upn == id);
        let user = user.ok_or_else(|| GraphError::not_found(id))?;
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        let selected: Vec<&str> = match params.get("$select") {
            Some(names) => names.split(',').map(str::trim).collect(),
            None => DEFAULT.to_vec(),
        };
        let mut shown: Map<String, Value> = properties(user);
        shown.retain(|name, _| selected.contains(&name.as_str()));
        let context = format!("{}/v1.0/$metadata#users/$entity", self.graph_url());
        shown.insert("@odata.context".to_owned(), json!(context));
        Ok(Value::Object(shown))
    }
}

fn properties(user: &User) -> Map<String, Value> {
    let all = json!({
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": user.given_name,
        "jobTitle": null,
        "mail": user.mail,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": user.surname,
        "userPrincipalName": user.upn,
        "id": user.oid,
        "accountEnabled": user.enabled,
        "userType": if user.is_guest() { "Guest" } else { "Member" },
        "signInSessionsValidFromDateTime": crate::common::time::iso(user.sessions_valid_from),
    });
    all.as_object().cloned().unwrap_or_default()
}
