//! Where a request came in: at which host, for which authorization server.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::Response;

use super::Okta;
use super::error::api_error;
use super::server::AuthorizationServer;
use crate::common::scope::At;

/// A host of the org.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// The Okta domain.
    Org,
    /// The custom domain.
    Custom,
}

/// A host with what is behind it.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) okta: Okta,
    pub(super) host: Host,
}

/// An authorization server, at a host.
pub(super) struct Place {
    pub(super) okta: Okta,
    pub(super) host: Host,
    /// The custom server; without one it is the org's.
    pub(super) server: Option<AuthorizationServer>,
}

impl Place {
    /// The name of the server, for switches: `org` or its id.
    pub(super) fn name(&self) -> &str {
        self.server.as_ref().map_or("org", |server| &server.id)
    }

    pub(super) fn at(&self) -> At<'_> {
        At::issuer(self.name())
    }
}

impl FromRequestParts<Door> for Place {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Response> {
        let Door { okta, host } = door.clone();
        let params = RawPathParams::from_request_parts(parts, door).await;
        let named = params.ok().and_then(|params| {
            params.iter().find(|(name, _)| *name == "server").map(|(_, id)| id.to_owned())
        });
        let Some(id) = named else { return Ok(Self { okta, host, server: None }) };
        let server = okta.org().servers.iter().find(|server| server.id == id).cloned();
        match server {
            Some(server) => Ok(Self { okta, host, server: Some(server) }),
            None => {
                let text = format!("Not found: Resource not found: {id} (AuthorizationServer)");
                Err(api_error(404, "E0000007", &text))
            }
        }
    }
}
