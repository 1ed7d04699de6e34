//! Okta: the org authorization server, custom ones beside it, and the sign-in in front of them
//!.
//!
//! Strict unless told otherwise: what Okta refuses is refused here, in its words. athenahealth's
//! service is an Okta org under another name (5.5), so this is its emulator too.

mod act;
mod app;
mod authorize;
mod claims;
mod client;
mod discovery;
mod error;
mod gates;
mod grants;
mod ids;
mod interaction;
mod introspect;
mod issuer;
mod keys;
mod limits;
mod logout;
mod messages;
mod place;
mod redeem;
mod refresh;
mod request;
mod server;
mod service;
mod sign_in;
mod switch;
mod token;
mod user;
mod userinfo;

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::routing::{MethodRouter, get, post};

pub use app::{App, AppKind, GroupsFilter, Method};
pub use server::{AuthorizationServer, IssuerMode, Rule};
pub use switch::OktaSwitch;
pub use user::{Status, User};

use crate::common::assertion::Replays;
use crate::common::clock::Now;
use crate::common::handle::handle;
use crate::common::known_error::KnownError;
use crate::common::log::Endpoint;
use crate::common::sessions::Sessions;
use crate::common::watch::watched;
use crate::common::{Common, base_path, lock, pages};
use grants::Grants;
use keys::Keys;
use place::{Door, Host};

/// The errors that Okta names.
pub fn errors() -> &'static [KnownError] {
    messages::TABLE
}

/// The emulator: the handle by which a test fills the org and acts as its administrator, and the
/// source of the routers.
#[derive(Clone)]
pub struct Okta(Arc<State>);

struct State {
    id: String,
    url: String,
    custom_domain: Option<String>,
    common: Arc<Common>,
    sessions: Sessions,
    org: Mutex<Org>,
    grants: Mutex<Grants>,
    keys: Keys,
    replays: Replays,
}

/// What an org consists of.
#[derive(Default)]
struct Org {
    servers: Vec<AuthorizationServer>,
    apps: Vec<App>,
    users: Vec<User>,
    /// Who has consented to which app.
    consents: Vec<(String, String)>,
}

handle!(Okta);

impl Okta {
    /// An org at this URL, such as `https://acme.okta.com`, and at its custom domain, if it has one.
    pub fn new(url: &str, custom_domain: Option<&str>, now: Now) -> Self {
        Self(Arc::new(State {
            id: ids::of("00o", url),
            url: url.to_owned(),
            custom_domain: custom_domain.map(str::to_owned),
            common: Arc::new(Common::new(now, OktaSwitch::known())),
            sessions: Sessions::new("idx", base_path(url)),
            org: Mutex::default(),
            grants: Mutex::default(),
            keys: Keys::default(),
            replays: Replays::default(),
        }))
    }

    /// What is at the org's URL.
    pub fn router(&self) -> Router {
        self.at(Host::Org, &self.0.url)
    }

    /// What is at the custom domain: the same, under another name.
    pub fn custom_domain_router(&self) -> Router {
        self.at(Host::Custom, self.0.custom_domain.as_deref().unwrap_or(&self.0.url))
    }

    fn at(&self, host: Host, url: &str) -> Router {
        let door = Door { okta: self.clone(), host };
        let metadata = |route| watched(&self.0.common, Endpoint::Discovery, route);
        let documents = Router::new()
            .route("/.well-known/openid-configuration", metadata(get(discovery::openid)))
            .route("/.well-known/oauth-authorization-server", metadata(get(discovery::oauth)));
        let routes = Router::new()
            .merge(documents.clone())
            .nest("/oauth2/{server}", documents)
            .nest("/oauth2/v1", self.endpoints())
            .nest("/oauth2/{server}/v1", self.endpoints())
            .with_state(door);
        match base_path(url) {
            "" => routes.route("/ui.css", get(pages::stylesheet)),
            path => Router::new().nest(path, routes),
        }
    }

    /// The endpoints of one authorization server.
    fn endpoints(&self) -> Router<Door> {
        let limited = |endpoint, route: MethodRouter<Door>| {
            watched(&self.0.common, endpoint, limits::limited(self, endpoint, route))
        };
        let authorize = get(authorize::by_get).post(authorize::by_post);
        let logout = get(logout::logout).post(logout::logout);
        let userinfo = get(userinfo::userinfo).post(userinfo::userinfo);
        Router::new()
            // Neither documents nor keys are limited (3.2).
            .route("/keys", watched(&self.0.common, Endpoint::Jwks, get(keys::jwks)))
            .route("/authorize", limited(Endpoint::Authorize, authorize))
            .route("/sign-in", limited(Endpoint::SignIn, post(sign_in::sign_in)))
            .route("/interaction", limited(Endpoint::Interaction, post(interaction::interaction)))
            .route("/token", limited(Endpoint::Token, post(token::token)))
            .route("/userinfo", limited(Endpoint::Userinfo, userinfo))
            .route("/introspect", limited(Endpoint::Introspect, post(introspect::introspect)))
            .route("/revoke", limited(Endpoint::Revoke, post(introspect::revoke)))
            .route("/logout", limited(Endpoint::EndSession, logout))
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

    fn org(&self) -> MutexGuard<'_, Org> {
        lock(&self.0.org)
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        lock(&self.0.grants)
    }

    fn app(&self, client_id: &str) -> Option<App> {
        self.org().apps.iter().find(|app| app.client_id == client_id).cloned()
    }

    fn user(&self, id: &str) -> Option<User> {
        self.org().users.iter().find(|user| user.id == id).cloned()
    }
}
