//! An OpenID Provider for development and tests: several issuers in one process, people to pick
//! instead of accounts to create, and switches that make an issuer misbehave on purpose.
//!
//! ```
//! use std::sync::Arc;
//! use doorward_test_idp::{Algorithm, Config, IssuerConfig, Switch, TestIdp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let idp = TestIdp::new(Config {
//!     base_url: "http://localhost:8081".into(),
//!     issuers: vec![IssuerConfig { algorithm: Algorithm::Rs256, ..IssuerConfig::new("acme") }],
//!     now: Arc::new(|| 1_700_000_000),
//! })?;
//! let _serve_this: axum::Router = idp.router();
//!
//! let acme = idp.issuer("acme").ok_or("no such issuer")?;
//! acme.switches().once(Switch::WrongNonce);
//! assert_eq!(acme.url(), "http://localhost:8081/acme");
//! assert_eq!(acme.switches().fired(Switch::WrongNonce), 0);
//! # Ok(())
//! # }
//! ```

mod authorization_request;
mod authorization_response;
mod authorize;
mod client_auth;
mod clients;
mod config;
mod control;
mod discovery;
mod end_session;
mod id_token;
mod issuer;
mod keys;
mod oauth_error;
mod pages;
mod params;
mod persona;
mod records;
mod requests;
mod session;
mod sign_in;
mod switches;
mod token;
mod userinfo;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};

pub use clients::Client;
pub use config::{Algorithm, Config, IssuerConfig, Now, SetupError};
pub use issuer::Issuer;
pub use persona::Persona;
pub use requests::Endpoint;
pub use switches::{Mode, NotMilliseconds, Setting, Switch, SwitchReport, Switches};

/// The whole provider: the handle by which a test reaches its issuers, and the source of the router.
#[derive(Clone)]
pub struct TestIdp {
    issuers: Vec<Arc<Issuer>>,
}

impl TestIdp {
    /// Generates every issuer's signing key.
    ///
    /// # Errors
    /// When the base URL or an issuer's name cannot be part of a URL, a name is used twice, or a key
    /// cannot be generated.
    pub fn new(config: Config) -> Result<Self, SetupError> {
        let base_url = config.checked_base_url()?;
        let mut issuers: Vec<Arc<Issuer>> = Vec::new();
        for issuer in config.issuers {
            if issuers.iter().any(|other| other.name() == issuer.name) {
                return Err(SetupError::DuplicateIssuer(issuer.name));
            }
            issuers.push(Arc::new(Issuer::new(&base_url, issuer, config.now.clone())?));
        }
        Ok(Self { issuers })
    }

    /// The issuer of that name, to read its URL and counters and to set its switches.
    pub fn issuer(&self, name: &str) -> Option<&Issuer> {
        self.issuers.iter().find(|issuer| issuer.name() == name).map(AsRef::as_ref)
    }

    /// Every issuer, in the order of the configuration.
    pub fn issuers(&self) -> impl Iterator<Item = &Issuer> {
        self.issuers.iter().map(AsRef::as_ref)
    }

    /// The routes of all issuers. Routers of one `TestIdp` share their state.
    pub fn router(&self) -> Router {
        let home = Router::new()
            .route("/", get(pages::home))
            .route("/ui.css", get(pages::stylesheet))
            .with_state(self.clone());
        self.issuers.iter().fold(home, |router, issuer| {
            router.nest(&format!("/{}", issuer.name()), issuer_router(issuer.clone()))
        })
    }
}

fn issuer_router(issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/jwks", get(discovery::jwks))
        .route("/authorize", get(authorize::authorize).post(authorize::authorize))
        .route("/sign-in", post(sign_in::sign_in))
        .route("/token", post(token::token))
        .route("/userinfo", get(userinfo::userinfo).post(userinfo::userinfo))
        .route("/end_session", get(end_session::end_session).post(end_session::end_session))
        .route("/switches", get(control::list_switches).post(control::set_switch))
        .route("/requests", get(control::list_requests))
        .with_state(issuer)
}

/// Locks, also after a panic elsewhere: a failed assertion in one test must not hide another's.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
