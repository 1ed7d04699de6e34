//! What goes wrong, and how the admin API says it: `{error, error_description, path, problems}`.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use doorward_service::keys::KeyError;
use doorward_service::management::PlanError;
use doorward_service::management::plan::Problem;
use doorward_service::management::views::ViewError;
use serde::Serialize;

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum AdminError {
    /// Nobody said who they are.
    #[error("send the admin token as a bearer token")]
    NoToken,
    /// The token is another one.
    #[error("this is not the admin token")]
    WrongToken,
    /// There is nothing at this path.
    #[error("the admin API has no such path")]
    NoSuchPath,
    /// A body that cannot be read.
    #[error("{}", .0.body_text())]
    Body(#[from] JsonRejection),
    /// A query that cannot be read.
    #[error("{}", .0.body_text())]
    Query(#[from] QueryRejection),
    /// A document that cannot be applied.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Something that cannot be seen.
    #[error(transparent)]
    View(#[from] ViewError),
    /// A key that cannot be rotated.
    #[error(transparent)]
    Key(#[from] KeyError),
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'static str,
    error_description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    problems: &'a [Problem],
}

impl AdminError {
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        const UNAVAILABLE: (StatusCode, &str) = (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable");
        match self {
            Self::NoToken | Self::WrongToken => (StatusCode::UNAUTHORIZED, "invalid_token"),
            Self::NoSuchPath | Self::View(ViewError::Unknown { .. }) => (StatusCode::NOT_FOUND, "not_found"),
            Self::Body(rejection) => (rejection.status(), "invalid_request"),
            Self::Query(_) | Self::View(ViewError::Cursor) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::Plan(PlanError::Invalid(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_document"),
            Self::Key(KeyError::NotReady(_)) => (StatusCode::CONFLICT, "not_ready"),
            Self::Plan(PlanError::Store(_)) | Self::View(ViewError::Store(_)) | Self::Key(_) => UNAVAILABLE,
        }
    }

    fn problems(&self) -> &[Problem] {
        match self {
            Self::Plan(PlanError::Invalid(problems)) => problems,
            _ => &[],
        }
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let (status, error) = self.status_and_code();
        let error_description = if status.is_server_error() {
            tracing::error!(error = %self, "an admin request failed");
            "the broker cannot do this now; its log says why".to_owned()
        } else {
            self.to_string()
        };
        let problems = self.problems();
        let path = problems.first().map(|problem| problem.path.as_str());
        let body = Json(Body { error, error_description, path, problems });
        let response = (status, [(CACHE_CONTROL, "no-store")], body);
        // RFC 6750 section 3.1: who sent no token is not told an error code.
        match self {
            Self::NoToken => {
                ([(WWW_AUTHENTICATE, "Bearer realm=\"doorward admin\"")], response).into_response()
            }
            Self::WrongToken => {
                let challenge = "Bearer realm=\"doorward admin\", error=\"invalid_token\"";
                ([(WWW_AUTHENTICATE, challenge)], response).into_response()
            }
            _ => response.into_response(),
        }
    }
}
