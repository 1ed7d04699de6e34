//! Browser sessions: begun at sign-in with a new identifier, found by their cookie, ended by logout.

use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{
    AuditEvent, Authentication, ConnectionId, Entropy, EventId, Handle, HandleKind, Plain, Session,
    SessionId, Timestamp, User,
};
use doorward_store::records::at;
use doorward_store::{Batch, Range, Record as _, Store, StoreError, StoreExt as _, Stored};

use crate::settings::Settings;

/// The sessions of all browsers.
pub struct Sessions {
    store: Arc<dyn Store>,
    entropy: Arc<dyn Entropy>,
    settings: Arc<Settings>,
}

/// A logout ends this many grants in one commit; further ones follow in the next.
const GRANTS_AT_ONCE: usize = 200;

impl Sessions {
    /// Sessions in `store`.
    pub fn new(store: Arc<dyn Store>, entropy: Arc<dyn Entropy>, settings: Arc<Settings>) -> Self {
        Self { store, entropy, settings }
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

    /// Begins in `batch` the session `id` of a person who has just signed in, and returns it with the
    /// cookie's value. `arrival` is the connection, if there is one, and the proof. The browser's `older` session is dead from then on (SE-01).
    ///
    /// # Errors
    /// When the session cannot be written as a record.
    pub fn begin(
        &self,
        batch: Batch,
        id: SessionId,
        user: &User,
        arrival: (Option<ConnectionId>, Authentication),
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

    /// Ends a session and every grant that came from it or from those before it.
    ///
    /// # Errors
    /// When the store fails; then nothing is claimed to have ended.
    pub async fn end(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        let event = AuditEvent {
            id: EventId::new(now, &*self.entropy),
            tenant: session.tenant,
            at: now,
            actor: session.user.to_string(),
            action: Action::SignedOut,
            target: session.id.to_string(),
        };
        self.end_grants(session, Batch::new().remove(session.key()).put(&event)?).await?;
        // Whoever issued a code meanwhile either sees that the session is gone, or is seen here.
        self.end_grants(session, Batch::new()).await
    }

    /// Deletes the grants of a session and of those before it, together with what is in `batch`.
    async fn end_grants(&self, session: &Session, mut batch: Batch) -> Result<(), StoreError> {
        for id in session.earlier.iter().chain([&session.id]) {
            let grants = Range::starting_with(at::grants_of_session(session.tenant, *id));
            loop {
                let page = self.store.list(&grants, GRANTS_AT_ONCE).await?;
                let full = page.len() == GRANTS_AT_ONCE;
                batch = page.into_iter().fold(batch, |batch, (key, _)| batch.remove(key));
                if !full {
                    break;
                }
                self.store.commit(std::mem::take(&mut batch)).await?;
            }
        }
        if !batch.operations().is_empty() {
            self.store.commit(batch).await?;
        }
        Ok(())
    }
}
