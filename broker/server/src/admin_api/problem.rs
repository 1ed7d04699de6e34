//! What goes wrong, and how the admin API says it: problem details (RFC 9457) with a stable `code`, and JSON
//! pointers to the fields that are wrong.

use axum::Json;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use doorward_domain::AdminScope;
use doorward_service::keys::KeyError;
use doorward_service::management::PlanError;
use doorward_service::management::clients::ClientError;
use doorward_service::management::domains::DomainError;
use doorward_service::management::identities::LoadError;
use doorward_service::management::mapping_preview::MappingPreviewError;
use doorward_service::management::plan::Problem as Wrong;
use doorward_service::management::read::Misread;
use doorward_service::management::rollout::RolloutError;
use doorward_service::management::tokens::TokenError;
use doorward_service::management::users::UserError;
use doorward_service::management::views::ViewError;
use doorward_service::provider::preview::PreviewError;
use doorward_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::suggest::unknown_field;

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum AdminError {
    /// Nobody said who they are.
    #[error("send a token of the admin API as a bearer token")]
    NoToken,
    /// The token is unknown, revoked or expired.
    #[error("this is no token of the admin API, or it is not good any more")]
    WrongToken,
    /// The token is not for this.
    #[error("this takes a token with the scope `{0}`")]
    Scope(AdminScope),
    /// The token is for one tenant, and this is not about it.
    #[error("this token is for one tenant alone, and this is not about it")]
    OtherTenant,
    /// There is nothing at this path.
    #[error("the admin API has no such path")]
    NoSuchPath,
    /// There is something, but not for this method.
    #[error("the admin API has no such method here")]
    NoSuchMethod,
    /// The path cannot be read.
    #[error("{}", .0.body_text())]
    Path(#[from] PathRejection),
    /// The query cannot be read.
    #[error("{}", with_hint(.0.body_text()))]
    Query(#[from] QueryRejection),
    /// The body cannot be had.
    #[error("{}", .0.body_text())]
    Body(#[from] BytesRejection),
    /// The body is of another type than this.
    #[error("send the body as {0}")]
    MediaType(&'static str),
    /// The body is not what it should be.
    #[error("{}", with_hint(.0.message.clone()))]
    Misread(#[from] Misread),
    /// A change that does not say of what.
    #[error("say by If-Match which version this is for, or `*` for whatever there is")]
    NoVersion,
    /// A document that cannot be applied; its problems with their pointers.
    #[error("{0}")]
    Plan(PlanError, Vec<FieldProblem>),
    /// Something that cannot be seen.
    #[error(transparent)]
    View(#[from] ViewError),
    /// A client that cannot be so.
    #[error(transparent)]
    Client(ClientError),
    /// Tokens that nobody would get.
    #[error(transparent)]
    Preview(#[from] PreviewError),
    /// A token that cannot be so.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Something that is not done with a user.
    #[error(transparent)]
    User(UserError),
    /// A connection or a tenant that stays as it is.
    #[error(transparent)]
    Rollout(RolloutError),
    /// A domain that nothing comes of.
    #[error(transparent)]
    Domain(DomainError),
    /// A key that cannot be rotated.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ClientError> for AdminError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Misread(misread) => misread.into(),
            ClientError::Store(error) => error.into(),
            error => Self::Client(error),
        }
    }
}

impl From<UserError> for AdminError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::View(error) => error.into(),
            UserError::Store(error) => error.into(),
            error => Self::User(error),
        }
    }
}

impl From<RolloutError> for AdminError {
    fn from(error: RolloutError) -> Self {
        match error {
            RolloutError::View(error) => error.into(),
            RolloutError::Store(error) => error.into(),
            error => Self::Rollout(error),
        }
    }
}

impl From<DomainError> for AdminError {
    fn from(error: DomainError) -> Self {
        match error {
            DomainError::View(error) => error.into(),
            DomainError::Store(error) => error.into(),
            DomainError::Unfit(message) => Misread { pointer: "/domain".to_owned(), message }.into(),
            error => Self::Domain(error),
        }
    }
}

impl From<LoadError> for AdminError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::View(error) => error.into(),
            LoadError::Store(error) => error.into(),
            LoadError::List(message) => Misread { pointer: "/list".to_owned(), message }.into(),
        }
    }
}

impl From<MappingPreviewError> for AdminError {
    fn from(error: MappingPreviewError) -> Self {
        match error {
            MappingPreviewError::View(error) => error.into(),
            MappingPreviewError::Change(error) => error.into(),
            MappingPreviewError::Store(error) => error.into(),
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct FieldProblem {
    /// Where in the body, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Why, and how to mend it.
    pub detail: String,
}

impl FieldProblem {
    /// What is wrong with a field of the body itself.
    pub fn of_field(wrong: &Wrong) -> Self {
        let pointer = if wrong.path.is_empty() { String::new() } else { format!("/{}", wrong.path) };
        Self { pointer, detail: wrong.message.clone() }
    }
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// The HTTP status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, as a word that programs rely on.
    code: &'static str,
    /// What happened, as people read it.
    detail: String,
    /// The fields of the body that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

impl AdminError {
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        use StatusCode as S;
        const NOT_FOUND: (StatusCode, &str) = (S::NOT_FOUND, "not_found");
        const INVALID: (StatusCode, &str) = (S::UNPROCESSABLE_ENTITY, "invalid_body");
        const UNAVAILABLE: (StatusCode, &str) = (S::SERVICE_UNAVAILABLE, "temporarily_unavailable");
        match self {
            Self::NoToken | Self::WrongToken => (S::UNAUTHORIZED, "invalid_token"),
            Self::Scope(_) | Self::Token(TokenError::Beyond) => (S::FORBIDDEN, "insufficient_scope"),
            Self::OtherTenant => (S::FORBIDDEN, "other_tenant"),
            Self::NoSuchPath | Self::View(ViewError::Unknown { .. }) => NOT_FOUND,
            Self::Client(ClientError::Unknown(_)) | Self::Token(TokenError::Unknown(_)) => NOT_FOUND,
            Self::Preview(PreviewError::Unknown { .. }) => NOT_FOUND,
            Self::Preview(PreviewError::Beyond) => (S::BAD_REQUEST, "invalid_query"),
            Self::Preview(PreviewError::Store(_)) => UNAVAILABLE,
            Self::NoSuchMethod => (S::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::Path(_) => NOT_FOUND,
            Self::Query(_) => (S::BAD_REQUEST, "invalid_query"),
            Self::View(ViewError::Cursor) => (S::BAD_REQUEST, "invalid_cursor"),
            Self::Body(rejection) => (rejection.status(), "unreadable_body"),
            Self::MediaType(_) => (S::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            Self::Misread(_) | Self::Plan(PlanError::Invalid(_), _) => INVALID,
            Self::Client(ClientError::Invalid(_) | ClientError::Misread(_)) => INVALID,
            Self::Token(TokenError::Invalid(_)) => INVALID,
            Self::User(UserError::Taken(_) | UserError::LastOwner | UserError::OwnersNeeded) => {
                (S::CONFLICT, "conflict")
            }
            Self::User(_) => INVALID,
            Self::Domain(DomainError::TooOften) => (S::TOO_MANY_REQUESTS, "too_often"),
            Self::Domain(_) => (S::CONFLICT, "conflict"),
            Self::NoVersion => (S::PRECONDITION_REQUIRED, "version_required"),
            Self::Client(ClientError::Changed) | Self::Rollout(RolloutError::Changed) => {
                (S::PRECONDITION_FAILED, "version_mismatch")
            }
            Self::Client(ClientError::Exists(_)) => (S::CONFLICT, "already_exists"),
            Self::Client(ClientError::NoSecret) => (S::CONFLICT, "no_secret"),
            Self::Key(KeyError::NotReady(_)) | Self::Rollout(RolloutError::Lacking(_)) => {
                (S::CONFLICT, "not_ready")
            }
            Self::Rollout(RolloutError::First) => (S::CONFLICT, "conflict"),
            Self::Plan(PlanError::Store(_), _) | Self::View(ViewError::Store(_)) => UNAVAILABLE,
            Self::Client(ClientError::Store(_)) | Self::Token(TokenError::Store(_)) => UNAVAILABLE,
            Self::Key(_) | Self::Store(_) | Self::Rollout(_) => UNAVAILABLE,
        }
    }

    fn errors(&self) -> Vec<FieldProblem> {
        match self {
            Self::Plan(_, problems) => problems.clone(),
            Self::Client(ClientError::Invalid(wrong)) | Self::Token(TokenError::Invalid(wrong)) => {
                wrong.iter().map(FieldProblem::of_field).collect()
            }
            Self::Rollout(RolloutError::Lacking(lacking)) => {
                let told = |detail: &String| FieldProblem { pointer: String::new(), detail: detail.clone() };
                lacking.iter().map(told).collect()
            }
            Self::Misread(misread) => {
                vec![FieldProblem { pointer: misread.pointer.clone(), detail: self.to_string() }]
            }
            _ => Vec::new(),
        }
    }

    /// RFC 6750 section 3: who sent no token is not told an error code.
    fn challenge(&self) -> Option<HeaderValue> {
        const REALM: &str = "Bearer realm=\"doorward admin\"";
        match self {
            Self::NoToken => Some(HeaderValue::from_static(REALM)),
            Self::WrongToken => HeaderValue::try_from(format!("{REALM}, error=\"invalid_token\"")).ok(),
            Self::Scope(scope) => {
                let text = format!("{REALM}, error=\"insufficient_scope\", scope=\"{scope}\"");
                HeaderValue::try_from(text).ok()
            }
            _ => None,
        }
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        let detail = if status.is_server_error() {
            tracing::error!(error = %self, "an admin request failed");
            "the broker cannot do this now; its log says why".to_owned()
        } else {
            self.to_string()
        };
        let title = status.canonical_reason().unwrap_or_default();
        let body = Json(Problem { title, status: status.as_u16(), code, detail, errors: self.errors() });
        let mut response = (status, [(CACHE_CONTROL, "no-store")], body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A message, with what was probably meant where it names an unknown field.
fn with_hint(message: String) -> String {
    match unknown_field(&message) {
        Some((_, Some(hint))) => format!("{message}; did you mean `{hint}`?"),
        _ => message,
    }
}
