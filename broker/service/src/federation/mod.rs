//! Toward tenants' identity providers: doorward as a Relying Party (OpenID Connect Core 1.0).
//!
//! A login goes through it in three steps:
//!
//! 1. [`choose`]: which connection does this person sign in through?
//! 2. [`start`]: the way to the provider, and the [`leg`] that the browser carries meanwhile.
//! 3. [`callback`]: the way back. `exchange` turns the code into tokens, `verify` the ID token into
//!    claims (with `jwk`), `userinfo` adds what the token lacks, and [`claims`] maps the result to a
//!    profile. `graph` is asked for groups, `trust` weighs the e-mail address, [`told`] keeps what a
//!    changed mapping is tried on.
//!
//! [`logout`] is for sign-outs, from there and to there.
//!
//! `client_auth` proves who we are to a provider, and [`check`] asks whether it knows us; [`preflight`]
//! looks at what can be known besides before anybody signs in. What a provider publishes of itself is read by `metadata` and kept by `providers`. Where kinds of
//! provider differ, `kind` decides; `compared` reads what a refused ID token says of itself. Every step fails with an [`error`] that says who can mend it, and the
//! [`catalogue`] has the words for administrators.

mod answer;
pub mod callback;
pub mod catalogue;
pub mod check;
pub mod choose;
pub mod claims;
pub mod client_auth;
mod compared;
pub mod directory;
pub mod error;
mod exchange;
mod graph;
mod id_token;
mod jwk;
pub mod kind;
pub mod leg;
pub mod logout;
mod metadata;
pub mod preflight;
mod providers;
mod request;
mod spelling;
pub mod start;
pub mod told;
pub mod trust;
mod userinfo;
mod verify;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use doorward_domain::{ConnectionId, Entropy, KeyId, TenantId, Timestamp};
use doorward_net::Outbound;
use doorward_store::{Store, StoreError, StoreExt as _};
use moka::sync::Cache;
use url::Url;

pub use self::callback::{CallbackResponse, Verified};
pub use self::choose::{Destination, Hint, Route};
pub use self::claims::Note;
pub use self::error::{FederationError, WhoMends};
pub use self::exchange::TokenError;
use self::graph::AppTokens;
pub use self::kind::{context_of_several_factors, may_start};
pub use self::leg::{Leg, transaction_of};
pub use self::metadata::MetadataError;
use self::providers::Providers;
pub use self::start::{Ask, Start};
pub use self::trust::EmailTrust;
pub use self::userinfo::UserinfoError;
pub use self::verify::IdTokenError;
use crate::keys::AssertionSigner;
use crate::keys::sealing::Sealer;

/// Keys of ours, and tokens for ourselves, that are kept ready.
const MOST_READY: u64 = 1024;

/// Doorward as a client of the tenants' identity providers.
pub struct Federation {
    store: Arc<dyn Store>,
    outbound: Arc<dyn Outbound>,
    entropy: Arc<dyn Entropy>,
    sealer: Arc<Sealer>,
    base_url: Url,
    providers: Providers,
    signers: Cache<KeyId, Arc<AssertionSigner>>,
    app_tokens: AppTokens,
}

impl Federation {
    /// `base_url` is doorward's own issuer, under which the callbacks lie.
    pub fn new(
        store: Arc<dyn Store>,
        outbound: Arc<dyn Outbound>,
        entropy: Arc<dyn Entropy>,
        sealer: Arc<Sealer>,
        base_url: Url,
    ) -> Self {
        let providers = Providers::new(Arc::clone(&outbound));
        let (signers, app_tokens) = (Cache::new(MOST_READY), Cache::new(MOST_READY));
        Self { store, outbound, entropy, sealer, base_url, providers, signers, app_tokens }
    }

    /// The redirect URI of a connection: `{base URL}/federation/{connection}/callback`. Each has its
    /// own, because `iss` cannot tell two connections at one issuer apart (UP-05).
    pub fn callback_url(&self, connection: ConnectionId) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["federation", &connection.to_string(), "callback"]);
        }
        url
    }

    /// The tenant and the connection, if its people may sign in through it right now. Asked on every path
    /// (UP-14).
    pub(crate) async fn destination(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        now: Timestamp,
    ) -> Result<Option<Destination>, StoreError> {
        let place = self.place(tenant, id, now).await?;
        Ok(place.filter(|place| place.tenant.enabled && place.connection.is_usable()))
    }

    /// The tenant and the connection, whether its people may sign in through it or not.
    async fn place(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        now: Timestamp,
    ) -> Result<Option<Destination>, StoreError> {
        let Some(tenant) = self.store.tenant(tenant, now).await?.map(|stored| stored.record) else {
            return Ok(None);
        };
        let stored = self.store.connection_of(&tenant, id, now).await?;
        Ok(stored.map(|stored| Destination { tenant, connection: stored.record }))
    }
}
