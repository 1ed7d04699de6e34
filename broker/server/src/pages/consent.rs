//! The consent page: may this app know that about you?

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use doorward_domain::scope::name;
use url::{Host, Url};

use super::headers::FormTarget;
use super::{Href, Picture, respond};
use crate::words::{Phrase, Words};

/// Asks whether an app of someone else may have a person's data. Posts `tx` and `decision`, which is
/// `allow` or `deny`, to `/consent`.
#[derive(Clone, Debug, Template)]
#[template(path = "consent.html")]
pub struct ConsentPage {
    /// The language.
    pub words: Words,
    /// The app's name, as it was registered.
    pub app: String,
    /// Its logo.
    pub logo: Option<Picture>,
    /// Whether anybody vouches for it.
    pub standing: Standing,
    /// What it does with data.
    pub policy: Option<Href>,
    /// Its terms of service.
    pub terms: Option<Href>,
    /// Where the answer goes.
    pub destination: Destination,
    /// The tenant's name.
    pub tenant: String,
    /// The person's name or e-mail address; empty when neither is known.
    pub person: String,
    /// What the app asks for.
    pub scopes: Vec<ScopeLine>,
    /// The sealed transaction, carried in the hidden field `tx`.
    pub transaction: String,
}

/// Whether anybody vouches for an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The operator does.
    Verified,
    /// It registered itself, under a name that it made up.
    Unverified,
    /// Its metadata lies at this host, which is all that is known of it.
    PublishedAt(String),
}

/// Where the browser goes with an answer: what a made-up name cannot hide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To a website.
    Host(String),
    /// To whatever program of this device listens.
    ThisDevice,
}

impl From<&str> for Destination {
    fn from(redirect_uri: &str) -> Self {
        let url = Url::parse(redirect_uri).ok();
        match url.as_ref().filter(|url| matches!(url.scheme(), "https" | "http")).and_then(Url::host) {
            None => Self::ThisDevice,
            Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => {
                Self::ThisDevice
            }
            Some(Host::Ipv4(address)) if address.is_loopback() => Self::ThisDevice,
            Some(Host::Ipv6(address)) if address.is_loopback() => Self::ThisDevice,
            Some(host) => Self::Host(host.to_string()),
        }
    }
}

/// What one scope gives away; the template has the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeLine {
    /// `openid`
    OpenId,
    /// `profile`
    Profile,
    /// `email`
    Email,
    /// `address`
    Address,
    /// `phone`
    Phone,
    /// `groups`
    Groups,
    /// `offline_access`
    OfflineAccess,
    /// A protected resource, by its URL (RFC 8707).
    Resource(String),
    /// A scope of the app's own, shown by its name.
    Other(String),
}

impl From<&str> for ScopeLine {
    fn from(scope: &str) -> Self {
        match scope {
            name::OPENID => Self::OpenId,
            name::PROFILE => Self::Profile,
            name::EMAIL => Self::Email,
            name::ADDRESS => Self::Address,
            name::PHONE => Self::Phone,
            name::GROUPS => Self::Groups,
            name::OFFLINE_ACCESS => Self::OfflineAccess,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl ConsentPage {
    /// Who is asked, and by whom.
    fn introduction(&self) -> Phrase {
        let (tenant, app) = (("tenant", self.tenant.as_str()), ("app", self.app.as_str()));
        match self.person.as_str() {
            "" => self.words.with_all("consent-nobody", &[tenant, app]),
            person => self.words.with_all("consent-person", &[("person", person), tenant, app]),
        }
    }
}

impl IntoResponse for ConsentPage {
    fn into_response(self) -> Response {
        let forms = if self.logo.is_some() { FormTarget::AppWithPicture } else { FormTarget::App };
        respond(StatusCode::OK, forms, self.words, &self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn az_09_the_destination_is_the_host_that_a_browser_would_ask() {
        for (redirect_uri, host) in [
            ("https://app.test/cb", "app.test"),
            ("https://app.test:8443/cb?x=https://bank.test", "app.test"),
            ("https://xn--bnk-sna.test/", "xn--bnk-sna.test"),
        ] {
            assert_eq!(Destination::from(redirect_uri), Destination::Host(host.to_owned()));
        }
        for here in
            ["http://127.0.0.1:51004/cb", "http://[::1]/cb", "http://localhost:3000/", "com.example.app:/cb"]
        {
            assert_eq!(Destination::from(here), Destination::ThisDevice, "{here}");
        }
    }
}
