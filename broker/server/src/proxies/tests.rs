use axum::body::Body;
use doorward_domain::ManualClock;
use doorward_domain::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rstest::rstest;

use super::*;
use crate::listen::tests::pki::Pair;

const PROXY: &str = "10.0.0.1";
const HEADER: HeaderName = HeaderName::from_static("client-cert");

/// Proxies in 10/8 and fd00::/8, which pass certificates on.
fn proxies() -> Proxies {
    let clock = Arc::new(ManualClock::new(Timestamp::from_secs(1_800_000_000)));
    let authorities = Arc::new(Authorities::read(None, clock).unwrap());
    Proxies {
        trusted: ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap()).to_vec(),
        certificates: Some((HEADER, authorities)),
    }
}

/// A request that came from `from` with these headers.
fn request(from: &str, headers: &[(&str, &str)]) -> Request {
    let peer = Peer { address: from.parse().unwrap(), certificate: None };
    let mut request = Request::builder().extension(peer);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

fn sender(from: &str, forwarded: &[&str]) -> String {
    let headers: Vec<_> = forwarded.iter().map(|line| ("x-forwarded-for", *line)).collect();
    let mut request = request(from, &headers);
    proxies().identify(&mut request).unwrap();
    request.extensions().get::<Peer>().unwrap().address.to_string()
}

#[rstest]
#[case(&["198.51.100.7"], "198.51.100.7")]
#[case(&["127.0.0.1, 198.51.100.7"], "198.51.100.7")]
#[case(&["203.0.113.1, 198.51.100.7, 10.2.3.4"], "198.51.100.7")]
#[case(&["203.0.113.1", "198.51.100.7,10.2.3.4", "fd00::1"], "198.51.100.7")]
#[case(&["198.51.100.7:4711"], "198.51.100.7")]
#[case(&["2001:db8::7"], "2001:db8::7")]
#[case(&["[2001:db8::7]"], "2001:db8::7")]
#[case(&["[2001:db8::7]:4711"], "2001:db8::7")]
#[case(&["::ffff:198.51.100.7"], "198.51.100.7")]
#[case(&["10.9.9.9, 10.2.3.4"], "10.9.9.9")]
#[case(&[], PROXY)]
#[case(&[""], PROXY)]
#[case(&["a"], PROXY)]
#[case(&["198.51.100.7, unknown"], PROXY)]
#[case(&["198.51.100.7, fe80::1%eth0"], PROXY)]
#[case(&["198.51.100.7, "], PROXY)]
#[case(&["198.51.100.7", "nonsense, 10.1.1.1"], PROXY)]
#[case(&["nonsense, 198.51.100.7"], "198.51.100.7")]
fn hd_01_of_what_trusted_proxies_tell_the_nearest_stranger_counts(
    #[case] forwarded: &[&str],
    #[case] expected: &str,
) {
    assert_eq!(sender(PROXY, forwarded), expected);
}

#[test]
fn hd_01_of_a_thousand_addresses_the_last_counts() {
    let many = format!("{}198.51.100.7", "127.0.0.1, ".repeat(1000));
    assert_eq!(sender(PROXY, &[&many]), "198.51.100.7");
    assert_eq!(sender(PROXY, &[&"10.0.0.2, ".repeat(1000)]), PROXY);
}

#[test]
fn hd_01_nobody_else_is_believed() {
    for from in ["198.51.100.9", "127.0.0.1", "11.0.0.1", "2001:db8::9"] {
        assert_eq!(sender(from, &["203.0.113.1"]), from);
    }
    let mut without = request(PROXY, &[("x-forwarded-for", "203.0.113.1")]);
    Proxies::default().identify(&mut without).unwrap();
    assert_eq!(without.extensions().get::<Peer>().unwrap().address.to_string(), PROXY);
}

/// What is seen of the certificate in these headers.
fn certificate(from: &str, values: &[&str]) -> Result<Option<String>, Unclear> {
    let headers: Vec<_> = values.iter().map(|value| ("client-cert", *value)).collect();
    let mut request = request(from, &headers);
    let identified = proxies().identify(&mut request);
    assert!(!request.headers().contains_key(HEADER), "it goes no further");
    let peer = request.extensions().get::<Peer>().unwrap();
    identified.map(|()| peer.certificate.as_ref().map(|it| it.thumbprint().to_owned()))
}

/// The ways in which proxies write a certificate.
fn spellings(pair: &Pair) -> [String; 4] {
    let (pem, der) = (pair.pem(), BASE64.encode(pair.der()));
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-');
    const KEPT_BY_SOME: AsciiSet = KEPT.remove(b'+').remove(b'/').remove(b'=');
    let [escaped, loosely] = [&KEPT, &KEPT_BY_SOME].map(|kept| utf8_percent_encode(&pem, kept).to_string());
    [escaped, loosely, format!(":{der}:"), der]
}

#[test]
fn a_trusted_proxy_passes_a_certificate_on() {
    let pair = Pair::named("app.test");
    let thumbprint = ClientCertificate::read(&pair.der(), false).unwrap().thumbprint().to_owned();
    for text in spellings(&pair) {
        assert_eq!(certificate(PROXY, &[&text]), Ok(Some(thumbprint.clone())), "{text}");
        assert_eq!(certificate("198.51.100.9", &[&text]), Ok(None), "nobody else does");
        assert_eq!(certificate(PROXY, &[&text, &text]), Err(Unclear));
        assert_eq!(certificate(PROXY, &[&text, ""]), Err(Unclear));
        assert_eq!(certificate(PROXY, &[&text[..text.len() / 2]]), Err(Unclear));
        assert_eq!(certificate(PROXY, &[&format!("{text},{text}")]), Err(Unclear));
    }
    assert_eq!(certificate(PROXY, &[]), Ok(None));
    assert_eq!(certificate(PROXY, &[""]), Ok(None));
    for text in ["-----BEGIN", "AAAA", "::", "none", "(null)", "\u{e9}"] {
        assert_eq!(certificate(PROXY, &[text]), Err(Unclear), "{text}");
    }
}

#[test]
fn the_certificate_of_a_proxy_is_not_the_clients() {
    let own = ClientCertificate::read(&Pair::named("proxy.test").der(), true).unwrap();
    for (from, kept) in [(PROXY, false), ("198.51.100.9", true)] {
        let mut request = request(from, &[]);
        let peer = Peer { address: from.parse().unwrap(), certificate: Some(Arc::new(own.clone())) };
        request.extensions_mut().insert(peer);
        proxies().identify(&mut request).unwrap();
        assert_eq!(request.extensions().get::<Peer>().unwrap().certificate.is_some(), kept, "{from}");
    }
}
