//! What there is, to look at: single things, and lists in pages. The fields are those of the
//! document, and beside them what only doorward knows.

use doorward_domain::{
    Connection, ConnectionId, Credentials, Domain, KeyAlgorithm, KeyId, KeyStatus, OwnKey, PopulationName,
    Profile, Slug, Tenant, TenantId, Timestamp, User, UserId,
};
use doorward_store::records::{TenantOf, at};
use doorward_store::{Key, Kind, Range, Record, StoreError, StoreExt as _, Stored, Version};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::clients::ClientFilter;
use super::existing::{connections_of, slugs_of};
use super::passkeys::PasskeyView;
use super::{Document, Management, document, export};
use crate::keys::Purpose;

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

    /// The most things that the answer has.
    pub fn limit(&self) -> usize {
        self.limit.clamp(1, Self::MOST)
    }
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Page<T> {
    /// The things.
    pub items: Vec<T>,
    /// What to ask for the rest with; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TenantView {
    /// Its identifier.
    #[schema(value_type = String)]
    pub id: TenantId,
    /// The link for its portal, which ends at an app.
    pub start_url: String,
    #[serde(flatten)]
    document: document::Tenant,
    /// The domains that it has proven, which no document says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub proven_domains: Vec<Domain>,
    /// When it was created.
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
}

impl TenantView {
    /// Its company code.
    pub const fn slug(&self) -> &Slug {
        &self.document.slug
    }
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ConnectionView {
    /// Its identifier.
    #[schema(value_type = String)]
    pub id: ConnectionId,
    /// Whose it is.
    #[schema(value_type = String)]
    pub tenant: Slug,
    /// The redirect URI to register at the provider.
    pub callback_url: String,
    /// The link for the company's portal that leads through this connection.
    pub start_url: String,
    /// What to register at the provider as the URI that begins a login (OIDC Core section 4).
    pub initiate_login_uri: String,
    /// Where the provider posts logout tokens, if it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// What the provider lets browsers load when somebody signs out there, if it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Where the provider sends browsers back to after a sign-out, if any are sent there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_logout_redirect_uri: Option<String>,
    /// Where the connection's own public keys are, if it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_jwks_uri: Option<String>,
    /// The certificate of its newest key, in PEM, for providers that it is uploaded to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    #[serde(flatten)]
    document: document::Connection,
    /// When it reached its stage, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub staged_at: Option<Timestamp>,
    /// By whose hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staged_by: Option<String>,
    /// When it was created.
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct UserView {
    /// The identifier; apps that are no pairwise ones see it as `sub`.
    #[schema(value_type = String)]
    pub id: UserId,
    #[serde(flatten)]
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    profile: Profile,
    /// What they are, by the rules of the connection that they came through last.
    pub roles: Vec<String>,
    /// Where they are that.
    pub sites: Vec<String>,
    /// Their population.
    #[schema(value_type = String)]
    pub population: PopulationName,
    /// Whether the person may act.
    pub enabled: bool,
    /// Whether the person owns the tenant's account.
    pub owner: bool,
    /// Whether the person has credentials at doorward itself.
    pub local: bool,
    /// When the user was created.
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    /// When the profile last changed.
    #[schema(value_type = i64)]
    pub updated_at: Timestamp,
    /// The person's passkeys; only where one person is looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passkeys: Vec<PasskeyView>,
}

/// A key pair of ours.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct KeyView {
    /// The `kid`.
    #[schema(value_type = String)]
    pub id: KeyId,
    /// What it is for.
    #[schema(value_type = String)]
    pub algorithm: KeyAlgorithm,
    /// Where it stands in its life.
    pub status: &'static str,
    /// When it was made and published.
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    /// When it comes into use.
    #[schema(value_type = i64)]
    pub used_from: Timestamp,
    /// When it goes out of use, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub used_until: Option<Timestamp>,
    /// When the last of what was made with it has run out, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub kept_until: Option<Timestamp>,
}

impl Management {
    /// The tenants, by company code.
    ///
    /// # Errors
    /// [`ViewError`]; so for all that look.
    pub async fn tenants(&self, ask: &Ask) -> Result<Page<TenantView>, ViewError> {
        let index = Range::of(TenantId::BROKER, Kind::TenantBySlug);
        let page = self.page::<TenantOf<Slug>>(&index, ask).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for found in page.items {
            if let Some(tenant) = self.store.tenant(found.tenant, self.clock.now()).await? {
                items.push(self.tenant_view(&tenant.record).await?);
            }
        }
        Ok(Page { items, next: page.next })
    }

    /// The tenant with a company code, and the version of its record.
    pub async fn tenant(&self, slug: &str) -> Result<(TenantView, Version), ViewError> {
        let Stored { record, version } = self.tenant_record(slug).await?;
        Ok((self.tenant_view(&record).await?, version))
    }

    /// A tenant's connections, the oldest first.
    pub async fn connections(&self, slug: &str) -> Result<Page<ConnectionView>, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let stored = connections_of(&*self.store, tenant.id, self.clock.now()).await?;
        let items = stored.iter().map(|read| self.connection_view(&tenant, &read.record)).collect();
        Ok(Page { items, next: None })
    }

    /// A tenant's connection with a name, and the version of its record.
    pub async fn connection(&self, slug: &str, name: &str) -> Result<(ConnectionView, Version), ViewError> {
        let (tenant, stored) = self.find_connection(slug, name).await?;
        Ok((self.connection_view(&tenant, &stored.record), stored.version))
    }

    /// A tenant's users, the oldest first.
    pub async fn users(&self, slug: &str, ask: &Ask) -> Result<Page<UserView>, ViewError> {
        let tenant = self.find_tenant(slug).await?.id;
        Ok(self.page::<User>(&Range::of(tenant, Kind::User), ask).await?.map(user_view))
    }

    /// A user of a tenant.
    pub async fn user(&self, slug: &str, id: &str) -> Result<UserView, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let user = self.find_user(&tenant, id).await?.record;
        let passkeys = self.passkeys_of(&user).await?;
        Ok(UserView { passkeys, ..user_view(user) })
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
                let tenant = self.find_tenant(view.slug().as_str()).await?;
                document.tenants.push(self.exported(&tenant).await?);
            }
            match page.next {
                Some(next) => ask.after = Some(next),
                None => break,
            }
        }
        ask.after = None;
        loop {
            let page = self.clients(&ClientFilter::default(), &ask).await?;
            document.clients.extend(page.items.into_iter().map(|view| view.document));
            match page.next {
                Some(next) => ask.after = Some(next),
                None => return Ok(document),
            }
        }
    }

    /// Those of a tenant's users who sign in at doorward itself, as the document describes them.
    pub(super) async fn local_users(&self, tenant: TenantId) -> Result<Vec<document::User>, StoreError> {
        let (now, mut users) = (self.clock.now(), Vec::new());
        let mut range = Range::of(tenant, Kind::Credentials);
        loop {
            let page = self.store.read_range::<Credentials>(&range, Ask::MOST, now).await?;
            let Some(last) = page.last() else { return Ok(users) };
            range = range.after(&last.record.key());
            for Stored { record: credentials, .. } in &page {
                let user = self.store.read::<User>(&at::user(tenant, credentials.user), now).await?;
                users.extend(user.map(|user| export::user(&user.record, credentials)));
            }
        }
    }

    /// The redirect URI of a connection, to be registered at its provider.
    pub fn callback_url(&self, connection: ConnectionId) -> String {
        format!("{}/federation/{connection}/callback", self.issuer)
    }

    /// What else the provider of a connection may call or fetch.
    fn of_connection(&self, connection: &Connection, what: &str) -> String {
        format!("{}/federation/{}/{}/{what}", self.issuer, connection.tenant, connection.id)
    }

    /// The public keys by which a connection authenticates at its provider (RFC 7517 section 5).
    pub async fn client_jwks(&self, tenant: TenantId, id: ConnectionId) -> Result<Value, ViewError> {
        let unknown = || ViewError::Unknown { what: "connection", name: id.to_string() };
        let key = at::connection(tenant, id);
        let read = self.store.read::<Connection>(&key, self.clock.now()).await?.ok_or_else(unknown)?;
        let keys = read.record.authentication.keys().ok_or_else(unknown)?;
        Ok(json!({ "keys": keys.iter().map(|key| &key.public_jwk).collect::<Vec<_>>() }))
    }

    pub(super) async fn find_tenant(&self, slug: &str) -> Result<Tenant, ViewError> {
        Ok(self.tenant_record(slug).await?.record)
    }

    pub(super) async fn tenant_record(&self, slug: &str) -> Result<Stored<Tenant>, ViewError> {
        let unknown = || ViewError::Unknown { what: "tenant", name: slug.to_owned() };
        let parsed = Slug::parse(slug).map_err(|_| unknown())?;
        self.store.tenant_by_slug(&parsed, self.clock.now()).await?.ok_or_else(unknown)
    }

    pub(super) async fn tenant_view(&self, tenant: &Tenant) -> Result<TenantView, StoreError> {
        let slugs = slugs_of(&*self.store, tenant.parent().as_slice(), self.clock.now()).await?;
        let document = export::tenant(tenant, &slugs);
        let start_url = format!("{}/s/{}", self.issuer, tenant.slug);
        let proven_domains = tenant.proven.iter().map(|proven| proven.name.clone()).collect();
        Ok(TenantView { id: tenant.id, start_url, document, proven_domains, created_at: tenant.created_at })
    }

    pub(super) fn connection_view(&self, tenant: &Tenant, connection: &Connection) -> ConnectionView {
        let (keys, logout) = (connection.authentication.keys(), connection.logout);
        let at = |is_so: bool, what: &str| is_so.then(|| self.of_connection(connection, what));
        ConnectionView {
            id: connection.id,
            tenant: tenant.slug.clone(),
            callback_url: self.callback_url(connection.id),
            start_url: format!("{}/s/{}/{}", self.issuer, tenant.slug, connection.name),
            initiate_login_uri: self.of_connection(connection, "start"),
            backchannel_logout_uri: at(logout.back_channel, "backchannel_logout"),
            frontchannel_logout_uri: at(logout.front_channel, "frontchannel_logout"),
            post_logout_redirect_uri: at(logout.goes_on(), "signed_out"),
            client_jwks_uri: keys.map(|_| self.of_connection(connection, "jwks")),
            client_certificate: keys.and_then(|keys| pem(&keys.newest.public_jwk)),
            document: document::Connection {
                issuer: Some(connection.issuer.clone()),
                ..export::connection(connection)
            },
            staged_at: connection.staged.as_ref().map(|staged| staged.at),
            staged_by: connection.staged.as_ref().map(|staged| staged.by.clone()),
            created_at: connection.created_at,
        }
    }

    pub(super) async fn page<R: Record>(&self, range: &Range, ask: &Ask) -> Result<Page<R>, ViewError> {
        let rest = self.rest(range, "", ask)?;
        let (read, last) = self.store.read_part::<R>(&rest, ask.limit(), self.clock.now()).await?;
        let next = last.map(|key| self.cursor(range, "", &key));
        Ok(Page { items: read.into_iter().map(|stored| stored.record).collect(), next })
    }

    /// What of a list's range comes after the page before. A cursor is sealed for its list and for the
    /// `question` that it was asked: no other takes it (AD-10).
    pub(super) fn rest(&self, range: &Range, question: &str, ask: &Ask) -> Result<Range, ViewError> {
        let Some(cursor) = &ask.after else { return Ok(range.clone()) };
        let opened = self.sealer.open_token(Purpose::Cursor, &context(range, question), cursor);
        let key = opened.ok().and_then(|bytes| Key::from_bytes(&bytes));
        Ok(range.after(&key.ok_or(ViewError::Cursor)?))
    }

    /// What a page of a list that ends at `key` tells to ask for the rest with.
    pub(super) fn cursor(&self, range: &Range, question: &str, key: &Key) -> String {
        let context = context(range, question);
        self.sealer.seal_token(Purpose::Cursor, &context, key.as_bytes(), &*self.entropy)
    }
}

fn context(range: &Range, question: &str) -> Vec<u8> {
    [&range.start, question.as_bytes()].concat()
}

impl<T> Page<T> {
    pub(super) fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(view).collect(), next: self.next }
    }
}

/// A certificate as it is uploaded (RFC 7468 section 5).
fn pem(public_jwk: &Value) -> Option<String> {
    let base64 = public_jwk["x5c"][0].as_str()?.as_bytes().chunks(64);
    let lines: Vec<_> = base64.map(|line| String::from_utf8_lossy(line)).collect();
    Some(format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n")))
}

pub(super) fn user_view(user: User) -> UserView {
    UserView {
        id: user.id,
        profile: user.profile,
        roles: user.standing.roles,
        sites: user.standing.sites,
        population: user.population,
        enabled: user.enabled,
        owner: user.owner,
        local: user.local,
        created_at: user.created_at,
        updated_at: user.updated_at,
        passkeys: Vec::new(),
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
