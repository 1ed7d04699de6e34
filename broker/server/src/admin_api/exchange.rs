//! What requests bring and answers carry: bodies, pages, versions.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Query, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use doorward_service::management::read::{self, Misread};
use doorward_service::management::views::Ask;
use doorward_store::Version;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;

use super::AdminError;

pub(super) type Answer = Result<Response, AdminError>;
pub(super) type Named<T> = Result<Path<T>, axum::extract::rejection::PathRejection>;
pub(super) type Asked<T> = Result<Query<T>, axum::extract::rejection::QueryRejection>;

/// A body that waits to be read, until it is clear that its sender may send it.
pub(super) struct Sent {
    media_type: Option<String>,
    body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = AdminError;

    async fn from_request(request: Request, state: &S) -> Result<Self, AdminError> {
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|text| text.split(';').next()).map(|it| it.trim().to_owned());
        Ok(Self { media_type, body: Bytes::from_request(request, state).await? })
    }
}

impl Sent {
    /// The body as JSON. An unknown field is an error (architecture rule 10).
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, AdminError> {
        self.of_type("application/json")
    }

    /// The body as a JSON merge patch (RFC 7396).
    pub fn merge_patch(&self) -> Result<Value, AdminError> {
        let changes: Value = self.of_type("application/merge-patch+json")?;
        if changes.is_object() {
            return Ok(changes);
        }
        Err(Misread { pointer: String::new(), message: "a merge patch is an object here".to_owned() }.into())
    }

    fn of_type<T: DeserializeOwned>(&self, expected: &'static str) -> Result<T, AdminError> {
        let is = self.media_type.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(expected));
        if is { Ok(read::text(&self.body)?) } else { Err(AdminError::MediaType(expected)) }
    }
}

/// Which part of a list is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// What the page before ended with (`next`); left out for the first page.
    pub after: Option<String>,
    /// The most to give: 500, or less.
    pub limit: Option<usize>,
}

/// Which part of a list is asked for.
pub(super) fn part(after: Option<String>, limit: Option<usize>) -> Ask {
    Ask { after, limit: limit.unwrap_or(Ask::MOST) }
}

impl From<PageQuery> for Ask {
    fn from(query: PageQuery) -> Self {
        part(query.after, query.limit)
    }
}

/// A good answer, which no cache keeps.
pub(super) fn answer(body: impl Serialize) -> Answer {
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// The same of a record with a version.
pub(super) fn versioned(version: Version, body: impl Serialize) -> Answer {
    let mut response = answer(body)?;
    if let Ok(tag) = HeaderValue::try_from(format!("\"{}\"", version.0)) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

/// The version that a change is for (RFC 9110 section 13.1.1); `None` for whatever there is. A change that
/// says nothing of it is refused, so that nobody overwrites what they have not seen.
pub(super) fn expected_version(headers: &HeaderMap) -> Result<Option<Version>, AdminError> {
    let value = headers.get(IF_MATCH).ok_or(AdminError::NoVersion)?;
    let text = value.to_str().unwrap_or_default();
    if text == "*" {
        return Ok(None);
    }
    let number =
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|it| it.parse().ok());
    // What no version was ever called matches none.
    Ok(Some(Version(number.unwrap_or(u64::MAX))))
}
