//! Certificates that clients register themselves (RFC 8705 section 2.2).

use doorward_domain::{Client, Timestamp};
use doorward_store::Stored;

use crate::provider::client_keys::PublicKeys;
use crate::provider::{ClientCertificate, Provider};

impl Provider {
    /// `self_signed_tls_client_auth`: whether a certificate is one of the client's own. Nobody vouches for
    /// it, and it ends when it says so.
    pub(super) async fn check_own_certificate(
        &self,
        client: &Stored<Client>,
        shown: &ClientCertificate,
        now: Timestamp,
    ) -> bool {
        let theirs = |keys: &PublicKeys| keys.certificates.include(shown.certificate()).then_some(());
        match self.among_keys(client, theirs, now).await {
            Ok(known) => known.is_some() && shown.certificate().is_valid(now),
            Err(error) => {
                tracing::warn!(client = %client.record.id, %error, "a certificate cannot be compared");
                false
            }
        }
    }
}
