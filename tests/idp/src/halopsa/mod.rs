//! HaloPSA and its authorization server: a tenant in the query of every
//! request, public clients, ID tokens where nobody signed in. What nobody has written down is a
//! [`Variant`].

mod authorize;
mod claims;
mod documents;
mod messages;
mod model;
mod portal;
mod request;
mod switch;
mod token;
mod userinfo;
mod variant;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Json;
use axum::Router;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

pub use model::{App, AppKind, Person, Population};
pub use switch::HaloPsaSwitch;
pub use variant::Variant;

use crate::common::answer::redirect;
use crate::common::clock::Now;
use crate::common::codes::Codes;
use crate::common::handle::handle;
use crate::common::known_error::KnownError;
use crate::common::log::Endpoint;
use crate::common::params::Params;
use crate::common::scope::At;
use crate::common::sessions::Sessions;
use crate::common::watch::watched;
use crate::common::{Common, base_path, lock, pages};
use model::Grant;

/// The errors that HaloPSA names.
pub fn errors() -> &'static [KnownError] {
    messages::TABLE
}

/// The emulator: the handle of a test, and the source of the router.
#[derive(Clone)]
pub struct HaloPsa(Arc<State>);

struct State {
    url: String,
    variant: Variant,
    common: Arc<Common>,
    sessions: Sessions,
    people: Mutex<Vec<Person>>,
    apps: Mutex<Vec<App>>,
    portal_button: Mutex<Option<(String, String)>>,
    grants: Mutex<Grants>,
}

/// Everything by its handle.
#[derive(Default)]
struct Grants {
    codes: Codes<Grant>,
    refresh_tokens: HashMap<String, Grant>,
    access_tokens: HashMap<String, (Grant, i64)>,
}

handle!(HaloPsa);

impl HaloPsa {
    /// An instance at this URL, such as `https://acme.halopsa.com`.
    pub fn new(url: &str, variant: Variant, now: Now) -> Self {
        Self(Arc::new(State {
            url: url.to_owned(),
            variant,
            common: Arc::new(Common::new(now, HaloPsaSwitch::known())),
            sessions: Sessions::new("halo", base_path(url)),
            people: Mutex::default(),
            apps: Mutex::default(),
            portal_button: Mutex::default(),
            grants: Mutex::default(),
        }))
    }

    /// Adds an agent or an end user.
    pub fn add_person(&self, person: Person) {
        lock(&self.0.people).push(person);
    }

    /// Changes somebody, by username.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_person(&self, username: &str, change: impl FnOnce(&mut Person)) {
        match lock(&self.0.people).iter_mut().find(|person| person.username == username) {
            Some(person) => change(person),
            None => panic!("there is no {username}"),
        }
    }

    /// Registers an application.
    pub fn register(&self, app: App) {
        lock(&self.0.apps).push(app);
    }

    /// Puts a button on the portal that leads elsewhere.
    pub fn add_portal_button(&self, title: &str, url: &str) {
        *lock(&self.0.portal_button) = Some((title.to_owned(), url.to_owned()));
    }

    /// What is at its URL.
    pub fn router(&self) -> Router {
        let watched = |endpoint, route| watched(&self.0.common, endpoint, route);
        let authorize = get(authorize::by_get).post(authorize::by_post);
        let userinfo = get(userinfo::userinfo).post(userinfo::userinfo);
        let logout = get(portal::logout).post(portal::logout);
        let metadata = watched(Endpoint::Discovery, get(documents::metadata));
        let routes = Router::new()
            .route("/api/authinfo", watched(Endpoint::Api, get(documents::authinfo)))
            .route("/auth/.well-known/openid-configuration", metadata)
            .route("/auth/.well-known/jwks", watched(Endpoint::Jwks, get(documents::jwks)))
            .route("/auth/authorize", watched(Endpoint::Authorize, authorize))
            .route("/auth/account/login", watched(Endpoint::SignIn, post(authorize::sign_in)))
            .route("/auth/token", watched(Endpoint::Token, post(token::token)))
            .route("/auth/userinfo", watched(Endpoint::Userinfo, userinfo))
            .route("/auth/logout", watched(Endpoint::EndSession, logout))
            .route("/auth/home/error", get(error_page))
            .route("/portal", get(portal::portal))
            .with_state(self.clone());
        match base_path(&self.0.url) {
            "" => routes.route("/ui.css", get(pages::stylesheet)),
            path => Router::new().nest(path, routes),
        }
    }

    fn variant(&self) -> &Variant {
        &self.0.variant
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

    fn person(&self, username: &str) -> Option<Person> {
        lock(&self.0.people).iter().find(|person| person.username.eq_ignore_ascii_case(username)).cloned()
    }

    /// The Authorization Server's URL.
    fn auth(&self) -> String {
        format!("{}/auth", self.0.url)
    }

    /// A refusal that the app does not hear of.
    fn refused_on_page(&self, known: KnownError) -> Response {
        let number = messages::TABLE.iter().position(|row| row.text == known.text);
        match number.filter(|_| self.variant().error_page) {
            Some(number) => {
                redirect(&format!("{}/home/error", self.auth()), &[("errorId", number.to_string())])
            }
            None => explained(StatusCode::BAD_REQUEST, &known),
        }
    }

    /// On a shared instance the tenant must be in the query, wherever else it may be.
    fn check_tenant(&self, query: Option<&str>, endpoint: Endpoint) -> Result<(), KnownError> {
        let Some(tenant) = &self.variant().tenant else { return Ok(()) };
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        let missing = self.switches().fires(HaloPsaSwitch::TenantMissing, &At::default().endpoint(endpoint));
        match params.get("tenant") {
            Some(named) if named.eq_ignore_ascii_case(tenant) && !missing => Ok(()),
            _ => Err(messages::TENANT),
        }
    }
}

/// A refusal as JSON.
fn refused(known: KnownError) -> Response {
    let status = match known.error {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    let body = json!({ "error": known.error, "error_description": known.text });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// `/auth/home/error`
async fn error_page(RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let number = params.get("errorId").and_then(|id| id.parse::<usize>().ok());
    match number.and_then(|number| messages::TABLE.get(number)) {
        Some(known) => explained(StatusCode::OK, known),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn explained(status: StatusCode, known: &KnownError) -> Response {
    let text = format!("error: {} error_description: {}", known.error, known.text);
    pages::message(status, "HaloPSA", "The request cannot be answered", &text)
}
