//! What a request looks like on the wire (HD-02).

use rstest::rstest;

use super::*;

#[tokio::test]
async fn requests_may_follow_each_other_at_once() {
    let open = Open::with(patient()).await;
    let mut visitor = open.visitor().await;
    let last = "GET /hello HTTP/1.1\r\nHost: id.test\r\nConnection: close\r\n\r\n";
    assert!(visitor.send(&[get_of("/hello"), get_of("/peer"), last.to_owned()].concat()).await);
    let answers = visitor.rest().await;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
    assert!(answers.contains("\r\n\r\n127.0.0.1"), "{answers}");
}

#[rstest]
#[case("GET /hello HTTP/1.1\r\nHost: id.test\r\nX: a\r\n b\r\n\r\n")] // obs-fold
#[case("GET /hello HTTP/1.1\r\nHost: id.test\r\nX : a\r\n\r\n")]
#[case("GET /hello HTTP/1.1\r\nHost: id.test\r\nX\r\n\r\n")]
#[case("GET /hello HTTP/1.1\r\nHost: id.test\r\nX: a\0b\r\n\r\n")]
#[case("GET /hello HTTP/1.1\r\nHost: id.test\r\nX: a\rY: b\r\n\r\n")]
#[case("GET  /hello HTTP/1.1\r\nHost: id.test\r\n\r\n")]
#[case("GET /hello HTTP/2.0\r\nHost: id.test\r\n\r\n")]
#[case("GET /hello\r\n\r\n")]
#[case("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
#[case("POST /echo HTTP/1.1\r\nHost: id.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
#[case("POST /echo HTTP/1.1\r\nHost: id.test\r\nContent-Length: +1\r\n\r\na")]
#[case("POST /echo HTTP/1.1\r\nHost: id.test\r\nContent-Length: 1, 2\r\n\r\nab")]
#[case("POST /echo HTTP/1.1\r\nHost: id.test\r\nTransfer-Encoding: x, chunked, y\r\n\r\n0\r\n\r\n")]
#[tokio::test]
async fn hd_02_what_can_be_read_in_two_ways_is_not_read(#[case] request: &str) {
    let open = Open::with(patient()).await;
    let mut visitor = open.visitor().await;
    visitor.send(request).await;
    let answer = visitor.rest().await;
    assert!(answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1").count(), usize::from(!answer.is_empty()), "{answer}");
}

/// RFC 9112 section 6.3: chunks count, and nothing on the connection does after them.
#[tokio::test]
async fn hd_02_what_follows_on_two_lengths_is_no_request() {
    let open = Open::with(patient()).await;
    let mut visitor = open.visitor().await;
    let two = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    visitor.send(&format!("POST /echo HTTP/1.1\r\nHost: id.test\r\n{two}{}", get_of("/hello"))).await;
    let answers = visitor.rest().await;
    assert_eq!(answers.matches("HTTP/1.1").count(), 1, "{answers}");
    assert!(answers.contains("connection: close"), "{answers}");
}

#[tokio::test]
async fn a_head_has_a_limited_size() {
    let open = Open::with(patient()).await;
    for (header, repeated) in [(format!("X: {}\r\n", "a".repeat(40_000)), 1), ("X: y\r\n".to_owned(), 101)] {
        let request = format!("GET /hello HTTP/1.1\r\nHost: id.test\r\n{}\r\n", header.repeat(repeated));
        let mut visitor = open.visitor().await;
        visitor.send(&request).await;
        let answer = visitor.rest().await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
}
