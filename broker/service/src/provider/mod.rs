//! Toward apps: doorward as an OpenID Provider.
//!
//! One file for each endpoint: [`authorize`], `pushed`, [`device`], [`token`], [`userinfo`], [`introspect`],
//! [`revoke`], [`logout`], [`discovery`]. What they decide with lies beside them: `asked` finds out what an
//! app asks, [`request`] judges it, [`oxide`] puts it through oxide-auth, [`client_auth`] authenticates
//! clients, `client_document` reads those that publish themselves, [`binding`] is the key that tokens are
//! bound to, proved by [`dpop`]; [`code`], [`refresh`], [`client_credentials`] and [`token_exchange`] are the
//! grants, [`tokens`] is what is issued; `subject` is how each client knows people.

mod access;
mod asked;
pub mod authorize;
pub mod binding;
pub mod claims;
pub mod client_auth;
mod client_certificate;
pub mod client_credentials;
mod client_document;
mod client_keys;
pub mod code;
pub mod device;
pub mod discovery;
pub mod dpop;
mod encryption;
pub mod error;
pub mod initiate;
pub mod introspect;
mod logo;
pub mod logout;
mod logout_token;
mod oxide;
pub mod params;
pub mod preview;
mod pushed;
pub mod refresh;
mod refresh_token;
mod replay;
pub mod request;
mod request_object;
pub mod resource_metadata;
pub mod response;
pub mod revoke;
pub mod statement;
mod subject;
pub mod token;
pub mod token_exchange;
pub mod tokens;
pub mod userinfo;

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::policy::{Actors, Way};
use doorward_domain::{
    Client, ClientId, ConnectionId, Entropy, Epoch, Grant, Refusal, Session, Tenant, TenantId, Timestamp,
    User, UserId, may_act_now,
};
use doorward_net::Outbound;
use doorward_store::records::at;
use doorward_store::{Parsed, Store, StoreError, StoreExt as _, Stored, Version};
use moka::sync::Cache;

use crate::keys::{KeyRing, Sealer, SharedSecret};
use crate::management::DocumentPolicy;
use crate::settings::Settings;
use client_document::ClientDocuments;
use client_keys::{PublicKeys, Published};
use replay::Remembered;

pub use binding::ResourceRequest;
pub use client_certificate::ClientCertificate;
pub use error::{EndpointError, ErrorCode};
pub use logo::Logo;
pub use params::Params;
pub use request::AuthorizationRequest;
pub use response::{Answer, ResponseMode};
pub use statement::Statement;

/// What a provider is made of.
pub struct ProviderParts {
    /// Where records live.
    pub store: Arc<dyn Store>,
    /// The way to what clients publish themselves.
    pub net: Arc<dyn Outbound>,
    /// What signs.
    pub keys: Arc<KeyRing>,
    /// What seals.
    pub sealer: Arc<Sealer>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// The operator's decisions; it publishes and signs as `settings.issuer`.
    pub settings: Arc<Settings>,
    /// What holds for clients that publish their metadata themselves, when they may.
    pub documents: Option<DocumentPolicy>,
}

/// The OpenID Provider: what its endpoints work with.
pub struct Provider {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) net: Arc<dyn Outbound>,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Arc<Settings>,
    /// Clients, who are asked for in every request.
    clients: Parsed<Client>,
    /// Clients' own keys, parsed once for each version of a client's record.
    client_keys: Cache<(ClientId, Version), Arc<PublicKeys>>,
    /// Clients' secrets that sign, opened likewise.
    client_secrets: Cache<(ClientId, Version), Arc<[SharedSecret]>>,
    /// Keys that clients publish, by `jwks_uri`.
    published_keys: Cache<String, Published>,
    /// Clients that publish their metadata themselves, when they may.
    documents: Option<ClientDocuments>,
    /// Logos of clients, by their URL.
    logos: Cache<String, Option<Logo>>,
    /// How much is remembered of what is good for one use.
    remembered: Remembered,
    /// How devices poll, by the hash of their code.
    device_polls: Cache<[u8; 32], device::Pace>,
    /// Access tokens whose signature has been checked, by the hash of the whole token.
    verified: Cache<[u8; 32], Arc<tokens::AccessToken>>,
}

/// Everybody that a token depends on, as the store has them now.
#[derive(Debug)]
pub struct People {
    /// The tenant.
    pub tenant: Tenant,
    /// The user.
    pub user: User,
    /// The app.
    pub client: Client,
}

impl Provider {
    /// The provider that is made of these parts.
    pub fn new(parts: ProviderParts) -> Self {
        let ProviderParts { store, net, keys, sealer, entropy, settings, documents } = parts;
        let (clients, client_keys) = (Parsed::new(1_000), Cache::new(1_000));
        let client_secrets = Cache::new(1_000);
        let published_keys =
            Cache::builder().max_capacity(1_000).time_to_live(Duration::from_secs(30)).build();
        let documents = documents.map(ClientDocuments::new);
        let (logos, remembered) = (logo::cache(), Remembered::new(settings.most_uses));
        let device_polls =
            Cache::builder().max_capacity(10_000).time_to_idle(settings.lifetimes.device).build();
        let verified =
            Cache::builder().max_capacity(4_096).time_to_live(settings.lifetimes.access_token).build();
        Self {
            store,
            net,
            keys,
            sealer,
            entropy,
            settings,
            clients,
            client_keys,
            client_secrets,
            published_keys,
            documents,
            logos,
            remembered,
            device_polls,
            verified,
        }
    }

    /// The broker's settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The client with this identifier, if there is one: a registered one, or else one that publishes its
    /// metadata there itself.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn client(&self, id: &ClientId, now: Timestamp) -> Result<Option<Stored<Client>>, StoreError> {
        match self.clients.read(&*self.store, &at::client(id), now).await? {
            None => self.client_by_document(id, now).await,
            found => Ok(found),
        }
    }

    /// Loads everybody that a token depends on and asks whether it may be issued or honoured now.
    /// The client is the one that was authenticated.
    pub(crate) async fn may_act(
        &self,
        client: Client,
        of: Provenance<'_>,
        now: Timestamp,
    ) -> Result<People, EndpointError> {
        let tenant = self.store.read::<Tenant>(&at::tenant(of.tenant), now).await?;
        let user = self.store.read::<User>(&at::user(of.tenant, of.user), now).await?;
        let connection = match (&tenant, of.connection) {
            (Some(tenant), Some(id)) => self.store.connection_of(&tenant.record, id, now).await?,
            _ => None,
        };
        let way = match (of.connection, &tenant, &user) {
            (None, Some(tenant), Some(user)) => {
                let policy = self.store.login_policy(&tenant.record, &user.record.population, now).await?;
                Way::Local { allowed: policy.local_sign_in }
            }
            _ => Way::Connection(connection.as_ref().map(|it| &it.record)),
        };
        let actors = Actors {
            tenant: tenant.as_ref().map(|it| &it.record),
            user: user.as_ref().map(|it| &it.record),
            client: Some(&client),
            way,
            grant: of.grant,
            epoch: of.epoch,
        };
        may_act_now(&actors, now).map_err(EndpointError::Inactive)?;
        match (tenant, user) {
            (Some(tenant), Some(user)) => Ok(People { tenant: tenant.record, user: user.record, client }),
            _ => Err(EndpointError::Inactive(Refusal::User)),
        }
    }
}

/// Where a code, grant or session comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Provenance<'a> {
    pub tenant: TenantId,
    pub user: UserId,
    pub connection: Option<ConnectionId>,
    pub grant: Option<&'a Grant>,
    pub epoch: Epoch,
}

impl<'a> From<&'a Grant> for Provenance<'a> {
    fn from(grant: &'a Grant) -> Self {
        let Grant { tenant, user, connection, epoch, .. } = *grant;
        Self { tenant, user, connection, grant: Some(grant), epoch }
    }
}

impl From<&Session> for Provenance<'_> {
    fn from(session: &Session) -> Self {
        let Session { tenant, user, connection, epoch, .. } = *session;
        Self { tenant, user, connection, grant: None, epoch }
    }
}
