//! `[[tenant.connection]]`: a link to an identity provider. The fields of all kinds lie side by side; a plan
//! refuses those of another kind.

use std::collections::BTreeMap;

use doorward_domain::connection::LogoutReach;
use doorward_domain::connection::kind::ResponseMode;
use doorward_domain::{
    Admission, Algorithm, ClaimMapping, ClientId, Domain, Environment, Linking, Pilot, PopulationName,
    Provisioning, RefreshProfile, Stage, StandingRules, scope,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::management::schema;

use super::{Date, SecretSource, is_default};

/// A `[[tenant.connection]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Its short name, by which the document knows it within the tenant.
    pub name: String,
    /// What people read on a button; the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whose way in it is.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = String)]
    pub population: PopulationName,
    /// Which environment it belongs to: people reach only the apps there.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::environment)]
    pub environment: Environment,
    /// The `client_id`s of the apps that may be reached through it; all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub apps: Vec<ClientId>,
    /// What kind of provider it is.
    pub kind: Kind,
    /// `oidc`: the provider's issuer identifier, to the byte. `google`: Google's, unless it says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// `entra`: the Directory (tenant) ID, or a domain of the directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// `entra`: where the directory's cloud signs people in; Microsoft's public cloud when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// `entra`: whether Microsoft Graph is asked for the groups of people who have more than a token holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub graph_groups: bool,
    /// `entra`: the domain that people are led on by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub domain_hint: Option<Domain>,
    /// `okta`: the org's URL, or its custom domain's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// `okta`: the identifier of a custom authorization server. `halopsa`: the Authorization Server's URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_server: Option<String>,
    /// `halopsa`: the tenant of a shared instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_parameter: Option<String>,
    /// `halopsa`: whether requests for documents name it as well.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tenant_for_documents: bool,
    /// `halopsa`: the issuer that its documents name, where that is not the Authorization Server's URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_issuer: Option<String>,
    /// `google`: the Workspace organisations whose people may come in, or `"any"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema::hosted_domains)]
    pub hosted_domains: Option<HostedDomains>,
    /// `oidc`: in place of the one that is published; so for the next four.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// See `authorization_endpoint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// See `authorization_endpoint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// See `authorization_endpoint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    /// See `authorization_endpoint`; where people sign out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// `oidc`: how the answer comes back.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::response_mode)]
    pub response_mode: ResponseMode,
    /// `oidc`: more parameters of the authorization request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorize_parameters: BTreeMap<String, String>,
    /// `oidc`: more parameters of the token request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_parameters: BTreeMap<String, String>,
    /// Our `client_id` at the provider. A draft may be without: the provider wants the redirect URI first.
    #[serde(default)]
    pub client_id: String,
    /// Our secret at the provider. Left out, the stored one is kept as long as `authentication` asks for
    /// one and the connection leads to the same place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, write_only)]
    pub client_secret: Option<SecretSource>,
    /// The first day on which the secret is good no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub client_secret_expires: Option<Date>,
    /// How we authenticate; left out, with the secret in the way that the kind likes best, and `none`
    /// without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<ConnectionAuthentication>,
    /// What we ask for.
    #[serde(default = "upstream_scopes")]
    pub scopes: Vec<String>,
    /// The signature algorithms we accept.
    #[serde(default = "upstream_algorithms")]
    #[schema(schema_with = schema::algorithms)]
    pub algorithms: Vec<Algorithm>,
    /// How people get to the accounts that they have already.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::linking)]
    pub linking: Linking,
    /// Whether somebody whose address the provider does not vouch for proves it by a code, before they become
    /// a user or get to an account by it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub verify_email: bool,
    /// What it takes to become a user at the first sign-in, with `just_in_time`.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = Object)]
    pub admission: Admission,
    /// How far a sign-out reaches that begins here.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::logout)]
    pub logout: LogoutReach,
    /// Whether the provider may post logout tokens.
    #[serde(default, skip_serializing_if = "is_default")]
    pub backchannel_logout: bool,
    /// Whether the provider may tell of a sign-out through the browser.
    #[serde(default, skip_serializing_if = "is_default")]
    pub frontchannel_logout: bool,
    /// What happens when an unknown person arrives.
    #[serde(default = "known_only")]
    #[schema(schema_with = schema::provisioning)]
    pub provisioning: Provisioning,
    /// How far its introduction has come.
    #[serde(default = "draft")]
    #[schema(schema_with = schema::stage)]
    pub stage: Stage,
    /// Who tries it at the stage `pilot`: `people`, `groups`, and a `share` out of a hundred.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(value_type = Object)]
    pub pilot: Pilot,
    /// Which claim fills which field of the profile, where it is not the standard one, which ones nobody
    /// comes in without, and what stands there otherwise.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::mapping)]
    pub mapping: ClaimMapping,
    /// What people are, and where, by their groups and claims, and whose status lets them in.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::standing)]
    pub standing: StandingRules,
    /// When a profile becomes what the provider says of the person.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(schema_with = schema::refresh_profile)]
    pub refresh_profile: RefreshProfile,
    /// The provider's authentication contexts, and what apps read in their place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub acr: BTreeMap<String, String>,
    /// What every sign-in there meets by a policy of the provider's, where it says nothing itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr_by_policy: Option<String>,
}

/// What kind of provider a connection leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Any OpenID Connect issuer.
    Oidc,
    /// Microsoft Entra ID.
    Entra,
    /// Okta.
    Okta,
    /// HaloPSA and HaloITSM.
    HaloPsa,
    /// Google.
    Google,
}

impl Kind {
    /// Its name in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::HaloPsa => "halopsa",
            Self::Google => "google",
        }
    }
}

impl ConnectionAuthentication {
    /// Its registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// How doorward authenticates at a provider's token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionAuthentication {
    /// As a public client.
    None,
    /// With the secret in the Authorization header.
    ClientSecretBasic,
    /// With the secret in the request body.
    ClientSecretPost,
    /// With a JWT and an HMAC of the secret.
    ClientSecretJwt,
    /// With a JWT and a key that doorward makes for the connection.
    PrivateKeyJwt,
}

/// Whose people may come in from Google: a list of domains, or `"any"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "HostedDomainsText", into = "HostedDomainsText")]
pub enum HostedDomains {
    /// Everybody.
    Any,
    /// The people of organisations with these primary domains.
    These(Vec<Domain>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected \"any\" or a list of domains")]
enum HostedDomainsText {
    Word(String),
    List(Vec<Domain>),
}

impl TryFrom<HostedDomainsText> for HostedDomains {
    type Error = String;

    fn try_from(text: HostedDomainsText) -> Result<Self, String> {
        match text {
            HostedDomainsText::Word(word) if word == "any" => Ok(Self::Any),
            HostedDomainsText::Word(word) => {
                Err(format!("`{word}` is neither \"any\" nor a list of domains"))
            }
            HostedDomainsText::List(list) if list.is_empty() => {
                Err("an empty list lets in nobody; name the domains, or write \"any\"".to_owned())
            }
            HostedDomainsText::List(list) => Ok(Self::These(list)),
        }
    }
}

impl From<HostedDomains> for HostedDomainsText {
    fn from(domains: HostedDomains) -> Self {
        match domains {
            HostedDomains::Any => Self::Word("any".to_owned()),
            HostedDomains::These(list) => Self::List(list),
        }
    }
}

impl Connection {
    /// An entry that leaves out everything that can be left out.
    pub fn new(name: String, kind: Kind, client_id: String) -> Self {
        Self {
            name,
            title: None,
            population: PopulationName::default(),
            environment: Environment::default(),
            apps: Vec::new(),
            kind,
            issuer: None,
            directory: None,
            authority: None,
            graph_groups: false,
            domain_hint: None,
            org: None,
            authorization_server: None,
            tenant_parameter: None,
            tenant_for_documents: false,
            expected_issuer: None,
            hosted_domains: None,
            authorization_endpoint: None,
            token_endpoint: None,
            jwks_uri: None,
            userinfo_endpoint: None,
            end_session_endpoint: None,
            response_mode: ResponseMode::default(),
            authorize_parameters: BTreeMap::new(),
            token_parameters: BTreeMap::new(),
            client_id,
            client_secret: None,
            client_secret_expires: None,
            authentication: None,
            scopes: upstream_scopes(),
            algorithms: upstream_algorithms(),
            linking: Linking::default(),
            verify_email: false,
            admission: Admission::default(),
            logout: LogoutReach::default(),
            backchannel_logout: false,
            frontchannel_logout: false,
            provisioning: known_only(),
            stage: draft(),
            pilot: Pilot::default(),
            mapping: ClaimMapping::default(),
            standing: StandingRules::default(),
            refresh_profile: RefreshProfile::default(),
            acr: BTreeMap::new(),
            acr_by_policy: None,
        }
    }
}

fn upstream_scopes() -> Vec<String> {
    [scope::name::OPENID, scope::name::PROFILE, scope::name::EMAIL].map(str::to_owned).to_vec()
}

fn upstream_algorithms() -> Vec<Algorithm> {
    vec![Algorithm::RS256, Algorithm::ES256]
}

const fn known_only() -> Provisioning {
    Provisioning::KnownOnly
}

const fn draft() -> Stage {
    Stage::Draft
}
