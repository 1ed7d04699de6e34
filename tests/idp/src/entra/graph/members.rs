//! Which groups somebody is in: what to ask when a token could not hold them.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{GraphError, answer};
use crate::common::params::Params;
use crate::entra::Entra;
use crate::entra::grants::{Bearer, Grant};

/// Whoever may read memberships.
const PERMISSIONS: [&str; 3] = ["GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"];
/// How many objects are on a page.
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MemberObjects {
    security_enabled_only: bool,
}

pub(super) async fn of_me(
    State(entra): State<Entra>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    entra.member_of("me/memberOf", &headers, None, query.as_deref(), false)
}

pub(super) async fn of_me_through_groups(
    State(entra): State<Entra>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    entra.member_of("me/transitiveMemberOf", &headers, None, query.as_deref(), true)
}

pub(super) async fn of_user(
    State(entra): State<Entra>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    entra.member_of(&format!("users/{id}/memberOf"), &headers, Some(&id), query.as_deref(), false)
}

/// `POST /users/{id}/getMemberObjects`: all of them at once, through groups in groups.
pub(super) async fn member_objects(
    State(entra): State<Entra>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(MemberObjects { security_enabled_only }): Json<MemberObjects>,
) -> Response {
    let ids = entra.subject_of(&headers, Some(&id)).map(|(tenant, oid)| {
        let directory = entra.directory();
        let groups = directory.groups_of(&tenant, &oid, true).into_iter();
        let groups = groups.filter(|group| group.security || !security_enabled_only);
        groups.map(|group| json!(group.id)).collect::<Vec<Value>>()
    });
    let context = format!("{}/v1.0/$metadata#Collection(Edm.String)", entra.graph_url());
    match ids {
        Ok(ids) => answer(&headers, json!({ "@odata.context": context, "value": ids })),
        Err(error) => error.respond(entra.now(), &headers),
    }
}

impl Entra {
    fn member_of(
        &self,
        path: &str,
        headers: &HeaderMap,
        id: Option<&str>,
        query: Option<&str>,
        through_groups: bool,
    ) -> Response {
        let (tenant, oid) = match self.subject_of(headers, id) {
            Ok(subject) => subject,
            Err(error) => return error.respond(self.now(), headers),
        };
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        let from: usize = params.get("$skiptoken").and_then(|token| token.parse().ok()).unwrap_or(0);
        let top = params.get("$top").and_then(|top| top.parse().ok()).unwrap_or(PAGE).clamp(1, 999);
        let directory = self.directory();
        let all = directory.groups_of(&tenant, &oid, through_groups);
        let shown = |group: &&super::super::app::Group| {
            json!({
                "@odata.type": "#microsoft.graph.group",
                "id": group.id,
                "displayName": group.name,
                "securityEnabled": group.security,
            })
        };
        let page: Vec<Value> = all.iter().skip(from).take(top).map(shown).collect();
        let context = format!("{}/v1.0/$metadata#directoryObjects", self.graph_url());
        let mut body = json!({ "@odata.context": context, "value": page });
        if from + top < all.len() {
            let next = format!("{}/v1.0/{path}?$top={top}&$skiptoken={}", self.graph_url(), from + top);
            body["@odata.nextLink"] = json!(next);
        }
        answer(headers, body)
    }

    /// Whose groups are asked for.
    fn subject_of(&self, headers: &HeaderMap, id: Option<&str>) -> Result<(String, String), GraphError> {
        let (tenant, oid) = match (self.bearer(headers, &PERMISSIONS)?, id) {
            (Bearer::Person(Grant { tenant, oid, .. }), None) => (tenant, oid),
            (Bearer::Person(Grant { tenant, .. }) | Bearer::App { tenant, .. }, Some(id)) => {
                (tenant, id.to_owned())
            }
            (Bearer::App { .. }, None) => {
                let message = "/me request is only valid with delegated authentication flow.";
                return Err(GraphError::bad_request(message));
            }
        };
        let known = self.directory().user(&tenant, &oid).is_some();
        if known { Ok((tenant, oid)) } else { Err(GraphError::not_found(&oid)) }
    }
}
