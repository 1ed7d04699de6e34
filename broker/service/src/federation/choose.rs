//! Home realm discovery: which connection a person signs in through.

use doorward_domain::{Client, Connection, ConnectionId, Domain, Slug, Stage, Tenant, TenantId, Timestamp};
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
    /// The tenant that the person was led to before.
    Tenant(TenantId),
    /// The tenant's company code, and perhaps the name of one of its connections.
    Named(&'a str, Option<&'a str>),
    /// The tenant's e-mail domain.
    Domain(&'a str),
}

/// A connection, and the tenant whose people it lets in: its own, or a part of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Whose people sign in.
    pub tenant: Tenant,
    /// What they sign in through.
    pub connection: Connection,
}

/// Where a hint leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To this connection.
    Connection(Box<Destination>),
    /// To one of these of a tenant; the person chooses.
    Choose(Box<Tenant>, Vec<Connection>),
    /// To no tenant that we know.
    NotFound,
    /// To a tenant whose people cannot sign in to the app at the moment.
    NoConnection,
    /// To a tenant whose people the app does not serve.
    NotServed,
}

impl Route {
    /// Whose people it leads in, if it leads anywhere.
    pub fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Connection(to) => Some(to.tenant.id),
            Self::Choose(tenant, _) => Some(tenant.id),
            Self::NotFound | Self::NoConnection | Self::NotServed => None,
        }
    }
}

impl Federation {
    /// Follows a hint to where somebody who typed `person` may sign in to `client`. Nothing but a usable
    /// connection of an active tenant is ever a destination, and a pilot for nobody but those who take part
    /// in it, or name it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn choose(
        &self,
        hint: &Hint<'_>,
        person: &str,
        client: &Client,
        now: Timestamp,
    ) -> Result<Route, StoreError> {
        let tenant = match *hint {
            Hint::Connection(id, tenant) => {
                let found = self.destination(tenant, id, now).await?;
                let found = found.filter(|it| it.connection.leads_to(client) && client.serves(&it.tenant));
                return Ok(found.map_or(Route::NoConnection, |found| Route::Connection(found.into())));
            }
            Hint::Typed(text) => self.tenant_of_typed(text, now).await?,
            Hint::Tenant(id) => self.store.tenant(id, now).await?,
            Hint::Named(slug, _) => match Slug::parse(slug) {
                Ok(slug) => self.store.tenant_by_slug(&slug, now).await?,
                Err(_) => None,
            },
            Hint::Domain(domain) => match Domain::parse(domain) {
                Ok(domain) => self.store.tenant_by_domain(&domain, now).await?,
                Err(_) => None,
            },
        };
        let named = match *hint {
            Hint::Named(_, connection) => connection,
            _ => None,
        };
        match tenant.map(|stored| stored.record) {
            None => Ok(Route::NotFound),
            Some(tenant) if !tenant.enabled => Ok(Route::NoConnection),
            Some(tenant) if !client.serves(&tenant) => Ok(Route::NotServed),
            Some(tenant) => self.route_to(tenant, (named, person), client, now).await,
        }
    }

    /// An e-mail address leads by its domain; anything else is a company code or a domain.
    pub(crate) async fn tenant_of_typed(
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

    /// Whoever names a connection goes there even where no button leads to it.
    async fn route_to(
        &self,
        tenant: Tenant,
        (named, person): (Option<&str>, &str),
        client: &Client,
        now: Timestamp,
    ) -> Result<Route, StoreError> {
        let mut usable = self.connections_to(&tenant, (named, person), client, now).await?;
        if let Some(at) = named.and_then(|named| usable.iter().position(|it| it.name == named)) {
            let connection = usable.swap_remove(at);
            return Ok(Route::Connection(Box::new(Destination { tenant, connection })));
        }
        let policy = match usable.first() {
            Some(first) => self.store.login_policy(&tenant, &first.population, now).await?,
            None => return Ok(Route::NoConnection),
        };
        Ok(match usable.len() {
            1 if policy.automatic_redirect => {
                Route::Connection(Box::new(Destination { tenant, connection: usable.remove(0) }))
            }
            _ if policy.sso_button => Route::Choose(tenant.into(), usable),
            _ => Route::NoConnection,
        })
    }

    /// The connections through which people of `tenant` may reach `client`: its own, or those of the
    /// nearest organisation that has set up any. Who takes part in a pilot is led there and nowhere else; for
    /// everybody else there is none.
    async fn connections_to(
        &self,
        tenant: &Tenant,
        (named, person): (Option<&str>, &str),
        client: &Client,
        now: Timestamp,
    ) -> Result<Vec<Connection>, StoreError> {
        for owner in std::iter::once(&tenant.id).chain(&tenant.ancestors) {
            let range = Range::of(*owner, Kind::Connection);
            let stored = self.store.read_range::<Connection>(&range, MOST_CONNECTIONS, now).await?;
            let leading: Vec<_> = stored
                .into_iter()
                .map(|stored| stored.record)
                .filter(|it| it.is_set_up() && it.leads_to(client))
                .filter(|it| it.stage != Stage::Pilot || is_led(it, named, person))
                .collect();
            if !leading.is_empty() {
                let mut usable: Vec<_> = leading.into_iter().filter(Connection::is_usable).collect();
                let is_named = |it: &Connection| named == Some(it.name.as_str());
                if !usable.iter().any(is_named) && usable.iter().any(|it| it.stage == Stage::Pilot) {
                    usable.retain(|it| it.stage == Stage::Pilot);
                }
                return Ok(usable);
            }
        }
        Ok(Vec::new())
    }
}

/// Whether somebody is led to a pilot: by its name, or because they take part.
fn is_led(pilot: &Connection, named: Option<&str>, person: &str) -> bool {
    named.is_some_and(|named| named == pilot.name) || pilot.pilot.leads(pilot.id, person)
}
