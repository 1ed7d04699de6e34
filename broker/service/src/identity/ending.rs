//! Endings: the one way in which sessions and grants end, whoever wants it: the person, an app on their
//! behalf, an operator, or an identity provider. The apps that took part are told.
//!
//! A session ends with all that came from it, in the commit that tells of it. Everything of a user, of a tenant
//! or of those who came through a connection ends by one write, that of their [`Epoch`]; what lies about from
//! before is dead from then on, and a job clears it away and tells the apps.
//!
//! Which apps took part is what the grants say. A grant of an app that is to be told is kept for as long as
//! its session lives, so that a sign-in writes nothing for it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::audit::Action;
use doorward_domain::connection::{NamedSessions, SessionAt};
use doorward_domain::{
    AuditEvent, Client, ClientId, Connection, ConnectionId, Entropy, Epoch, EventId, Grant, Session,
    SessionId, Slug, Task, Tenant, TenantId, Timestamp, User, UserId,
};
use doorward_store::records::{TenantOf, at};
use doorward_store::{Batch, Key, Kind, Range, Record, Store, StoreError, StoreExt as _, Stored, Value};

use crate::jobs::{Jobs, Outcome};

/// So many records end in one commit; further ones follow in the next.
const AT_ONCE: usize = 200;
/// So many parts are cleared away at one time; then others have their turn.
const PARTS: usize = 25;

/// What ends sessions and grants.
pub struct Endings {
    store: Arc<dyn Store>,
    entropy: Arc<dyn Entropy>,
    jobs: Arc<Jobs>,
}

/// That an app took part in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participation {
    /// The app.
    pub client: ClientId,
    /// The session.
    pub session: SessionId,
}

impl Endings {
    /// Endings in `store`.
    pub fn new(store: Arc<dyn Store>, entropy: Arc<dyn Entropy>, jobs: Arc<Jobs>) -> Self {
        Self { store, entropy, jobs }
    }

    /// Ends a session and every grant that came from it or from those before it, because `actor` wants it. The
    /// apps with a back channel will be told; all that took part and wish to know are returned.
    ///
    /// # Errors
    /// When the store fails; then nothing is claimed to have ended.
    pub async fn end(
        &self,
        session: &Session,
        actor: &str,
        now: Timestamp,
    ) -> Result<Vec<Participation>, StoreError> {
        let target = session.id.to_string();
        let event = self.event(session.tenant, actor, Action::SignedOut, target, now);
        let mut told = Vec::new();
        let ids: Vec<_> = session.earlier.iter().chain([&session.id]).copied().collect();
        let of = (session.tenant, ids.as_slice());
        self.end_grants(of, Batch::new().remove(session.key()).put(&event)?, &mut told, now).await?;
        // Whoever issued a code meanwhile either sees that the session is gone, or is seen here.
        self.end_grants(of, Batch::new(), &mut told, now).await?;
        self.jobs.wake();
        Ok(told)
    }

    /// Ends what a provider names of a connection: the sessions, and what is left of those that a later sign-in
    /// took the place of.
    ///
    /// # Errors
    /// When the store fails; then it is not known to have ended, and may be asked for again.
    pub async fn end_named(
        &self,
        connection: &Connection,
        named: &NamedSessions,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (owner, id, actor) = (connection.tenant, connection.id, connection.id.to_string());
        let other = named.sub.filter(|_| named.sid.is_some());
        let Some(name) = named.sid.or(named.sub) else { return Ok(()) };
        let mut range = Range::starting_with(at::sessions_at(owner, id, &name));
        loop {
            let page = self.store.read_range::<SessionAt>(&range, AT_ONCE, now).await?;
            let Some(last) = page.last().map(|last| last.record.key()) else { return Ok(()) };
            for Stored { record: known, .. } in page {
                let by_other = other.map(|other| at::session_at(owner, id, &other, known.session));
                if let Some(by_other) = &by_other
                    && self.store.get(by_other).await?.is_none()
                {
                    continue;
                }
                match self.store.read::<Session>(&at::session(known.tenant, known.session), now).await? {
                    Some(session) => drop(self.end(&session.record, &actor, now).await?),
                    None => {
                        let of = [known.session];
                        self.end_grants((known.tenant, &of), Batch::new(), &mut Vec::new(), now).await?;
                        self.jobs.wake();
                    }
                }
                let known = Batch::new().remove(known.key());
                self.store.commit(by_other.into_iter().fold(known, Batch::remove)).await?;
            }
            range = range.after(&last);
        }
    }

    /// Ends everything of a user in `batch`: the user is `changed`, and written with the next count. Once that
    /// is durable, call [`Endings::ended`].
    ///
    /// # Errors
    /// When a record cannot be written.
    pub fn end_user(
        &self,
        batch: Batch,
        changed: User,
        (actor, action): (&str, Action),
        now: Timestamp,
    ) -> Result<(Batch, User), StoreError> {
        let (tenant, id) = (changed.tenant, changed.id);
        let user = User { epoch: changed.epoch + 1, ..changed };
        let event = self.event(tenant, actor, action, id.to_string(), now);
        let clear = Task::Clear { user: Some(id), connection: None, after: None };
        Ok((self.jobs.add(batch.insert(&event)?, tenant, clear, now)?, user))
    }

    /// Ends everything of a tenant's people in `batch`, likewise.
    ///
    /// # Errors
    /// When a record cannot be written.
    pub fn end_tenant(
        &self,
        batch: Batch,
        changed: Tenant,
        actor: &str,
        now: Timestamp,
    ) -> Result<(Batch, Tenant), StoreError> {
        let id = changed.id;
        let tenant = Tenant { epoch: changed.epoch + 1, ..changed };
        let event = self.event(id, actor, Action::EverythingEnded, id.to_string(), now);
        let clear = Task::Clear { user: None, connection: None, after: None };
        Ok((self.jobs.add(batch.insert(&event)?, id, clear, now)?, tenant))
    }

    /// Ends everything of those who came through a connection in `batch`, likewise.
    ///
    /// # Errors
    /// When a record cannot be written.
    pub fn end_connection(
        &self,
        batch: Batch,
        changed: Connection,
        actor: &str,
        now: Timestamp,
    ) -> Result<(Batch, Connection), StoreError> {
        let (tenant, id) = (changed.tenant, changed.id);
        let connection = Connection { epoch: changed.epoch + 1, ..changed };
        let event = self.event(tenant, actor, Action::EverythingEnded, id.to_string(), now);
        let clear = Task::Clear { user: None, connection: Some(id), after: None };
        Ok((self.jobs.add(batch.insert(&event)?, tenant, clear, now)?, connection))
    }

    /// Lets what was ended be cleared away, and the apps be told.
    pub fn ended(&self) {
        self.jobs.wake();
    }

    /// Deletes the grants of sessions, together with what is in `batch`.
    async fn end_grants(
        &self,
        (tenant, sessions): (TenantId, &[SessionId]),
        mut batch: Batch,
        told: &mut Vec<Participation>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for id in sessions {
            let grants = Range::starting_with(at::grants_of_session(tenant, *id));
            loop {
                let page = self.store.list(&grants, AT_ONCE).await?;
                let full = page.len() == AT_ONCE;
                batch = self.without(batch, &page, told, now).await?;
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

    /// Deletes these grants in `batch`, and adds what their apps are to be told.
    async fn without(
        &self,
        mut batch: Batch,
        grants: &[(Key, Value)],
        told: &mut Vec<Participation>,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        for (key, value) in grants {
            batch = batch.remove(key.clone());
            if value.expires_at.is_some_and(|expiry| expiry <= now) {
                continue;
            }
            let grant: Grant = read(value)?;
            let known = |it: &Participation| (&it.client, it.session) == (&grant.client, grant.session);
            if told.iter().any(known) {
                continue;
            }
            let (wishes, by_back_channel) = self.wishes_to_know(&grant, now).await?;
            let Grant { tenant, user, session, client, .. } = grant;
            if by_back_channel {
                let token = Task::LogoutToken { client: client.clone(), user, session };
                batch = self.jobs.add(batch, tenant, token, now)?;
            }
            if wishes {
                told.push(Participation { client, session });
            }
        }
        Ok(batch)
    }

    /// Whether the app of a grant wishes to be told, and whether by its back channel. An app that is known by
    /// its document alone is asked when it is told.
    async fn wishes_to_know(&self, grant: &Grant, now: Timestamp) -> Result<(bool, bool), StoreError> {
        let client = self.store.read::<Client>(&at::client(&grant.client), now).await?;
        Ok(match client.map(|it| it.record) {
            Some(client) if !client.enabled => (false, false),
            Some(client) => (client.logout.any(), client.logout.back_channel.is_some()),
            None => (grant.remembered_until.is_some(), grant.remembered_until.is_some()),
        })
    }

    /// Clears away a part of what is over since everything of these was ended; `after` is where the part before
    /// stopped.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn clear(
        &self,
        of: Ended,
        after: Option<&str>,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let Ended { tenant, user, connection } = of;
        let counts = Counts::read(&*self.store, of, now).await?;
        if let Some(id) = connection.filter(|_| after.is_none() && counts.owns_connection) {
            self.clear_below(tenant, id, now).await?;
        }
        let start = after.and_then(|text| Key::from_bytes(&BASE64.decode(text).ok()?));
        let kinds = [Session::KIND, Grant::KIND];
        let begun = start.as_ref().map(Key::kind);
        let mut start = start;
        let mut parts = 0;
        for kind in kinds.into_iter().skip_while(|kind| begun.is_some_and(|begun| begun != *kind)) {
            let whole = Range::of(tenant, kind);
            let mut range = start.take().map_or_else(|| whole.clone(), |after| whole.after(&after));
            loop {
                let page = self.store.list(&range, AT_ONCE).await?;
                let last = page.last().map(|(key, _)| key.clone());
                let full = page.len() == AT_ONCE;
                self.clear_part(kind, page, &counts, now).await?;
                let Some(last) = last.filter(|_| full) else { break };
                parts += 1;
                if parts == PARTS {
                    let after = Some(BASE64.encode(last.as_bytes()));
                    return Ok(Outcome::Rest(Task::Clear { user, connection, after }));
                }
                range = whole.after(&last);
            }
        }
        Ok(Outcome::Done)
    }

    /// Lets the same be done for every tenant below that people come to through this connection.
    async fn clear_below(&self, owner: TenantId, id: ConnectionId, now: Timestamp) -> Result<(), StoreError> {
        let whole = Range::of(TenantId::BROKER, Kind::TenantBySlug);
        let mut range = whole.clone();
        loop {
            let page = self.store.read_range::<TenantOf<Slug>>(&range, AT_ONCE, now).await?;
            let Some(last) = page.last().map(|last| last.record.key()) else { return Ok(()) };
            let mut batch = Batch::new();
            for Stored { record: TenantOf { tenant, .. }, .. } in page {
                let found = self.store.tenant(tenant, now).await?;
                if tenant != owner && found.is_some_and(|found| found.record.belongs_to(owner)) {
                    let clear = Task::Clear { user: None, connection: Some(id), after: None };
                    batch = self.jobs.add(batch, tenant, clear, now)?;
                }
            }
            if !batch.operations().is_empty() {
                self.store.commit(batch).await?;
                self.jobs.wake();
            }
            range = whole.after(&last);
        }
    }

    async fn clear_part(
        &self,
        kind: Kind,
        page: Vec<(Key, Value)>,
        counts: &Counts,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut over = Vec::new();
        for (key, value) in page {
            let (user, way, epoch) = match kind {
                Kind::Session => read(&value).map(|it: Session| (it.user, it.connection, it.epoch))?,
                _ => read(&value).map(|it: Grant| (it.user, it.connection, it.epoch))?,
            };
            if counts.are_over(user, way, epoch) {
                over.push((key, value));
            }
        }
        let batch = match kind {
            Kind::Session => over.into_iter().fold(Batch::new(), |batch, (key, _)| batch.remove(key)),
            _ => self.without(Batch::new(), &over, &mut Vec::new(), now).await?,
        };
        if !batch.operations().is_empty() {
            self.store.commit(batch).await?;
            self.jobs.wake();
        }
        Ok(())
    }

    fn event(
        &self,
        tenant: TenantId,
        actor: &str,
        action: Action,
        target: String,
        now: Timestamp,
    ) -> AuditEvent {
        let (id, actor) = (EventId::new(now, &*self.entropy), actor.to_owned());
        AuditEvent { id, tenant, at: now, actor, action, target }
    }
}

/// Whose everything was ended: a tenant's, or of its people one user's, or theirs who came through a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub tenant: TenantId,
    pub user: Option<UserId>,
    pub connection: Option<ConnectionId>,
}

/// The present counts of a tenant, of one of its users and of a connection; none when they do not exist any
/// more.
struct Counts {
    tenant: Option<u32>,
    user: Option<(UserId, Option<u32>)>,
    connection: Option<(ConnectionId, Option<u32>)>,
    /// Whether the connection is the tenant's own, and may lead to tenants below it.
    owns_connection: bool,
}

impl Counts {
    async fn read(
        store: &dyn Store,
        Ended { tenant: id, user, connection }: Ended,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let tenant = store.tenant(id, now).await?.map(|it| it.record);
        let found = match (&tenant, connection) {
            (Some(tenant), Some(id)) => store.connection_of(tenant, id, now).await?,
            _ => None,
        };
        let connection = connection.map(|id| (id, found.as_ref().map(|it| it.record.epoch)));
        let owns_connection = found.is_some_and(|it| it.record.tenant == id);
        let user = match user {
            None => None,
            Some(user) => {
                let found = store.read::<User>(&at::user(id, user), now).await?;
                Some((user, found.map(|it| it.record.epoch)))
            }
        };
        Ok(Self { tenant: tenant.map(|it| it.epoch), user, connection, owns_connection })
    }

    /// Whether what a user who came this way began in `epoch` is over.
    fn are_over(&self, user: UserId, way: Option<ConnectionId>, epoch: Epoch) -> bool {
        let of_the_user = self.user.is_some_and(|(id, count)| id == user && count != Some(epoch.user));
        let of_the_connection =
            self.connection.is_some_and(|(id, count)| Some(id) == way && count != Some(epoch.connection));
        of_the_user || of_the_connection || self.tenant != Some(epoch.tenant)
    }
}

fn read<R: Record>(value: &Value) -> Result<R, StoreError> {
    serde_json::from_slice(&value.bytes)
        .map_err(|cause| StoreError::Damaged { kind: R::KIND, cause: cause.to_string() })
}
