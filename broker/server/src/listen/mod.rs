//! The broker's own listening side: where people and apps come in.
//!
//! A [`Door`] accepts connections and speaks HTTP/1.1 on them. A place is lent: whoever is slow or
//! silent has it for a limited time, and when all places are taken, those who have kept us waiting
//! longest make room for those who come (DS-04).

mod authorities;
mod certificate;
mod doors;
mod guests;
mod pulse;
mod tls;
mod visit;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use doorward_service::provider::ClientCertificate;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_rustls::TlsAcceptor;

pub use authorities::Authorities;
pub use certificate::{Files, OwnCertificate};
pub use doors::{Doors, Entrance, Tls};

use guests::Guests;
use pulse::{Pulse, Stage};
use visit::Visit;

/// How many may be connected, and how long each may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: NonZeroUsize,
    /// From the first byte of a request to the last of its head; also for a TLS handshake.
    pub head: Duration,
    /// From there to the last byte of the request's body.
    pub body: Duration,
    /// From there until the last of the answer is ready to be sent.
    pub answer: Duration,
    /// Between requests, and before the first one; for reading the next part of an answer, too.
    pub idle: Duration,
    /// Nobody has to make room for others before this.
    pub grace: Duration,
    /// What is under way when the broker stops gets this long.
    pub stop: Duration,
}

/// With all of them taken, their buffers are about 60 MB.
const MOST_CONNECTIONS: NonZeroUsize = match NonZeroUsize::new(4096) {
    Some(most) => most,
    None => NonZeroUsize::MIN,
};

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: MOST_CONNECTIONS,
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            answer: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            grace: Duration::from_millis(200),
            stop: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// How often those are looked for who have taken too long.
    fn round(&self) -> Duration {
        self.head.min(self.body).min(self.answer).min(self.idle) / 10
    }
}

/// How soon to look again for those who can leave.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Who sent a request: an extension of every request that came in by a door.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The address of its sender.
    pub address: IpAddr,
    /// The certificate that its sender has the key of.
    pub certificate: Option<Arc<ClientCertificate>>,
}

/// How a door speaks TLS.
#[derive(Clone)]
struct Secure {
    acceptor: TlsAcceptor,
    /// Who vouches for clients, where they are asked for certificates.
    authorities: Option<Arc<Authorities>>,
}

/// An address at which the broker listens.
pub struct Door {
    listener: TcpListener,
    limits: Limits,
    secure: Option<Secure>,
    stopping: Arc<AtomicBool>,
}

impl Door {
    /// Listens at `address`.
    ///
    /// # Errors
    /// When nobody can listen there.
    pub async fn open(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener, limits, secure: None, stopping: Arc::default() })
    }

    /// The same, for those who speak TLS. Clients are asked for certificates where there is somebody to
    /// judge them.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn with_tls(
        self,
        certificate: Arc<OwnCertificate>,
        authorities: Option<Arc<Authorities>>,
    ) -> anyhow::Result<Self> {
        let acceptor = tls::acceptor(certificate, authorities.is_some())?;
        Ok(Self { secure: Some(Secure { acceptor, authorities }), ..self })
    }

    /// Where it is; the port is known even if any would do.
    ///
    /// # Errors
    /// When the operating system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop` resolves, then finishes the answers under way.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let mut guests = Guests::new(self.limits);
        let mut stop = pin!(stop);
        let mut round = interval(self.limits.round());
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut knocking = None;
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = guests.left() => {}
                _ = round.tick() => guests.send_away_overdue(),
                () = sleep(LOOK_AGAIN), if knocking.is_some() => {}
                came = self.listener.accept(), if knocking.is_none() => match came {
                    Ok(came) => knocking = Some(came),
                    Err(error) => refuse(&mut guests, &error).await,
                },
            }
            if knocking.is_some() && guests.are_full() {
                guests.make_room();
            }
            if let Some((stream, address)) = knocking.take_if(|_| !guests.are_full()) {
                self.welcome(&mut guests, &router, stream, address.ip());
            }
        }
        self.close(guests).await;
    }

    fn welcome(&self, guests: &mut Guests, router: &Router, stream: TcpStream, address: IpAddr) {
        // An answer is one small write; waiting for more to send only delays it.
        drop(stream.set_nodelay(true));
        // A handshake is a beginning that has to have an end.
        let first = if self.secure.is_some() { Stage::Head } else { Stage::Idle };
        let pulse = Arc::new(Pulse::new(first));
        let visit = Visit {
            router: router.clone(),
            peer: Peer { address: address.to_canonical(), certificate: None },
            pulse: Arc::clone(&pulse),
            stopping: Arc::clone(&self.stopping),
        };
        match self.secure.clone() {
            Some(secure) => guests.welcome(pulse, visit.serve_over_tls(stream, secure)),
            None => guests.welcome(pulse, visit.serve(stream)),
        }
    }

    async fn close(self, mut guests: Guests) {
        let Self { listener, limits, stopping, .. } = self;
        drop(listener);
        stopping.store(true, Ordering::Relaxed);
        let emptied = timeout(limits.stop, async {
            while !guests.are_gone() {
                guests.send_away_waiting();
                tokio::select! {
                    () = guests.left() => {}
                    () = sleep(LOOK_AGAIN) => {}
                }
            }
        });
        if emptied.await.is_err() {
            tracing::warn!("some connections did not end in time and were cut");
            guests.cut_off().await;
        }
    }
}

/// What to do when somebody cannot come in: it may be their own affair, or there is no place for them.
async fn refuse(guests: &mut Guests, error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    const REST: Duration = Duration::from_millis(50);
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    // Most likely the process may open no more files; the store and the way out need some, too.
    guests.are_too_many();
    guests.make_room();
    tracing::warn!(%error, "a connection cannot be accepted; fewer are kept from now on");
    sleep(REST).await;
}

#[cfg(test)]
pub(crate) mod tests;
