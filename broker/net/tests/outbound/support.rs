//! A scripted server, a scripted name server, and shorthands.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use doorward_net::{EgressPolicy, GuardedClient, Limits, NetError, Outbound, Request, Resolve, Response};
use futures_util::future::BoxFuture;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A body small enough to overrun.
pub const SMALL: Limits = Limits { max_body: 1000, ..Limits::DOCUMENT };

/// The same, with a time short enough to wait for.
pub const HASTY: Limits = Limits { total: Duration::from_millis(300), ..SMALL };

/// A server on a loopback address that counts its connections.
pub struct Server {
    pub port: u16,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Lets `behave` have every connection.
    pub async fn start<F, Fut>(address: Ipv4Addr, behave: F) -> Self
    where
        F: Fn(TcpStream) -> Fut + Send + 'static,
        Fut: Future<Output = io::Result<()>> + Send + 'static,
    {
        Self::on(TcpListener::bind((address, 0)).await.unwrap(), behave)
    }

    /// As `start`, on a listener that exists.
    pub fn on<F, Fut>(listener: TcpListener, behave: F) -> Self
    where
        F: Fn(TcpStream) -> Fut + Send + 'static,
        Fut: Future<Output = io::Result<()>> + Send + 'static,
    {
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(behave(stream));
            }
        });
        Self { port, connections }
    }

    /// Answers every request with these bytes.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::start(Ipv4Addr::LOCALHOST, move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                while !read_head(&mut stream).await?.is_empty() {
                    stream.write_all(&answer).await?;
                }
                Ok(())
            }
        })
        .await
    }

    pub fn url(&self) -> String {
        format!("http://localhost:{}/", self.port)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Reads a request head; empty once the client has gone.
pub async fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// An answer with its length announced.
pub fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// A name server that gives its answers in turn, the last one for ever.
pub struct Names {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    pub fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: AtomicUsize::new(0),
        })
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

/// A client as developers have it: loopback and plain http.
pub fn development_client() -> GuardedClient {
    GuardedClient::new(EgressPolicy::loopback_for_development()).unwrap()
}

/// A client that may go to `network` beside the Internet, on `port` alone.
pub fn client_allowing(network: &str, port: u16, names: Arc<Names>) -> GuardedClient {
    let policy = EgressPolicy {
        ports: vec![port],
        allowed_networks: vec![network.parse().unwrap()],
        ..EgressPolicy::default()
    };
    GuardedClient::with_resolver(policy, names).unwrap()
}

pub fn get(url: &str) -> Request {
    http::Request::get(url).body(Vec::new()).unwrap()
}

pub async fn fetch(client: &impl Outbound, url: &str) -> Result<Response, NetError> {
    client.send("peer", get(url), SMALL).await
}

/// The error of an exchange that must fail.
pub async fn failure(client: &impl Outbound, url: &str) -> NetError {
    fetch(client, url).await.unwrap_err()
}
