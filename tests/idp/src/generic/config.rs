//! What a test IdP is built from.

use josekit::JoseError;
use url::Url;

use super::{Client, Manners, Persona};
use crate::common::clock::Now;
use crate::common::keys::Algorithm;

/// A whole provider process.
pub struct Config {
    /// Where it is reached, such as `http://localhost:8081`; the issuers live below.
    pub base_url: String,
    /// The issuers.
    pub issuers: Vec<IssuerConfig>,
    /// The clock behind every expiry and every `iat`.
    pub now: Now,
}

/// One issuer, `{base_url}/{name}` unless its manners put it elsewhere.
pub struct IssuerConfig {
    /// The path segment: ASCII letters, digits, `-` and `_`.
    pub name: String,
    /// What its pages are headed with.
    pub title: String,
    /// What it signs ID tokens with.
    pub algorithm: Algorithm,
    /// The clients it knows from the start; more may be added by [`crate::Issuer::register`].
    pub clients: Vec<Client>,
    /// Accept any unregistered client, with any secret, whose redirect URI is on the loopback
    /// interface: for trying things by hand, never for a test of client authentication.
    pub any_loopback_client: bool,
    /// The people who can sign in.
    pub personas: Vec<Persona>,
    /// Leave everything about the person except `sub` out of ID tokens, so that a Relying Party has
    /// to ask the userinfo endpoint.
    pub thin_id_token: bool,
    /// Which product it resembles.
    pub manners: Manners,
}

impl IssuerConfig {
    /// An issuer with the default personas and no clients, signing with ES256.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: format!("{name} test IdP"),
            algorithm: Algorithm::Es256,
            clients: Vec::new(),
            any_loopback_client: false,
            personas: Persona::defaults(name),
            thin_id_token: false,
            manners: Manners::PLAIN,
        }
    }

    /// A realm of Keycloak.
    pub fn keycloak(realm: &str) -> Self {
        Self { algorithm: Algorithm::Rs256, manners: Manners::KEYCLOAK, ..Self::new(realm) }
    }

    /// A tenant of Auth0.
    pub fn auth0(tenant: &str) -> Self {
        Self { algorithm: Algorithm::Rs256, manners: Manners::AUTH0, ..Self::new(tenant) }
    }
}

impl Config {
    /// Two issuers for trying things by hand, open to any client on the loopback interface: `acme`
    /// signs with ES256, `globex` with RS256 and puts nothing but `sub` in its ID tokens.
    pub fn demo(base_url: &str, now: Now) -> Self {
        let acme = IssuerConfig {
            title: "Acme Inc.".to_owned(),
            any_loopback_client: true,
            ..IssuerConfig::new("acme")
        };
        let globex = IssuerConfig {
            title: "Globex Corporation".to_owned(),
            algorithm: Algorithm::Rs256,
            any_loopback_client: true,
            thin_id_token: true,
            ..IssuerConfig::new("globex")
        };
        Self { base_url: base_url.to_owned(), issuers: vec![acme, globex], now }
    }

    /// The base URL without its trailing slash. The router answers at the root, hence no path.
    pub(crate) fn checked_base_url(&self) -> Result<String, SetupError> {
        let refused = || SetupError::BaseUrl(self.base_url.clone());
        let url = Url::parse(&self.base_url).map_err(|_| refused())?;
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !plain {
            return Err(refused());
        }
        Ok(self.base_url.trim_end_matches('/').to_owned())
    }
}

/// Why a test IdP could not be built.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base URL is not `http(s)://host[:port]`.
    #[error("`{0}` is not a base URL: http or https, without path, query and fragment")]
    BaseUrl(String),
    /// An issuer's name is not a plain path segment.
    #[error("`{0}` is not a name for an issuer: ASCII letters, digits, - and _")]
    IssuerName(String),
    /// Two issuers share a name.
    #[error("there are two issuers named `{0}`")]
    DuplicateIssuer(String),
    /// Key generation failed.
    #[error("no signing key could be generated")]
    Key(#[from] JoseError),
}
