//! Users who sign in at doorward itself: made, invited, switched off and on, and made owners.

use doorward_domain::audit::Action;
use doorward_domain::{
    AuditEvent, Credentials, EmailAddress, EventId, Login, PopulationName, ProofPurpose, Tenant, TenantId,
    Timestamp, User, UserId, Username,
};
use doorward_store::records::{LoginOf, at};
use doorward_store::{Batch, Record as _, StoreError, StoreExt as _, Stored};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Management;
use super::plan::Plan;
use super::rollout::guard::{OWNERS, Readiness};
use super::views::{UserView, ViewError, user_view};
use crate::identity::accounts;
use crate::identity::local::Account;
use crate::identity::local::accounts::logins;

/// A user that shall be.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// What they type after the company code.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub username: Option<Username>,
    /// What they type, and where mail goes.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub email: Option<EmailAddress>,
    /// Their name, as people read it.
    #[serde(default)]
    pub name: Option<String>,
    /// Their population.
    #[serde(default)]
    #[schema(value_type = String)]
    pub population: PopulationName,
    /// Whether they own the tenant's account.
    #[serde(default)]
    pub owner: bool,
    /// Whether they choose their password themselves, by a link that is mailed to them.
    #[serde(default)]
    pub invite: bool,
}

/// Why something is not done with a user.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// There is no such tenant or user.
    #[error(transparent)]
    View(#[from] ViewError),
    /// A user without a name to type.
    #[error("a user needs a username or an e-mail address")]
    Nameless,
    /// Somebody else of the tenant has the name.
    #[error("`{0}` is somebody else's already")]
    Taken(String),
    /// No mail can be sent.
    #[error("the user has no e-mail address that a link could be sent to")]
    NoAddress,
    /// The user signs in through an identity provider alone.
    #[error("the user has no credentials here")]
    NotLocal,
    /// A tenant keeps an owner.
    #[error("the tenant would have no owner left who can sign in; make somebody else an owner first")]
    LastOwner,
    /// Where a connection is the only way in, owners keep another one.
    #[error(
        "a connection is required, so {OWNERS} owners keep a working way in here; make somebody else an owner \
         first, or the connection \"live\""
    )]
    OwnersNeeded,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an operator does with a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum UserChange {
    /// Mails a link to choose the first password with.
    Invite,
    /// Mails a link to choose another password with. Until then the old one is good.
    ResetPassword,
    /// Mails a link to confirm the address with.
    VerifyEmail,
    /// Lets them act again.
    Enable,
    /// Lets them act no more, and ends what they have.
    Disable,
    /// Makes them an owner of the tenant's account, or takes that from them.
    SetOwner {
        /// Which of the two.
        owner: bool,
    },
}

impl Management {
    /// Makes a user who signs in at doorward itself.
    ///
    /// # Errors
    /// [`UserError`].
    pub async fn create_user(&self, slug: &str, new: NewUser, actor: &str) -> Result<UserView, UserError> {
        let now = self.clock.now();
        let tenant = self.find_tenant(slug).await?;
        let made = Made::new(&new, tenant.id, UserId::new(now, &*self.entropy), now);
        if new.username.is_none() && new.email.is_none() {
            return Err(UserError::Nameless);
        }
        let mut batch = accounts::create(Batch::new(), &made.user)?.insert(&made.credentials)?;
        batch = self.with_logins(batch, &made.credentials, now).await?;
        batch = batch.insert(&self.user_event(&made.user, Action::UserCreated, actor, now))?;
        self.store.commit(batch).await.map_err(|error| taken(error, &made.credentials))?;
        if new.invite {
            self.send(&tenant, (&made.user, &made.credentials), ProofPurpose::Invitation, actor).await?;
        }
        Ok(user_view(made.user))
    }

    /// Does something with a user, who is named by identifier, username or address.
    ///
    /// # Errors
    /// [`UserError`].
    pub async fn change_user(
        &self,
        slug: &str,
        name: &str,
        change: UserChange,
        actor: &str,
    ) -> Result<UserView, UserError> {
        let tenant = self.find_tenant(slug).await?;
        let user = self.find_user(&tenant, name).await?;
        match change {
            UserChange::Invite => self.mail(&tenant, &user, ProofPurpose::Invitation, actor).await,
            UserChange::ResetPassword => self.mail(&tenant, &user, ProofPurpose::Reset, actor).await,
            UserChange::VerifyEmail => self.mail(&tenant, &user, ProofPurpose::Verification, actor).await,
            UserChange::Enable => Ok(self.enable_user(slug, name, actor).await?),
            UserChange::Disable => {
                self.keep_owners(&tenant, &user.record).await?;
                Ok(self.disable_user(slug, name, actor).await?)
            }
            UserChange::SetOwner { owner } => {
                if !owner {
                    self.keep_owners(&tenant, &user.record).await?;
                }
                self.set(&user, |user| user.owner = owner, actor).await
            }
        }
    }

    /// The user with an identifier, a username or an address.
    pub(super) async fn find_user(&self, tenant: &Tenant, name: &str) -> Result<Stored<User>, ViewError> {
        let now = self.clock.now();
        let unknown = || ViewError::Unknown { what: "user", name: name.to_owned() };
        let id = match (name.parse::<UserId>(), Login::parse(name)) {
            (Ok(id), _) => id,
            (Err(_), Some(login)) => {
                let login = match &login {
                    Login::Email(email) => email.as_str(),
                    Login::Username(username) | Login::UsernameAt(username, _) => username.as_str(),
                };
                let index = self.store.read::<LoginOf>(&at::login(tenant.id, login), now).await?;
                index.ok_or_else(unknown)?.record.user
            }
            (Err(_), None) => return Err(unknown()),
        };
        self.store.read::<User>(&at::user(tenant.id, id), now).await?.ok_or_else(unknown)
    }

    async fn set(
        &self,
        user: &Stored<User>,
        change: impl FnOnce(&mut User),
        actor: &str,
    ) -> Result<UserView, UserError> {
        let now = self.clock.now();
        let mut changed = user.record.clone();
        change(&mut changed);
        changed.updated_at = now;
        let event = self.user_event(&changed, Action::Applied, actor, now);
        self.store.commit(Batch::new().update(user, &changed)?.insert(&event)?).await?;
        Ok(user_view(changed))
    }

    /// Refuses what would leave the tenant without an owner who can sign in, or without two of them where a
    /// connection is the only way in for everybody else.
    async fn keep_owners(&self, tenant: &Tenant, leaving: &User) -> Result<(), UserError> {
        if !leaving.owner || !leaving.enabled {
            return Ok(());
        }
        let now = self.clock.now();
        if !tenant.required.is_empty() {
            let ways = Readiness::read(&*self.store, tenant.id, now).await?.ways;
            let spared = !ways.contains(&leaving.id) || ways.len() > OWNERS;
            return if spared { Ok(()) } else { Err(UserError::OwnersNeeded) };
        }
        let range = doorward_store::Range::of(leaving.tenant, doorward_store::Kind::User);
        let users = self.store.read_range::<User>(&range, MOST_USERS, now).await?;
        let stays = |user: &User| user.id != leaving.id && user.owner && user.enabled && user.local;
        if users.iter().any(|user| stays(&user.record)) { Ok(()) } else { Err(UserError::LastOwner) }
    }

    /// Mails invitations to those whom a plan has made.
    pub(super) async fn invite(&self, plan: &Plan, actor: &str) -> Result<(), StoreError> {
        for (tenant, user) in &plan.invited {
            let account = self.local.account(*tenant, *user, self.clock.now()).await?;
            let Some(Account { tenant, user, credentials }) = account else { continue };
            let of = (&user.record, &credentials.record);
            match self.send(&tenant, of, ProofPurpose::Invitation, actor).await {
                Err(UserError::Store(error)) => return Err(error),
                Err(error) => tracing::warn!(%error, "an invitation was not sent"),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn mail(
        &self,
        tenant: &Tenant,
        user: &Stored<User>,
        purpose: ProofPurpose,
        actor: &str,
    ) -> Result<UserView, UserError> {
        let key = at::credentials(user.record.tenant, user.record.id);
        let credentials = self.store.read::<Credentials>(&key, self.clock.now()).await?;
        let credentials = credentials.ok_or(UserError::NotLocal)?.record;
        self.send(tenant, (&user.record, &credentials), purpose, actor).await?;
        Ok(user_view(user.record.clone()))
    }

    async fn send(
        &self,
        tenant: &Tenant,
        (user, credentials): (&User, &Credentials),
        purpose: ProofPurpose,
        actor: &str,
    ) -> Result<(), UserError> {
        let now = self.clock.now();
        let batch = Batch::new().insert(&self.user_event(user, Action::Invited, actor, now))?;
        let batch = self.local.prove(batch, (&tenant.name, user, credentials), purpose, now)?;
        self.store.commit(batch.ok_or(UserError::NoAddress)?).await?;
        self.local.posted();
        Ok(())
    }

    /// Adds the index records of credentials. The broker's own goes to whoever has the address first.
    pub(super) async fn with_logins(
        &self,
        mut batch: Batch,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Batch, StoreError> {
        let (of_tenant, everywhere) = logins(credentials);
        for login in of_tenant {
            batch = batch.insert(&login)?;
        }
        if let Some(login) = everywhere
            && self.store.read::<LoginOf>(&login.key(), now).await?.is_none()
        {
            batch = batch.insert(&login)?;
        }
        Ok(batch)
    }

    pub(super) fn user_event(&self, user: &User, action: Action, actor: &str, now: Timestamp) -> AuditEvent {
        AuditEvent {
            id: EventId::new(now, &*self.entropy),
            tenant: user.tenant,
            at: now,
            actor: actor.to_owned(),
            action,
            target: user.id.to_string(),
        }
    }
}

/// No tenant has more users than are looked through for another owner.
const MOST_USERS: usize = 100_000;

/// A user as they are made, with their credentials.
pub(super) struct Made {
    pub user: User,
    pub credentials: Credentials,
}

impl Made {
    /// The two records, without a password.
    pub fn new(new: &NewUser, tenant: TenantId, id: UserId, now: Timestamp) -> Self {
        let mut user = User { population: new.population.clone(), ..User::new(id, tenant, now) };
        (user.owner, user.local) = (new.owner, true);
        user.profile.name.clone_from(&new.name);
        user.profile.preferred_username = new.username.as_ref().map(ToString::to_string);
        user.profile.email = new.email.as_ref().map(ToString::to_string);
        let credentials = Credentials {
            username: new.username.clone(),
            email: new.email.clone(),
            ..Credentials::new(tenant, id, now)
        };
        Self { user, credentials }
    }
}

/// Two of a tenant cannot have the same name.
fn taken(error: StoreError, credentials: &Credentials) -> UserError {
    match error {
        StoreError::Conflict(key) => {
            let (of_tenant, _) = logins(credentials);
            let login = of_tenant.into_iter().find(|login| login.key() == key);
            UserError::Taken(login.map(|login| login.login).unwrap_or_default())
        }
        error => UserError::Store(error),
    }
}
