//! The way back to the client, with `state` and `iss` in every answer (RFC 9207).

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::oauth_error::OAuthError;
use crate::{Issuer, pages};

/// How the client wants its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    /// OAuth 2.0 Form Post Response Mode. Without JavaScript the person presses the button.
    FormPost,
}

impl ResponseMode {
    pub(crate) fn parse(name: Option<&str>) -> Option<Self> {
        match name {
            None | Some("query") => Some(Self::Query),
            Some("form_post") => Some(Self::FormPost),
            Some(_) => None,
        }
    }
}

/// Where an answer goes.
pub(crate) struct ReturnTo {
    /// One of the client's own.
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
}

impl ReturnTo {
    pub(crate) fn with_code(self, issuer: &Issuer, code: String) -> Response {
        self.send(issuer, vec![("code", code)])
    }

    pub(crate) fn with_error(self, issuer: &Issuer, error: OAuthError) -> Response {
        self.send(issuer, vec![("error", error.error), ("error_description", error.description)])
    }

    fn send(self, issuer: &Issuer, mut fields: Vec<(&'static str, String)>) -> Response {
        fields.extend(self.state.map(|state| ("state", state)));
        fields.push(("iss", issuer.url().to_owned()));
        match self.mode {
            ResponseMode::Query => redirect(&self.redirect_uri, &fields),
            ResponseMode::FormPost => pages::form_post(issuer, &self.redirect_uri, &fields),
        }
    }
}

/// Sends the browser to `uri` with `fields` added to its query.
pub(crate) fn redirect(uri: &str, fields: &[(&str, String)]) -> Response {
    let Ok(mut location) = Url::parse(uri) else {
        return (StatusCode::INTERNAL_SERVER_ERROR, "a registered redirect URI is not a URL").into_response();
    };
    if !fields.is_empty() {
        location.query_pairs_mut().extend_pairs(fields);
    }
    let headers: [(HeaderName, &str); 2] =
        [(header::LOCATION, location.as_str()), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SEE_OTHER, headers).into_response()
}
