//! The list of a sector's redirect URIs (OIDC Core section 8.1, OIDC Registration section 5).

use doorward_net::{EgressPolicy, Limits, Outbound};
use url::Url;

use super::RegistrationError;
use crate::management::document;

/// Whether the client's `sector_identifier_uri` lists all of its redirect URIs.
pub(super) async fn check(
    net: &dyn Outbound,
    egress: &EgressPolicy,
    entry: &document::Client,
) -> Result<(), RegistrationError> {
    let Some(uri) = &entry.sector_identifier_uri else { return Ok(()) };
    let wrong = |cause: &str| RegistrationError::Metadata(format!("sector_identifier_uri {cause}"));
    let url = Url::parse(uri).map_err(|_| wrong("is not a URL"))?;
    egress.check(&url).map_err(|refusal| wrong(&refusal.to_string()))?;
    let request = http::Request::get(uri.as_str()).body(Vec::new());
    let request = request.map_err(|_| wrong("is not a URL"))?;
    let answer = net.send(uri, request, Limits::DOCUMENT).await.map_err(|_| wrong("does not answer"))?;
    let listed: Vec<String> =
        serde_json::from_slice(answer.body()).map_err(|_| wrong("does not answer with a list of URIs"))?;
    match entry.redirect_uris.iter().find(|uri| !listed.iter().any(|known| known == uri.as_str())) {
        Some(missing) => Err(wrong(&format!("does not list {}", missing.as_str()))),
        None => Ok(()),
    }
}
