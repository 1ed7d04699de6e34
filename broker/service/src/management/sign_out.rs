//! Signing people out: a session, everything of a user, of a connection's people, of a tenant; and switching users off,
//! which ends everything of theirs as well.

use doorward_domain::audit::Action;
use doorward_domain::{
    AuditEvent, ConnectionId, Epoch, EventId, Session, SessionId, Tenant, Timestamp, User, UserId,
};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, Range, StoreError, StoreExt as _, Stored, Version};
use serde::Serialize;
use utoipa::ToSchema;

use super::Management;
use super::views::{Ask, ConnectionView, Page, TenantView, UserView, ViewError, user_view};

/// How often a change is decided anew because somebody else was faster.
const TRIES: usize = 5;

/// A session.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SessionView {
    /// Its identifier; apps see it as `sid`.
    #[schema(value_type = String)]
    pub id: SessionId,
    /// Who signed in.
    #[schema(value_type = String)]
    pub user: UserId,
    /// The connection they came through; none when it was doorward itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub connection: Option<ConnectionId>,
    /// When they proved who they are.
    #[schema(value_type = i64)]
    pub authenticated_at: Timestamp,
    /// When it was last used, more or less.
    #[schema(value_type = i64)]
    pub used_at: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = i64)]
    pub ends_at: Timestamp,
}

impl Management {
    /// The sessions of a tenant's people, or of one of them, the oldest first. A page may hold less than was
    /// asked for and still not be the last.
    ///
    /// # Errors
    /// [`ViewError`]; so for all of these.
    pub async fn sessions(
        &self,
        slug: &str,
        user: Option<&str>,
        ask: &Ask,
    ) -> Result<Page<SessionView>, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let user = match user {
            Some(id) => Some(self.find_user(&tenant, id).await?.record.id),
            None => None,
        };
        let page = self.page::<Session>(&Range::of(tenant.id, Kind::Session), ask).await?;
        let mut items = Vec::new();
        for session in page.items.into_iter().filter(|it| user.is_none_or(|user| it.user == user)) {
            if self.is_live(&tenant, &session).await? {
                items.push(session_view(&session));
            }
        }
        Ok(Page { items, next: page.next })
    }

    /// Whether nothing that the session belongs to was ended since it began.
    async fn is_live(&self, tenant: &Tenant, session: &Session) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let user = self.store.read::<User>(&at::user(tenant.id, session.user), now).await?;
        let connection = match session.connection {
            Some(id) => self.store.connection_of(tenant, id, now).await?.map(|it| it.record),
            None => None,
        };
        let present = |user: Stored<User>| Epoch::of(tenant, &user.record, connection.as_ref());
        Ok(user.map(present) == Some(session.epoch))
    }

    /// Ends a session and all that came from it.
    pub async fn end_session(&self, slug: &str, id: &str, actor: &str) -> Result<SessionView, ViewError> {
        let now = self.clock.now();
        let tenant = self.find_tenant(slug).await?.id;
        let unknown = || ViewError::Unknown { what: "session", name: id.to_owned() };
        let key = at::session(tenant, id.parse().map_err(|_| unknown())?);
        let session = self.store.read::<Session>(&key, now).await?.ok_or_else(unknown)?.record;
        self.endings.end(&session, actor, now).await?;
        Ok(session_view(&session))
    }

    /// Ends all sessions and grants of a user.
    pub async fn sign_out_user(&self, slug: &str, id: &str, actor: &str) -> Result<UserView, ViewError> {
        let why = (actor, Action::EverythingEnded);
        self.rewrite_user((slug, id), |batch, user, now| self.endings.end_user(batch, user, why, now)).await
    }

    /// Lets a user act no more, and ends all sessions and grants of theirs.
    pub(super) async fn disable_user(
        &self,
        slug: &str,
        id: &str,
        actor: &str,
    ) -> Result<UserView, ViewError> {
        let why = (actor, Action::UserDisabled);
        let disable = |batch, user, now| {
            self.endings.end_user(batch, User { enabled: false, updated_at: now, ..user }, why, now)
        };
        self.rewrite_user((slug, id), disable).await
    }

    /// Lets a user act again. They sign in anew.
    pub(super) async fn enable_user(&self, slug: &str, id: &str, actor: &str) -> Result<UserView, ViewError> {
        let enable = |batch: Batch, user: User, now| {
            let event = AuditEvent {
                id: EventId::new(now, &*self.entropy),
                tenant: user.tenant,
                at: now,
                actor: actor.to_owned(),
                action: Action::UserEnabled,
                target: user.id.to_string(),
            };
            Ok((batch.insert(&event)?, User { enabled: true, updated_at: now, ..user }))
        };
        self.rewrite_user((slug, id), enable).await
    }

    /// Ends all sessions and grants of those who came through a connection, to whichever tenant.
    pub async fn sign_out_connection(
        &self,
        slug: &str,
        name: &str,
        actor: &str,
    ) -> Result<(ConnectionView, Version), ViewError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (_, stored) = self.find_connection(slug, name).await?;
            let now = self.clock.now();
            let ended = self.endings.end_connection(Batch::new(), stored.record.clone(), actor, now);
            let (batch, connection) = ended?;
            match self.store.commit(batch.update(&stored, &connection)?).await {
                Err(StoreError::Conflict(_)) if tries < TRIES => {}
                written => {
                    written?;
                    self.endings.ended();
                    return self.connection(slug, name).await;
                }
            }
        }
    }

    /// Ends all sessions and grants of a tenant's people.
    pub async fn sign_out_tenant(&self, slug: &str, actor: &str) -> Result<TenantView, ViewError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let now = self.clock.now();
            let id = self.find_tenant(slug).await?.id;
            let unknown = || ViewError::Unknown { what: "tenant", name: slug.to_owned() };
            let stored: Stored<Tenant> = self.store.tenant(id, now).await?.ok_or_else(unknown)?;
            let ended = self.endings.end_tenant(Batch::new(), stored.record.clone(), actor, now);
            let (batch, tenant) = ended?;
            match self.store.commit(batch.update(&stored, &tenant)?).await {
                Err(StoreError::Conflict(_)) if tries < TRIES => {}
                written => {
                    written?;
                    self.endings.ended();
                    return Ok(self.tenant_view(&tenant).await?);
                }
            }
        }
    }

    /// Writes a user as `change` has it, with what else it adds; on fresh records as long as somebody else is
    /// faster.
    async fn rewrite_user(
        &self,
        (slug, id): (&str, &str),
        change: impl Fn(Batch, User, Timestamp) -> Result<(Batch, User), StoreError>,
    ) -> Result<UserView, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let mut tries = 0;
        loop {
            tries += 1;
            let stored = self.find_user(&tenant, id).await?;
            let (batch, user) = change(Batch::new(), stored.record.clone(), self.clock.now())?;
            match self.store.commit(batch.update(&stored, &user)?).await {
                Err(StoreError::Conflict(_)) if tries < TRIES => {}
                written => {
                    written?;
                    self.endings.ended();
                    return Ok(user_view(user));
                }
            }
        }
    }
}

fn session_view(session: &Session) -> SessionView {
    SessionView {
        id: session.id,
        user: session.user,
        connection: session.connection,
        authenticated_at: session.authentication.time,
        used_at: session.used_at,
        ends_at: session.ends_at,
    }
}
