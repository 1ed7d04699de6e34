//! The providers we know: their metadata and keys, kept in memory by issuer, and by whatever else a
//! connection says of where they are.
//!
//! A warm login asks nothing. Of many logins that need the same document, one fetches it; the others
//! make do with what is known, or wait if that is nothing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use doorward_domain::{Connection, Timestamp};
use doorward_net::Outbound;
use moka::sync::Cache;
use url::Url;

use super::MetadataError;
use super::jwk::UpstreamKey;
use super::kind;
use super::metadata::{self, Metadata};

/// Providers kept at one time.
const MOST_PROVIDERS: u64 = 1024;
/// After this, metadata and keys are fetched anew.
const FRESH_FOR: Duration = Duration::from_secs(3600);
/// A provider that cannot be asked anew is trusted on what it said, up to this age.
const STALE_FOR: Duration = Duration::from_secs(24 * 3600);
/// After a failure, nobody asks again for this long.
const FAILURE_COUNTS_FOR: Duration = Duration::from_secs(10);
/// Keys that a token calls for are looked for this often at most, or any token could make us ask.
const KEYS_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What a provider published, at one moment.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    pub(super) metadata: Arc<Metadata>,
    pub(super) keys: Arc<[UpstreamKey]>,
    fetched_at: Timestamp,
}

/// The memory of all providers.
pub(super) struct Providers {
    outbound: Arc<dyn Outbound>,
    entries: Cache<String, Arc<Entry>>,
}

#[derive(Default)]
struct Entry {
    provider: RwLock<Option<Provider>>,
    /// Held by the one who fetches.
    fetching: tokio::sync::Mutex<Attempts>,
}

#[derive(Default)]
struct Attempts {
    failure: Option<(Timestamp, MetadataError)>,
    keys_asked_at: Option<Timestamp>,
}

impl Providers {
    pub(super) fn new(outbound: Arc<dyn Outbound>) -> Self {
        Self { outbound, entries: Cache::new(MOST_PROVIDERS) }
    }

    /// What the provider of `connection` publishes: from memory while that is fresh, and while it is not too
    /// old if the provider fails.
    pub(super) async fn get(
        &self,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Provider, MetadataError> {
        let entry = self.entry(&kind::of(&connection.kind).documents().key(&connection.issuer));
        if let Some(fresh) = entry.not_older_than(FRESH_FOR, now) {
            return Ok(fresh);
        }
        let mut attempts = match entry.not_older_than(STALE_FOR, now) {
            Some(usable) => match entry.fetching.try_lock() {
                Ok(attempts) => attempts,
                Err(_) => return Ok(usable),
            },
            None => entry.fetching.lock().await,
        };
        if let Some(fresh) = entry.not_older_than(FRESH_FOR, now) {
            return Ok(fresh);
        }
        let error = match attempts.recent_failure(now) {
            Some(error) => error,
            None => match self.fetch(connection, now).await {
                Ok(provider) => {
                    attempts.failure = None;
                    return Ok(entry.keep(provider));
                }
                Err(error) => {
                    tracing::warn!(issuer = connection.issuer, %error, "a provider's metadata could not be fetched");
                    attempts.failure = Some((now, error.clone()));
                    error
                }
            },
        };
        entry.not_older_than(STALE_FOR, now).ok_or(error)
    }

    /// The provider with keys fetched after those of `known`, because a token calls for one that is not
    /// among them; `None` when it is too soon to ask.
    pub(super) async fn with_newer_keys(
        &self,
        known: &Provider,
        now: Timestamp,
    ) -> Result<Option<Provider>, MetadataError> {
        let entry = self.entry(&known.metadata.peer);
        let mut attempts = entry.fetching.lock().await;
        if let Some(newer) = entry.current().filter(|current| !Arc::ptr_eq(&current.keys, &known.keys)) {
            return Ok(Some(newer));
        }
        if attempts.keys_asked_at.is_some_and(|asked_at| now.since(asked_at) < KEYS_AGAIN_AFTER) {
            return Ok(None);
        }
        attempts.keys_asked_at = Some(now);
        let keys = metadata::fetch_keys(&*self.outbound, &known.metadata, &known.metadata.jwks_uri).await?;
        Ok(Some(entry.keep(Provider { keys: keys.into(), ..known.clone() })))
    }

    /// The provider with the keys that sign for this client alone, which it tells when it is asked with
    /// `parameter`; `None` when it is too soon to ask again.
    pub(super) async fn with_keys_of_client(
        &self,
        known: &Provider,
        (parameter, client_id): (&str, &str),
        now: Timestamp,
    ) -> Result<Option<Provider>, MetadataError> {
        let url = url_of_client(&known.metadata.jwks_uri, parameter, client_id);
        let entry = self.entry(&format!("{} {url}", known.metadata.peer));
        let mut attempts = entry.fetching.lock().await;
        if let Some(fresh) = entry.not_older_than(FRESH_FOR, now) {
            return Ok(Some(fresh));
        }
        if attempts.keys_asked_at.is_some_and(|asked_at| now.since(asked_at) < KEYS_AGAIN_AFTER) {
            return Ok(None);
        }
        attempts.keys_asked_at = Some(now);
        let keys = metadata::fetch_keys(&*self.outbound, &known.metadata, &url).await?;
        Ok(Some(entry.keep(Provider { keys: keys.into(), fetched_at: now, ..known.clone() })))
    }

    async fn fetch(&self, connection: &Connection, now: Timestamp) -> Result<Provider, MetadataError> {
        let metadata = metadata::fetch_metadata(&*self.outbound, connection).await?;
        let keys = metadata::fetch_keys(&*self.outbound, &metadata, &metadata.jwks_uri).await?;
        Ok(Provider { metadata: Arc::new(metadata), keys: keys.into(), fetched_at: now })
    }

    fn entry(&self, key: &str) -> Arc<Entry> {
        self.entries.get(key).unwrap_or_else(|| self.entries.get_with(key.to_owned(), Arc::default))
    }
}

fn url_of_client(jwks_uri: &Url, parameter: &str, client_id: &str) -> Url {
    let mut url = jwks_uri.clone();
    url.query_pairs_mut().append_pair(parameter, client_id);
    url
}

impl Entry {
    fn current(&self) -> Option<Provider> {
        self.provider.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn not_older_than(&self, age: Duration, now: Timestamp) -> Option<Provider> {
        self.current().filter(|provider| now.since(provider.fetched_at) < age)
    }

    fn keep(&self, provider: Provider) -> Provider {
        *self.provider.write().unwrap_or_else(PoisonError::into_inner) = Some(provider.clone());
        provider
    }
}

impl Attempts {
    fn recent_failure(&self, now: Timestamp) -> Option<MetadataError> {
        let (failed_at, error) = self.failure.as_ref()?;
        (now.since(*failed_at) < FAILURE_COUNTS_FOR).then(|| error.clone())
    }
}
