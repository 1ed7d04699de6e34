//! Microsoft Graph, as far as a sign-in needs it: who am I, and which
//! groups am I in.

mod bearer;
mod error;
mod me;
mod members;
mod userinfo;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::Entra;
use crate::common::Common;
use crate::common::log::Endpoint;
use crate::common::watch::watched;

pub(super) fn routes(common: &Arc<Common>) -> Router<Entra> {
    let userinfo = get(userinfo::userinfo).post(userinfo::userinfo);
    let api = |route| watched(common, Endpoint::Api, route);
    Router::new()
        .route("/oidc/userinfo", watched(common, Endpoint::Userinfo, userinfo))
        .route("/v1.0/me", api(get(me::me)))
        .route("/v1.0/me/memberOf", api(get(members::of_me)))
        .route("/v1.0/me/transitiveMemberOf", api(get(members::of_me_through_groups)))
        .route("/v1.0/users/{id}/memberOf", api(get(members::of_user)))
        .route("/v1.0/users/{id}/getMemberObjects", api(post(members::member_objects)))
        .route("/v1.0/users/{id}", api(get(me::user)))
}
