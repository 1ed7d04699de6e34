//! Accounts and clients.

use crate::common::guid;
use crate::common::pkce::Challenge;

/// A Google account.
#[derive(Clone, Debug)]
pub struct Account {
    /// 21 digits: the one key that is unique and never given to anybody else.
    pub sub: String,
    /// The address. A private person's account can have a company's.
    pub email: String,
    /// Whether the address was proved.
    pub email_verified: bool,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// The password.
    pub password: String,
    /// The primary domain of the Workspace organisation that the account belongs to: `hd`.
    pub organization: Option<String>,
    /// What is special about this person, for the one who picks.
    pub note: String,
}

impl Account {
    /// The password of everybody who was not given another.
    pub const PASSWORD: &str = "test";

    /// An account of an organisation.
    pub fn of_organization(email: &str, given_name: &str, family_name: &str, domain: &str) -> Self {
        Self { organization: Some(domain.to_owned()), ..Self::private(email, given_name, family_name) }
    }

    /// A private person's account, whatever its address.
    pub fn private(email: &str, given_name: &str, family_name: &str) -> Self {
        let id = guid::of(&format!("google {email}"));
        let digits = id.bytes().map(|byte| char::from(b'0' + byte % 10));
        Self {
            sub: format!("1{}", digits.take(20).collect::<String>()),
            email: email.to_owned(),
            email_verified: true,
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            password: Self::PASSWORD.to_owned(),
            organization: None,
            note: String::new(),
        }
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

/// An OAuth client of the Google Cloud Console.
#[derive(Clone, Debug)]
pub struct App {
    /// The client ID, `….apps.googleusercontent.com`.
    pub client_id: String,
    /// The client secret, `GOCSPX-…`.
    pub secret: String,
    /// What the app is called.
    pub name: String,
    /// Authorized redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Who may sign in.
    pub audience: Audience,
}

/// Who may sign in to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// "External", published: everybody.
    External,
    /// "External", in testing: these addresses.
    Testing(Vec<String>),
    /// "Internal": the organisation with this primary domain.
    Internal(String),
}

impl App {
    /// A published app for everybody.
    pub fn new(name: &str, secret: &str, redirect_uri: &str) -> Self {
        Self {
            client_id: format!("{}.apps.googleusercontent.com", &guid::of(&format!("google {name}"))[..8]),
            secret: secret.to_owned(),
            name: name.to_owned(),
            redirect_uris: vec![redirect_uri.to_owned()],
            audience: Audience::External,
        }
    }
}

/// What an app was given of a person.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) sub: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) redirect_uri: String,
    pub(super) code_challenge: Option<Challenge>,
    /// `access_type=offline` was asked for, and consent was given on this way.
    pub(super) refreshable: bool,
}

impl Grant {
    pub(super) fn has_scope(&self, wanted: &str) -> bool {
        let long = format!("https://www.googleapis.com/auth/userinfo.{wanted}");
        self.scope.split_ascii_whitespace().any(|scope| scope == wanted || scope == long)
    }
}
