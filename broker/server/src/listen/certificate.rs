//! The broker's own certificate, which is read again when its files change.

use std::fmt;
use std::fs::Metadata;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context as _, bail};
use doorward_domain::Timestamp;
use doorward_service::keys::Certificate;
use tokio::time::sleep;
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use url::{Host, Url};

use super::tls;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// Where a certificate and its key are.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate and those between it and its authority, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

impl Files {
    fn chain(&self) -> anyhow::Result<Vec<CertificateDer<'static>>> {
        let place = || self.certificate.display().to_string();
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(&self.certificate).with_context(place)?.collect();
        let chain = chain.with_context(place)?;
        if chain.is_empty() {
            bail!("{} holds no certificate in PEM", place());
        }
        Ok(chain)
    }

    fn read(&self) -> anyhow::Result<CertifiedKey> {
        let place = || self.key.display().to_string();
        let key = PrivateKeyDer::from_pem_file(&self.key).with_context(place)?;
        CertifiedKey::from_der(self.chain()?, key, &tls::provider())
            .with_context(|| format!("{} and {} do not fit", self.certificate.display(), place()))
    }

    fn traces(&self) -> Traces {
        [&self.certificate, &self.key].map(|path| trace(path))
    }
}

/// What tells one state of a file from another: inode, size, and seconds and nanoseconds of the change.
type Trace = Option<(u64, u64, i64, i64)>;
type Traces = [Trace; 2];

fn trace(path: &Path) -> Trace {
    let of = |data: Metadata| (data.ino(), data.size(), data.mtime(), data.mtime_nsec());
    path.metadata().ok().map(of)
}

/// The certificate that is shown to whoever comes.
pub struct OwnCertificate {
    files: Files,
    current: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Traces>,
}

impl fmt::Debug for OwnCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnCertificate").field(&self.files).finish()
    }
}

impl OwnCertificate {
    /// Reads the files.
    ///
    /// # Errors
    /// When they hold no certificate with its key, in words for the operator.
    pub fn read(files: Files) -> anyhow::Result<Self> {
        let seen = Mutex::new(files.traces());
        let current = RwLock::new(Arc::new(files.read()?));
        Ok(Self { files, current, seen })
    }

    /// Whether it is for the host of `url` (RFC 9525).
    pub fn is_for(&self, url: &Url) -> bool {
        let current = self.current();
        let certificate = current.end_entity_cert().and_then(ParsedCertificate::try_from);
        let name = url.host().and_then(|host| match host {
            Host::Domain(name) => ServerName::try_from(name).ok(),
            Host::Ipv4(address) => Some(IpAddr::from(address).into()),
            Host::Ipv6(address) => Some(IpAddr::from(address).into()),
        });
        matches!((certificate, name), (Ok(certificate), Some(name)) if verify_server_name(&certificate, &name).is_ok())
    }

    /// From when to when it is valid, if that can be read.
    pub fn validity(&self) -> Option<(Timestamp, Timestamp)> {
        Certificate::from_der(self.current().end_entity_cert().ok()?).ok()?.validity()
    }

    fn current(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the files for ever. A pair that does not fit is half of a change, or a mistake: the old
    /// one is shown until the files change again.
    pub async fn keep_fresh(&self) {
        loop {
            sleep(LOOK).await;
            self.look();
        }
    }

    pub(super) fn look(&self) {
        let traces = self.files.traces();
        let seen = std::mem::replace(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner), traces);
        if seen == traces {
            return;
        }
        match self.files.read() {
            Ok(fresh) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
                tracing::info!("the certificate was replaced");
            }
            Err(error) => tracing::warn!("the certificate stays as it was: {error:#}"),
        }
    }
}

impl ResolvesServerCert for OwnCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}
