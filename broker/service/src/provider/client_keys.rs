//! The keys of clients: those of a record are parsed, and its secrets opened, once for each of its
//! versions; those that a client publishes are fetched, kept for a while, and fetched again when one is
//! missing.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::{Client, ClientKeys, ClientSecret, Sealed, Timestamp};
use doorward_net::{Limits, NetError};
use doorward_store::Stored;
use http::header::ACCEPT;
use serde_json::Value;

use super::Provider;
use crate::keys::{
    Claims, EncryptionKeys, Expected, JoseError, JwksError, KnownCertificates, SealError, SharedSecret,
    VerifyingKeys, verify,
};
use crate::management::plan::client::authentication::secret_place;

/// Keys that were fetched are not fetched again sooner, whoever names a key that is not among them.
const PAUSE: Duration = Duration::from_secs(1);

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

/// What a client published, and when.
#[derive(Clone)]
pub(super) struct Published {
    keys: Arc<PublicKeys>,
    fetched_at: Timestamp,
}

/// Why a client's keys do not help.
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
    /// None of its keys made the signature, or what is signed is not as it should be.
    #[error(transparent)]
    Signed(#[from] JoseError),
}

impl Provider {
    /// What `find` finds among the public keys of a client. When it finds nothing, and the client publishes
    /// its keys, they are fetched again: it may have published others since.
    ///
    /// # Errors
    /// [`ClientKeysError`]: for the operator; the client learns what does not go without them.
    pub(super) async fn among_keys<T>(
        &self,
        client: &Stored<Client>,
        find: impl Fn(&PublicKeys) -> Option<T>,
        now: Timestamp,
    ) -> Result<Option<T>, ClientKeysError> {
        let ClientKeys::At(uri) = &client.record.keys else {
            return Ok(find(&*self.registered_keys(client)?));
        };
        let known = self.published_keys.get(uri);
        let found = known.as_ref().and_then(|known| find(&known.keys));
        if found.is_some() || known.is_some_and(|known| now < known.fetched_at + PAUSE) {
            return Ok(found);
        }
        Ok(find(&*self.fetch_keys(uri, now).await?))
    }

    /// The claims of a JWT that `client` signed.
    ///
    /// # Errors
    /// [`ClientKeysError`] when it did not, or not as `expected`.
    pub(super) async fn signed_by(
        &self,
        client: &Stored<Client>,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<Claims, ClientKeysError> {
        let judged = |keys: &PublicKeys| match verify(token, &keys.verifying, expected) {
            Err(JoseError::UnknownKey) => None,
            judged => Some(judged),
        };
        let judged = self.among_keys(client, judged, expected.now).await?;
        Ok(judged.unwrap_or(Err(JoseError::UnknownKey))?)
    }

    fn registered_keys(&self, client: &Stored<Client>) -> Result<Arc<PublicKeys>, ClientKeysError> {
        let key = (client.record.id.clone(), client.version);
        if let Some(known) = self.client_keys.get(&key) {
            return Ok(known);
        }
        let keys = match &client.record.keys {
            ClientKeys::Inline(jwks) => Arc::new(PublicKeys::parse(jwks)?),
            ClientKeys::None | ClientKeys::At(_) => Arc::default(),
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

    async fn fetch_keys(&self, uri: &str, now: Timestamp) -> Result<Arc<PublicKeys>, ClientKeysError> {
        let request = http::Request::get(uri).header(ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|_| ClientKeysError::Answer)?;
        let answer = self.net.send(uri, request, Limits::KEYS).await;
        let answer = answer.map_err(|error| ClientKeysError::Unreachable(Arc::new(error)))?;
        let set = serde_json::from_slice(answer.body()).map_err(|_| ClientKeysError::Answer)?;
        let keys = Arc::new(PublicKeys::parse(&set)?);
        let published = Published { keys: Arc::clone(&keys), fetched_at: now };
        self.published_keys.insert(uri.to_owned(), published);
        Ok(keys)
    }
}
