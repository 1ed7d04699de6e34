//! What the author of a protected resource has to publish (RFC 9728), so that clients find their way here.

use doorward_domain::scope;
use serde::Serialize;
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

use super::Management;
use super::views::ViewError;
use crate::provider::resource_metadata;

/// What a protected resource publishes and says, and who may ask tokens for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceView {
    /// The metadata.
    pub metadata: Value,
    /// Where clients look for it.
    pub metadata_url: String,
    /// The header of the 401 to a client without a token (section 5.1).
    pub www_authenticate: String,
    /// The clients that may ask tokens for it.
    pub clients: Vec<String>,
    /// Whether those that register or publish themselves may as well.
    pub open: bool,
}

impl Management {
    /// What the author of `resource` has to publish.
    ///
    /// # Errors
    /// [`ViewError::Unknown`] when nobody may ask tokens for it.
    pub async fn resource(&self, resource: &str) -> Result<ResourceView, ViewError> {
        let unknown = || ViewError::Unknown { what: "resource", name: resource.to_owned() };
        let url = Url::parse(resource).map_err(|_| unknown())?;
        let (mut clients, mut scopes) = (Vec::new(), Vec::<String>::new());
        for client in self.export().await?.clients {
            if client.resources.iter().any(|registered| registered == resource) {
                clients.push(client.client_id.to_string());
                scopes.extend(client.scope.iter().map(str::to_owned));
            }
        }
        let open = self.open_resources.iter().any(|known| known == resource);
        if clients.is_empty() && !open {
            return Err(unknown());
        }
        // Those of OpenID Connect are no resource's own.
        scopes.retain(|value| !scope::name::ALL.contains(&value.as_str()));
        scopes.sort_unstable();
        scopes.dedup();
        let metadata_url = resource_metadata::location(&url).to_string();
        Ok(ResourceView {
            metadata: resource_metadata::document(&self.issuer, resource, &scopes),
            www_authenticate: resource_metadata::challenge(&metadata_url),
            metadata_url,
            clients,
            open,
        })
    }
}
