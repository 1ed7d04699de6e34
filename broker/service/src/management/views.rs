//! What there is, to look at: single things, and lists in pages. The fields are those of the
//! document, and beside them what only doorward knows.

use doorward_domain::{
    Client, ClientId, Connection, ConnectionId, KeyAlgorithm, KeyId, KeyStatus, OwnKey, Profile, Slug,
    Tenant, TenantId, Timestamp, User, UserId,
};
use doorward_store::records::{TenantOf, at};
use doorward_store::{Key, Kind, Range, Record, StoreError, StoreExt as _, Stored};
use serde::Serialize;

use super::existing::{connections_of, slugs_of};
use super::{Document, Management, document, export};

/// Why there is nothing to see.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// There is no such thing.
    #[error("there is no {what} `{name}`")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name it was looked for by.
        name: String,
    },
    /// The list does not go on after that.
    #[error("`after` is not what a page of this list ended with")]
    Cursor,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which part of a list.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What the page before ended with; `None` for the first.
    pub after: Option<String>,
    /// The most to give; at least one and at most [`Ask::MOST`] are given.
    pub limit: usize,
}

impl Ask {
    /// No page is longer.
    pub const MOST: usize = 500;

    pub(super) fn after<T>(&self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ViewError> {
        self.after.as_deref().map(|text| parse(text).ok_or(ViewError::Cursor)).transpose()
    }
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page<T> {
    /// The things.
    pub items: Vec<T>,
    /// What to ask for the rest with; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TenantView {
    /// Its identifier.
    pub id: TenantId,
    #[serde(flatten)]
    document: document::Tenant,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConnectionView {
    /// Its identifier.
    pub id: ConnectionId,
    /// Whose it is.
    pub tenant: Slug,
    /// The redirect URI to register at the provider.
    pub callback_url: String,
    #[serde(flatten)]
    document: document::Connection,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientView {
    #[serde(flatten)]
    document: document::Client,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UserView {
    /// The identifier; apps that are no pairwise ones see it as `sub`.
    pub id: UserId,
    #[serde(flatten)]
    profile: Profile,
    /// Whether the person may act.
    pub enabled: bool,
    /// When the user was created.
    pub created_at: Timestamp,
    /// When the profile last changed.
    pub updated_at: Timestamp,
}

/// A key pair of ours.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeyView {
    /// The `kid`.
    pub id: KeyId,
    /// What it is for.
    pub algorithm: KeyAlgorithm,
    /// Where it stands in its life.
    pub status: &'static str,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// When it comes into use.
    pub used_from: Timestamp,
    /// When it goes out of use, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_until: Option<Timestamp>,
    /// When the last of what was made with it has run out, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
}

impl Management {
    /// The tenants, by company code.
    ///
    /// # Errors
    /// [`ViewError`]; so for all that look.
    pub async fn tenants(&self, ask: &Ask) -> Result<Page<TenantView>, ViewError> {
        let after = ask.after(|text| Slug::parse(text).ok())?.map(|slug| at::slug(&slug));
        let index = Range::of(TenantId::BROKER, Kind::TenantBySlug);
        let page = self.page(&index, after, ask, |found: &TenantOf<Slug>| found.name.to_string()).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for found in page.items {
            if let Some(tenant) = self.store.tenant(found.tenant, self.clock.now()).await? {
                items.push(self.tenant_view(&tenant.record).await?);
            }
        }
        Ok(Page { items, next: page.next })
    }

    /// The tenant with a company code.
    pub async fn tenant(&self, slug: &str) -> Result<TenantView, ViewError> {
        Ok(self.tenant_view(&self.find_tenant(slug).await?).await?)
    }

    /// A tenant's connections, the oldest first.
    pub async fn connections(&self, slug: &str) -> Result<Page<ConnectionView>, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let stored = connections_of(&*self.store, tenant.id, self.clock.now()).await?;
        let items = stored.iter().map(|read| self.connection_view(&tenant, &read.record)).collect();
        Ok(Page { items, next: None })
    }

    /// A tenant's connection with a name.
    pub async fn connection(&self, slug: &str, name: &str) -> Result<ConnectionView, ViewError> {
        let unknown = || ViewError::Unknown { what: "connection", name: name.to_owned() };
        let page = self.connections(slug).await?;
        page.items.into_iter().find(|view| view.document.name == name).ok_or_else(unknown)
    }

    /// A tenant's users, the oldest first.
    pub async fn users(&self, slug: &str, ask: &Ask) -> Result<Page<UserView>, ViewError> {
        let tenant = self.find_tenant(slug).await?.id;
        let after = ask.after(|text| text.parse().ok())?.map(|id| at::user(tenant, id));
        let page =
            self.page(&Range::of(tenant, Kind::User), after, ask, |user: &User| user.id.to_string()).await?;
        Ok(page.map(user_view))
    }

    /// A user of a tenant.
    pub async fn user(&self, slug: &str, id: &str) -> Result<UserView, ViewError> {
        let tenant = self.find_tenant(slug).await?.id;
        Ok(user_view(self.find_user(tenant, id).await?.record))
    }

    pub(super) async fn find_user(&self, tenant: TenantId, id: &str) -> Result<Stored<User>, ViewError> {
        let unknown = || ViewError::Unknown { what: "user", name: id.to_owned() };
        let key = at::user(tenant, id.parse().map_err(|_| unknown())?);
        self.store.read::<User>(&key, self.clock.now()).await?.ok_or_else(unknown)
    }

    /// The clients, by `client_id`.
    pub async fn clients(&self, ask: &Ask) -> Result<Page<ClientView>, ViewError> {
        let after = ask.after(|text| Some(at::client(&ClientId::new(text))))?;
        let range = Range::of(TenantId::BROKER, Kind::Client);
        let page = self.page(&range, after, ask, |client: &Client| client.id.to_string()).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for client in page.items {
            items.push(self.client_view(client).await?);
        }
        Ok(Page { items, next: page.next })
    }

    /// The client with a `client_id`.
    pub async fn client(&self, id: &str) -> Result<ClientView, ViewError> {
        let key = at::client(&ClientId::new(id));
        let unknown = || ViewError::Unknown { what: "client", name: id.to_owned() };
        let read = self.store.read::<Client>(&key, self.clock.now()).await?.ok_or_else(unknown)?;
        Ok(self.client_view(read.record).await?)
    }

    /// Our key pairs, the oldest first.
    pub async fn own_keys(&self) -> Result<Page<KeyView>, ViewError> {
        let now = self.clock.now();
        let range = Range::of(TenantId::BROKER, Kind::OwnKey);
        let keys = self.store.read_range::<OwnKey>(&range, Ask::MOST, now).await?;
        Ok(Page { items: keys.iter().map(|read| key_view(&read.record, now)).collect(), next: None })
    }

    /// Everything an operator configured, as a document without secrets.
    pub async fn export(&self) -> Result<Document, ViewError> {
        let mut document = Document::default();
        let mut ask = Ask { after: None, limit: Ask::MOST };
        loop {
            let page = self.tenants(&ask).await?;
            for view in page.items {
                let stored = connections_of(&*self.store, view.id, self.clock.now()).await?;
                let connections = stored.iter().map(|read| export::connection(&read.record)).collect();
                document.tenants.push(document::Tenant { connections, ..view.document });
            }
            match page.next {
                Some(next) => ask.after = Some(next),
                None => break,
            }
        }
        ask.after = None;
        loop {
            let page = self.clients(&ask).await?;
            document.clients.extend(page.items.into_iter().map(|view| view.document));
            match page.next {
                Some(next) => ask.after = Some(next),
                None => return Ok(document),
            }
        }
    }

    /// The redirect URI of a connection, to be registered at its provider.
    pub fn callback_url(&self, connection: ConnectionId) -> String {
        format!("{}/federation/{connection}/callback", self.issuer)
    }

    pub(super) async fn find_tenant(&self, slug: &str) -> Result<Tenant, ViewError> {
        let unknown = || ViewError::Unknown { what: "tenant", name: slug.to_owned() };
        let parsed = Slug::parse(slug).map_err(|_| unknown())?;
        Ok(self.store.tenant_by_slug(&parsed, self.clock.now()).await?.ok_or_else(unknown)?.record)
    }

    pub(super) async fn tenant_view(&self, tenant: &Tenant) -> Result<TenantView, StoreError> {
        let slugs = slugs_of(&*self.store, tenant.parent().as_slice(), self.clock.now()).await?;
        let document = export::tenant(tenant, &slugs);
        Ok(TenantView { id: tenant.id, document, created_at: tenant.created_at })
    }

    fn connection_view(&self, tenant: &Tenant, connection: &Connection) -> ConnectionView {
        ConnectionView {
            id: connection.id,
            tenant: tenant.slug.clone(),
            callback_url: self.callback_url(connection.id),
            document: export::connection(connection),
            created_at: connection.created_at,
        }
    }

    async fn client_view(&self, client: Client) -> Result<ClientView, StoreError> {
        let slugs = slugs_of(&*self.store, &client.tenants, self.clock.now()).await?;
        Ok(ClientView { document: export::client(&client, &slugs), created_at: client.created_at })
    }

    pub(super) async fn page<R: Record>(
        &self,
        range: &Range,
        after: Option<Key>,
        ask: &Ask,
        cursor: impl Fn(&R) -> String,
    ) -> Result<Page<R>, StoreError> {
        let range = after.map_or_else(|| range.clone(), |key| range.after(&key));
        let limit = ask.limit.clamp(1, Ask::MOST);
        let mut read = self.store.read_range::<R>(&range, limit + 1, self.clock.now()).await?;
        let more = read.len() > limit;
        read.truncate(limit);
        let items: Vec<R> = read.into_iter().map(|stored| stored.record).collect();
        let next = items.last().filter(|_| more).map(cursor);
        Ok(Page { items, next })
    }
}

impl<T> Page<T> {
    fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(view).collect(), next: self.next }
    }
}

pub(super) fn user_view(user: User) -> UserView {
    UserView {
        id: user.id,
        profile: user.profile,
        enabled: user.enabled,
        created_at: user.created_at,
        updated_at: user.updated_at,
    }
}

fn key_view(key: &OwnKey, now: Timestamp) -> KeyView {
    KeyView {
        id: key.id,
        algorithm: key.algorithm,
        status: match key.status(now) {
            KeyStatus::Published => "published",
            KeyStatus::InUse => "in_use",
            KeyStatus::Retired => "retired",
            KeyStatus::Gone => "gone",
        },
        created_at: key.created_at,
        used_from: key.used_from,
        used_until: key.used_until,
        kept_until: key.kept_until,
    }
}
