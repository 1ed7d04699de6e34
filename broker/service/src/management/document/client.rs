//! A client in a document. Where RFC 7591 section 2, OIDC Registration section 2 or a specification that
//! adds to them has a name for something, it is the name.

use doorward_domain::client::{AccessTokenForm, Method};
use doorward_domain::{
    Algorithm, ClientId, ClientProfile, ClientTrust, ContentEncryption, Environment, GrantType,
    KeyManagement, PopulationName, RedirectUri, ScopeSet, Slug, scope,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::ToSchema;

use super::source::{KeySet, SecretSource};
use crate::management::schema;

/// A `[[client]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its `client_id`, by which the document knows it.
    #[schema(value_type = String)]
    pub client_id: ClientId,
    /// Its name, as people read it (`client_name`).
    pub name: String,
    /// Which set of rules it keeps as a whole.
    #[serde(default)]
    #[schema(schema_with = schema::profile)]
    pub profile: ClientProfile,
    /// Its secret. Left out, the stored one is kept as long as the method asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, write_only)]
    pub client_secret: Option<SecretSource>,
    /// For how many seconds a secret that is replaced stays good beside the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_overlap: Option<u64>,
    /// How it authenticates; left out, `client_secret_basic` with a secret, `private_key_jwt` with keys,
    /// and `none` without either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::method)]
    pub token_endpoint_auth_method: Option<Method>,
    /// What its assertions are signed with, for `private_key_jwt`; what its profile allows when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::algorithm)]
    pub token_endpoint_auth_signing_alg: Option<Algorithm>,
    /// The subject of its certificate, for `tls_client_auth` (RFC 8705 section 2.1.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// The same by a dNSName among its alternative names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// The same by a URI among its alternative names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// The same by a IP address among its alternative names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// The same by a e-mail address among its alternative names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Its public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<KeySet>,
    /// Where it publishes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Whether it runs on a server or on a person's device.
    #[serde(default = "web")]
    pub application_type: ApplicationType,
    /// The grants it may use.
    #[serde(default = "GrantType::usual")]
    #[schema(schema_with = schema::grant_types)]
    pub grant_types: Vec<GrantType>,
    /// Where answers may be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a signed-out browser may be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The most it may ask for.
    #[serde(default = "openid_alone", deserialize_with = "scope")]
    #[schema(value_type = String)]
    pub scope: ScopeSet,
    /// The protected resources that it may ask tokens for (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The authorization details that it may ask for (RFC 9396 section 10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<String>,
    /// Whether people are asked before it gets their data.
    #[serde(default = "third_party")]
    #[schema(schema_with = schema::trust)]
    pub trust: ClientTrust,
    /// The tenants whose people may use it. It has no default: an app for everybody says so.
    #[schema(schema_with = schema::tenants)]
    pub tenants: Tenants,
    /// The populations that it serves; all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub populations: Vec<PopulationName>,
    /// The environment that it belongs to.
    #[serde(default, skip_serializing_if = "super::is_default")]
    #[schema(schema_with = schema::environment)]
    pub environment: Environment,
    /// What its ID tokens are signed with.
    #[serde(default = "es256")]
    #[schema(schema_with = schema::algorithm)]
    pub id_token_signed_response_alg: Algorithm,
    /// The key management of its encrypted ID tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::key_management)]
    pub id_token_encrypted_response_alg: Option<KeyManagement>,
    /// Their content encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::content_encryption)]
    pub id_token_encrypted_response_enc: Option<ContentEncryption>,
    /// What userinfo is signed with; plain JSON when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::algorithm)]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// The key management of encrypted userinfo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::key_management)]
    pub userinfo_encrypted_response_alg: Option<KeyManagement>,
    /// Its content encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::content_encryption)]
    pub userinfo_encrypted_response_enc: Option<ContentEncryption>,
    /// What introspection answers are signed with (RFC 9701 section 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::algorithm)]
    pub introspection_signed_response_alg: Option<Algorithm>,
    /// The key management of encrypted introspection answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::key_management)]
    pub introspection_encrypted_response_alg: Option<KeyManagement>,
    /// Their content encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::content_encryption)]
    pub introspection_encrypted_response_enc: Option<ContentEncryption>,
    /// What authorization responses are signed with (JARM section 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::algorithm)]
    pub authorization_signed_response_alg: Option<Algorithm>,
    /// The key management of encrypted authorization responses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::key_management)]
    pub authorization_encrypted_response_alg: Option<KeyManagement>,
    /// Their content encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::content_encryption)]
    pub authorization_encrypted_response_enc: Option<ContentEncryption>,
    /// Whether its access tokens are readable by resource servers.
    #[serde(default)]
    #[schema(schema_with = schema::access_token_format)]
    pub access_token_format: AccessTokenForm,
    /// Whether its tokens are always bound to a DPoP key (RFC 9449 section 5.2).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens: bool,
    /// Whether its tokens are bound to its certificate (RFC 8705 section 3.4).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whether it must push its requests (RFC 9126 section 6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_pushed_authorization_requests: bool,
    /// Whether it must sign its requests (RFC 9101 section 10.5); as its profile says when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_signed_request_object: Option<bool>,
    /// What its requests are signed with; what its profile allows when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::algorithm)]
    pub request_object_signing_alg: Option<Algorithm>,
    /// The key management of those that it encrypts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::key_management)]
    pub request_object_encryption_alg: Option<KeyManagement>,
    /// Their content encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::content_encryption)]
    pub request_object_encryption_enc: Option<ContentEncryption>,
    /// Where its request objects lie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// `max_age` of requests without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// `acr_values` of requests without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Whether people must have used several factors, whatever its requests say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_mfa: bool,
    /// The contexts (`acr`) of which one must have been reached; any will do when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require_acr: Vec<String>,
    /// Whether it knows people by the same `sub` as others do.
    #[serde(default)]
    pub subject_type: SubjectKind,
    /// Where the redirect URIs of its sector are listed (OIDC Core section 8.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Where logout tokens are posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether they must name the session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
    /// What the browser loads when somebody signs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether `iss` and `sid` are added to that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frontchannel_logout_session_required: bool,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// What it does with data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Who is responsible, as e-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Which software it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Which version of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// Where a sign-in that others start begins (OIDC Core section 4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Whether its assertions may name the token endpoint as their audience, besides the issuer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub token_endpoint_audience: bool,
    /// Whether it must use PKCE.
    #[serde(default = "yes")]
    pub require_pkce: bool,
    /// Whether it may act at all.
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl Client {
    /// An entry that leaves out everything that can be left out.
    #[expect(clippy::too_many_lines, reason = "one line for each field")]
    pub fn new(client_id: ClientId, name: String, tenants: Tenants) -> Self {
        Self {
            client_id,
            name,
            profile: ClientProfile::default(),
            client_secret: None,
            client_secret_overlap: None,
            token_endpoint_auth_method: None,
            token_endpoint_auth_signing_alg: None,
            tls_client_auth_subject_dn: None,
            tls_client_auth_san_dns: None,
            tls_client_auth_san_uri: None,
            tls_client_auth_san_ip: None,
            tls_client_auth_san_email: None,
            jwks: None,
            jwks_uri: None,
            application_type: web(),
            grant_types: GrantType::usual(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            scope: openid_alone(),
            resources: Vec::new(),
            authorization_details_types: Vec::new(),
            trust: third_party(),
            tenants,
            populations: Vec::new(),
            environment: Environment::default(),
            id_token_signed_response_alg: es256(),
            id_token_encrypted_response_alg: None,
            id_token_encrypted_response_enc: None,
            userinfo_signed_response_alg: None,
            userinfo_encrypted_response_alg: None,
            userinfo_encrypted_response_enc: None,
            introspection_signed_response_alg: None,
            introspection_encrypted_response_alg: None,
            introspection_encrypted_response_enc: None,
            authorization_signed_response_alg: None,
            authorization_encrypted_response_alg: None,
            authorization_encrypted_response_enc: None,
            access_token_format: AccessTokenForm::default(),
            dpop_bound_access_tokens: false,
            tls_client_certificate_bound_access_tokens: false,
            require_pushed_authorization_requests: false,
            require_signed_request_object: None,
            request_object_signing_alg: None,
            request_object_encryption_alg: None,
            request_object_encryption_enc: None,
            request_uris: Vec::new(),
            default_max_age: None,
            default_acr_values: Vec::new(),
            require_mfa: false,
            require_acr: Vec::new(),
            subject_type: SubjectKind::default(),
            sector_identifier_uri: None,
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            logo_uri: None,
            client_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            software_id: None,
            software_version: None,
            initiate_login_uri: None,
            token_endpoint_audience: false,
            require_pkce: yes(),
            enabled: yes(),
        }
    }
}

/// How a client knows people (OIDC Core section 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// By the same `sub` as every other client.
    #[default]
    Public,
    /// By a `sub` of its sector's own.
    Pairwise,
}

/// Where a client runs (OIDC Registration section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

/// A [`ScopeSet`] that refuses what is no scope, instead of dropping it.
fn scope<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ScopeSet, D::Error> {
    let text = String::deserialize(deserializer)?;
    ScopeSet::parse(&text).ok_or_else(|| D::Error::custom("scope values are separated by single spaces"))
}

fn openid_alone() -> ScopeSet {
    ScopeSet::parse(scope::name::OPENID).unwrap_or_default()
}

const fn yes() -> bool {
    true
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
