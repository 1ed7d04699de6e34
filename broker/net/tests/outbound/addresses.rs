//! Where the client goes, and where it does not.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use doorward_net::{EgressPolicy, GuardedClient, NetError, Outbound, Refusal};
use rstest::rstest;
use tokio::{
    io::AsyncReadExt,
    net::TcpListener,
    sync::mpsc,
    time::{Instant, sleep, timeout},
};
use url::Url;

use crate::support::{Names, SMALL, Server, client_allowing, development_client, failure, fetch, get, http};

const REFUSED_ADDRESS: NetError = NetError::Refused(Refusal::Address);

/// A canary: any connection to it is a failure.
async fn canary(address: Ipv4Addr) -> Server {
    Server::start(address, |_| async { Ok(()) }).await
}

#[rstest]
#[case::http("http://idp.example/", Refusal::Scheme)]
#[case::file("file:///etc/passwd", Refusal::Scheme)]
#[case::gopher("gopher://idp.example/", Refusal::Scheme)]
#[case::ftp("ftp://idp.example/", Refusal::Scheme)]
#[case::data("data:text/plain,x", Refusal::Scheme)]
#[case::unix("unix:/run/docker.sock", Refusal::Scheme)]
#[case::user_and_password("https://u:p@idp.example/", Refusal::Userinfo)]
#[case::user("https://u@idp.example/", Refusal::Userinfo)]
#[case::ssh("https://idp.example:22/", Refusal::Port)]
#[case::smtp("https://idp.example:25/", Refusal::Port)]
#[case::redis("https://idp.example:6379/", Refusal::Port)]
#[case::postgres("https://idp.example:5432/", Refusal::Port)]
#[case::http_port("https://idp.example:80/", Refusal::Port)]
#[case::port_zero("https://idp.example:0/", Refusal::Port)]
#[case::loopback("https://127.0.0.1/", Refusal::Address)]
#[case::loopback_hexadecimal("https://0x7f.1/", Refusal::Address)]
#[case::loopback_octal("https://0177.0.0.1/", Refusal::Address)]
#[case::loopback_decimal("https://2130706433/", Refusal::Address)]
#[case::loopback_short("https://127.1/", Refusal::Address)]
#[case::loopback_dotted("https://127.0.0.1./", Refusal::Address)]
#[case::unspecified("https://0/", Refusal::Address)]
#[case::metadata("https://169.254.169.254/", Refusal::Address)]
#[case::private("https://10.0.0.1/", Refusal::Address)]
#[case::loopback_v6("https://[::1]/", Refusal::Address)]
#[case::mapped("https://[::ffff:127.0.0.1]/", Refusal::Address)]
#[case::mapped_private("https://[::ffff:10.0.0.1]/", Refusal::Address)]
#[case::compatible("https://[::127.0.0.1]/", Refusal::Address)]
#[case::nat64("https://[64:ff9b::7f00:1]/", Refusal::Address)]
#[case::sixtofour("https://[2002:7f00:1::]/", Refusal::Address)]
fn ss_04_a_url_is_refused_before_anything_is_resolved(#[case] url: &str, #[case] refusal: Refusal) {
    assert_eq!(EgressPolicy::default().check(&Url::parse(url).unwrap()), Err(refusal));
}

#[rstest]
#[case("https://idp.example/")]
#[case("https://idp.example:443/tenant/v2.0")]
#[case("https://8.8.8.8/")]
#[case("https://[2606:4700:4700::1111]/")]
fn a_public_https_url_is_allowed(#[case] url: &str) {
    assert_eq!(EgressPolicy::default().check(&Url::parse(url).unwrap()), Ok(()));
}

#[rstest]
#[case("http://localhost:8081/", Ok(()))]
#[case("https://localhost:8443/", Ok(()))]
#[case("http://127.0.0.1:8081/", Ok(()))]
#[case("http://127.9.9.9/", Ok(()))]
#[case("http://[::1]:8081/", Ok(()))]
#[case("http://u:p@localhost:8081/", Err(Refusal::Userinfo))]
#[case("ftp://localhost/", Err(Refusal::Scheme))]
#[case("http://idp.example/", Err(Refusal::Scheme))]
#[case("http://idp.localhost:8081/", Err(Refusal::Scheme))]
#[case("http://localhost.idp.example/", Err(Refusal::Scheme))]
#[case("http://10.0.0.1/", Err(Refusal::Scheme))]
#[case("https://10.0.0.1/", Err(Refusal::Address))]
#[case("https://idp.example:8443/", Err(Refusal::Port))]
#[case("https://[::ffff:127.0.0.1]/", Err(Refusal::Address))]
fn development_adds_loopback_and_nothing_else(#[case] url: &str, #[case] verdict: Result<(), Refusal>) {
    assert_eq!(EgressPolicy::loopback_for_development().check(&Url::parse(url).unwrap()), verdict);
}

#[test]
fn an_allowed_network_still_needs_https_and_a_listed_port() {
    let policy = EgressPolicy {
        ports: vec![443, 8443],
        allowed_networks: vec!["10.1.0.0/16".parse().unwrap(), "fd00:1::/32".parse().unwrap()],
        ..EgressPolicy::default()
    };
    let check = |url: &str| policy.check(&Url::parse(url).unwrap());
    assert_eq!(check("https://10.1.2.3:8443/"), Ok(()));
    assert_eq!(check("https://[fd00:1::5]/"), Ok(()));
    assert_eq!(check("https://10.2.0.1/"), Err(Refusal::Address));
    assert_eq!(check("https://[::ffff:10.1.2.3]/"), Err(Refusal::Address));
    assert_eq!(check("https://10.1.2.3:22/"), Err(Refusal::Port));
    assert_eq!(check("http://10.1.2.3/"), Err(Refusal::Scheme));
}

#[tokio::test]
async fn ss_04_the_client_checks_the_url_that_it_sends_to() {
    let canary = canary(Ipv4Addr::LOCALHOST).await;
    let client =
        GuardedClient::new(EgressPolicy { ports: vec![canary.port], ..EgressPolicy::default() }).unwrap();
    for host in ["127.0.0.1", "0x7f.1", "2130706433", "127.1", "[::ffff:127.0.0.1]", "localhost", "LOCALHOST"]
    {
        let url = format!("https://{host}:{}/", canary.port);
        assert_eq!(failure(&client, &url).await, REFUSED_ADDRESS, "{url}");
    }
    let with_user = format!("https://u:p@localhost:{}/", canary.port);
    assert_eq!(failure(&client, &with_user).await, NetError::Refused(Refusal::Userinfo));
    assert_eq!(failure(&client, "/relative").await, NetError::Refused(Refusal::Url));
    assert_eq!(canary.connections(), 0);
}

#[rstest]
#[case::private(&["127.0.0.1"])]
#[case::public_and_private(&["8.8.8.8", "127.0.0.1"])]
#[case::private_and_public(&["127.0.0.1", "8.8.8.8"])]
#[case::private_v6_beside_public_v4(&["8.8.8.8", "::1"])]
#[case::mapped(&["::ffff:127.0.0.1"])]
#[tokio::test]
async fn ss_02_one_address_that_is_not_allowed_spoils_the_whole_answer(#[case] answer: &[&str]) {
    let canary = canary(Ipv4Addr::LOCALHOST).await;
    let client = client_allowing("10.0.0.0/8", canary.port, Names::answering(&[answer]));
    let url = format!("https://idp.example:{}/", canary.port);
    assert_eq!(failure(&client, &url).await, REFUSED_ADDRESS);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn ss_02_a_name_that_changes_its_answer_reaches_nothing_new() {
    // 127.0.0.1 stands for the public address, 127.0.0.2 for the internal one, on the same port.
    let public = canary(Ipv4Addr::LOCALHOST).await;
    let internal = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), public.port)).await.unwrap();
    let internal = Server::on(internal, |_| async { Ok(()) });
    let url = format!("https://idp.example:{}/", public.port);
    let answers: [&[&str]; 2] = [&["127.0.0.1"], &["127.0.0.2"]];
    let names = Names::answering(&answers.repeat(200));
    let client = client_allowing("127.0.0.1/32", public.port, Arc::clone(&names));
    for attempt in 0..200 {
        // The canary speaks no TLS; a peer for each attempt keeps circuits out of the way.
        let peer = format!("attempt {attempt}");
        let first = client.send(&peer, get(&url), SMALL).await.unwrap_err();
        let second = client.send(&peer, get(&url), SMALL).await.unwrap_err();
        assert_eq!((first, second), (NetError::Unreachable, REFUSED_ADDRESS));
    }
    assert_eq!(names.asked(), 400, "each connection is resolved once");
    assert_eq!((public.connections(), internal.connections()), (200, 0));
}

#[tokio::test]
async fn ss_02_tls_asks_for_the_name_and_not_for_the_address() {
    let (hello, mut hellos) = mpsc::unbounded_channel();
    let server = Server::start(Ipv4Addr::LOCALHOST, move |mut stream| {
        let hello = hello.clone();
        async move {
            let mut bytes = vec![0; 4096];
            let length = stream.read(&mut bytes).await?;
            bytes.truncate(length);
            hello.send(bytes).map_err(std::io::Error::other)
        }
    })
    .await;
    let client = client_allowing("127.0.0.1/32", server.port, Names::answering(&[&["127.0.0.1"]]));
    let url = format!("https://idp.example:{}/", server.port);
    assert_eq!(failure(&client, &url).await, NetError::Unreachable);
    let hello = timeout(SMALL.total, hellos.recv()).await.unwrap().unwrap();
    assert!(hello.windows(11).any(|window| window == b"idp.example"), "no server name in the client hello");
}

#[tokio::test]
async fn development_reaches_localhost_over_plain_http() {
    let server = Server::answering(http("200 OK", "", "hello")).await;
    let response = fetch(&development_client(), &server.url()).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_slice()), (200, b"hello".as_slice()));
}

#[tokio::test]
async fn development_does_not_follow_localhost_elsewhere() {
    let client = GuardedClient::with_resolver(
        EgressPolicy::loopback_for_development(),
        Names::answering(&[&["8.8.8.8"]]),
    );
    assert_eq!(failure(&client.unwrap(), "http://localhost:1/").await, REFUSED_ADDRESS);
}

#[tokio::test]
async fn a_name_without_addresses_is_unreachable() {
    let client = client_allowing("10.0.0.0/8", 443, Names::answering(&[&[]]));
    assert_eq!(failure(&client, "https://idp.example/").await, NetError::Unreachable);
}

#[tokio::test]
async fn ss_07_a_stalled_tls_handshake_ends_with_the_connect_limit() {
    let server = Server::start(Ipv4Addr::LOCALHOST, |stream| async move {
        sleep(Duration::from_secs(60)).await;
        drop(stream);
        Ok(())
    })
    .await;
    let policy = EgressPolicy {
        ports: vec![server.port],
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
        connect: Duration::from_millis(200),
        ..EgressPolicy::default()
    };
    let client = GuardedClient::with_resolver(policy, Names::answering(&[&["127.0.0.1"]])).unwrap();
    let started = Instant::now();
    let url = format!("https://idp.example:{}/", server.port);
    assert_eq!(failure(&client, &url).await, NetError::TimedOut);
    assert!(started.elapsed() < SMALL.total / 2, "took {:?}", started.elapsed());
    assert_eq!(server.connections(), 1);
}
