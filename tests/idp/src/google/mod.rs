//! Google as an identity provider: `hd` or no `hd`, two spellings of the
//! issuer, no logout at all, and errors that stay on Google's own pages.

mod act;
mod authorize;
mod claims;
mod documents;
mod error;
mod messages;
mod model;
mod request;
mod switch;
mod token;
mod userinfo;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::routing::{get, post};

pub use model::{Account, App, Audience};
pub use switch::GoogleSwitch;

use crate::common::clock::Now;
use crate::common::codes::Codes;
use crate::common::handle::handle;
use crate::common::known_error::KnownError;
use crate::common::log::Endpoint;
use crate::common::sessions::Sessions;
use crate::common::watch::watched;
use crate::common::{Common, base_path, lock, pages};
use model::Grant;

/// The errors that Google names.
pub fn errors() -> &'static [KnownError] {
    messages::TABLE
}

/// Where the parts of Google are reached. Their paths differ, so one router does for all.
#[derive(Clone, Debug)]
pub struct Urls {
    /// The issuer, and where people sign in.
    pub accounts: String,
    /// Where tokens are.
    pub oauth2: String,
    /// Where userinfo is.
    pub openidconnect: String,
    /// Where the keys are.
    pub www: String,
}

impl Urls {
    /// The real ones.
    pub fn real() -> Self {
        Self {
            accounts: "https://accounts.google.com".to_owned(),
            oauth2: "https://oauth2.googleapis.com".to_owned(),
            openidconnect: "https://openidconnect.googleapis.com".to_owned(),
            www: "https://www.googleapis.com".to_owned(),
        }
    }

    /// All of it at one place.
    pub fn at(base: &str) -> Self {
        let base = base.to_owned();
        Self { accounts: base.clone(), oauth2: base.clone(), openidconnect: base.clone(), www: base }
    }
}

/// The emulator: the handle of a test, and the source of the router.
#[derive(Clone)]
pub struct Google(Arc<State>);

struct State {
    urls: Urls,
    common: Arc<Common>,
    sessions: Sessions,
    accounts: Mutex<Vec<Account>>,
    apps: Mutex<Vec<App>>,
    grants: Mutex<Grants>,
    key: Mutex<u32>,
}

/// Everything by its handle.
#[derive(Default)]
struct Grants {
    codes: Codes<Grant>,
    refresh_tokens: HashMap<String, Grant>,
    access_tokens: HashMap<String, (Grant, i64)>,
    /// Who has consented to which app.
    consents: HashSet<(String, String)>,
}

handle!(Google);

impl Google {
    /// A Google without accounts and apps.
    pub fn new(urls: Urls, now: Now) -> Self {
        Self(Arc::new(State {
            common: Arc::new(Common::new(now, GoogleSwitch::known())),
            sessions: Sessions::new("SID", base_path(&urls.accounts)),
            urls,
            accounts: Mutex::default(),
            apps: Mutex::default(),
            grants: Mutex::default(),
            key: Mutex::default(),
        }))
    }

    /// What is at all of the URLs.
    pub fn router(&self) -> Router {
        let watched = |endpoint, route| watched(&self.0.common, endpoint, route);
        let authorize = get(authorize::by_get).post(authorize::by_post);
        let userinfo = get(userinfo::userinfo).post(userinfo::userinfo);
        let routes = Router::new()
            .route(
                "/.well-known/openid-configuration",
                watched(Endpoint::Discovery, get(documents::metadata)),
            )
            .route("/oauth2/v3/certs", watched(Endpoint::Jwks, get(documents::jwks)))
            .route("/o/oauth2/v2/auth", watched(Endpoint::Authorize, authorize))
            .route("/signin", watched(Endpoint::SignIn, post(authorize::sign_in)))
            .route("/signin/consent", watched(Endpoint::Interaction, post(authorize::consent)))
            .route("/signin/oauth/error", get(error::error_page))
            .route("/token", watched(Endpoint::Token, post(token::token)))
            .route("/revoke", watched(Endpoint::Revoke, post(token::revoke)))
            .route("/v1/userinfo", watched(Endpoint::Userinfo, userinfo))
            .with_state(self.clone());
        match base_path(&self.0.urls.accounts) {
            "" => routes.route("/ui.css", get(pages::stylesheet)),
            path => Router::new().nest(path, routes),
        }
    }

    fn urls(&self) -> &Urls {
        &self.0.urls
    }

    fn now(&self) -> i64 {
        self.0.common.now()
    }

    fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        lock(&self.0.grants)
    }

    fn app(&self, client_id: &str) -> Option<App> {
        lock(&self.0.apps).iter().find(|app| app.client_id == client_id).cloned()
    }

    fn account(&self, sub: &str) -> Option<Account> {
        lock(&self.0.accounts).iter().find(|account| account.sub == sub).cloned()
    }
}
