//! `/`: for people who land here by accident.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use doorward_service::provider::discovery::path;

use crate::app::App;
use crate::pages::{Href, WelcomePage};
use crate::words::Words;

pub async fn welcome(State(app): State<Arc<App>>, headers: HeaderMap) -> WelcomePage {
    WelcomePage {
        words: Words::for_reader(None, &headers),
        issuer: app.settings.issuer().to_owned(),
        discovery: Href::here(path::OPENID_CONFIGURATION),
    }
}
