//! What the client sends, and which answers it takes.

use std::{net::Ipv4Addr, time::Duration};

use doorward_net::{Limits, NetError, Outbound, Redirects};
use rstest::rstest;
use tokio::{
    io::AsyncWriteExt,
    sync::mpsc,
    time::{Instant, sleep},
};

use crate::support::{HASTY, SMALL, Server, development_client, failure, fetch, get, http, read_head};

#[rstest]
#[case::moved("301 Moved Permanently")]
#[case::found("302 Found")]
#[case::see_other("303 See Other")]
#[case::temporary("307 Temporary Redirect")]
#[case::permanent("308 Permanent Redirect")]
#[tokio::test]
async fn ss_03_a_redirect_is_an_error_and_is_not_followed(#[case] status: &str) {
    let target = Server::answering(http("200 OK", "", "secret")).await;
    let location = format!("Location: {}\r\n", target.url());
    let server = Server::answering(http(status, &location, "")).await;
    assert_eq!(failure(&development_client(), &server.url()).await, NetError::Redirected);
    assert_eq!((server.connections(), target.connections()), (1, 0));
    let seen = development_client().send("idp", get(&server.url()), Limits::PAGE).await.unwrap();
    assert_eq!(seen.headers()["location"], target.url(), "who wants to see it is told where it leads");
    assert_eq!(target.connections(), 0, "and it is not followed either");
}

#[rstest]
#[case::gzip("gzip")]
#[case::brotli("br")]
#[case::zstd("zstd")]
#[case::deflate("deflate")]
#[case::twice("identity, gzip")]
#[case::unknown("x")]
#[tokio::test]
async fn ss_08_an_encoded_body_is_refused(#[case] encoding: &str) {
    let server =
        Server::answering(http("200 OK", &format!("Content-Encoding: {encoding}\r\n"), "bomb")).await;
    assert_eq!(failure(&development_client(), &server.url()).await, NetError::Encoded);
}

#[tokio::test]
async fn ss_08_plain_bodies_are_asked_for_whatever_the_caller_wrote() {
    let (seen, mut heads) = mpsc::unbounded_channel();
    let server = Server::start(Ipv4Addr::LOCALHOST, move |mut stream| {
        let seen = seen.clone();
        async move {
            seen.send(read_head(&mut stream).await?).map_err(std::io::Error::other)?;
            stream.write_all(http("200 OK", "Content-Encoding: identity\r\n", "plain").as_bytes()).await
        }
    })
    .await;
    let request = http::Request::post(format!("{}token?x=1", server.url()))
        .header("accept-encoding", "gzip")
        .header("authorization", "Basic abc")
        .body(b"grant_type=x".to_vec())
        .unwrap();
    let response = development_client().send("peer", request, SMALL).await.unwrap();
    assert_eq!(response.body(), b"plain");
    let head = heads.recv().await.unwrap().to_ascii_lowercase();
    assert!(head.starts_with("post /token?x=1 http/1.1\r\n"), "{head}");
    assert_eq!(head.matches("accept-encoding").count(), 1, "{head}");
    for line in
        ["accept-encoding: identity", "authorization: basic abc", "content-length: 12", "host: localhost:"]
    {
        assert!(head.contains(line), "{line} missing in {head}");
    }
}

/// What a hostile server does after it has read the request.
#[derive(Clone, Copy, Debug)]
enum Misbehaviour {
    Silence,
    DripHead,
    DripBody,
    EndlessChunks,
    EndlessWithoutLength,
    AnnounceAGigabyte,
    EndlessHeaders,
    EndlessInterim,
    BreakOff,
    NotHttp,
}

async fn misbehaving(misbehaviour: Misbehaviour) -> Server {
    Server::start(Ipv4Addr::LOCALHOST, move |mut stream| async move {
        read_head(&mut stream).await?;
        let (start, endless, pause): (&str, &str, u64) = match misbehaviour {
            Misbehaviour::Silence => ("", "", 60_000),
            Misbehaviour::DripHead => ("HTTP/1.1 200 OK\r\nX: ", "x", 20),
            Misbehaviour::DripBody => ("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", "x", 20),
            Misbehaviour::EndlessChunks => {
                ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "8\r\nxxxxxxxx\r\n", 0)
            }
            Misbehaviour::EndlessWithoutLength => ("HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxx", 0),
            Misbehaviour::AnnounceAGigabyte => {
                ("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", "", 60_000)
            }
            Misbehaviour::EndlessHeaders => ("HTTP/1.1 200 OK\r\n", "X: xxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", 0),
            Misbehaviour::EndlessInterim => ("", "HTTP/1.1 100 Continue\r\n\r\n", 0),
            Misbehaviour::BreakOff => {
                return stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf").await;
            }
            Misbehaviour::NotHttp => return stream.write_all(b"220 mail.example ESMTP\r\n").await,
        };
        stream.write_all(start.as_bytes()).await?;
        loop {
            stream.write_all(endless.as_bytes()).await?;
            if pause > 0 {
                sleep(Duration::from_millis(pause)).await;
            }
        }
    })
    .await
}

#[rstest]
#[case(Misbehaviour::Silence)]
#[case(Misbehaviour::DripHead)]
#[case(Misbehaviour::DripBody)]
#[case(Misbehaviour::EndlessInterim)]
#[tokio::test]
async fn ss_07_a_slow_answer_ends_with_the_time_limit(#[case] misbehaviour: Misbehaviour) {
    let server = misbehaving(misbehaviour).await;
    let started = Instant::now();
    let outcome = development_client().send("peer", get(&server.url()), HASTY).await;
    assert_eq!(outcome.unwrap_err(), NetError::TimedOut);
    assert!((HASTY.total..HASTY.total * 4).contains(&started.elapsed()), "took {:?}", started.elapsed());
}

#[rstest]
#[case(Misbehaviour::EndlessChunks, NetError::TooLarge)]
#[case(Misbehaviour::EndlessWithoutLength, NetError::TooLarge)]
#[case(Misbehaviour::AnnounceAGigabyte, NetError::TooLarge)]
#[case(Misbehaviour::EndlessHeaders, NetError::Unreachable)]
#[case(Misbehaviour::BreakOff, NetError::Unreachable)]
#[case(Misbehaviour::NotHttp, NetError::Unreachable)]
#[tokio::test]
async fn ss_07_an_endless_or_broken_answer_ends_at_once(
    #[case] misbehaviour: Misbehaviour,
    #[case] error: NetError,
) {
    let server = misbehaving(misbehaviour).await;
    assert_eq!(failure(&development_client(), &server.url()).await, error);
}

#[test]
fn ss_07_the_limits_are_those_of_the_profile() {
    let told = |limits: Limits| (limits.max_body, limits.total.as_secs(), limits.redirects);
    assert_eq!(told(Limits::DOCUMENT), (262_144, 5, Redirects::Refused));
    assert_eq!(told(Limits::KEYS), (1_048_576, 5, Redirects::Refused));
    assert_eq!(told(Limits::PAGE), (262_144, 5, Redirects::Seen));
    assert_eq!(doorward_net::EgressPolicy::default().connect, Duration::from_secs(3));
}

#[rstest]
#[case::announced(http("200 OK", "", &"x".repeat(1000)), http("200 OK", "", &"x".repeat(1001)))]
#[case::chunked(chunked(1000), chunked(1001))]
#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit_and_not_a_byte_larger(
    #[case] fits: String,
    #[case] exceeds: String,
) {
    let client = development_client();
    let fits = fetch(&client, &Server::answering(fits).await.url()).await.unwrap();
    assert_eq!(fits.body().len(), SMALL.max_body);
    let exceeds = Server::answering(exceeds).await;
    assert_eq!(failure(&client, &exceeds.url()).await, NetError::TooLarge);
}

fn chunked(length: usize) -> String {
    let chunks: String = (0..length).map(|_| "1\r\nx\r\n").collect();
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_exchange() {
    let server = Server::answering(http("400 Bad Request", "Content-Type: application/json\r\n", "{}")).await;
    let client = development_client();
    for _ in 0..10 {
        let response = fetch(&client, &server.url()).await.unwrap();
        assert_eq!(response.status().as_u16(), 400);
        assert_eq!(response.headers()["content-type"], "application/json");
    }
    assert_eq!(server.connections(), 1);
}
