//! The browser's session with one issuer.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::Issuer;
use crate::keys::random_handle;
use crate::records::Session;

const COOKIE: &str = "test-idp";

/// The session that the request's cookie names.
pub(crate) fn of(issuer: &Issuer, headers: &HeaderMap) -> Option<Session> {
    issuer.records().sessions.get(cookie(headers)?).cloned()
}

/// Signs somebody in: the new session, and the id to put into its cookie.
pub(crate) fn start(issuer: &Issuer, username: &str) -> (Session, String) {
    let session = Session { sid: random_handle(), username: username.to_owned(), auth_time: issuer.now() };
    let id = random_handle();
    issuer.records().sessions.insert(id.clone(), session.clone());
    (session, id)
}

/// Ends the session of this browser and the one that an ID token names by `sid`.
pub(crate) fn end(issuer: &Issuer, headers: &HeaderMap, sid: Option<&str>) {
    let own = cookie(headers);
    issuer
        .records()
        .sessions
        .retain(|id, session| own != Some(id.as_str()) && sid != Some(session.sid.as_str()));
}

/// Puts the session's cookie on a response. Each issuer has its own, told apart by the path.
pub(crate) fn set_cookie(issuer: &Issuer, response: &mut Response, id: &str) {
    let cookie = format!("{COOKIE}={id}; Path=/{}; HttpOnly; SameSite=Lax", issuer.name());
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}
