//! Home realm discovery: which connection a person signs in through.

use doorward_domain::{Connection, ConnectionId, Domain, Slug, Tenant, TenantId, Timestamp};
use doorward_store::{Kind, Range, StoreError, StoreExt as _, Stored};

use super::Federation;

/// More connections than a tenant has buttons for.
const MOST_CONNECTIONS: usize = 64;

/// What is known of where a person belongs.
#[derive(Clone, Copy, Debug)]
pub enum Hint<'a> {
    /// A connection and its tenant, as chosen on a page or remembered by the device.
    Connection(ConnectionId, TenantId),
    /// What the person typed: an e-mail address or a company code.
    Typed(&'a str),
    /// The tenant's company code.
    Tenant(&'a Slug),
    /// The tenant's e-mail domain.
    Domain(&'a Domain),
}

/// Where a hint leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To this connection.
    Connection(Box<Connection>),
    /// To one of these; the person chooses.
    Choose(Vec<Connection>),
    /// To no tenant that we know.
    NotFound,
    /// To a tenant whose people cannot sign in at the moment.
    NoConnection,
}

impl Federation {
    /// Follows a hint. Nothing but a usable connection of an active tenant is ever a destination.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn choose(&self, hint: &Hint<'_>, now: Timestamp) -> Result<Route, StoreError> {
        let tenant = match *hint {
            Hint::Connection(id, tenant) => {
                let connection = self.usable_connection(tenant, id, now).await?;
                return Ok(connection.map_or(Route::NoConnection, |found| Route::Connection(found.into())));
            }
            Hint::Typed(text) => self.tenant_of_typed(text, now).await?,
            Hint::Tenant(slug) => self.store.tenant_by_slug(slug, now).await?,
            Hint::Domain(domain) => self.store.tenant_by_domain(domain, now).await?,
        };
        match tenant {
            None => Ok(Route::NotFound),
            Some(Stored { record: tenant, .. }) if tenant.enabled => self.route_to(tenant.id, now).await,
            Some(_) => Ok(Route::NoConnection),
        }
    }

    /// An e-mail address leads by its domain; anything else is a company code or a domain.
    async fn tenant_of_typed(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Option<Stored<Tenant>>, StoreError> {
        let text = text.trim();
        if let Ok(slug) = Slug::parse(text) {
            return self.store.tenant_by_slug(&slug, now).await;
        }
        let domain = if text.contains('@') { Domain::of_email(text) } else { Domain::parse(text).ok() };
        match domain {
            Some(domain) => self.store.tenant_by_domain(&domain, now).await,
            None => Ok(None),
        }
    }

    async fn route_to(&self, tenant: TenantId, now: Timestamp) -> Result<Route, StoreError> {
        let range = Range::of(tenant, Kind::Connection);
        let stored = self.store.read_range::<Connection>(&range, MOST_CONNECTIONS, now).await?;
        let mut usable: Vec<_> =
            stored.into_iter().map(|stored| stored.record).filter(Connection::is_usable).collect();
        Ok(match usable.len() {
            0 => Route::NoConnection,
            1 => Route::Connection(usable.remove(0).into()),
            _ => Route::Choose(usable),
        })
    }
}
