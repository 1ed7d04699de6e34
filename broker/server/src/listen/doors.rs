//! All doors of a broker: what the operator decided about them, and opening and closing them together.

use std::future::{Future, pending};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::certificate::{Files, OwnCertificate};
use super::{Authorities, Door, Limits};

/// What the operator decided about the doors.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// Where the broker listens.
    pub listen: SocketAddr,
    /// What connections may take.
    pub limits: Limits,
    /// TLS, if the broker speaks it itself.
    pub tls: Option<Tls>,
}

/// What the operator decided about TLS.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate.
    pub files: Files,
    /// Where clients are asked for certificates of theirs, if anywhere.
    pub mutual: Option<SocketAddr>,
}

/// Doors that are open.
pub struct Doors {
    doors: Vec<Door>,
    certificate: Option<Arc<OwnCertificate>>,
}

impl Doors {
    /// Opens the doors.
    ///
    /// # Errors
    /// When nobody can listen there, or the certificate is none; in words for the operator.
    pub async fn open(entrance: &Entrance, authorities: Arc<Authorities>) -> anyhow::Result<Self> {
        let Entrance { listen, limits, tls } = entrance;
        let door = open(*listen, *limits).await?;
        let Some(Tls { files, mutual }) = tls else {
            return Ok(Self { doors: vec![door], certificate: None });
        };
        let certificate = Arc::new(OwnCertificate::read(files.clone())?);
        let mut doors = vec![door.with_tls(Arc::clone(&certificate), None)?];
        if let Some(address) = mutual {
            let door = open(*address, *limits).await?;
            doors.push(door.with_tls(Arc::clone(&certificate), Some(authorities))?);
        }
        Ok(Self { doors, certificate: Some(certificate) })
    }

    /// Answers until `stop` resolves, then finishes the answers under way.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let Self { doors, certificate } = self;
        let (stopping, stopped) = watch::channel(false);
        let mut serving = JoinSet::new();
        for door in doors {
            let mut stopped = stopped.clone();
            let stop = async move { drop(stopped.wait_for(|stopped| *stopped).await) };
            serving.spawn(door.serve(router.clone(), stop));
        }
        let fresh = async {
            match &certificate {
                Some(certificate) => certificate.keep_fresh().await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = stop => {}
            () = fresh => {}
        }
        stopping.send_replace(true);
        while serving.join_next().await.is_some() {}
    }
}

async fn open(address: SocketAddr, limits: Limits) -> anyhow::Result<Door> {
    let door = Door::open(address, limits).await;
    door.with_context(|| format!("cannot listen on {address}; is another broker running?"))
}
