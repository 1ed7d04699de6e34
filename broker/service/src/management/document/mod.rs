//! The apply document: tenants, connections and clients as an operator writes them, in TOML or JSON.
//!
//! It says what shall be. What is left out means the most restrictive choice, and an unknown field is
//! refused (architecture rule 10). What the document does not name stays as it is: nothing is deleted.

mod source;

use doorward_domain::connection::ConnectionKind;
use doorward_domain::{
    Algorithm, ClaimMapping, ClientId, ClientTrust, Domain, Provisioning, RedirectUri, ScopeSet, Slug, Stage,
    scope,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

pub use source::{KeySet, Reference, Resolved, SecretSource, Unreadable};

/// What an operator wants there to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The tenants, with their connections.
    #[serde(default, rename = "tenant", skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<Tenant>,
    /// The downstream apps.
    #[serde(default, rename = "client", skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<Client>,
}

/// A `[[tenant]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its company code, by which the document knows it.
    pub slug: Slug,
    /// Its name, as people read it.
    pub name: String,
    /// All e-mail domains that lead to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Domain>,
    /// Whether its people may sign in.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Its links to identity providers.
    #[serde(default, rename = "connection", skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Connection>,
}

/// A `[[tenant.connection]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Its short name, by which the document knows it within the tenant.
    pub name: String,
    /// What people read on a button; the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What kind of provider it is.
    pub kind: ConnectionKind,
    /// The provider's issuer identifier, to the byte.
    pub issuer: String,
    /// Our `client_id` at the provider.
    pub client_id: String,
    /// Our secret at the provider. Left out, the stored one is kept as long as `authentication` asks for
    /// one and the issuer stays the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<SecretSource>,
    /// How we authenticate; left out, `client_secret_basic` with a secret and `none` without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<ConnectionAuthentication>,
    /// What we ask for.
    #[serde(default = "upstream_scopes")]
    pub scopes: Vec<String>,
    /// The signature algorithms we accept.
    #[serde(default = "upstream_algorithms")]
    pub algorithms: Vec<Algorithm>,
    /// What happens when an unknown person arrives.
    #[serde(default = "known_only")]
    pub provisioning: Provisioning,
    /// How far its introduction has come.
    #[serde(default = "draft")]
    pub stage: Stage,
    /// Which claim fills which field of the profile, where it is not the standard one.
    #[serde(default, skip_serializing_if = "is_standard")]
    pub mapping: ClaimMapping,
}

/// How doorward authenticates at a provider's token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionAuthentication {
    /// As a public client.
    None,
    /// With the secret in the Authorization header.
    ClientSecretBasic,
    /// With the secret in the request body.
    ClientSecretPost,
}

/// A `[[client]]`; where RFC 7591 section 2 or OIDC Registration section 2 has a name, it is the name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its `client_id`, by which the document knows it.
    pub client_id: ClientId,
    /// Its name, as people read it.
    pub name: String,
    /// Its secret. Left out, the stored one is kept as long as the method asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<SecretSource>,
    /// How it authenticates; left out, `client_secret_basic` with a secret, `private_key_jwt` with a key
    /// set, and `none` without either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<ClientMethod>,
    /// What its assertions are signed with, for `private_key_jwt`; ES256 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<Algorithm>,
    /// Its public keys, for `private_key_jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<KeySet>,
    /// Whether it runs on a server or on a person's device.
    #[serde(default = "web")]
    pub application_type: ApplicationType,
    /// Where answers may be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a signed-out browser may be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The most it may ask for.
    #[serde(default = "openid_alone", deserialize_with = "scope")]
    pub scope: ScopeSet,
    /// Whether people are asked before it gets their data.
    #[serde(default = "third_party")]
    pub trust: ClientTrust,
    /// The tenants whose people may use it. It has no default: an app for everybody says so.
    pub tenants: Tenants,
    /// What its ID tokens are signed with.
    #[serde(default = "es256")]
    pub id_token_signed_response_alg: Algorithm,
    /// Whether it must use PKCE.
    #[serde(default = "yes")]
    pub require_pkce: bool,
    /// Whether it may act at all.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// How a client authenticates at the token endpoint (OIDC Core section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientMethod {
    /// It is a public client.
    None,
    /// With its secret in the Authorization header.
    ClientSecretBasic,
    /// With its secret in the request body.
    ClientSecretPost,
    /// With a JWT signed with its own key (RFC 7523).
    PrivateKeyJwt,
}

/// Where a client runs (OIDC Registration section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// On a server or in a browser page.
    Web,
    /// On a person's device, where the port of a loopback redirect is free (RFC 8252 section 7.3).
    Native,
}

/// Whose people may use a client: `"all"` or a list of company codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TenantsText", into = "TenantsText")]
pub enum Tenants {
    /// Everybody's.
    All,
    /// The people of these tenants.
    These(Vec<Slug>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected \"all\" or a list of company codes")]
enum TenantsText {
    Word(String),
    List(Vec<String>),
}

impl Tenants {
    /// The company codes it names.
    pub fn named(&self) -> &[Slug] {
        match self {
            Self::All => &[],
            Self::These(slugs) => slugs,
        }
    }
}

impl TryFrom<TenantsText> for Tenants {
    type Error = String;

    fn try_from(text: TenantsText) -> Result<Self, String> {
        match text {
            TenantsText::Word(word) if word == "all" => Ok(Self::All),
            TenantsText::Word(word) => {
                Err(format!("`{word}` is neither \"all\" nor a list of company codes"))
            }
            TenantsText::List(list) if list.is_empty() => {
                Err("an empty list serves nobody; name the tenants, or write \"all\"".to_owned())
            }
            TenantsText::List(list) => list
                .iter()
                .map(|slug| Slug::parse(slug).map_err(|cause| format!("`{slug}`: {cause}")))
                .collect::<Result<_, _>>()
                .map(Self::These),
        }
    }
}

impl From<Tenants> for TenantsText {
    fn from(tenants: Tenants) -> Self {
        match tenants {
            Tenants::All => Self::Word("all".to_owned()),
            Tenants::These(slugs) => Self::List(slugs.into_iter().map(String::from).collect()),
        }
    }
}

impl Document {
    /// Adds what another document says.
    pub fn merge(&mut self, other: Self) {
        self.tenants.extend(other.tenants);
        self.clients.extend(other.clients);
    }
}

/// A [`ScopeSet`] that refuses what is no scope, instead of dropping it.
fn scope<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ScopeSet, D::Error> {
    let text = String::deserialize(deserializer)?;
    ScopeSet::parse(&text).ok_or_else(|| D::Error::custom("scope values are separated by single spaces"))
}

fn upstream_scopes() -> Vec<String> {
    [scope::name::OPENID, scope::name::PROFILE, scope::name::EMAIL].map(str::to_owned).to_vec()
}

fn openid_alone() -> ScopeSet {
    ScopeSet::parse(scope::name::OPENID).unwrap_or_default()
}

fn upstream_algorithms() -> Vec<Algorithm> {
    vec![Algorithm::RS256, Algorithm::ES256]
}

fn is_standard(mapping: &ClaimMapping) -> bool {
    *mapping == ClaimMapping::default()
}

const fn yes() -> bool {
    true
}

const fn known_only() -> Provisioning {
    Provisioning::KnownOnly
}

const fn draft() -> Stage {
    Stage::Draft
}

const fn web() -> ApplicationType {
    ApplicationType::Web
}

const fn third_party() -> ClientTrust {
    ClientTrust::ThirdParty
}

const fn es256() -> Algorithm {
    Algorithm::ES256
}
