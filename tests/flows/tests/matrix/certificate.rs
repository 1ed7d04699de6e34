//! Clients that authenticate by their certificate (RFC 8705 section 2): rows CA-01 and CA-02.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use doorward::listen::{Authorities, Peer};
use doorward::proxies::Proxies;
use doorward_domain::client::CertificateName;
use doorward_domain::{Client, ClientAuthentication, ClientKeys, ManualClock, Timestamp};
use doorward_flows::World;
use doorward_flows::app::{Answer, send};
use doorward_flows::browser::encode;
use doorward_flows::world::Setup;
use http::header::CONTENT_TYPE;
use http::{HeaderName, Method, StatusCode};
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use rstest::rstest;
use serde_json::{Value, json};

use crate::certificates::{MUTUAL, Says, Shown, asking, p256, post, setup};
use crate::client_authentication::{Header, assert_refused, basic};

/// Asks for something that every client may ask, so that only authentication decides.
async fn ask(world: &World, shown: Option<&Shown>, headers: &[Header], fields: &[(&str, &str)]) -> Answer {
    post(world, shown, "/introspect", headers, &[&[("token", "x")], fields].concat()).await
}

/// The same by name alone.
async fn name(world: &World, shown: Option<&Shown>, id: &str) -> Answer {
    ask(world, shown, &[], &[("client_id", id)]).await
}

async fn certified_as(world: &World, id: &str, subject: CertificateName) {
    let authentication = ClientAuthentication::TlsClientAuth { subject };
    world.put(&Client { authentication, ..world.client(id) }).await;
}

async fn with_keys(world: &World, id: &str, keys: &[Value]) {
    let keys = ClientKeys::Inline(json!({ "keys": keys }));
    let authentication = ClientAuthentication::SelfSignedTlsClientAuth;
    world.put(&Client { authentication, keys, ..world.client(id) }).await;
}

fn app_test() -> CertificateName {
    CertificateName::SubjectDn("CN=app.test,C=DE".to_owned())
}

#[rstest]
#[case(CertificateName::SubjectDn, &["CN=app.test,O=Acme,C=DE", "cn=App.test, O=acme, c=de"],
    &["CN=app.test", "C=DE,O=Acme,CN=app.test", "CN=app.test,O=Acme,C=DE,DC=test", "CN=*,O=Acme,C=DE", ""])]
#[case(CertificateName::SanDns, &["app.test", "APP.test", "second.test"],
    &["app.test.evil.test", "pp.test", "*.test", "x.wild.test", "*.wild.test", "sixth", ""])]
#[case(CertificateName::SanUri, &["urn:app:1"], &["urn:app:2", "URN:app:1", "urn:app:1/", ""])]
#[case(CertificateName::SanIp, &["192.0.2.7", "2001:DB8:0::7"],
    &["192.0.2.70", "2001:db8::8", "::ffff:192.0.2.7", "192.0.2", ""])]
#[case(CertificateName::SanEmail, &["App@acme.test", "App@ACME.test"], &["app@acme.test", "acme.test", ""])]
#[tokio::test]
async fn ca_02_a_certificate_is_of_the_registered_subject(
    #[case] kind: fn(String) -> CertificateName,
    #[case] right: &[&str],
    #[case] wrong: &[&str],
) {
    let world = asking().await;
    let says = Says {
        subject: &[("C", "DE"), ("O", "Acme"), ("CN", "app.test")],
        names: &[
            ("dns", "app.test"),
            ("dns", "Second.test"),
            ("dns", "*.wild.test"),
            ("uri", "urn:app:1"),
            ("ip", "192.0.2.7"),
            ("ip", "2001:db8::7"),
            ("email", "App@acme.test"),
        ],
        ..Says::default()
    };
    let shown = Shown::saying(&world, &says).certified();
    for text in right {
        certified_as(&world, "app", kind((*text).to_owned())).await;
        assert_eq!(name(&world, Some(&shown), "app").await.status, StatusCode::OK, "{text}");
    }
    for text in wrong {
        certified_as(&world, "app", kind((*text).to_owned())).await;
        assert_refused(&name(&world, Some(&shown), "app").await);
    }
    // A name of one kind is none of another.
    for other in [CertificateName::SanDns, CertificateName::SanUri, CertificateName::SanEmail] {
        certified_as(&world, "app", other("C=DE".to_owned())).await;
        assert_refused(&name(&world, Some(&shown), "app").await);
    }
}

#[tokio::test]
async fn ca_02_an_authority_of_the_operators_must_vouch_for_it_now() {
    let world = asking().await;
    certified_as(&world, "app", app_test()).await;
    let own = Shown::new(&world);
    assert_refused(&name(&world, Some(&own), "app").await);
    assert_refused(&name(&world, None, "app").await);
    let shown = own.certified();
    assert_eq!(name(&world, Some(&shown), "app").await.status, StatusCode::OK);
    for valid in [(1, 3600), (-3600, -1)] {
        let untimely = Shown::saying(&world, &Says { valid, ..Says::default() }).certified();
        assert_refused(&name(&world, Some(&untimely), "app").await);
    }
    // A connection may last longer than the certificate that began it.
    world.pass(3600);
    assert_eq!(name(&world, Some(&shown), "app").await.status, StatusCode::OK, "its last second");
    world.pass(1);
    assert_refused(&name(&world, Some(&shown), "app").await);
    let weak = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    assert_refused(&name(&world, Some(&Shown::of(&world, weak, &Says::default()).certified()), "app").await);
}

#[tokio::test]
async fn ca_02_a_certificate_is_no_other_client_s_way_in() {
    let world = asking().await;
    certified_as(&world, "app", app_test()).await;
    certified_as(&world, "other", CertificateName::SanDns("other.test".to_owned())).await;
    let shown = Shown::new(&world).certified();
    for id in ["other", "c1", "nobody"] {
        assert_refused(&name(&world, Some(&shown), id).await);
    }
    with_keys(&world, "own", &[Shown::new(&world).jwk_with_certificate()]).await;
    assert_refused(&name(&world, Some(&shown), "own").await);
    // Who has a secret or a key is not let in by a certificate, and who has a certificate not by a secret.
    let in_body = [("client_id", "app"), ("client_secret", "secret-of-app")];
    assert_refused(&ask(&world, Some(&shown), &[basic("app", "secret-of-app")], &[]).await);
    assert_refused(&ask(&world, Some(&shown), &[], &in_body).await);
    let jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let assertion = [("client_assertion_type", jwt_bearer), ("client_assertion", "a.b.c")];
    assert_refused(&ask(&world, Some(&shown), &[], &assertion).await);
    // Showing one beside a secret does no harm: it may be there for the tokens.
    let answer = ask(&world, Some(&shown), &[basic("c1", "secret-of-c1")], &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    world.change::<Client>(&crate::support::client("app"), |client| client.enabled = false).await;
    assert_refused(&name(&world, Some(&shown), "app").await);
}

#[tokio::test]
async fn ca_02_a_certificate_of_the_client_s_own_is_one_of_its_keys() {
    let world = asking().await;
    let (shown, key) = (Shown::new(&world), p256());
    with_keys(&world, "own", &[json!(Shown::new(&world).jwk()), shown.jwk_with_certificate()]).await;
    assert_eq!(name(&world, Some(&shown), "own").await.status, StatusCode::OK);
    assert_refused(&name(&world, None, "own").await);
    assert_refused(&name(&world, Some(&Shown::new(&world)), "own").await);
    assert_refused(&name(&world, Some(&Shown::new(&world).certified()), "own").await);

    // A key without a certificate stands for all of its certificates, one with a certificate for that one.
    let [first, second] = ["one", "two"]
        .map(|cn| Shown::of(&world, key.clone(), &Says { subject: &[("CN", cn)], ..Says::default() }));
    with_keys(&world, "own", &[json!(first.jwk())]).await;
    for shown in [&first, &second] {
        assert_eq!(name(&world, Some(shown), "own").await.status, StatusCode::OK);
    }
    with_keys(&world, "own", &[first.jwk_with_certificate()]).await;
    assert_eq!(name(&world, Some(&first), "own").await.status, StatusCode::OK);
    assert_refused(&name(&world, Some(&second), "own").await);

    // What is for something else, or does not fit together, stands for nothing.
    let mut encrypting = json!(first.jwk());
    encrypting["use"] = "enc".into();
    let mut borrowed = json!(shown.jwk());
    borrowed["x5c"] = json!([first.base64()]);
    for jwk in [encrypting, borrowed, json!({"kty": "EC", "crv": "P-256", "x5c": [first.base64()]})] {
        with_keys(&world, "own", &[jwk]).await;
        assert_refused(&name(&world, Some(&first), "own").await);
    }
}

#[tokio::test]
async fn ca_02_a_certificate_of_the_client_s_own_ends_when_it_says_so() {
    let world = asking().await;
    let shown = Shown::new(&world);
    with_keys(&world, "own", &[json!(shown.jwk())]).await;
    for valid in [(1, 3600), (-3600, -1)] {
        let untimely = Shown::of(&world, p256(), &Says { valid, ..Says::default() });
        with_keys(&world, "late", &[untimely.jwk_with_certificate()]).await;
        assert_refused(&name(&world, Some(&untimely), "late").await);
    }
    assert_eq!(name(&world, Some(&shown), "own").await.status, StatusCode::OK);
    world.pass(3601);
    assert_refused(&name(&world, Some(&shown), "own").await);
    let weak = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    let numbers = weak.rsa().unwrap();
    let number = |number: Vec<u8>| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(number)
    };
    let jwk = json!({"kty": "RSA", "n": number(numbers.n().to_vec()), "e": number(numbers.e().to_vec())});
    with_keys(&world, "weak", &[jwk]).await;
    assert_refused(&name(&world, Some(&Shown::of(&world, weak, &Says::default())), "weak").await);
}

#[tokio::test]
async fn a_client_may_publish_its_certificates() {
    let world = asking().await;
    let shown = Shown::new(&world);
    let set = json!({ "keys": [shown.jwk_with_certificate()] }).to_string();
    let router = Router::new().route("/keys", get(|| async move { set }));
    world.network.add("https://own.test", router);
    let keys = ClientKeys::At("https://own.test/keys".to_owned());
    let authentication = ClientAuthentication::SelfSignedTlsClientAuth;
    world.put(&Client { authentication, keys, ..world.client("own") }).await;
    assert_eq!(name(&world, Some(&shown), "own").await.status, StatusCode::OK);
    assert_refused(&name(&world, Some(&Shown::new(&world)), "own").await);
    let nowhere = ClientKeys::At("https://nowhere.test/keys".to_owned());
    world.change::<Client>(&crate::support::client("own"), |client| client.keys = nowhere).await;
    assert_refused(&name(&world, Some(&shown), "own").await);
}

const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");

/// A world behind a proxy at 10.0.0.1 that passes certificates on.
async fn behind_a_proxy() -> World {
    let clock = Arc::new(ManualClock::new(Timestamp::from_secs(1_800_000_000)));
    let authorities = Arc::new(Authorities::read(None, clock).unwrap());
    let trusted = vec!["10.0.0.1/32".parse().unwrap()];
    let proxies = Proxies { trusted, certificates: Some((CLIENT_CERT, authorities)) };
    World::with(Setup { proxies, ..setup() }).await
}

/// Asks by name with one header, from this address.
async fn ask_from(world: &World, from: &str, header: &HeaderName, value: &str) -> Answer {
    let mut request = http::Request::builder()
        .method(Method::POST)
        .uri(world.url("/introspect"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header, value)
        .body(encode(&[("token", "x"), ("client_id", "own")]).into_bytes())
        .unwrap();
    let peer = Peer { address: from.parse().unwrap(), certificate: None };
    request.extensions_mut().insert(peer);
    send(world, request).await
}

#[tokio::test]
async fn ca_02_headers_about_certificates_count_from_trusted_proxies_alone() {
    let world = behind_a_proxy().await;
    let shown = Shown::new(&world);
    with_keys(&world, "own", &[shown.jwk_with_certificate()]).await;
    let der = shown.base64();
    let lines: Vec<_> = der.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
    let escaped: String =
        url::form_urlencoded::byte_serialize(pem.as_bytes()).collect::<String>().replace('+', "%20");
    for text in [format!(":{der}:"), der.clone(), escaped] {
        let answer = ask_from(&world, "10.0.0.1", &CLIENT_CERT, &text).await;
        assert_eq!(answer.status, StatusCode::OK, "{text}: {answer:?}");
        assert_refused(&ask_from(&world, "10.0.0.2", &CLIENT_CERT, &text).await);
        for other in ["x-client-cert", "ssl-client-cert", "x-ssl-client-cert", "x-forwarded-client-cert"] {
            let other = HeaderName::from_static(other);
            assert_refused(&ask_from(&world, "10.0.0.1", &other, &text).await);
        }
    }
    let thumbprint = HeaderName::from_static("x-ssl-client-verify");
    assert_refused(&ask_from(&world, "10.0.0.1", &thumbprint, "SUCCESS").await);
    assert_refused(&ask_from(&asking().await, "10.0.0.1", &CLIENT_CERT, &der).await);
}

#[tokio::test]
async fn what_is_asked_with_a_certificate_has_another_address() {
    let document = async |world: &World| {
        let request = http::Request::get(world.url("/.well-known/openid-configuration"));
        send(world, request.body(Vec::new()).unwrap()).await.json
    };
    let without = document(&World::new().await).await;
    for name in ["mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens"] {
        assert!(without.get(name).is_none(), "{name}");
    }
    assert!(!without.to_string().contains("tls_client_auth"));

    let world = asking().await;
    let offered = document(&world).await;
    assert_eq!(offered["tls_client_certificate_bound_access_tokens"], true);
    for (name, path) in [
        ("token_endpoint", "/token"),
        ("pushed_authorization_request_endpoint", "/par"),
        ("device_authorization_endpoint", "/device_authorization"),
        ("userinfo_endpoint", "/userinfo"),
        ("introspection_endpoint", "/introspect"),
        ("revocation_endpoint", "/revoke"),
    ] {
        assert_eq!(offered["mtls_endpoint_aliases"][name], format!("{MUTUAL}{path}"));
        assert_eq!(offered[name], world.url(path));
        assert_ne!(status_there(&world, path).await, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/", "/authorize", "/sign-in", "/register", "/jwks.json", "/admin/v1/plan", "/nowhere"] {
        assert_eq!(status_there(&world, path).await, StatusCode::NOT_FOUND, "{path}");
    }
    for endpoint in ["token", "introspection", "revocation"] {
        let methods = offered[format!("{endpoint}_endpoint_auth_methods_supported")].to_string();
        assert!(methods.contains(r#""tls_client_auth","self_signed_tls_client_auth""#), "{methods}");
    }
    let mut setup = setup();
    setup.settings.mutual_tls =
        Some(doorward_service::settings::MutualTls { base_url: None, has_authorities: false });
    let offered = document(&World::with(setup).await).await;
    assert!(offered.get("mtls_endpoint_aliases").is_none());
    let methods = offered["token_endpoint_auth_methods_supported"].to_string();
    assert!(methods.contains("self_signed_tls_client_auth") && !methods.contains("\"tls_client_auth"));
}

/// What is at a path of the place where certificates are asked for.
async fn status_there(world: &World, path: &str) -> StatusCode {
    let request = http::Request::post(path).header("host", "mtls.id.test").body(Vec::new()).unwrap();
    world.network.call(doorward_flows::world::ISSUER, request).await.unwrap().status()
}
