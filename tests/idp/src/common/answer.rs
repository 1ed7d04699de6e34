//! The way back to the client.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::{Url, form_urlencoded};

use super::pages;

/// How the client wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    /// OAuth 2.0 Form Post Response Mode. Without JavaScript the person presses the button.
    FormPost,
}

impl ResponseMode {
    /// The mode of this name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        match name {
            "query" => Some(Self::Query),
            "fragment" => Some(Self::Fragment),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }
}

/// Where an answer goes.
#[derive(Clone, Debug)]
pub(crate) struct ReturnTo {
    /// One of the client's own.
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
}

/// Parameters of an answer.
pub(crate) type Fields = Vec<(&'static str, String)>;

impl ReturnTo {
    /// Sends the fields and `state` to the client; `title` heads the page, if it takes one.
    pub(crate) fn send(self, title: &str, mut fields: Fields) -> Response {
        fields.extend(self.state.map(|state| ("state", state)));
        match self.mode {
            ResponseMode::Query => redirect(&self.redirect_uri, &fields),
            ResponseMode::Fragment => redirect_in_fragment(&self.redirect_uri, &fields),
            ResponseMode::FormPost => pages::form_post(title, &self.redirect_uri, &fields),
        }
    }
}

/// Sends the browser to `uri` with `fields` added to its query.
pub(crate) fn redirect(uri: &str, fields: &[(&str, String)]) -> Response {
    let Ok(mut location) = Url::parse(uri) else { return no_url() };
    if !fields.is_empty() {
        location.query_pairs_mut().extend_pairs(fields);
    }
    see_other(location.as_str())
}

fn redirect_in_fragment(uri: &str, fields: &[(&str, String)]) -> Response {
    let Ok(mut location) = Url::parse(uri) else { return no_url() };
    let fragment = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    location.set_fragment(Some(&fragment));
    see_other(location.as_str())
}

/// Sends the browser there, by GET.
pub(crate) fn see_other(location: &str) -> Response {
    let headers: [(HeaderName, &str); 2] =
        [(header::LOCATION, location), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn no_url() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "a registered redirect URI is not a URL").into_response()
}
