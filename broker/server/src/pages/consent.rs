//! The consent page: may this app know that about you?

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use doorward_domain::scope::name;

use super::headers::FormTarget;
use super::respond;
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
    /// The host that the answer goes to: what a made-up name cannot hide.
    pub client_host: String,
    /// The tenant's name.
    pub tenant: String,
    /// The person's name or e-mail address; empty when neither is known.
    pub person: String,
    /// What the app asks for.
    pub scopes: Vec<ScopeLine>,
    /// The sealed transaction, carried in the hidden field `tx`.
    pub transaction: String,
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
    /// `groups`
    Groups,
    /// `offline_access`
    OfflineAccess,
    /// A scope of the app's own, shown by its name.
    Other(String),
}

impl From<&str> for ScopeLine {
    fn from(scope: &str) -> Self {
        match scope {
            name::OPENID => Self::OpenId,
            name::PROFILE => Self::Profile,
            name::EMAIL => Self::Email,
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
        respond(StatusCode::OK, FormTarget::App, self.words, &self)
    }
}
