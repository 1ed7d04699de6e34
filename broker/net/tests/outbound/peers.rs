//! One peer's trouble stays its own: bulkheads and circuits, as the client's callers see them.

use std::{net::Ipv4Addr, time::Duration};

use doorward_net::{EgressPolicy, GuardedClient, Limits, NetError, Outbound, Refusal};
use futures_util::future::join_all;
use rstest::rstest;
use tokio::{io::AsyncWriteExt, time::sleep};

use crate::support::{
    Names, SMALL, Server, client_allowing, development_client, failure, fetch, get, http, read_head,
};

#[rstest]
#[case::server_error(http("503 Service Unavailable", "", ""), true)]
#[case::not_http("what?\r\n".to_owned(), true)]
#[case::client_error(http("401 Unauthorized", "", ""), false)]
#[case::redirect(http("302 Found", "", ""), false)]
#[case::encoded(http("200 OK", "Content-Encoding: gzip\r\n", "x"), false)]
#[case::too_large(http("200 OK", "", &"x".repeat(1001)), false)]
#[tokio::test]
async fn r_05_five_failures_in_a_row_open_the_circuit(#[case] answer: String, #[case] opens: bool) {
    let server = Server::answering(answer).await;
    let client = development_client();
    for _ in 0..5 {
        let outcome = fetch(&client, &server.url()).await;
        assert!(!matches!(outcome, Err(NetError::CircuitOpen { .. })), "{outcome:?}");
    }
    let connections = server.connections();
    let outcome = fetch(&client, &server.url()).await;
    assert_eq!(matches!(outcome, Err(NetError::CircuitOpen { .. })), opens, "{outcome:?}");
    if opens {
        assert_eq!(server.connections(), connections, "an open circuit leaves the peer alone");
        let other = client.send("another peer", get(&server.url()), Limits::DOCUMENT).await;
        assert!(!matches!(other, Err(NetError::CircuitOpen { .. })), "{other:?}");
    }
}

#[tokio::test]
async fn our_own_refusals_do_not_open_the_circuit() {
    let by_url = GuardedClient::new(EgressPolicy::default()).unwrap();
    let by_address = client_allowing("10.0.0.0/8", 443, Names::answering(&[&["127.0.0.1"]]));
    for _ in 0..8 {
        assert_eq!(failure(&by_url, "https://127.0.0.1/").await, NetError::Refused(Refusal::Address));
        assert_eq!(failure(&by_address, "https://idp.example/").await, NetError::Refused(Refusal::Address));
    }
}

#[tokio::test]
async fn r_05_a_dead_peer_holds_eight_exchanges_and_nobody_else() {
    let dead = Server::start(Ipv4Addr::LOCALHOST, |mut stream| async move {
        read_head(&mut stream).await?;
        sleep(Duration::from_secs(60)).await;
        stream.write_all(b"too late").await
    })
    .await;
    let healthy = Server::answering(http("200 OK", "", "hello")).await;
    let client = development_client();
    let (dead_url, healthy_url) = (dead.url(), healthy.url());
    let send = |peer, url, milliseconds| {
        let limits = Limits { total: Duration::from_millis(milliseconds), ..SMALL };
        client.send(peer, get(url), limits)
    };
    let (held, queued, served) = tokio::join!(
        join_all((0..8).map(|_| send("dead", &dead_url, 600))),
        join_all((0..22).map(|_| send("dead", &dead_url, 150))),
        join_all((0..30).map(|_| send("healthy", &healthy_url, 500))),
    );
    assert!(held.iter().all(|outcome| matches!(outcome, Err(NetError::TimedOut))), "{held:?}");
    assert!(queued.iter().all(|outcome| matches!(outcome, Err(NetError::Busy))), "{queued:?}");
    assert!(served.iter().all(Result::is_ok), "{served:?}");
    assert_eq!(dead.connections(), 8);
}
