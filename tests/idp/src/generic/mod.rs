//! Any OpenID Provider: several issuers in one process, people to pick instead of
//! accounts to create.

mod authorization_request;
mod authorize;
mod backchannel;
mod clients;
mod config;
mod discovery;
mod end_session;
mod id_token;
mod issuer;
mod manners;
mod persona;
mod records;
mod sign_in;
mod switch;
mod token;
mod userinfo;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

pub use backchannel::LogoutCall;
pub use clients::Client;
pub use config::{Config, IssuerConfig, SetupError};
pub use discovery::Alterations;
pub use issuer::Issuer;
pub use manners::Manners;
pub use persona::Persona;
pub use switch::GenericSwitch;

use crate::common::log::Endpoint;
use crate::common::watch::watched;
use crate::common::{control, pages};

/// The whole provider: the handle by which a test reaches its issuers, and the source of the router.
#[derive(Clone)]
pub struct TestIdp {
    issuers: Vec<Arc<Issuer>>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    issuers: Vec<&'a Issuer>,
}

impl TestIdp {
    /// Makes every issuer's signing key.
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
            .route("/", get(home))
            .route("/ui.css", get(pages::stylesheet))
            .with_state(self.clone());
        self.issuers.iter().fold(home, |router, issuer| router.nest(issuer.path(), issuer_router(issuer)))
    }
}

/// `/`: who can be asked here, and who can sign in.
async fn home(State(idp): State<TestIdp>) -> Response {
    pages::page(StatusCode::OK, &HomePage { issuers: idp.issuers().collect() })
}

fn issuer_router(issuer: &Arc<Issuer>) -> Router {
    let common = issuer.common();
    let watched = |endpoint, route| watched(common, endpoint, route);
    let switches = get(control::list_switches).post(control::set_switch);
    Router::new()
        .route("/.well-known/openid-configuration", watched(Endpoint::Discovery, get(discovery::metadata)))
        .route("/jwks", watched(Endpoint::Jwks, get(discovery::jwks)))
        .route(
            "/authorize",
            watched(Endpoint::Authorize, get(authorize::authorize).post(authorize::authorize)),
        )
        .route("/sign-in", watched(Endpoint::SignIn, post(sign_in::sign_in)))
        .route("/token", watched(Endpoint::Token, post(token::token)))
        .route("/userinfo", watched(Endpoint::Userinfo, get(userinfo::userinfo).post(userinfo::userinfo)))
        .route(
            "/end_session",
            watched(Endpoint::EndSession, get(end_session::end_session).post(end_session::end_session)),
        )
        .route("/switches", switches.with_state(common.clone()))
        .route("/requests", get(control::list_requests).with_state(common.clone()))
        .with_state(issuer.clone())
}
