//! The routes: which path leads to which handler, and what every request passes on its way.
//!
//! A handler extracts, makes one service call, and renders: [`step`] renders the steps of a login,
//! [`problem`] its failures, [`json`] what clients get.

mod account;
mod authorize;
mod call;
mod callback;
mod challenge;
mod connection_test;
mod consent;
mod device;
mod discovery;
mod end_session;
mod failure;
mod guard;
mod health;
mod home_realm;
mod json;
mod passkey;
mod password;
mod problem;
mod prove;
mod redirect;
mod register;
mod reset;
mod sign_in;
mod start;
mod step;
mod token;
mod upstream_logout;
mod userinfo;
mod welcome;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, Method};
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::routing::{get, post};
use doorward_service::provider::discovery::path;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};
use tower_http::csrf::CsrfLayer;

use crate::app::App;

/// Bodies are forms of a few fields.
const LARGEST_BODY: usize = 64 * 1024;

/// All routes of a broker; `admin` is the admin API, which has its own limits and state.
pub fn router(app: Arc<App>, admin: Router) -> Router {
    pages()
        .merge(protocol())
        .merge(calls())
        .fallback(guard::nothing_here)
        .with_state(Arc::clone(&app))
        .merge(admin)
        .layer(
            // Two in one: for every request, axum puts each layer into a box.
            ServiceBuilder::new()
                .layer(from_fn_with_state(Arc::clone(&app), guard::request))
                .layer(DefaultBodyLimit::max(LARGEST_BODY)),
        )
        .merge(health().with_state(Arc::clone(&app)))
        .merge(doorward_admin_ui::router())
        .layer(CatchPanicLayer::new())
        .layer(map_response_with_state(app, guard::answer))
}

/// Our own forms, which no other site may submit.
fn pages() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(welcome::welcome))
        .route("/sign-in", get(sign_in::again).post(sign_in::typed))
        .route("/sign-in/connection", post(sign_in::chosen))
        .route("/sign-in/offered", post(sign_in::offered))
        .route("/sign-in/forget", post(sign_in::forgotten))
        .route("/sign-in/cancel", post(sign_in::cancelled))
        .route("/sign-in/password", get(password::page).post(password::typed))
        .route("/sign-in/second-factor", post(password::second_factor))
        .route("/sign-in/passkey", post(passkey::alone))
        .route("/sign-in/second-factor/passkey", post(passkey::after_password))
        .route("/sign-in/prove/mail", post(prove::mail))
        .route("/sign-in/prove/code", post(prove::code))
        .route("/sign-in/prove/password", post(prove::password))
        .route("/sign-in/prove/passkey", post(prove::passkey))
        .route("/sign-in/prove/second-factor", post(prove::second_factor))
        .route("/sign-in/prove/second-factor/passkey", post(prove::second_passkey))
        .route("/reset", get(reset::page).post(reset::asked))
        .route("/reset/password", post(reset::changed))
        .route("/invitation", get(reset::invitation).post(reset::accepted))
        .route("/account", get(account::page))
        .route("/account/passkey", post(account::offer_passkey))
        .route("/account/passkey/new", post(account::add_passkey))
        .route("/account/passkey/remove", post(account::remove_passkey))
        .route("/account/password", post(account::change_password))
        .route("/account/authenticator", get(account::authenticator::page).post(account::authenticator::add))
        .route("/account/authenticator/remove", post(account::authenticator::remove))
        .route("/verify-email", get(reset::verify_page).post(reset::verified))
        .route("/test/{token}", get(connection_test::page).post(connection_test::posted))
        .route("/consent", post(consent::answer))
        .route(path::DEVICE, get(device::page).post(device::typed))
        .route("/device/confirm", post(device::confirm))
        .route("/end-session/confirm", post(end_session::confirm))
        .layer(CsrfLayer::new())
}

/// What apps and identity providers send browsers to, or call themselves. What a GET does, no HEAD may.
fn protocol() -> Router<Arc<App>> {
    Router::new()
        .route(path::AUTHORIZE, get(authorize::get).head(guard::no_head).post(authorize::post))
        .route("/start/{client}", get(start::start).head(guard::no_head))
        .route("/s/{company}", get(start::company).head(guard::no_head))
        .route("/s/{company}/{connection}", get(start::connection).head(guard::no_head))
        .route(
            "/federation/{tenant}/{connection}/start",
            get(start::by_provider).head(guard::no_head).post(start::posted_by_provider),
        )
        .route("/federation/{tenant}/{connection}/backchannel_logout", post(upstream_logout::back_channel))
        .route(
            "/federation/{tenant}/{connection}/frontchannel_logout",
            get(upstream_logout::front_channel).head(guard::no_head),
        )
        .route("/federation/{tenant}/{connection}/signed_out", get(upstream_logout::signed_out))
        .route(
            "/federation/{connection}/callback",
            get(callback::get).head(guard::no_head).post(callback::post),
        )
        .route(path::END_SESSION, get(end_session::get).head(guard::no_head).post(end_session::post))
        .route(path::DEVICE_AUTHORIZATION, post(device::authorize))
        .route(path::INTROSPECT, post(token::introspect))
}

/// What apps call themselves, also those that run in a browser.
fn calls() -> Router<Arc<App>> {
    Router::new()
        .route(path::PAR, post(token::push))
        .route(path::TOKEN, post(token::token))
        .route(path::REVOKE, post(token::revoke))
        .route(path::REGISTER, post(register::register))
        .route("/register/{client}", get(register::read).put(register::replace).delete(register::remove))
        .route(path::USERINFO, get(userinfo::get).post(userinfo::post))
        .route(path::JWKS, get(discovery::jwks))
        .route("/home-realm", get(home_realm::get).post(home_realm::post))
        .route(path::USERINFO_METADATA, get(discovery::userinfo_metadata))
        .route("/federation/{tenant}/{connection}/jwks", get(discovery::client_jwks))
        .route(path::OPENID_CONFIGURATION, get(discovery::discovery))
        .route(path::OAUTH_SERVER, get(discovery::discovery))
        .layer(from_any_origin())
}

/// Lets scripts of every origin read the answers. That gives them nothing: no cookie has a say in what is
/// answered there, and whoever has the token or the code can ask from elsewhere as well.
fn from_any_origin() -> CorsLayer {
    const DPOP: HeaderName = HeaderName::from_static("dpop");
    const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
    /// No browser remembers for longer that it may ask.
    const REMEMBER: Duration = Duration::from_secs(24 * 60 * 60);
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, DPOP])
        .expose_headers([WWW_AUTHENTICATE, DPOP_NONCE, RETRY_AFTER])
        .max_age(REMEMBER)
        .vary([])
}

/// For those who watch the process, by whatever name they reach it.
fn health() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(health::alive)).route("/readyz", get(health::ready))
}
