//! All doors of a broker: what the operator decided about them, and opening and closing them together.

use std::future::{Future, pending};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::certificate::{Files, OwnCertificate};
use super::{Door, Limits, tls};

/// What the operator decided about the doors.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// Where the broker listens.
    pub listen: SocketAddr,
    /// What connections may take.
    pub limits: Limits,
    /// The certificate, if the broker speaks TLS itself.
    pub tls: Option<Files>,
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
    pub async fn open(entrance: &Entrance) -> anyhow::Result<Self> {
        let Entrance { listen, limits, tls: files } = entrance;
        let door = Door::open(*listen, *limits)
            .await
            .with_context(|| format!("cannot listen on {listen}; is another broker running?"))?;
        let Some(files) = files.clone() else { return Ok(Self { doors: vec![door], certificate: None }) };
        let certificate = Arc::new(OwnCertificate::read(files)?);
        let acceptor = tls::acceptor(Arc::clone(&certificate))?;
        Ok(Self { doors: vec![door.with_tls(acceptor)], certificate: Some(certificate) })
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
