//! TLS (RFC 9325), against OpenSSL.

use std::io::{Read as _, Write as _};

use openssl::ssl::{SslConnector, SslMethod, SslStream, SslVerifyMode, SslVersion};
use rstest::rstest;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::pki::{Folder, Pair};
use super::*;
use crate::listen::certificate::OwnCertificate;

/// An open door with TLS, and what it shows.
pub struct Secure {
    pub open: Open,
    folder: Folder,
    certificate: Arc<OwnCertificate>,
}

impl Secure {
    async fn with(pair: &Pair, limits: Limits) -> Self {
        Self::judging(pair, limits, None).await
    }

    /// The same, where clients are asked for certificates.
    pub async fn judging(pair: &Pair, limits: Limits, authorities: Option<Arc<Authorities>>) -> Self {
        let folder = Folder::of(pair);
        let certificate = Arc::new(OwnCertificate::read(folder.files.clone()).unwrap());
        let door = Door::open(ANYWHERE, limits).await.unwrap();
        let door = door.with_tls(Arc::clone(&certificate), authorities).unwrap();
        Self { open: Open::by(door, house()), folder, certificate }
    }

    /// Shakes hands as `set` says, asks, and returns the stream with the answer.
    pub async fn ask(&self, set: impl FnOnce(&mut Client)) -> Result<(SslStream<Std>, String), String> {
        self.ask_for("/hello", set).await
    }

    /// The same, of another path.
    pub async fn ask_for(
        &self,
        path: &'static str,
        set: impl FnOnce(&mut Client),
    ) -> Result<(SslStream<Std>, String), String> {
        let mut client = SslConnector::builder(SslMethod::tls()).unwrap();
        client.set_verify(SslVerifyMode::NONE);
        set(&mut client);
        let (client, address) = (client.build(), self.open.address);
        let asked = spawn_blocking(move || {
            let stream = Std::connect(address).unwrap();
            let mut stream = client.connect("id.test", stream).map_err(|error| error.to_string())?;
            let request = format!("GET {path} HTTP/1.1\r\nHost: id.test\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
            Ok((stream, answer))
        });
        asked.await.unwrap()
    }

    /// The certificate that is shown.
    async fn shown(&self) -> Vec<u8> {
        let (stream, _) = self.ask(|_| {}).await.unwrap();
        stream.ssl().peer_certificate().unwrap().to_der().unwrap()
    }
}

pub type Client = openssl::ssl::SslConnectorBuilder;
pub type Std = std::net::TcpStream;

pub fn only(client: &mut Client, version: SslVersion) {
    client.set_min_proto_version(Some(version)).unwrap();
    client.set_max_proto_version(Some(version)).unwrap();
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken() {
    let secure = Secure::with(&Pair::new(), patient()).await;
    for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
        let (stream, answer) = secure.ask(|client| only(client, version)).await.unwrap();
        assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
        assert_eq!(stream.ssl().version2(), Some(version));
    }
    let (stream, _) =
        secure.ask(|client| client.set_alpn_protos(b"\x02h2\x08http/1.1").unwrap()).await.unwrap();
    assert_eq!(stream.ssl().selected_alpn_protocol(), Some(&b"http/1.1"[..]));
}

#[tokio::test]
async fn older_tls_is_not_spoken() {
    let secure = Secure::with(&Pair::new(), patient()).await;
    for version in [SslVersion::TLS1, SslVersion::TLS1_1] {
        let refused = secure.ask(|client| {
            client.set_security_level(0);
            client.set_cipher_list("ALL:@SECLEVEL=0").unwrap();
            only(client, version);
        });
        let refused = refused.await.err().unwrap();
        assert!(refused.contains("alert"), "{refused}");
    }
}

#[rstest]
#[case("ECDHE-ECDSA-AES256-GCM-SHA384", true)]
#[case("ECDHE-ECDSA-AES128-GCM-SHA256", true)]
#[case("ECDHE-ECDSA-CHACHA20-POLY1305", false)]
#[case("ECDHE-ECDSA-AES256-SHA384", false)]
#[case("ECDHE-ECDSA-AES128-SHA", false)]
#[case("ECDHE-ECDSA-AES256-CCM", false)]
#[case("ECDHE-ECDSA-NULL-SHA", false)]
#[tokio::test]
async fn of_tls_1_2_the_recommended_suites_are_spoken(#[case] suite: &str, #[case] spoken: bool) {
    let secure = Secure::with(&Pair::new(), patient()).await;
    let asked = secure.ask(|client| {
        client.set_cipher_list(&format!("{suite}:@SECLEVEL=0")).unwrap();
        only(client, SslVersion::TLS1_2);
    });
    match asked.await {
        Ok((stream, _)) => assert!(spoken && stream.ssl().current_cipher().unwrap().name() == suite),
        Err(refused) => assert!(!spoken && refused.contains("alert handshake failure"), "{refused}"),
    }
}

#[tokio::test]
async fn a_certificate_is_read_again_when_its_files_change() {
    let (first, second) = (Pair::new(), Pair::new());
    let secure = Secure::with(&first, patient()).await;
    assert_eq!(secure.shown().await, first.der());
    secure.folder.put_certificate(&second);
    secure.certificate.look();
    assert_eq!(secure.shown().await, first.der(), "the key is still the other one");
    secure.folder.put_key(&second);
    secure.certificate.look();
    assert_eq!(secure.shown().await, second.der());
    std::fs::remove_file(&secure.folder.files.certificate).unwrap();
    secure.certificate.look();
    assert_eq!(secure.shown().await, second.der());
}

#[test]
fn a_certificate_says_for_whom_and_until_when_it_is() {
    let certificate = OwnCertificate::read(Folder::of(&Pair::new()).files).unwrap();
    for (url, is_ours) in [
        ("https://id.test", true),
        ("https://id.test:8443", true),
        ("https://other.test", false),
        ("https://127.0.0.1", false),
    ] {
        assert_eq!(certificate.is_for(&url.parse().unwrap()), is_ours, "{url}");
    }
    let (from, until) = certificate.validity().unwrap();
    assert_eq!(until.since(from), Duration::from_secs(30 * 86_400));
    assert!(from.as_secs() > 1_750_000_000);
}

#[test]
fn what_is_no_certificate_with_its_key_is_refused_in_words() {
    let (pair, other) = (Pair::new(), Pair::new());
    let folder = Folder::of(&pair);
    let read = || OwnCertificate::read(folder.files.clone());
    let told = || format!("{:#}", read().err().unwrap());
    assert!(read().is_ok());
    folder.put_key(&other);
    assert!(told().contains("do not fit"), "{}", told());
    std::fs::write(&folder.files.key, "no key").unwrap();
    assert!(told().contains("tls.key"), "{}", told());
    std::fs::write(&folder.files.certificate, "no certificate").unwrap();
    folder.put_key(&pair);
    assert!(told().contains("tls.crt holds no certificate"), "{}", told());
    std::fs::remove_file(&folder.files.key).unwrap();
    assert!(told().contains("tls.key"), "{}", told());
}

#[tokio::test]
async fn ds_04_a_handshake_has_a_limited_time() {
    const SHORT: Duration = Duration::from_millis(300);
    let secure = Secure::with(&Pair::new(), Limits { head: SHORT, ..patient() }).await;
    let began = Instant::now();
    let (mut silent, mut slow) = (secure.open.visitor().await, secure.open.visitor().await);
    slow.send("\u{16}\u{3}\u{1}").await;
    for visitor in [&mut silent, &mut slow] {
        assert_eq!(visitor.rest().await, "");
        assert!(began.elapsed() >= SHORT);
    }
    assert!(secure.ask(|_| {}).await.is_ok());
}

#[tokio::test]
async fn http_without_tls_is_not_spoken() {
    let secure = Secure::with(&Pair::new(), patient()).await;
    let mut visitor = secure.open.visitor().await;
    visitor.send(&get_of("/hello")).await;
    assert!(!visitor.rest().await.contains("HTTP"));
}
