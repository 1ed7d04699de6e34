//! Where a switch applies, and where a request is.

use serde::Deserialize;

use super::log::Endpoint;

/// Where a switch applies: everywhere, but for what is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// The tenant or the authorization server.
    pub issuer: Option<String>,
    /// The app.
    pub client: Option<String>,
    /// The person, by the name that they type.
    pub person: Option<String>,
    /// The endpoint.
    pub endpoint: Option<Endpoint>,
}

/// Where a request is, as far as that is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct At<'a> {
    pub(crate) issuer: Option<&'a str>,
    pub(crate) client: Option<&'a str>,
    pub(crate) person: Option<&'a str>,
    pub(crate) endpoint: Option<Endpoint>,
}

impl<'a> At<'a> {
    pub(crate) fn issuer(issuer: &'a str) -> Self {
        Self { issuer: Some(issuer), ..Self::default() }
    }

    pub(crate) fn client(self, client: &'a str) -> Self {
        Self { client: Some(client), ..self }
    }

    pub(crate) fn person(self, person: &'a str) -> Self {
        Self { person: Some(person), ..self }
    }

    pub(crate) fn endpoint(self, endpoint: Endpoint) -> Self {
        Self { endpoint: Some(endpoint), ..self }
    }
}

impl Scope {
    /// What is not known is not covered: a switch for one app stays off where no app has a name yet.
    pub(crate) fn covers(&self, at: &At<'_>) -> bool {
        let covers = |wanted: &Option<String>, is: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| is.is_some_and(|is| is.eq_ignore_ascii_case(wanted)))
        };
        covers(&self.issuer, at.issuer)
            && covers(&self.client, at.client)
            && covers(&self.person, at.person)
            && self.endpoint.is_none_or(|wanted| at.endpoint == Some(wanted))
    }
}
