//! Browser sessions, in memory and keyed by a random cookie.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, header};
use openidconnect::CsrfToken;

use crate::relying_party::{Pending, Tokens};

const COOKIE: &str = "sample-app";

/// What the app knows of one browser.
#[derive(Default)]
struct Session {
    /// Sign-ins under way by their state: every tab may have its own.
    pending: HashMap<String, Pending>,
    tokens: Option<Tokens>,
}

/// All browsers.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// Remembers a sign-in under way. The cookie to set is that of the browser's session, or of a
    /// new one.
    pub(crate) fn begin(&self, headers: &HeaderMap, state: &CsrfToken, pending: Pending) -> String {
        let mut sessions = self.lock();
        let id = match id_of(headers).filter(|id| sessions.contains_key(*id)) {
            Some(id) => id.to_owned(),
            None => new_id(),
        };
        sessions.entry(id.clone()).or_default().pending.insert(state.secret().clone(), pending);
        cookie(&id)
    }

    /// Takes the sign-in that this browser started with `state`.
    pub(crate) fn take_pending(&self, headers: &HeaderMap, state: &str) -> Option<Pending> {
        self.lock().get_mut(id_of(headers)?)?.pending.remove(state)
    }

    /// The tokens of whoever is signed in.
    pub(crate) fn tokens(&self, headers: &HeaderMap) -> Option<Tokens> {
        self.lock().get(id_of(headers)?)?.tokens.clone()
    }

    /// Signs somebody in, under a new session id so that a planted one is worth nothing. Answers the
    /// cookie to set.
    pub(crate) fn sign_in(&self, headers: &HeaderMap, tokens: Tokens) -> String {
        let mut sessions = self.lock();
        let mut session = id_of(headers).and_then(|id| sessions.remove(id)).unwrap_or_default();
        session.tokens = Some(tokens);
        let id = new_id();
        sessions.insert(id.clone(), session);
        cookie(&id)
    }

    /// Replaces the tokens of a session that is still there.
    pub(crate) fn replace_tokens(&self, headers: &HeaderMap, tokens: Tokens) {
        let mut sessions = self.lock();
        if let Some(session) = id_of(headers).and_then(|id| sessions.get_mut(id)) {
            session.tokens = Some(tokens);
        }
    }

    /// Forgets the browser; answers the tokens it had.
    pub(crate) fn sign_out(&self, headers: &HeaderMap) -> Option<Tokens> {
        self.lock().remove(id_of(headers)?)?.tokens
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_id() -> String {
    CsrfToken::new_random_len(32).into_secret()
}

fn cookie(id: &str) -> String {
    format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Lax")
}

fn id_of(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}
