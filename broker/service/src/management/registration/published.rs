//! Clients that publish their metadata themselves (draft-ietf-oauth-client-id-metadata-document): the
//! document is read like a registration, so that the same rules hold, and like one that nobody vouches for.

use doorward_domain::{Client, ClientId, ClientProfile, GrantType, UrisDigest};
use doorward_store::Store;
use serde_json::{Map, Value, json};
use url::Url;

use super::{DocumentPolicy, RegistrationError, metadata, refused};
use crate::management::document::Document;
use crate::management::existing::Existing;
use crate::management::plan::{Making, plan};

/// What belongs to a secret that is shared, which nobody can have here.
const OF_SECRETS: [&str; 2] = ["client_secret", "client_secret_expires_at"];

/// The ways of client authentication that need none.
const METHODS: [&str; 2] = ["none", "private_key_jwt"];

/// Grants behind which a person stands: whoever puts a document somewhere may ask people, and nothing else.
const GRANTS: [GrantType; 3] = [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::DeviceCode];

/// The URL of a client's document, when its identifier is one: https and in its plain spelling, with a path
/// and nothing before the host. Whether http will do is the egress policy's to say.
pub fn document_url(id: &ClientId, policy: &DocumentPolicy) -> Option<Url> {
    let url = Url::parse(id.as_str()).ok().filter(|url| url.as_str() == id.as_str())?;
    let fit = url.path() != "/" && url.fragment().is_none() && policy.egress.check(&url).is_ok();
    (fit && policy.hosts.allow(url.host_str()?)).then_some(url)
}

/// The client that a document describes, which was found at `id`.
///
/// # Errors
/// [`RegistrationError`] when the document is not in order.
pub async fn client(
    store: &dyn Store,
    (id, mut document): (&ClientId, Map<String, Value>),
    policy: &DocumentPolicy,
    making: &Making<'_>,
) -> Result<Client, RegistrationError> {
    if document.get("client_id").and_then(Value::as_str) != Some(id.as_str()) {
        return Err(wrong("client_id is not the URL of the document"));
    }
    check_authentication(&mut document)?;
    let host = document_url(id, policy).and_then(|url| url.host_str().map(str::to_owned));
    document.entry("client_name").or_insert(json!(host));
    let mut entry = metadata::entry(document.into(), id, &policy.terms, making.algorithms)?;
    if entry.redirect_uris.is_empty() || !entry.grant_types.iter().all(|grant| GRANTS.contains(grant)) {
        return Err(wrong("redirect_uris are missing, or a grant_type is not for such clients"));
    }
    // Whoever shares a sector knows people by the same `sub`, so its list is asked for at registration.
    if entry.sector_identifier_uri.is_some() {
        return Err(wrong("sector_identifier_uri is for clients that register"));
    }
    entry.profile = ClientProfile::Mcp;
    let document = Document { clients: vec![entry], ..Document::default() };
    let existing = Existing::named_by(store, &document, making.now).await?;
    let client = plan(&document, &existing, making).map_err(refused)?.client;
    let client = client.ok_or(wrong("there is a client of that name"))?;
    Ok(Client { document: Some(UrisDigest::of(&client.redirect_uris)), ..client })
}

/// Without a secret there are two ways: a key that the client publishes, or none. What is left out is what
/// can be, not the `client_secret_basic` of RFC 7591 section 2.
fn check_authentication(document: &mut Map<String, Value>) -> Result<(), RegistrationError> {
    if OF_SECRETS.iter().any(|member| document.contains_key(*member)) {
        return Err(wrong("a document that everybody reads has no client_secret"));
    }
    let has_keys = document.contains_key("jwks") || document.contains_key("jwks_uri");
    let usual = METHODS[usize::from(has_keys)];
    let method = document.entry("token_endpoint_auth_method").or_insert(json!(usual));
    match METHODS.iter().any(|known| method == known) {
        true => Ok(()),
        false => Err(wrong("token_endpoint_auth_method must be none or private_key_jwt")),
    }
}

fn wrong(text: &str) -> RegistrationError {
    RegistrationError::Metadata(text.to_owned())
}
