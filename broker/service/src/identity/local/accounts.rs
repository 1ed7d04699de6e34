//! Whose is what a person typed? Found by index records, which are written with the credentials.
//!
//! A username is of one tenant. So is an address whose domain leads to a tenant: nobody else's index is
//! asked for it. An address of any other domain leads to the one account within the broker that had it
//! first; whoever has the same address elsewhere types their company code before it.

use doorward_domain::{
    Credentials, Domain, EmailAddress, Login, Slug, Tenant, TenantId, Timestamp, User, UserId, Username,
};
use doorward_store::records::{LoginOf, TenantOf, at};
use doorward_store::{StoreError, StoreExt as _, Stored};

use super::Local;

/// Somebody with credentials at doorward itself.
#[derive(Clone, Debug)]
pub struct Account {
    /// Whose user it is.
    pub tenant: Tenant,
    /// The user.
    pub user: Stored<User>,
    /// The credentials.
    pub credentials: Stored<Credentials>,
}

/// No user has this identifier, and the broker has no users.
const NOBODY: UserId = UserId::from_bytes([0; 16]);

impl Account {
    /// What failures are counted by, whichever of their names somebody types.
    pub fn counted(&self) -> Vec<u8> {
        let user = &self.user.record;
        [user.tenant.as_bytes().as_slice(), user.id.as_bytes()].concat()
    }

    /// A name that leads to it after its company code; empty when there is none.
    pub fn login(&self) -> &str {
        let Credentials { username, email, .. } = &self.credentials.record;
        let username = username.as_ref().map(Username::as_str);
        username.or(email.as_ref().map(EmailAddress::as_str)).unwrap_or_default()
    }
}

impl Local {
    /// The account that `typed` leads to, after the company code of `company` if one was typed before. Where
    /// nobody has the name as much is read as where somebody has (PW-01).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find(
        &self,
        typed: &str,
        company: Option<TenantId>,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let Some(login) = Login::parse(typed) else { return Ok(None) };
        let Some(key) = self.index_of(&login, company, now).await? else { return Ok(None) };
        match self.store.read::<LoginOf>(&key, now).await? {
            Some(index) => self.account(index.record.tenant, index.record.user, now).await,
            None => self.account(TenantId::BROKER, NOBODY, now).await,
        }
    }

    async fn index_of(
        &self,
        login: &Login,
        company: Option<TenantId>,
        now: Timestamp,
    ) -> Result<Option<doorward_store::Key>, StoreError> {
        Ok(match (login, company) {
            (Login::Username(name), Some(company)) => Some(at::login(company, name.as_str())),
            (Login::Username(_), None) => None,
            (Login::UsernameAt(name, code), _) => {
                let index = self.store.read::<TenantOf<Slug>>(&at::slug(code), now).await?;
                index.map(|index| at::login(index.record.tenant, name.as_str()))
            }
            (Login::Email(email), Some(company)) => Some(at::login(company, email.as_str())),
            (Login::Email(email), None) => Some(at::login(self.home_of(email, now).await?, email.as_str())),
        })
    }

    /// The tenant that an address belongs to by its domain, else the broker.
    async fn home_of(&self, email: &EmailAddress, now: Timestamp) -> Result<TenantId, StoreError> {
        let index = self.store.read::<TenantOf<Domain>>(&at::domain(email.domain()), now).await?;
        Ok(index.map_or(TenantId::BROKER, |index| index.record.tenant))
    }

    /// Whether the person may sign in at doorward itself now: an owner always, anybody else if the tenant
    /// lets its people do that.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn may_sign_in(&self, account: &Account, now: Timestamp) -> Result<bool, StoreError> {
        let (tenant, user) = (&account.tenant, &account.user.record);
        let policy = self.store.login_policy(tenant, &user.population, now).await?;
        Ok(tenant.enabled && user.enabled && user.local && (user.owner || policy.local_sign_in))
    }

    /// The account of a user, if they have one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let credentials = self.store.read::<Credentials>(&at::credentials(tenant, user), now).await?;
        let user = self.store.read::<User>(&at::user(tenant, user), now).await?;
        let tenant = self.store.tenant(tenant, now).await?;
        Ok(match (tenant, user, credentials) {
            (Some(tenant), Some(user), Some(credentials)) => {
                Some(Account { tenant: tenant.record, user, credentials })
            }
            _ => None,
        })
    }
}

/// The index records of credentials. That of the broker is for an address alone; it may be taken.
pub fn logins(credentials: &Credentials) -> (Vec<LoginOf>, Option<LoginOf>) {
    let Credentials { tenant, user, .. } = *credentials;
    let index = |within: TenantId, login: &str| LoginOf { within, login: login.to_owned(), tenant, user };
    let username = credentials.username.iter().map(|name| index(tenant, name.as_str()));
    let email = credentials.email.as_ref();
    let of_tenant = username.chain(email.map(|email| index(tenant, email.as_str()))).collect();
    (of_tenant, email.map(|email| index(TenantId::BROKER, email.as_str())))
}
