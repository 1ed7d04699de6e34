//! Certificates are verified, against the name, always.

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Command,
};

use doorward_net::{BuildError, EgressPolicy, GuardedClient, Limits, NetError, Outbound};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private},
    ssl::{SslAcceptor, SslMethod},
    x509::{
        X509, X509Builder, X509Name,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};

use crate::support::{Names, get};

/// A self-made certificate authority with its key.
struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

impl Authority {
    fn new() -> Self {
        let key = new_key();
        let mut builder = certificate_for("Test Authority", "Test Authority", &key);
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        Self { certificate: builder.build(), key }
    }

    fn pem(&self) -> String {
        String::from_utf8(self.certificate.to_pem().unwrap()).unwrap()
    }

    /// A server that proves to be `name` and answers every request with "hello"; returns its port.
    fn serve(&self, name: &str) -> u16 {
        let key = new_key();
        let mut builder = certificate_for(name, "Test Authority", &key);
        let alternative =
            SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(None, None)).unwrap();
        builder.append_extension(alternative).unwrap();
        builder.sign(&self.key, MessageDigest::sha256()).unwrap();
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
        acceptor.set_private_key(&key).unwrap();
        acceptor.set_certificate(&builder.build()).unwrap();
        let acceptor = acceptor.build();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Ok(mut stream) = acceptor.accept(stream) else { continue };
                let mut request = [0; 4096];
                while stream.read(&mut request).is_ok_and(|length| length > 0) {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
                }
            }
        });
        port
    }
}

fn new_key() -> PKey<Private> {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap()
}

fn certificate_for(subject: &str, issuer: &str, key: &PKey<Private>) -> X509Builder {
    let named = |name: &str| {
        let mut builder = X509Name::builder().unwrap();
        builder.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
        builder.build()
    };
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&named(subject)).unwrap();
    builder.set_issuer_name(&named(issuer)).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder
}

fn client(port: u16, extra_roots: Vec<String>) -> GuardedClient {
    let policy = EgressPolicy {
        ports: vec![port],
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
        extra_roots,
        ..EgressPolicy::default()
    };
    GuardedClient::with_resolver(policy, Names::answering(&[&["127.0.0.1"], &["10.0.0.1"]])).unwrap()
}

async fn fetch(client: &GuardedClient, port: u16) -> Result<Vec<u8>, NetError> {
    let request = get(&format!("https://idp.example:{port}/"));
    Ok(client.send("peer", request, Limits::DOCUMENT).await?.into_body())
}

#[tokio::test]
async fn a_server_certified_by_an_extra_root_is_trusted() {
    let authority = Authority::new();
    let port = authority.serve("idp.example");
    let client = client(port, vec![authority.pem()]);
    assert_eq!(fetch(&client, port).await.unwrap(), b"hello");
    // The name server now answers with a refused address, but the vetted connection is still there.
    assert_eq!(fetch(&client, port).await.unwrap(), b"hello");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let port = authority.serve("other.example");
    assert_eq!(fetch(&client(port, vec![authority.pem()]), port).await, Err(NetError::Unreachable));
}

#[tokio::test]
async fn a_certificate_from_an_unknown_authority_is_refused() {
    let port = Authority::new().serve("idp.example");
    let another = Authority::new();
    assert_eq!(fetch(&client(port, vec![]), port).await, Err(NetError::Unreachable));
    assert_eq!(fetch(&client(port, vec![another.pem()]), port).await, Err(NetError::Unreachable));
}

#[test]
fn an_extra_root_that_is_no_certificate_is_an_error() {
    let build = |pem: &str| {
        let policy = EgressPolicy { extra_roots: vec![pem.to_owned()], ..EgressPolicy::default() };
        GuardedClient::new(policy).err().unwrap()
    };
    assert!(matches!(build(""), BuildError::ExtraRoot));
    assert!(matches!(build("not PEM at all"), BuildError::ExtraRoot));
    let hollow = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(build(hollow), BuildError::Tls(_)));
}

/// Root certificates come from the environment, so the case without any runs in a process of its own.
#[test]
fn a_machine_without_root_certificates_gets_a_clear_error() {
    const INNER: &str = "DOORWARD_TEST_WITHOUT_ROOTS";
    if std::env::var_os(INNER).is_some() {
        let error = GuardedClient::new(EgressPolicy::default()).err().unwrap();
        assert!(matches!(error, BuildError::Tls(_)), "{error:?}");
        assert!(error.to_string().contains("ca-certificates"), "{error}");
        return;
    }
    let empty = std::env::temp_dir().join(format!("doorward-no-roots-{}", std::process::id()));
    std::fs::write(&empty, "").unwrap();
    let name = "tls::a_machine_without_root_certificates_gets_a_clear_error";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(INNER, "1")
        .env("SSL_CERT_FILE", &empty)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    std::fs::remove_file(&empty).unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && report.contains("1 passed"), "{report}");
}
