//! The keys of clients: those of a record are parsed, and its secrets opened, once for each of its
//! versions; those that a client publishes are fetched and kept for a while.

use std::sync::Arc;

use doorward_domain::{Client, ClientKeys, ClientSecret, Sealed};
use doorward_net::{Limits, NetError};
use doorward_store::Stored;
use http::header::ACCEPT;
use serde_json::Value;

use super::Provider;
use crate::keys::{EncryptionKeys, JwksError, KnownCertificates, SealError, SharedSecret, VerifyingKeys};
use crate::management::plan::client::authentication::secret_place;

/// The public keys of a client.
#[derive(Debug, Default)]
pub(super) struct PublicKeys {
    /// Those that its signatures are verified with.
    pub verifying: VerifyingKeys,
    /// Those that something is encrypted for it with.
    pub encryption: EncryptionKeys,
    /// Those that its certificates are known by.
    pub certificates: KnownCertificates,
}

impl PublicKeys {
    fn parse(set: &Value) -> Result<Self, JwksError> {
        Ok(Self {
            verifying: VerifyingKeys::parse(set)?,
            encryption: EncryptionKeys::parse(set)?,
            certificates: KnownCertificates::parse(set)?,
        })
    }
}

/// Why there are no public keys of a client.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum ClientKeysError {
    /// What it registered or publishes is no JWK Set.
    #[error("the client's keys are {0}")]
    Unfit(#[from] JwksError),
    /// Its `jwks_uri` does not answer.
    #[error("the client's jwks_uri: {0}")]
    Unreachable(Arc<NetError>),
    /// Its `jwks_uri` answers something else.
    #[error("the client's jwks_uri does not answer with a JWK Set")]
    Answer,
}

impl Provider {
    /// The public keys of a client.
    ///
    /// # Errors
    /// [`ClientKeysError`]: for the operator; the client learns what does not go without them.
    pub(super) async fn client_keys(
        &self,
        client: &Stored<Client>,
    ) -> Result<Arc<PublicKeys>, ClientKeysError> {
        let key = (client.record.id.clone(), client.version);
        if let Some(known) = self.client_keys.get(&key) {
            return Ok(known);
        }
        let keys = match &client.record.keys {
            ClientKeys::None => Arc::default(),
            ClientKeys::Inline(jwks) => Arc::new(PublicKeys::parse(jwks)?),
            ClientKeys::At(uri) => return self.published_keys(uri).await,
        };
        self.client_keys.insert(key, Arc::clone(&keys));
        Ok(keys)
    }

    /// The secrets that a client's HMACs are verified with, in the order of its record.
    ///
    /// # Errors
    /// When one of them was sealed by a master key that is gone, or for another place.
    pub(super) fn client_secrets(
        &self,
        client: &Stored<Client>,
        secrets: &[ClientSecret<Sealed>],
    ) -> Result<Arc<[SharedSecret]>, SealError> {
        let key = (client.record.id.clone(), client.version);
        if let Some(known) = self.client_secrets.get(&key) {
            return Ok(known);
        }
        let place = secret_place(client.record.id.as_str());
        let open = |secret: &ClientSecret<Sealed>| {
            self.sealer.open(&place, &secret.value).map(|secret| SharedSecret::new(&secret))
        };
        let opened: Arc<[SharedSecret]> = secrets.iter().map(open).collect::<Result<_, _>>()?;
        self.client_secrets.insert(key, Arc::clone(&opened));
        Ok(opened)
    }

    async fn published_keys(&self, uri: &str) -> Result<Arc<PublicKeys>, ClientKeysError> {
        if let Some(known) = self.published_keys.get(uri) {
            return Ok(known);
        }
        let request = http::Request::get(uri).header(ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|_| ClientKeysError::Answer)?;
        let answer = self.net.send(uri, request, Limits::KEYS).await;
        let answer = answer.map_err(|error| ClientKeysError::Unreachable(Arc::new(error)))?;
        let set = serde_json::from_slice(answer.body()).map_err(|_| ClientKeysError::Answer)?;
        let keys = Arc::new(PublicKeys::parse(&set)?);
        self.published_keys.insert(uri.to_owned(), Arc::clone(&keys));
        Ok(keys)
    }
}
