//! A sample Relying Party: signs in at an OpenID Provider by code and PKCE, shows the claims and
//! tokens it was given, refreshes them and signs out. A developer's tool: it hides nothing.

mod http_client;
mod jwt;
mod pages;
mod relying_party;
mod routes;
mod session;
mod sign_in_error;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use relying_party::RelyingParty;
use session::Sessions;

/// Who the app is and where it signs in.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where browsers reach the app, such as `http://localhost:8082`. Its redirect URI is
    /// `{base_url}/callback`, its post-logout redirect URI `{base_url}/signed-out`.
    pub base_url: String,
    /// The OpenID Provider; discovered at the first sign-in.
    pub issuer: String,
    /// The client's id there.
    pub client_id: String,
    /// Its secret, sent by `client_secret_basic`; without one the app is a public client.
    pub client_secret: Option<String>,
    /// What it asks for beside `openid`.
    pub scopes: Vec<String>,
}

/// Why the app could not be built.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base URL or the issuer is not a URL.
    #[error("`{0}` is not a URL")]
    NotAUrl(String),
    /// The HTTP client could not be built.
    #[error("no HTTP client")]
    HttpClient(#[source] reqwest::Error),
}

/// The app.
#[derive(Clone)]
pub struct SampleApp(Arc<App>);

/// What the handlers share.
struct App {
    relying_party: RelyingParty,
    sessions: Sessions,
}

impl SampleApp {
    /// Does not contact the OpenID Provider yet.
    ///
    /// # Errors
    /// When a URL of the configuration is none, or the HTTP client cannot be built.
    pub fn new(config: Config) -> Result<Self, SetupError> {
        let relying_party = RelyingParty::new(config)?;
        Ok(Self(Arc::new(App { relying_party, sessions: Sessions::default() })))
    }

    /// The app's routes. Routers of one `SampleApp` share its sessions.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(routes::front))
            .route("/login", get(routes::login))
            .route("/callback", get(routes::callback))
            .route("/refresh", post(routes::refresh))
            .route("/logout", post(routes::logout))
            .route("/signed-out", get(routes::signed_out))
            .route("/ui.css", get(pages::stylesheet))
            .with_state(self.0.clone())
    }
}
