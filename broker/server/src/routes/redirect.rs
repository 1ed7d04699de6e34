//! The one way in which a browser is sent on.

use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use doorward_service::provider::Answer;
use url::{Url, form_urlencoded};

use crate::app::App;
use crate::pages::{FormPostPage, Href};
use crate::words::Words;

/// Brings an answer to an app, in the way that the app asked for.
pub fn answer(request: &HeaderMap, answer: &Answer) -> Response {
    match answer {
        Answer::Redirect(location) => redirect(location),
        Answer::Post { action, fields, ui_locales } => {
            let words = Words::for_reader(ui_locales.as_deref(), request);
            FormPostPage { words, action: Href::app(action), fields: fields.clone() }.into_response()
        }
    }
}

/// A form that another site posted comes without our cookies (SameSite=Lax). It is asked for once more
/// by GET, which brings them; `None` when the browser sent a session, or the form is too long for that.
pub fn with_cookies(app: &App, headers: &HeaderMap, path: &str, form: &[u8]) -> Option<Response> {
    const LONGEST_FORM: usize = 6 * 1024;
    if app.cookies.session(headers).is_some() || form.len() > LONGEST_FORM {
        return None;
    }
    let mut url = Url::parse(&app.settings.url(path)).ok()?;
    url.query_pairs_mut().extend_pairs(form_urlencoded::parse(form));
    Some(redirect(&url))
}

/// A redirect that never repeats a form's body (RFC 9700 section 4.12) and is never cached.
pub fn redirect(location: &Url) -> Response {
    // A serialised URL is ASCII without control characters, which is always a header value.
    let Ok(location) = HeaderValue::from_str(location.as_str()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let no_store = HeaderValue::from_static("no-store");
    let no_referrer = HeaderValue::from_static("no-referrer");
    let headers = [(LOCATION, location), (CACHE_CONTROL, no_store), (REFERRER_POLICY, no_referrer)];
    (StatusCode::SEE_OTHER, headers).into_response()
}
