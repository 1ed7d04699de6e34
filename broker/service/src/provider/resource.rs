//! Resource indicators (RFC 8707): for which protected resources a token is.

use doorward_domain::Client;

use super::Params;
use super::error::{EndpointError, ErrorCode};

/// The resources that a request names, each of which the client must be registered for (section 2).
///
/// # Errors
/// `invalid_target` for any other.
pub(super) fn requested(params: &Params, client: &Client) -> Result<Vec<String>, EndpointError> {
    named_by(&["resource"], params, client)
}

/// The same for what any of these parameters names.
pub(super) fn named_by(
    parameters: &[&str],
    params: &Params,
    client: &Client,
) -> Result<Vec<String>, EndpointError> {
    let mut resources: Vec<String> = Vec::new();
    for asked in parameters.iter().flat_map(|name| params.all(name)) {
        if !client.resources.iter().any(|registered| registered == asked) {
            return Err(EndpointError::refused(
                ErrorCode::InvalidTarget,
                "the client is not registered for this resource",
            ));
        }
        if !resources.iter().any(|known| known == asked) {
            resources.push(asked.to_owned());
        }
    }
    Ok(resources)
}
