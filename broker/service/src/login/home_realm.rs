//! Where somebody belongs, told to an app that asks its people itself: the sign-in page's chain as an answer
//! of one shape. It is about companies; who exists there decides nothing (PW-01).

use std::net::IpAddr;
use std::time::Duration;

use doorward_domain::{ClientId, Slug, Timestamp};
use moka::Entry;
use moka::sync::Cache;
use serde::Serialize;

use super::Login;
use crate::federation::{Hint, Route};
use crate::provider::request::Belonging;
use crate::provider::{EndpointError, ErrorCode};

/// How often a place may ask within [`WITHIN`]. Whoever types asks once.
const MOST: u32 = 60;
const WITHIN: Duration = Duration::from_secs(60);

/// What an app knows of somebody.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The app.
    pub client: &'a str,
    /// What it would say in its authorization request.
    pub belonging: &'a Belonging,
    /// What the person typed: an address, a username with a company code, or a company code.
    pub login_hint: Option<&'a str>,
}

/// Where somebody belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HomeRealm {
    /// What comes next.
    pub next: Next,
    /// The company code, where there is something to choose or to go to: the authorization request's `tenant`.
    pub tenant: Option<Slug>,
    /// The ways in: the authorization request's `connection`, and what people read on its button.
    pub connections: Vec<WayIn>,
    /// Whether a password at doorward itself is one of the ways.
    pub password: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// The one way in is gone to.
    Redirect,
    /// The person chooses one.
    Choose,
    /// The person is asked for a password, at doorward.
    Password,
    /// Nothing is known: the person is asked for their company.
    Ask,
    /// The company has no way in that can be used now.
    Unavailable,
    /// The company's people do not use this app.
    NotServed,
}

/// A way in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayIn {
    /// The connection's short name.
    pub name: String,
    /// What people read.
    pub title: String,
}

/// How often each place has asked lately. Each instance counts for itself.
pub(super) struct Lookups(Cache<Option<IpAddr>, (Timestamp, u32)>);

impl Lookups {
    pub fn new() -> Self {
        Self(Cache::builder().max_capacity(100_000).time_to_idle(WITHIN).build())
    }

    /// Counts a question; `false` when there were too many.
    fn count(&self, from: Option<IpAddr>, now: Timestamp) -> bool {
        let counted = self.0.entry(from).and_upsert_with(|before| match before.map(Entry::into_value) {
            Some((since, asked)) if now < since + WITHIN => (since, asked.saturating_add(1)),
            _ => (now, 1),
        });
        counted.into_value().1 <= MOST
    }
}

impl Login {
    /// Says where somebody belongs, by the first hint that leads somewhere. Nothing is written.
    ///
    /// # Errors
    /// When no app has this `client_id`, or the store fails; `None` when the place has asked too often.
    pub async fn home_realm(
        &self,
        asking: &Asking<'_>,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Option<HomeRealm>, EndpointError> {
        if !self.lookups.count(from, now) {
            return Ok(None);
        }
        let client = self.provider.client(&ClientId::new(asking.client), now).await?;
        let client = client
            .map(|found| found.record)
            .filter(|client| client.enabled)
            .ok_or(EndpointError::refused(ErrorCode::UnauthorizedClient, "no app has this client_id"))?;
        let Belonging { tenant, connection, domain } = asking.belonging;
        let named = tenant.as_deref().map(|slug| Hint::Named(slug, connection.as_deref()));
        let domain = domain.as_deref().map(Hint::Domain);
        let person = asking.login_hint.unwrap_or_default();
        for hint in [named, domain].into_iter().flatten() {
            let route = self.federation.choose(&hint, person, &client, now).await?;
            if route.tenant().is_some() {
                return Ok(Some(self.told(route, now).await?));
            }
        }
        let Some(typed) = asking.login_hint else { return Ok(Some(HomeRealm::of(Next::Ask))) };
        let route = self.federation.choose(&Hint::Typed(typed), typed, &client, now).await?;
        let led_here = self.way_here(typed, &route, now).await?.is_some();
        Ok(Some(match route {
            Route::NotFound | Route::NoConnection if led_here => {
                HomeRealm { password: true, ..HomeRealm::of(Next::Password) }
            }
            route => self.told(route, now).await?,
        }))
    }

    async fn told(&self, route: Route, now: Timestamp) -> Result<HomeRealm, EndpointError> {
        Ok(match route {
            Route::Connection(to) => HomeRealm {
                tenant: Some(to.tenant.slug),
                connections: vec![WayIn { name: to.connection.name, title: to.connection.title }],
                ..HomeRealm::of(Next::Redirect)
            },
            Route::Choose(tenant, offered) => HomeRealm {
                password: self.password_of(&tenant, now).await?.is_some(),
                tenant: Some(tenant.slug),
                connections: offered.into_iter().map(|it| WayIn { name: it.name, title: it.title }).collect(),
                next: Next::Choose,
            },
            Route::NotFound => HomeRealm::of(Next::Ask),
            Route::NoConnection => HomeRealm::of(Next::Unavailable),
            Route::NotServed => HomeRealm::of(Next::NotServed),
        })
    }
}

impl HomeRealm {
    const fn of(next: Next) -> Self {
        Self { next, tenant: None, connections: Vec::new(), password: false }
    }
}
