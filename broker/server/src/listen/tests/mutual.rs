//! Clients that show certificates (RFC 8705), with OpenSSL on their side.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Clock, ManualClock, Timestamp};
use openssl::ssl::SslVersion;
use rstest::rstest;
use sha2::{Digest as _, Sha256};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::ResolvesClientCert;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};

use super::pki::Pair;
use super::secure::{Client, Secure, only};
use super::*;
use crate::system::SystemClock;

async fn believing(authority: Option<&Pair>, clock: Arc<dyn Clock>) -> Secure {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.crt");
    let file = authority.map(|authority| {
        std::fs::write(&file, authority.pem()).unwrap();
        file.as_path()
    });
    let authorities = Authorities::read(file, clock).unwrap();
    Secure::judging(&Pair::new(), patient(), Some(Arc::new(authorities))).await
}

/// What the broker sees of a client that shows this certificate.
async fn seen(secure: &Secure, show: Option<&Pair>, set: impl FnOnce(&mut Client)) -> String {
    let asked = secure.ask_for("/certificate", |client| {
        if let Some(pair) = show {
            client.set_certificate(&pair.certificate).unwrap();
            client.set_private_key(&pair.key).unwrap();
        }
        set(client);
    });
    let (_, answer) = asked.await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn thumbprint(pair: &Pair) -> String {
    BASE64.encode(Sha256::digest(pair.der()))
}

#[rstest]
#[case(SslVersion::TLS1_2)]
#[case(SslVersion::TLS1_3)]
#[tokio::test]
async fn a_certificate_is_asked_for_and_never_demanded(#[case] version: SslVersion) {
    let (secure, own) = (believing(None, Arc::new(SystemClock::start())).await, Pair::named("app.test"));
    assert_eq!(seen(&secure, None, |client| only(client, version)).await, "none");
    let expected = format!("{} false", thumbprint(&own));
    assert_eq!(seen(&secure, Some(&own), |client| only(client, version)).await, expected);
}

#[tokio::test]
async fn where_nobody_judges_nobody_is_asked() {
    let secure = Secure::judging(&Pair::new(), patient(), None).await;
    assert_eq!(seen(&secure, Some(&Pair::named("app.test")), |_| {}).await, "none");
}

#[tokio::test]
async fn an_authority_of_the_operators_vouches_for_whom_it_certified() {
    let (ours, other) = (Pair::authority("Our authority"), Pair::authority("Our authority"));
    let secure = believing(Some(&ours), Arc::new(SystemClock::start())).await;
    let own = Pair::named("app.test");
    for (pair, certified) in
        [(ours.certify("app.test"), true), (other.certify("app.test"), false), (own, false)]
    {
        let expected = format!("{} {certified}", thumbprint(&pair));
        assert_eq!(seen(&secure, Some(&pair), |_| {}).await, expected);
    }
}

#[tokio::test]
async fn nobody_vouches_for_a_certificate_that_has_ended() {
    let (ours, present) = (Pair::authority("Our authority"), SystemClock::start().now());
    let pair = ours.certify("app.test");
    for (days, certified) in [(0, true), (29, true), (31, false)] {
        let now = present + Duration::from_secs(days * 86_400);
        let secure = believing(Some(&ours), Arc::new(ManualClock::new(now))).await;
        let expected = format!("{} {certified}", thumbprint(&pair));
        assert_eq!(seen(&secure, Some(&pair), |_| {}).await, expected, "{days}");
    }
    let secure = believing(Some(&ours), Arc::new(ManualClock::new(Timestamp::from_secs(-1)))).await;
    assert!(seen(&secure, Some(&pair), |_| {}).await.ends_with("false"));
}

/// Shows a certificate and signs with another key.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The answer to a client that shows the certificate of one pair and signs with the key of another.
async fn answer_to(
    pair: &Pair,
    signer: &Pair,
    version: &'static SupportedProtocolVersion,
) -> io::Result<String> {
    let server = Pair::new();
    let authorities = Authorities::read(None, Arc::new(SystemClock::start())).unwrap();
    let secure = Secure::judging(&server, patient(), Some(Arc::new(authorities))).await;
    let key = PrivateKeyDer::try_from(signer.key.private_key_to_pkcs8().unwrap()).unwrap();
    let key = tls::provider().key_provider.load_private_key(key).unwrap();
    let shown = Shown(Arc::new(CertifiedKey::new(vec![pair.der().into()], key)));
    let mut roots = RootCertStore::empty();
    roots.add(server.der().into()).unwrap();
    let config = ClientConfig::builder_with_provider(tls::provider().into())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(shown));
    let stream = TcpStream::connect(secure.open.address).await.unwrap();
    let name = "id.test".try_into().unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(b"GET /certificate HTTP/1.1\r\nHost: id.test\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    timeout(SOON, stream.read_to_string(&mut answer)).await.expect("an end")?;
    Ok(answer)
}

/// A copy of somebody's certificate, without its key, is worth nothing.
#[rstest]
#[case(&TLS12)]
#[case(&TLS13)]
#[tokio::test]
async fn ca_02_a_certificate_without_its_key_is_not_taken(
    #[case] version: &'static SupportedProtocolVersion,
) {
    let (own, thief) = (Pair::named("app.test"), Pair::named("thief.test"));
    let answer = answer_to(&own, &own, version).await.unwrap();
    assert!(answer.contains(&thumbprint(&own)), "{answer}");
    let refused = answer_to(&own, &thief, version).await.unwrap_err();
    assert!(refused.to_string().contains("alert"), "{refused}");
}
