//! What is encrypted for a client that registered for it, after it was signed (OIDC Core section 10.2, JARM
//! section 2.2, RFC 9701 section 5): to a key that the client publishes.

use doorward_domain::{Client, Encryption, Timestamp};

use super::Provider;
use super::client_keys::PublicKeys;
use super::error::{EndpointError, ErrorCode};
use crate::keys::Recipient;

/// The client's developer can mend this, and nobody else.
const NO_KEY: EndpointError = EndpointError::refused(
    ErrorCode::InvalidRequest,
    "the client is registered for encrypted answers, and there is no key for them at its jwks or jwks_uri",
);

impl Provider {
    /// Whom to encrypt for, when `client` gets something encrypted like this. It may take a request to the
    /// client's `jwks_uri`, so it is asked before anything is used up.
    ///
    /// # Errors
    /// When the client has no key for it.
    pub(super) async fn recipient(
        &self,
        client: &Client,
        encryption: Option<Encryption>,
        now: Timestamp,
    ) -> Result<Option<Recipient>, EndpointError> {
        let Some(encryption) = encryption else { return Ok(None) };
        let stored = self.client(&client.id, now).await?.ok_or(NO_KEY)?;
        let fitting = |keys: &PublicKeys| keys.encryption.recipient(encryption);
        let recipient = self.among_keys(&stored, fitting, now).await.map_err(|error| {
            tracing::warn!(client = %client.id, %error, "nothing can be encrypted for a client");
            NO_KEY
        })?;
        let recipient = recipient.ok_or_else(|| {
            let alg = encryption.alg.as_str();
            tracing::warn!(client = %client.id, alg, "a client has no key for what is encrypted for it");
            NO_KEY
        })?;
        Ok(Some(recipient))
    }
}
