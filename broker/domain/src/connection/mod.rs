//! Connections: a tenant's links to identity providers.

mod contexts;
mod credentials;
pub mod kind;
mod logout;
mod mapping;
mod pilot;
mod stage;

use serde::{Deserialize, Serialize};

use crate::{
    Admission, Algorithm, Client, ClientId, ConnectionId, Linking, PopulationName, Staged, StandingRules,
    TenantId, Timestamp, scope,
};

pub use contexts::Contexts;
pub use credentials::{Slots, UpstreamAuthentication, UpstreamKey, UpstreamSecret};
pub use kind::ConnectionKind;
pub use logout::{LogoutReach, NamedSessions, SessionAt, UpstreamLogout};
pub use mapping::{ClaimMapping, Field, Source};
pub use pilot::{Participant, Pilot};
pub use stage::Stage;

/// A tenant's link to one identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its identifier, part of its callback URL.
    pub id: ConnectionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its short name, unique within the tenant.
    pub name: String,
    /// Whose way in it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub population: PopulationName,
    /// Which of the tenant's environments it belongs to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub environment: Environment,
    /// The apps that may be reached through it; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<ClientId>,
    /// What people read on a button: "Acme staff".
    pub title: String,
    /// What kind of provider it is.
    pub kind: ConnectionKind,
    /// The provider's issuer identifier, compared byte for byte (OIDC Discovery section 4.3). It follows
    /// from the kind's settings where those say more.
    pub issuer: String,
    /// Our `client_id` at the provider.
    pub client_id: String,
    /// How we authenticate at the provider's token endpoint.
    pub authentication: UpstreamAuthentication,
    /// What we ask for.
    pub scopes: Vec<String>,
    /// The signature algorithms we accept, all asymmetric.
    pub algorithms: Vec<Algorithm>,
    /// Which claim fills which field of the profile.
    pub mapping: ClaimMapping,
    /// What people are, and where, by what the provider says of them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub standing: StandingRules,
    /// When the provider's word about a person is taken over.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refresh_profile: RefreshProfile,
    /// How people get to the accounts that they have already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub linking: Linking,
    /// Whether somebody whose address the provider does not vouch for proves it by a code, before they become
    /// a user or get to an account by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verify_email: bool,
    /// What the provider's authentication contexts mean to apps.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contexts: Contexts,
    /// How far sign-outs reach.
    #[serde(default, skip_serializing_if = "is_default")]
    pub logout: UpstreamLogout,
    /// What happens when an unknown person arrives.
    pub provisioning: Provisioning,
    /// What it takes to become a user then.
    #[serde(default, skip_serializing_if = "is_default")]
    pub admission: Admission,
    /// How far its introduction has come.
    pub stage: Stage,
    /// When it came so far, and by whose hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staged: Option<Staged>,
    /// Who tries it, at the stage that is for that.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pilot: Pilot,
    /// How often anything changed that a sign-in through it depends on: what worked before may not now.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revision: u32,
    /// How often everything of those who came through it was ended: see [`Epoch`](crate::Epoch).
    #[serde(default, skip_serializing_if = "is_default")]
    pub epoch: u32,
    /// When it was created.
    pub created_at: Timestamp,
}

/// For what an app, and a connection, is there. People who try something out never meet those at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// For work.
    #[default]
    Production,
    /// For trying out what comes next.
    Staging,
    /// For building it.
    Development,
}

/// What becomes of a person whom the tenant does not know yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provisioning {
    /// A user is created at first sign-in.
    JustInTime,
    /// Only people who are known already may come in.
    KnownOnly,
}

/// When a profile becomes what the provider says of the person. What they are, and where, is judged anew at
/// every sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshProfile {
    /// At each sign-in: what the provider says no longer is not kept.
    #[default]
    EachSignIn,
    /// At the first one through the connection. From then on it is the tenant's to change.
    FirstSignIn,
}

impl Connection {
    /// The draft of a public client of an OpenID Connect issuer, which lets in nobody new.
    pub fn new(
        (tenant, id): (TenantId, ConnectionId),
        name: String,
        (issuer, client_id): (String, String),
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant,
            title: name.clone(),
            name,
            population: PopulationName::default(),
            environment: Environment::default(),
            apps: Vec::new(),
            kind: ConnectionKind::default(),
            issuer,
            client_id,
            authentication: UpstreamAuthentication::None,
            scopes: vec![scope::name::OPENID.to_owned()],
            algorithms: vec![Algorithm::RS256, Algorithm::ES256],
            mapping: ClaimMapping::default(),
            standing: StandingRules::default(),
            refresh_profile: RefreshProfile::default(),
            linking: Linking::Never,
            verify_email: false,
            contexts: Contexts::default(),
            logout: UpstreamLogout::default(),
            provisioning: Provisioning::KnownOnly,
            admission: Admission::default(),
            stage: Stage::Draft,
            staged: None,
            pilot: Pilot::default(),
            revision: 0,
            epoch: 0,
            created_at,
        }
    }

    /// Whether people may sign in through it.
    pub const fn is_usable(&self) -> bool {
        self.stage.is_usable()
    }

    /// Whether its tenant has decided about it: it is in use, or out of use on purpose.
    pub const fn is_set_up(&self) -> bool {
        self.stage.is_set_up()
    }

    /// Whether a sign-in goes through `other` as it goes through this one: nothing differs but what people
    /// read, how far its introduction has come, and what was ended.
    pub fn works_like(&self, other: &Self) -> bool {
        let this = Self {
            title: other.title.clone(),
            stage: other.stage,
            staged: other.staged.clone(),
            pilot: other.pilot.clone(),
            revision: other.revision,
            epoch: other.epoch,
            created_at: other.created_at,
            ..self.clone()
        };
        this == *other
    }

    /// Everything that says with whom it deals: a secret, and a sign-in under way, count for nobody else
    /// (architecture rule 9).
    pub fn counterpart(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.issuer.as_str()).chain(self.kind.places())
    }

    /// The claims that a sign-in should not do without: those of the mapping, and those that decide who
    /// somebody is and whether they come in.
    pub fn wanted_claims(&self) -> impl Iterator<Item = &str> {
        let by_group = self.standing.asks_for_groups() || !self.admission.groups.is_empty();
        let groups = by_group.then(|| self.mapping.claim(Field::Groups));
        let decisive = self.standing.claims().chain(self.admission.claims.keys().map(String::as_str));
        self.mapping.wanted().chain(decisive).chain(groups)
    }

    /// Whether people of its population may reach `client` through it.
    pub fn leads_to(&self, client: &Client) -> bool {
        self.environment == client.environment
            && (client.populations.is_empty() || client.populations.contains(&self.population))
            && (self.apps.is_empty() || self.apps.contains(&client.id))
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
