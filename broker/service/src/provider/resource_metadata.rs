//! What a protected resource publishes of itself (RFC 9728), so that a client that it turned away finds out
//! where to get a token: userinfo, which is ours, and what others copy to where their resource is.

use doorward_domain::Algorithm;
use serde_json::{Value, json};
use url::Url;

use super::discovery::path;

/// The well-known path of such metadata (section 3).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The metadata of `resource`, whose tokens `issuer` gives (section 2). Scopes are left out where there is
/// nothing to say.
pub fn document(issuer: &str, resource: &str, scopes: &[String]) -> Value {
    let mut document = json!({
        "resource": resource,
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": Algorithm::ALL,
    });
    if !scopes.is_empty() {
        document["scopes_supported"] = json!(scopes);
    }
    document
}

/// Where the metadata of a resource lies: the well-known path stands between its host and its own path
/// (section 3.1).
pub fn location(resource: &Url) -> Url {
    let mut location = resource.clone();
    let path = resource.path();
    location.set_path(&format!("{WELL_KNOWN}{}", if path == "/" { "" } else { path }));
    location
}

/// What the resource says to a client without a token (section 5.1).
pub fn challenge(metadata: &str) -> String {
    format!("Bearer resource_metadata=\"{metadata}\"")
}

/// The resource that userinfo is.
pub fn userinfo(issuer: &str) -> String {
    format!("{issuer}{}", path::USERINFO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_path_stands_before_the_resources_own() {
        let location = |resource: &str| location(&Url::parse(resource).unwrap()).to_string();
        assert_eq!(location("https://r.test"), "https://r.test/.well-known/oauth-protected-resource");
        assert_eq!(
            location("https://r.test:8443/a/mcp?x=1"),
            "https://r.test:8443/.well-known/oauth-protected-resource/a/mcp?x=1"
        );
    }
}
