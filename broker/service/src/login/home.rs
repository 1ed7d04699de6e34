//! Where somebody belongs, as a browser carries it: for a moment after a start link, and for long after a
//! sign-in. It names a company and perhaps one of its connections, and never a person.

use std::time::Duration;

use doorward_domain::{Client, ClientId, ConnectionId, Plain, TenantId, Timestamp};
use doorward_store::StoreExt as _;
use serde::{Deserialize, Serialize};

use super::transaction::LocalLeg;
use super::under_way::UnderWay;
use super::{BrowserSession, Login, LoginError, Offer, Problem, Step, TransactionId};
use crate::federation::{Hint, Route};
use crate::keys::Purpose;

/// An app that was told to begin a login does so at once.
const STARTED: Duration = Duration::from_secs(300);
/// What the two kinds of notes are sealed for, so that neither is taken for the other.
const START: &[u8] = b"start";
const REMEMBERED: &[u8] = b"remembered";

/// Where somebody belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// The company.
    #[serde(rename = "t")]
    pub tenant: TenantId,
    /// The connection; none where the company is all that is known.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
}

/// What a browser brings along to a request of an app.
#[derive(Debug, Default)]
pub struct Browser<'a> {
    /// Its live session, when it has one.
    pub session: BrowserSession,
    /// The note of a start link that it came by.
    pub start: Option<&'a str>,
    /// The note of where somebody belongs who has signed in with it.
    pub home: Option<&'a str>,
}

impl From<BrowserSession> for Browser<'_> {
    fn from(session: BrowserSession) -> Self {
        Self { session, ..Self::default() }
    }
}

/// The note of a start link: good for the app that it led to.
#[derive(Serialize, Deserialize)]
struct Started {
    #[serde(flatten)]
    home: Home,
    #[serde(rename = "a")]
    app: ClientId,
    #[serde(rename = "u")]
    until: Timestamp,
}

impl Home {
    pub(super) const fn hint(&self) -> Hint<'_> {
        match self.connection {
            Some(connection) => Hint::Connection(connection, self.tenant),
            None => Hint::Tenant(self.tenant),
        }
    }
}

impl Login {
    /// The note that a browser carries from a start link to the app `app` and from there to us.
    pub(super) fn start_note(&self, home: Home, app: &ClientId, now: Timestamp) -> Plain {
        self.note(START, &Started { home, app: app.clone(), until: now + STARTED })
    }

    /// Where a browser belongs that came by a start link to `app` a moment ago.
    pub(super) fn started(&self, note: Option<&str>, app: &ClientId, now: Timestamp) -> Option<Home> {
        let started: Started = self.read_note(START, note?)?;
        (started.app == *app && now < started.until).then_some(started.home)
    }

    /// The note that a browser keeps after somebody has signed in with it.
    pub(super) fn home_note(&self, home: Home) -> Plain {
        self.note(REMEMBERED, &home)
    }

    pub(super) fn remembered(&self, note: Option<&str>) -> Option<Home> {
        self.read_note(REMEMBERED, note?)
    }

    pub(super) fn note<N: Serialize>(&self, what: &[u8], note: &N) -> Plain {
        let plain = serde_json::to_vec(note).unwrap_or_default();
        Plain::new(self.sealer.seal_token(Purpose::Home, what, &plain, &*self.entropy))
    }

    pub(super) fn read_note<N: for<'de> Deserialize<'de>>(&self, what: &[u8], note: &str) -> Option<N> {
        let plain = self.sealer.open_token(Purpose::Home, what, note).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// Goes on with what the sign-in page offered: where the browser belongs.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when the login is not under way in this browser or nothing was offered,
    /// and what can go wrong on the way to the identity provider.
    pub async fn offered(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let mut login = self.under_way(id, cookie, now).await?;
        let home = login.transaction.offered.take().ok_or(LoginError::NoTransaction)?;
        match self.homeward(&login, &home, now).await? {
            Some(step) => Ok(step),
            None => self.sign_in(&login, login.hint(), Some(Problem::NoConnection), now).await,
        }
    }

    /// The sign-in page for somebody who does not belong where the browser does.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when the login is not under way in this browser.
    pub async fn forgotten(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let mut login = self.under_way(id, cookie, now).await?;
        login.transaction.offered = None;
        self.sign_in(&login, login.hint(), None, now).await
    }

    /// The step that leads where somebody belongs; none when nothing leads there now.
    pub(super) async fn homeward(
        &self,
        login: &UnderWay,
        home: &Home,
        now: Timestamp,
    ) -> Result<Option<Step>, LoginError> {
        let (route, local) = self.route_home(home, (&login.client, &login.hint()), now).await?;
        let mut login = login.clone();
        login.transaction.local = local.unwrap_or_default();
        Ok(match (route, local) {
            (route @ (Route::Connection(_) | Route::Choose(..)), _) => {
                let hint = login.hint();
                Some(self.follow(route, login, &hint, now).await?)
            }
            (_, Some(_)) => Some(Step::Password(self.ask_password(&login))),
            _ => None,
        })
    }

    /// The way home, and whether a password at doorward itself is one of the ways.
    async fn route_home(
        &self,
        home: &Home,
        (client, person): (&Client, &str),
        now: Timestamp,
    ) -> Result<(Route, Option<LocalLeg>), LoginError> {
        let route = self.federation.choose(&home.hint(), person, client, now).await?;
        let local = match (&route, home.connection) {
            (Route::NoConnection | Route::Choose(..), None) => {
                let tenant = self.store.tenant(home.tenant, now).await?.map(|found| found.record);
                match tenant {
                    Some(tenant) if client.serves(&tenant) => self.password_of(&tenant, now).await?,
                    _ => None,
                }
            }
            _ => None,
        };
        Ok((route, local))
    }

    /// Whether the browser is led home without a question, because the policy there says so.
    pub(super) async fn is_led_home(
        &self,
        home: &Home,
        client: &Client,
        now: Timestamp,
    ) -> Result<bool, LoginError> {
        match self.federation.choose(&home.hint(), "", client, now).await? {
            Route::Connection(to) => {
                let population = &to.connection.population;
                Ok(self.store.login_policy(&to.tenant, population, now).await?.remembered_redirect)
            }
            _ => Ok(false),
        }
    }

    /// What the sign-in page offers somebody who belongs there. What leads nowhere now is not offered.
    pub(super) async fn offer(
        &self,
        home: &Home,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<Offer>, LoginError> {
        let title = match self.route_home(home, (client, ""), now).await? {
            (Route::Connection(to), _) => Some(to.connection.title),
            (Route::Choose(tenant, _), _) => Some(tenant.name),
            (_, Some(_)) => self.store.tenant(home.tenant, now).await?.map(|found| found.record.name),
            _ => None,
        };
        Ok(title.map(|title| Offer { title }))
    }
}
