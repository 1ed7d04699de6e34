//! Microsoft Entra ID, v2.0 endpoint, and as much of Microsoft Graph as a sign-in needs
//!.
//!
//! Strict unless told otherwise: what Entra refuses is refused here, in its words and at the place
//! where Entra refuses it, which is often a page from which no app ever hears.

mod aadsts;
mod act;
mod admin_consent;
mod app;
mod authorize;
mod claims;
mod client;
mod client_credentials;
mod directory;
mod discovery;
mod email;
mod error;
mod error_page;
mod gates;
mod grants;
mod graph;
mod groups;
mod id_token;
mod interaction;
mod issuer;
mod jwks;
mod logout;
mod redeem;
mod refresh;
mod request;
mod sign_in;
mod switch;
mod tenant;
mod token;
mod user;

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::routing::{get, post};

pub use app::{App, Audience, EnterpriseApp, Group, GroupClaims, Secret};
pub use jwks::RollOver;
pub use switch::EntraSwitch;
pub use tenant::{CONSUMERS, Tenant};
pub use user::{Home, User};

use crate::common::clock::Now;
use crate::common::handle::handle;
use crate::common::known_error::KnownError;
use crate::common::log::Endpoint;
use crate::common::sessions::Sessions;
use crate::common::watch::watched;
use crate::common::{Common, base_path, lock, pages};
use directory::Directory;
use grants::Grants;
use jwks::Keys;

/// The errors that Entra names.
pub fn errors() -> &'static [KnownError] {
    aadsts::TABLE
}

/// Where Microsoft's own is reached.
pub const LOGIN_URL: &str = "https://login.microsoftonline.com";
/// Where Microsoft Graph is reached.
pub const GRAPH_URL: &str = "https://graph.microsoft.com";

/// The emulator: the handle by which a test fills the directory and acts as its administrator, and
/// the source of the routers.
#[derive(Clone)]
pub struct Entra(Arc<State>);

struct State {
    login_url: String,
    graph_url: String,
    common: Arc<Common>,
    sessions: Sessions,
    directory: Mutex<Directory>,
    grants: Mutex<Grants>,
    keys: Keys,
}

handle!(Entra);

impl Entra {
    /// An Entra with no tenant but that of personal accounts. The URLs have no slash at the end and
    /// may have a path; [`LOGIN_URL`] and [`GRAPH_URL`] are the real ones.
    pub fn new(login_url: &str, graph_url: &str, now: Now) -> Self {
        Self(Arc::new(State {
            login_url: login_url.to_owned(),
            graph_url: graph_url.to_owned(),
            common: Arc::new(Common::new(now, EntraSwitch::known())),
            sessions: Sessions::new("ESTSAUTHPERSISTENT", base_path(login_url)),
            directory: Mutex::default(),
            grants: Mutex::default(),
            keys: Keys::default(),
        }))
    }

    /// What is at the login URL.
    pub fn router(&self) -> Router {
        let watched = |endpoint, route| watched(&self.0.common, endpoint, route);
        let metadata = |route| watched(Endpoint::Discovery, route);
        let authorize = get(authorize::by_get).post(authorize::by_post);
        let logout = get(logout::logout).post(logout::logout);
        let consent = |route| watched(Endpoint::AdminConsent, route);
        let tenant = Router::new()
            .route("/v2.0/.well-known/openid-configuration", metadata(get(discovery::v2)))
            .route("/.well-known/openid-configuration", metadata(get(discovery::v1)))
            .route("/discovery/v2.0/keys", watched(Endpoint::Jwks, get(jwks::jwks)))
            .route("/oauth2/v2.0/authorize", watched(Endpoint::Authorize, authorize))
            .route("/login", watched(Endpoint::SignIn, post(sign_in::sign_in)))
            .route("/interaction", watched(Endpoint::Interaction, post(interaction::interaction)))
            .route("/oauth2/v2.0/token", watched(Endpoint::Token, post(token::token).get(token::by_get)))
            .route("/oauth2/v2.0/logout", watched(Endpoint::EndSession, logout))
            .route("/adminconsent", consent(get(admin_consent::v1).post(admin_consent::decide)))
            .route("/v2.0/adminconsent", consent(get(admin_consent::v2).post(admin_consent::decide)));
        let routes = Router::new().route("/error", get(error_page::look_up)).nest("/{tenant}", tenant);
        self.based(&self.0.login_url, routes)
    }

    /// What is at the Graph URL.
    pub fn graph_router(&self) -> Router {
        self.based(&self.0.graph_url, graph::routes(&self.0.common))
    }

    fn based(&self, url: &str, routes: Router<Self>) -> Router {
        let routes = routes.with_state(self.clone());
        match base_path(url) {
            "" => routes.route("/ui.css", get(pages::stylesheet)),
            path => Router::new().nest(path, routes),
        }
    }

    fn login_url(&self) -> &str {
        &self.0.login_url
    }

    fn graph_url(&self) -> &str {
        &self.0.graph_url
    }

    fn now(&self) -> i64 {
        self.0.common.now()
    }

    fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    fn keys(&self) -> &Keys {
        &self.0.keys
    }

    fn directory(&self) -> MutexGuard<'_, Directory> {
        lock(&self.0.directory)
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        lock(&self.0.grants)
    }
}
