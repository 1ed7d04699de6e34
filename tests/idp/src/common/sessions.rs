//! Browsers' sessions with a provider.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::keys::random_handle;
use super::lock;

/// A browser's sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// The `sid` claim; not the cookie, which stays between browser and provider.
    pub(crate) sid: String,
    /// Who signed in, by the provider's own key for people.
    pub(crate) person: String,
    /// When the password was given, in Unix seconds.
    pub(crate) auth_time: i64,
    /// How the person proved who they are (RFC 8176).
    pub(crate) methods: Vec<&'static str>,
    /// The apps that were signed in to.
    pub(crate) clients: Vec<String>,
}

/// The sessions of one provider, told apart from others' by cookie name and path.
pub(crate) struct Sessions {
    cookie: &'static str,
    path: String,
    open: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    pub(crate) fn new(cookie: &'static str, path: &str) -> Self {
        let path = if path.is_empty() { "/" } else { path };
        Self { cookie, path: path.to_owned(), open: Mutex::default() }
    }

    /// The session that the request's cookie names.
    pub(crate) fn of(&self, headers: &HeaderMap) -> Option<Session> {
        lock(&self.open).get(self.id(headers)?).cloned()
    }

    /// Signs somebody in: the new session, and the id to put into its cookie.
    pub(crate) fn start(&self, person: &str, methods: &[&'static str], now: i64) -> (Session, String) {
        let session = Session {
            sid: random_handle(),
            person: person.to_owned(),
            auth_time: now,
            methods: methods.to_vec(),
            clients: Vec::new(),
        };
        let id = random_handle();
        lock(&self.open).insert(id.clone(), session.clone());
        (session, id)
    }

    /// Changes the session with this `sid`, if there still is one.
    pub(crate) fn change(&self, sid: &str, change: impl FnOnce(&mut Session)) {
        if let Some(session) = lock(&self.open).values_mut().find(|session| session.sid == sid) {
            change(session);
        }
    }

    /// Ends the session of this browser and the one with this `sid`.
    pub(crate) fn end(&self, headers: &HeaderMap, sid: Option<&str>) {
        let own = self.id(headers);
        lock(&self.open).retain(|id, session| own != Some(id.as_str()) && sid != Some(session.sid.as_str()));
    }

    /// The sessions of a person.
    pub(crate) fn all_of(&self, person: &str) -> Vec<Session> {
        lock(&self.open).values().filter(|session| session.person == person).cloned().collect()
    }

    /// Ends every session of a person.
    pub(crate) fn end_all_of(&self, person: &str) {
        lock(&self.open).retain(|_, session| session.person != person);
    }

    /// Puts a session's cookie on a response.
    pub(crate) fn set_cookie(&self, response: &mut Response, id: &str) {
        let cookie = format!("{}={id}; Path={}; HttpOnly; SameSite=Lax", self.cookie, self.path);
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }

    fn id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(self.cookie)?.strip_prefix('='))
    }
}
