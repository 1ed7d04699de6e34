//! Doors on loopback, and all kinds of people in front of them.

mod framing;
mod mutual;
mod patience;
pub(crate) mod pki;
mod places;
mod secure;
mod stopping;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::extract::Extension;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// Far more than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// Far more than any test takes.
const NEVER: Duration = Duration::from_secs(3600);

/// Any port of this machine.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Everybody may take as long as they like.
fn patient() -> Limits {
    Limits { head: NEVER, body: NEVER, answer: NEVER, idle: NEVER, stop: NEVER, ..Limits::default() }
}

fn places(places: usize) -> NonZeroUsize {
    NonZeroUsize::new(places).unwrap()
}

/// A door that is open until it is told to stop.
struct Open {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Open {
    async fn with(limits: Limits) -> Self {
        Self::to(limits, house()).await
    }

    async fn to(limits: Limits, router: Router) -> Self {
        Self::by(Door::open(ANYWHERE, limits).await.unwrap(), router)
    }

    fn by(door: Door, router: Router) -> Self {
        let address = door.address().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(door.serve(router, async move { drop(stopped.await) }));
        Self { address, stop, serving }
    }

    async fn visitor(&self) -> Visitor {
        Visitor(TcpStream::connect(self.address).await.unwrap())
    }
}

/// What is behind the door.
fn house() -> Router {
    Router::new()
        .route("/hello", get(async || "hello"))
        .route("/peer", get(async |Extension(peer): Extension<Peer>| peer.address.to_string()))
        .route("/certificate", get(async |Extension(peer): Extension<Peer>| shown(&peer)))
        .route("/echo", post(async |body: String| body))
        .route("/large", get(async || vec![b'x'; LARGE]))
        .route("/never", get(std::future::pending::<&'static str>))
}

fn shown(peer: &Peer) -> String {
    match &peer.certificate {
        Some(it) => format!("{} {}", it.thumbprint(), it.is_certified()),
        None => "none".to_owned(),
    }
}

/// A house with a room that opens when it is told to.
#[derive(Clone)]
struct Gate {
    entered: Arc<Semaphore>,
    opened: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        Self { entered: Arc::new(Semaphore::new(0)), opened: Arc::new(Semaphore::new(0)) }
    }

    fn house(&self) -> Router {
        let gate = self.clone();
        let wait = async move || {
            gate.entered.add_permits(1);
            gate.opened.acquire().await.unwrap().forget();
            "opened"
        };
        house().route("/wait", get(wait))
    }

    /// Waits until so many wait.
    async fn entered(&self, people: u32) {
        timeout(SOON, self.entered.acquire_many(people)).await.expect("people at the gate").unwrap().forget();
    }

    fn open(&self, people: usize) {
        self.opened.add_permits(people);
    }
}

/// More than the buffers between two sockets of this machine hold.
const LARGE: usize = 32 << 20;

/// A client that writes what it likes.
struct Visitor(TcpStream);

impl Visitor {
    /// Sends these bytes, if anybody still takes them.
    async fn send(&mut self, text: &str) -> bool {
        self.0.write_all(text.as_bytes()).await.is_ok()
    }

    /// Sends a request and reads its answer, whose length is announced.
    async fn ask(&mut self, request: &str) -> String {
        assert!(self.send(request).await);
        self.answer().await
    }

    async fn answer(&mut self) -> String {
        let mut read = Vec::new();
        while !is_whole(&read) {
            let more = timeout(SOON, self.0.read_buf(&mut read)).await.expect("an answer").unwrap();
            assert_ne!(more, 0, "the connection ended after {:?}", String::from_utf8_lossy(&read));
        }
        String::from_utf8(read).unwrap()
    }

    /// Reads until the other side ends the connection.
    async fn rest(&mut self) -> String {
        let mut read = Vec::new();
        let end = timeout(SOON, self.0.read_to_end(&mut read)).await;
        drop(end.expect("the end of the connection"));
        String::from_utf8_lossy(&read).into_owned()
    }

    /// Whether the other side has ended the connection by now.
    fn is_cut(&self) -> bool {
        !matches!(self.0.try_read(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn get_of(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: id.test\r\n\r\n")
}
