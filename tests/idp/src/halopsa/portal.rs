//! The portal with its button, and the way out.

use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{HaloPsa, lock};
use crate::common::answer::redirect;
use crate::common::log::Endpoint;
use crate::common::pages::{self, Message};
use crate::common::params::Params;

/// `/portal`: a custom button leads to a fixed address, and says nothing about who clicks it.
pub(super) async fn portal(State(halo): State<HaloPsa>) -> Response {
    let button = lock(&halo.0.portal_button).clone();
    let page = Message {
        title: "HaloPSA",
        heading: "Portal",
        text: "Welcome.",
        is_error: false,
        details: Vec::new(),
        link: button.as_ref().map(|(title, url)| (url.clone(), title.as_str())),
    };
    pages::page(StatusCode::OK, &page)
}

/// `/auth/logout`
pub(super) async fn logout(
    State(halo): State<HaloPsa>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    if !halo.variant().end_session {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Err(known) = halo.check_tenant(query.as_deref(), Endpoint::EndSession) {
        return halo.refused_on_page(known);
    }
    let params = Params::parse(&form);
    halo.sessions().end(&headers, None);
    let uri = params.get("post_logout_redirect_uri");
    let registered = |uri: &str| {
        let apps = lock(&halo.0.apps);
        apps.iter().any(|app| app.post_logout_redirect_uris.iter().any(|known| known == uri))
    };
    match uri.filter(|uri| registered(uri)) {
        Some(uri) => redirect(uri, params.owned("state").map(|state| ("state", state)).as_slice()),
        None => pages::message(StatusCode::OK, "HaloPSA", "Signed out", "You are signed out."),
    }
}
