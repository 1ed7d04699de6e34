//! Start links: addresses that a company puts into its own portal, or its identity provider into a tile. They
//! end at an app, which begins the login (OIDC Core section 4), and the browser carries where the person
//! belongs, so that nobody is asked for it.

use doorward_domain::{Client, ClientId, ConnectionId, Plain, Slug, Tenant, TenantId, Timestamp};
use doorward_store::{Kind, Range, StoreError, StoreExt as _};
use url::Url;

use super::{Home, Login};
use crate::federation::{Hint, Route, may_start};
use crate::provider::initiate::{InitiateError, Initiation, initiate_login};

/// More apps than a company has in its portal are not looked through.
const MOST_APPS: usize = 500;

/// Where a start link says that people belong.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// A company code, and perhaps the name of one of its connections.
    Named(&'a str, Option<&'a str>),
    /// A connection, whose provider may say who it is (`iss`).
    Connection(TenantId, ConnectionId, Option<&'a str>),
}

/// A start link.
#[derive(Clone, Copy, Debug)]
pub struct StartLink<'a> {
    /// Where people belong.
    pub place: Place<'a>,
    /// The app, if the link names one.
    pub app: Option<&'a str>,
    /// What the app is told.
    pub initiation: Initiation<'a>,
}

/// Where a start link leads.
#[derive(Debug)]
pub enum Started {
    /// To the app.
    Go {
        /// The address where its logins begin.
        location: Url,
        /// What the browser carries there and back.
        note: Plain,
    },
    /// To a choice of apps, by name.
    Choose {
        /// The company.
        company: String,
        /// The apps.
        apps: Vec<(ClientId, String)>,
    },
}

/// Why a start link leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No such company, connection or app, or it is out of use.
    #[error("there is no such company, connection or app, or it is out of use")]
    Unknown,
    /// The target is none of the app's, or the provider says to be another one.
    #[error("the iss, login_hint or target_link_uri is not one for this link")]
    Unfit,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Login {
    /// Follows a start link.
    ///
    /// # Errors
    /// [`StartError`]; nobody is sent anywhere then, and nothing is ever written.
    pub async fn start(&self, link: &StartLink<'_>, now: Timestamp) -> Result<Started, StartError> {
        let tenant = self.company(&link.place, now).await?.ok_or(StartError::Unknown)?;
        let mut ready = Vec::new();
        let mut unfit = false;
        for app in self.apps(&tenant, link, now).await? {
            let Some(home) = self.home_of(&tenant, &link.place, &app, now).await? else { continue };
            match initiate_login(&app, self.settings.issuer(), link.initiation) {
                Ok(location) => ready.push((app, home, location)),
                Err(InitiateError::Unfit) => unfit = true,
                Err(InitiateError::NotOffered) => {}
            }
        }
        // The company has said which of its apps is meant when nobody says.
        if let Some(usual) = ready.iter().position(|(app, ..)| Some(&app.id) == tenant.start_app.as_ref()) {
            ready.swap(0, usual);
            ready.truncate(1);
        }
        match <[_; 1]>::try_from(ready) {
            Ok([(app, home, location)]) => {
                Ok(Started::Go { location, note: self.start_note(home, &app.id, now) })
            }
            Err(none) if none.is_empty() => Err(if unfit { StartError::Unfit } else { StartError::Unknown }),
            Err(several) => {
                let apps = several.into_iter().map(|(app, ..)| (app.id, app.name)).collect();
                Ok(Started::Choose { company: tenant.name, apps })
            }
        }
    }

    async fn company(&self, place: &Place<'_>, now: Timestamp) -> Result<Option<Tenant>, StartError> {
        let found = match place {
            Place::Named(code, _) => match Slug::parse(code) {
                Ok(code) => self.store.tenant_by_slug(&code, now).await?,
                Err(_) => None,
            },
            Place::Connection(tenant, id, iss) => {
                let tenant = self.store.tenant(*tenant, now).await?;
                let Some(found) = &tenant else { return Ok(None) };
                let connection = self.store.connection_of(&found.record, *id, now).await?;
                let connection = connection.ok_or(StartError::Unknown)?.record;
                if !iss.is_none_or(|iss| may_start(&connection, iss)) {
                    return Err(StartError::Unfit);
                }
                tenant
            }
        };
        Ok(found.map(|found| found.record).filter(|tenant| tenant.enabled))
    }

    /// The app that the link names, or else the company's usual one and all others that a login can be started
    /// at. Whoever registered by itself does not make an open redirector of us (RFC 9700 section 4.11.2).
    async fn apps(
        &self,
        tenant: &Tenant,
        link: &StartLink<'_>,
        now: Timestamp,
    ) -> Result<Vec<Client>, StoreError> {
        let named = link.app.map(ClientId::new).or_else(|| tenant.start_app.clone());
        let mut found: Vec<_> = match &named {
            Some(id) => self.provider.client(id, now).await?.into_iter().collect(),
            None => Vec::new(),
        };
        if link.app.is_none() {
            let clients = Range::of(TenantId::BROKER, Kind::Client);
            let others = self.store.read_range::<Client>(&clients, MOST_APPS, now).await?;
            found.extend(others.into_iter().filter(|other| Some(&other.record.id) != named.as_ref()));
        }
        let apps = found.into_iter().map(|found| found.record);
        let startable =
            |app: &Client| app.initiate_login_uri.is_some() && !app.is_unverified() && app.serves(tenant);
        Ok(apps.filter(startable).collect())
    }

    /// Where a person belongs who comes by this link to `app`.
    async fn home_of(
        &self,
        tenant: &Tenant,
        place: &Place<'_>,
        app: &Client,
        now: Timestamp,
    ) -> Result<Option<Home>, StoreError> {
        let (hint, named) = match *place {
            Place::Named(code, named) => (Hint::Named(code, named), named),
            Place::Connection(tenant, id, _) => (Hint::Connection(id, tenant), None),
        };
        let home = |connection| Some(Home { tenant: tenant.id, connection });
        Ok(match (self.federation.choose(&hint, "", app, now).await?, named) {
            (Route::Connection(to), None) => home(Some(to.connection.id)),
            (Route::Connection(to), Some(name)) if to.connection.name == name => home(Some(to.connection.id)),
            (Route::Choose(..), None) => home(None),
            (Route::NoConnection, None) if matches!(place, Place::Named(..)) => {
                self.password_of(tenant, now).await?.and_then(|_| home(None))
            }
            _ => None,
        })
    }
}
