//! Certificates that clients register themselves (RFC 8705 section 2.2).

use doorward_domain::{Client, Timestamp};
use doorward_store::Stored;

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
        match self.client_keys(client).await {
            Ok(keys) => keys.certificates.include(shown.certificate()) && shown.certificate().is_valid(now),
            Err(error) => {
                tracing::warn!(client = %client.record.id, %error, "a certificate cannot be compared");
                false
            }
        }
    }
}
