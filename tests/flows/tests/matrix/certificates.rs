//! Certificates made on the spot, and requests of those who show one.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use doorward::listen::Peer;
use doorward_domain::Clock as _;
use doorward_flows::World;
use doorward_flows::app::{Answer, send};
use doorward_flows::browser::encode;
use doorward_flows::world::Setup;
use doorward_service::provider::ClientCertificate;
use doorward_service::settings::MutualTls;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, Method};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcKeyPair;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509Name};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Where the broker of these tests asks for certificates.
pub const MUTUAL: &str = "https://mtls.id.test";

/// What a certificate says.
pub struct Says<'a> {
    /// Its subject, the first part first.
    pub subject: &'a [(&'a str, &'a str)],
    /// Its alternative names.
    pub names: &'a [(&'a str, &'a str)],
    /// From when to when it is valid, in seconds from now.
    pub valid: (i64, i64),
}

impl Default for Says<'_> {
    fn default() -> Self {
        Self { subject: &[("C", "DE"), ("CN", "app.test")], names: &[], valid: (-3600, 3600) }
    }
}

/// A certificate and its key, as its holder shows it.
#[derive(Clone)]
pub struct Shown {
    der: Vec<u8>,
    key: PKey<Private>,
    /// Whether an authority of the operator's vouches for it.
    pub certified: bool,
}

pub fn p256() -> PKey<Private> {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap()
}

impl Shown {
    /// A self-signed certificate.
    pub fn new(world: &World) -> Self {
        Self::saying(world, &Says::default())
    }

    pub fn saying(world: &World, says: &Says<'_>) -> Self {
        Self::of(world, p256(), says)
    }

    /// A self-signed certificate of this key.
    pub fn of(world: &World, key: PKey<Private>, says: &Says<'_>) -> Self {
        let now = world.clock.now().as_secs();
        let time = |secs: i64| Asn1Time::from_unix(now + secs).unwrap();
        let subject = distinguished(says.subject);
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(&subject).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&time(says.valid.0)).unwrap();
        builder.set_not_after(&time(says.valid.1)).unwrap();
        if !says.names.is_empty() {
            let mut names = SubjectAlternativeName::new();
            for (kind, name) in says.names {
                match *kind {
                    "dns" => names.dns(name),
                    "uri" => names.uri(name),
                    "ip" => names.ip(name),
                    _ => names.email(name),
                };
            }
            let names = names.build(&builder.x509v3_context(None, None)).unwrap();
            builder.append_extension(names).unwrap();
        }
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        Self { der: builder.build().to_der().unwrap(), key, certified: false }
    }

    /// The same with an authority that vouches for it.
    pub fn certified(self) -> Self {
        Self { certified: true, ..self }
    }

    /// Its `x5t#S256`.
    pub fn thumbprint(&self) -> String {
        BASE64.encode(Sha256::digest(&self.der))
    }

    /// Its DER in base64.
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// The JWK of its key.
    pub fn jwk(&self) -> Jwk {
        EcKeyPair::from_der(self.key.private_key_to_pkcs8().unwrap(), None).unwrap().to_jwk_public_key()
    }

    /// The same with the certificate beside it.
    pub fn jwk_with_certificate(&self) -> Value {
        let mut jwk = json!(self.jwk());
        jwk["x5c"] = json!([self.base64()]);
        jwk
    }

    fn peer(&self) -> Peer {
        let certificate = ClientCertificate::read(&self.der, self.certified).unwrap();
        Peer { address: IpAddr::V4(Ipv4Addr::LOCALHOST), certificate: Some(Arc::new(certificate)) }
    }
}

fn distinguished(parts: &[(&str, &str)]) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    for (kind, value) in parts {
        name.append_entry_by_text(kind, value).unwrap();
    }
    name.build()
}

/// A world whose broker asks for certificates.
pub async fn asking() -> World {
    World::with(setup()).await
}

/// What such a world is made of.
pub fn setup() -> Setup {
    let mut setup = Setup::default();
    setup.settings.mutual_tls =
        Some(MutualTls { base_url: Some(MUTUAL.parse().unwrap()), has_authorities: true });
    setup
}

/// Posts a form as somebody who shows a certificate, or none.
pub async fn post(
    world: &World,
    shown: Option<&Shown>,
    path: &str,
    headers: &[(HeaderName, String)],
    fields: &[(&str, &str)],
) -> Answer {
    let mut request = http::Request::builder()
        .method(Method::POST)
        .uri(world.url(path))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut request = request.body(encode(fields).into_bytes()).unwrap();
    if let Some(shown) = shown {
        request.extensions_mut().insert(shown.peer());
    }
    send(world, request).await
}

/// Asks userinfo as somebody who shows a certificate, or none.
pub async fn userinfo(world: &World, shown: Option<&Shown>, scheme: &str, token: &str) -> Answer {
    let request = http::Request::builder()
        .uri(world.url("/userinfo"))
        .header(AUTHORIZATION, format!("{scheme} {token}"));
    let mut request = request.body(Vec::new()).unwrap();
    if let Some(shown) = shown {
        request.extensions_mut().insert(shown.peer());
    }
    send(world, request).await
}
