//! What the store has of what a document is about.

use std::collections::{BTreeMap, BTreeSet};

use doorward_domain::{
    Client, ClientId, Connection, Credentials, Domain, Slug, Stage, Tenant, TenantId, Timestamp, User, UserId,
};
use doorward_store::records::{LoginOf, TenantOf, at};
use doorward_store::{Key, Kind, Range, Record as _, Store, StoreError, StoreExt as _, Stored};

use super::document::{self, Document};
use super::rollout::guard::Readiness;

/// No tenant has more connections than this.
const MOST_CONNECTIONS: usize = 1_000;

/// What the store has: everything that a document names, and what that touches.
#[derive(Debug, Default)]
pub struct Existing {
    /// The tenants, by company code.
    pub tenants: BTreeMap<Slug, ExistingTenant>,
    /// To whom e-mail domains lead.
    pub domains: BTreeMap<Domain, Stored<TenantOf<Domain>>>,
    /// The clients.
    pub clients: BTreeMap<ClientId, Stored<Client>>,
    /// Whom the names lead to that users of the document have, or shall have.
    pub logins: BTreeMap<Key, LoginOf>,
    /// The company codes of all tenants that are mentioned anywhere in here.
    pub slugs: BTreeMap<TenantId, Slug>,
}

/// A tenant with its connections by name.
#[derive(Debug)]
pub struct ExistingTenant {
    /// The tenant.
    pub tenant: Stored<Tenant>,
    /// Its connections.
    pub connections: BTreeMap<String, Stored<Connection>>,
    /// Those of its users whom the document names, by what it calls them.
    pub users: BTreeMap<String, ExistingUser>,
    /// Who could let its people in again, where a connection is the only way in or shall be.
    pub readiness: Readiness,
}

/// A user who signs in at doorward itself.
#[derive(Debug)]
pub struct ExistingUser {
    /// The user.
    pub user: Stored<User>,
    /// The credentials.
    pub credentials: Stored<Credentials>,
}

impl Existing {
    /// Reads what `document` is about.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn named_by(
        store: &dyn Store,
        document: &Document,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut found = Self::default();
        for slug in slugs_in(document) {
            found.read_tenant(store, slug, now).await?;
        }
        for tenant in &document.tenants {
            found.read_users(store, tenant, now).await?;
        }
        found.read_readiness(store, document, now).await?;
        let parents: Vec<_> = found.tenants.values().filter_map(|it| it.tenant.record.parent()).collect();
        for parent in parents {
            found.read_slug(store, parent, now).await?;
        }
        for domain in domains_of(document, &found) {
            if let Some(index) = store.read::<TenantOf<Domain>>(&at::domain(&domain), now).await? {
                found.read_slug(store, index.record.tenant, now).await?;
                found.domains.insert(domain, index);
            }
        }
        for client in clients_in(document) {
            if let Some(read) = store.read::<Client>(&at::client(client), now).await? {
                for tenant in &read.record.tenants {
                    found.read_slug(store, *tenant, now).await?;
                }
                found.clients.insert(read.record.id.clone(), read);
            }
        }
        Ok(found)
    }

    async fn read_tenant(
        &mut self,
        store: &dyn Store,
        slug: &Slug,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some(tenant) = store.tenant_by_slug(slug, now).await? {
            let connections = connections_of(store, tenant.record.id, now).await?;
            let connections = connections.into_iter().map(|read| (read.record.name.clone(), read)).collect();
            self.slugs.insert(tenant.record.id, slug.clone());
            let (users, readiness) = (BTreeMap::new(), Readiness::default());
            self.tenants.insert(slug.clone(), ExistingTenant { tenant, connections, users, readiness });
        }
        Ok(())
    }

    async fn read_users(
        &mut self,
        store: &dyn Store,
        entry: &document::Tenant,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tenant = self.tenants.get(&entry.slug).map(|it| it.tenant.record.id);
        for user in &entry.users {
            for login in user.logins() {
                for within in tenant.into_iter().chain([TenantId::BROKER]) {
                    if let Some(read) = store.read::<LoginOf>(&at::login(within, login), now).await? {
                        self.logins.insert(read.record.key(), read.record);
                    }
                }
            }
            let (Some(tenant), Some(login)) = (tenant, user.login()) else { continue };
            let Some(id) = self.logins.get(&at::login(tenant, login)).map(|it| it.user) else { continue };
            let read = store.read::<User>(&at::user(tenant, id), now).await?;
            let credentials = store.read::<Credentials>(&at::credentials(tenant, id), now).await?;
            if let (Some(user), Some(credentials), Some(existing)) =
                (read, credentials, self.tenants.get_mut(&entry.slug))
            {
                existing.users.insert(login.to_owned(), ExistingUser { user, credentials });
            }
        }
        Ok(())
    }

    /// Reads who would let people in again, of those tenants for whom a connection is the only way in or
    /// shall be.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read_readiness(
        &mut self,
        store: &dyn Store,
        document: &Document,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for entry in &document.tenants {
            let shall = entry.connections.iter().any(|it| it.stage == Stage::Required);
            if let Some(found) = self.tenants.get_mut(&entry.slug)
                && (shall || !found.tenant.record.required.is_empty())
            {
                found.readiness = Readiness::read(store, found.tenant.record.id, now).await?;
            }
        }
        Ok(())
    }

    /// The owners of each tenant who have a way in at doorward itself, as far as that was read.
    pub fn ways(&self) -> BTreeMap<TenantId, BTreeSet<UserId>> {
        let tenants = self.tenants.values();
        tenants.map(|it| (it.tenant.record.id, it.readiness.ways.clone())).collect()
    }

    async fn read_slug(&mut self, store: &dyn Store, id: TenantId, now: Timestamp) -> Result<(), StoreError> {
        if !self.slugs.contains_key(&id)
            && let Some(tenant) = store.tenant(id, now).await?
        {
            self.slugs.insert(id, tenant.record.slug);
        }
        Ok(())
    }
}

/// The company codes of tenants.
///
/// # Errors
/// When the store fails.
pub async fn slugs_of(
    store: &dyn Store,
    tenants: &[TenantId],
    now: Timestamp,
) -> Result<BTreeMap<TenantId, Slug>, StoreError> {
    let mut found = Existing::default();
    for tenant in tenants {
        found.read_slug(store, *tenant, now).await?;
    }
    Ok(found.slugs)
}

/// A tenant's connections, the oldest first.
///
/// # Errors
/// When the store fails.
pub async fn connections_of(
    store: &dyn Store,
    tenant: TenantId,
    now: Timestamp,
) -> Result<Vec<Stored<Connection>>, StoreError> {
    store.read_range(&Range::of(tenant, Kind::Connection), MOST_CONNECTIONS, now).await
}

fn clients_in(document: &Document) -> BTreeSet<&ClientId> {
    let started = document.tenants.iter().filter_map(|tenant| tenant.start_app.as_ref());
    document.clients.iter().map(|client| &client.client_id).chain(started).collect()
}

fn slugs_in(document: &Document) -> BTreeSet<&Slug> {
    let tenants = document.tenants.iter().map(|tenant| &tenant.slug);
    let served = document.clients.iter().flat_map(|client| client.tenants.named());
    let parents = document.tenants.iter().filter_map(|tenant| tenant.parent.as_ref());
    tenants.chain(parents).chain(served).collect()
}

/// The domains that tenants shall have, and those that they may lose.
fn domains_of(document: &Document, found: &Existing) -> BTreeSet<Domain> {
    let wanted = document.tenants.iter().flat_map(|tenant| &tenant.domains);
    let present = found.tenants.values().flat_map(|existing| &existing.tenant.record.domains);
    wanted.chain(present).cloned().collect()
}
