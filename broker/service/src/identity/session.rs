//! Browser sessions: begun at sign-in with a new identifier, found by their cookie.

use std::sync::Arc;

use doorward_domain::{
    Authentication, ConnectionId, Entropy, Epoch, Handle, HandleKind, Plain, Sealed, Session, SessionId,
    Timestamp, User,
};
use doorward_store::records::at;
use doorward_store::{Batch, Record as _, Store, StoreError, StoreExt as _, Stored};

use super::Endings;
use crate::settings::Settings;

/// The sessions of all browsers.
pub struct Sessions {
    store: Arc<dyn Store>,
    entropy: Arc<dyn Entropy>,
    endings: Arc<Endings>,
    settings: Arc<Settings>,
}

impl Sessions {
    /// Sessions in `store`.
    pub fn new(
        store: Arc<dyn Store>,
        entropy: Arc<dyn Entropy>,
        endings: Arc<Endings>,
        settings: Arc<Settings>,
    ) -> Self {
        Self { store, entropy, endings, settings }
    }

    /// How they end.
    pub fn endings(&self) -> &Endings {
        &self.endings
    }

    /// The live session of a browser's cookie.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find(&self, cookie: &str, now: Timestamp) -> Result<Option<Stored<Session>>, StoreError> {
        let Some(handle) = Handle::parse(HandleKind::Session, cookie) else { return Ok(None) };
        let key = at::session(handle.tenant(), handle.session());
        let found = self.store.read::<Session>(&key, now).await?;
        let idle = self.settings.lifetimes.session_idle;
        Ok(found.filter(|it| it.record.secret == handle.hash() && it.record.is_alive(now, idle)))
    }

    /// Begins in `batch` the session `id` of a person who has just signed in in this epoch, and returns it
    /// with the cookie's value. `arrival` is the connection, if there is one, the proof, and what names the
    /// person at the provider. The browser's `older` session is dead from then on (SE-01).
    ///
    /// # Errors
    /// When the session cannot be written as a record.
    pub fn begin(
        &self,
        batch: Batch,
        id: SessionId,
        (user, epoch): (&User, Epoch),
        arrival: (Option<ConnectionId>, Authentication, Option<Sealed>),
        older: Option<&Session>,
        now: Timestamp,
    ) -> Result<(Batch, Session, Plain), StoreError> {
        let handle = Handle::of_session(user.tenant, id, self.entropy.bytes());
        let longest = now + self.settings.lifetimes.session;
        let session = Session {
            id,
            tenant: user.tenant,
            user: user.id,
            connection: arrival.0,
            secret: handle.hash(),
            used_at: now,
            ends_at: arrival.1.session_expiry.map_or(longest, |end| end.min(longest)),
            authentication: arrival.1,
            earlier: older.map(|older| older.handed_on(user.tenant, user.id)).unwrap_or_default(),
            epoch,
            upstream_hint: arrival.2,
        };
        let batch = batch.insert(&session)?;
        let batch = match older {
            Some(older) if older.key() != session.key() => batch.remove(older.key()),
            _ => batch,
        };
        Ok((batch, session, handle.to_plain()))
    }

    /// Notes in `batch` that the session is in use, when that is due.
    ///
    /// # Errors
    /// When the session cannot be written as a record.
    pub fn note_use(
        &self,
        batch: Batch,
        session: &Stored<Session>,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        let precision = Session::USE_IS_NOTED_EVERY.min(self.settings.lifetimes.session_idle / 4);
        if now.since(session.record.used_at) < precision {
            return Ok(batch);
        }
        batch.update(session, &Session { used_at: now, ..session.record.clone() })
    }
}
