//! `/`: for people who land here by accident.

use std::sync::Arc;

use axum::extract::State;
use doorward_service::provider::discovery::path;

use crate::app::App;
use crate::pages::{Href, WelcomePage};

pub async fn welcome(State(app): State<Arc<App>>) -> WelcomePage {
    WelcomePage {
        issuer: app.settings.issuer().to_owned(),
        discovery: Href::here(path::OPENID_CONFIGURATION),
    }
}
