//! The real client and its double judge answers alike.

use doorward_net::{NetError, Outbound, Response, double::ScriptedOutbound};
use http::StatusCode;
use rstest::rstest;

use crate::support::{SMALL, Server, development_client, failure, fetch, get, http};

#[rstest]
#[case::ok("200 OK", "", 5, Ok(200))]
#[case::bad_request("400 Bad Request", "", 5, Ok(400))]
#[case::server_error("503 Service Unavailable", "", 5, Ok(503))]
#[case::redirect("302 Found", "Location: /elsewhere\r\n", 0, Err(NetError::Redirected))]
#[case::not_modified("304 Not Modified", "", 0, Err(NetError::Redirected))]
#[case::encoded("200 OK", "Content-Encoding: gzip\r\n", 5, Err(NetError::Encoded))]
#[case::at_the_limit("200 OK", "", 1000, Ok(200))]
#[case::over_the_limit("200 OK", "", 1001, Err(NetError::TooLarge))]
#[tokio::test]
async fn an_answer_is_judged_alike(
    #[case] status: &str,
    #[case] header: &str,
    #[case] length: usize,
    #[case] expected: Result<u16, NetError>,
) {
    let body = "x".repeat(length);
    let server = Server::answering(http(status, header, &body)).await;
    let double = ScriptedOutbound::new();
    double.respond(&server.url(), parsed(status, header, &body));
    for outcome in [fetch(&development_client(), &server.url()).await, fetch(&double, &server.url()).await] {
        assert_eq!(outcome.as_ref().map(|response| response.status().as_u16()).map_err(|e| *e), expected);
        assert!(outcome.is_err() || outcome.unwrap().body() == body.as_bytes());
    }
}

fn parsed(status: &str, header: &str, body: &str) -> Response {
    let mut builder = http::Response::builder().status(status[..3].parse::<u16>().unwrap());
    if let Some((name, value)) = header.trim().split_once(": ") {
        builder = builder.header(name, value);
    }
    builder.body(body.into()).unwrap()
}

#[tokio::test]
async fn what_nobody_serves_is_unreachable_for_both() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/");
    assert_eq!(failure(&development_client(), &url).await, NetError::Unreachable);
    assert_eq!(failure(&ScriptedOutbound::new(), &url).await, NetError::Unreachable);
}

#[tokio::test(start_paused = true)]
async fn the_double_counts_fails_and_takes_its_time() {
    let net = ScriptedOutbound::new();
    net.json("https://idp.example/keys", r#"{"keys":[]}"#);
    net.fail("https://idp.example/token", NetError::TimedOut);
    net.status("https://idp.example/userinfo", StatusCode::UNAUTHORIZED);
    net.on("https://idp.example/echo", |request| Ok(Response::new(request.body().clone())));

    let keys = net.send("idp", get("https://idp.example/keys?v=2"), SMALL).await.unwrap();
    assert_eq!(keys.headers()["content-type"], "application/json");
    assert_eq!(failure(&net, "https://idp.example/token").await, NetError::TimedOut);
    assert_eq!(fetch(&net, "https://idp.example/userinfo").await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert!(fetch(&net, "https://idp.example/echo").await.unwrap().body().is_empty());
    assert_eq!(net.count("https://idp.example/keys"), 1);
    assert_eq!(net.requests().len(), 4);
    assert_eq!(net.exchanges()[0].peer, "idp");

    net.set_latency(SMALL.total / 2);
    let (first, second) =
        tokio::join!(fetch(&net, "https://idp.example/keys"), fetch(&net, "https://idp.example/keys"));
    assert!(first.is_ok() && second.is_ok());
    net.set_latency(SMALL.total * 2);
    assert_eq!(failure(&net, "https://idp.example/keys").await, NetError::TimedOut);
}
