//! The authorities that vouch for clients (RFC 8705 section 2.1), and the clients that they were asked about.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use doorward_domain::{Clock, Timestamp};
use doorward_service::provider::ClientCertificate;
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
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
    /// Whom they were asked about in the last minute, by the hash of what was shown: a proxy shows the
    /// same certificate with every request.
    examined: Cache<[u8; 32], Arc<ClientCertificate>>,
}

/// How many certificates are remembered, and for how long.
const MOST_EXAMINED: u64 = 1_000;
const REMEMBER: Duration = Duration::from_secs(60);

impl Authorities {
    /// The authorities whose certificates are in `file`, in PEM.
    ///
    /// # Errors
    /// When it holds no certificates, in words for the operator.
    pub fn read(file: Option<&Path>, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let verifier = file.map(|file| verifier(file).with_context(|| file.display().to_string()));
        let examined = Cache::builder().max_capacity(MOST_EXAMINED).time_to_live(REMEMBER).build();
        Ok(Self { verifier: verifier.transpose()?, clock, examined })
    }

    /// Reads what a client shows: its certificate, and those between it and its authority. `None` when it
    /// shows none that can be read.
    pub fn examine(&self, chain: &[CertificateDer<'_>]) -> Option<Arc<ClientCertificate>> {
        let shown = digest(chain);
        let known = self.examined.get(&shown);
        known.or_else(|| {
            let read = Arc::new(self.read_chain(chain)?);
            self.examined.insert(shown, Arc::clone(&read));
            Some(read)
        })
    }

    fn read_chain(&self, chain: &[CertificateDer<'_>]) -> Option<ClientCertificate> {
        let (own, between) = chain.split_first()?;
        let now = unix_time(self.clock.now());
        let vouches =
            |verifier: &Arc<dyn ClientCertVerifier>| verifier.verify_client_cert(own, between, now).is_ok();
        ClientCertificate::read(own, self.verifier.as_ref().is_some_and(vouches)).ok()
    }
}

fn digest(chain: &[CertificateDer<'_>]) -> [u8; 32] {
    let hashes = chain.iter().map(Sha256::digest);
    hashes.fold(Sha256::new(), |all, one| all.chain_update(one)).finalize().into()
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
