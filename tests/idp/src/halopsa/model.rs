//! Agents, end users and applications.

use crate::common::guid;
use crate::common::pkce::Challenge;

/// Somebody who can sign in. Agents and end users are two populations.
#[derive(Clone, Debug)]
pub struct Person {
    /// The number within the population.
    pub number: u32,
    /// Which population.
    pub population: Population,
    /// What is typed at the sign-in page.
    pub username: String,
    /// The password.
    pub password: String,
    /// The full name.
    pub name: String,
    /// The address, which nobody has checked.
    pub email: Option<String>,
    /// Whether the account is in use.
    pub active: bool,
}

/// A population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// Technicians.
    Agent,
    /// Users of a customer.
    EndUser,
}

impl Person {
    /// The password of everybody who was not given another.
    pub const PASSWORD: &str = "test";

    /// An agent.
    pub fn agent(number: u32, username: &str, name: &str) -> Self {
        Self {
            number,
            population: Population::Agent,
            username: username.to_owned(),
            password: Self::PASSWORD.to_owned(),
            name: name.to_owned(),
            email: Some(format!("{username}@msp.example")),
            active: true,
        }
    }

    /// A customer's user.
    pub fn end_user(number: u32, username: &str, name: &str) -> Self {
        Self {
            population: Population::EndUser,
            email: Some(format!("{username}@customer.example")),
            ..Self::agent(number, username, name)
        }
    }
}

/// An application below Configuration → Integrations → Halo API.
#[derive(Clone, Debug)]
pub struct App {
    /// The client ID.
    pub client_id: String,
    /// What it is called.
    pub name: String,
    /// How it authenticates.
    pub kind: AppKind,
    /// Where codes may go. Query strings are allowed.
    pub redirect_uris: Vec<String>,
    /// Where a browser may go after logout.
    pub post_logout_redirect_uris: Vec<String>,
}

/// The authentication method of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// "Client ID and Secret (Services)", logged in as this agent.
    Services {
        /// The secret: two GUIDs.
        secret: String,
        /// The agent's username.
        agent: String,
    },
    /// "Authorization Code (Native)": a public client, with PKCE.
    Native,
    /// "Authorization Code" with a secret.
    Web {
        /// The secret: two GUIDs.
        secret: String,
    },
}

impl App {
    /// A web app with a secret.
    pub fn web(name: &str, redirect_uri: &str) -> Self {
        Self {
            client_id: guid::of(&format!("halo {name}")),
            name: name.to_owned(),
            kind: AppKind::Web { secret: secret_of(name) },
            redirect_uris: vec![redirect_uri.to_owned()],
            post_logout_redirect_uris: Vec::new(),
        }
    }

    /// A public client.
    pub fn native(name: &str, redirect_uri: &str) -> Self {
        Self { kind: AppKind::Native, ..Self::web(name, redirect_uri) }
    }

    /// A service, logged in as an agent.
    pub fn services(name: &str, agent: &str) -> Self {
        let kind = AppKind::Services { secret: secret_of(name), agent: agent.to_owned() };
        Self { kind, redirect_uris: Vec::new(), ..Self::web(name, "") }
    }

    /// The secret, if there is one.
    pub fn secret(&self) -> Option<&str> {
        match &self.kind {
            AppKind::Services { secret, .. } | AppKind::Web { secret } => Some(secret),
            AppKind::Native => None,
        }
    }
}

/// Two GUIDs joined by a dash.
fn secret_of(name: &str) -> String {
    format!("{}-{}", guid::of(&format!("first {name}")), guid::of(&format!("second {name}")))
}

/// What an app was given of a person.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) username: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) redirect_uri: String,
    pub(super) code_challenge: Option<Challenge>,
}

impl Grant {
    pub(super) fn has_scope(&self, wanted: &str) -> bool {
        self.scope.split_ascii_whitespace().any(|scope| scope == wanted)
    }
}
