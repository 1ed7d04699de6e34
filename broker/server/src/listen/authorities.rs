//! The authorities that vouch for clients (RFC 8705 section 2.1).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use doorward_domain::{Clock, Timestamp};
use doorward_service::provider::ClientCertificate;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;

use super::tls;

/// Who is believed when they say whose a certificate is. That may be nobody: certificates that clients
/// registered themselves need no authority.
pub struct Authorities {
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    clock: Arc<dyn Clock>,
}

impl Authorities {
    /// The authorities whose certificates are in `file`, in PEM.
    ///
    /// # Errors
    /// When it holds no certificates, in words for the operator.
    pub fn read(file: Option<&Path>, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let verifier = file.map(|file| verifier(file).with_context(|| file.display().to_string()));
        Ok(Self { verifier: verifier.transpose()?, clock })
    }

    /// Reads what a client shows: its certificate, and those between it and its authority. `None` when it
    /// shows none that can be read.
    pub fn examine(&self, chain: &[CertificateDer<'_>]) -> Option<ClientCertificate> {
        let (own, between) = chain.split_first()?;
        let now = unix_time(self.clock.now());
        let vouches =
            |verifier: &Arc<dyn ClientCertVerifier>| verifier.verify_client_cert(own, between, now).is_ok();
        ClientCertificate::read(own, self.verifier.as_ref().is_some_and(vouches)).ok()
    }
}

fn verifier(file: &Path) -> anyhow::Result<Arc<dyn ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file)? {
        roots.add(certificate?)?;
    }
    Ok(WebPkiClientVerifier::builder_with_provider(roots.into(), tls::provider().into()).build()?)
}

fn unix_time(time: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(time.as_secs()).unwrap_or(0)))
}
