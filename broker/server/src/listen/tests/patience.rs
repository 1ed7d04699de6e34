//! How long a client may take (DS-04).

use tokio::time::{Instant, sleep};

use super::*;

const SHORT: Duration = Duration::from_millis(300);

/// Asserts that a connection ends, and not before its time has come.
async fn assert_cut(visitor: &mut Visitor, since: Instant) {
    let told = visitor.rest().await;
    assert!(since.elapsed() >= SHORT, "after {:?}: {told}", since.elapsed());
    assert_eq!(told, "");
}

#[tokio::test]
async fn ds_04_a_head_has_a_limited_time_however_busy_it_looks() {
    let open = Open::with(Limits { head: SHORT, ..patient() }).await;
    let mut slow = open.visitor().await;
    let began = Instant::now();
    assert!(slow.send("GET /hello HTTP/1.1\r\nHost: id.test\r\n").await);
    while began.elapsed() < SOON && slow.send("x: y\r\n").await {
        sleep(SHORT / 10).await;
    }
    assert!((SHORT..SOON).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn ds_04_a_body_has_a_limited_time() {
    let open = Open::with(Limits { body: SHORT, ..patient() }).await;
    let mut slow = open.visitor().await;
    let began = Instant::now();
    slow.send("POST /echo HTTP/1.1\r\nHost: id.test\r\nContent-Length: 10\r\n\r\n12345").await;
    assert_cut(&mut slow, began).await;
    let mut quick = open.visitor().await;
    let answer = quick.ask("POST /echo HTTP/1.1\r\nHost: id.test\r\nContent-Length: 5\r\n\r\n12345").await;
    assert!(answer.ends_with("\r\n\r\n12345"), "{answer}");
    sleep(SHORT * 3).await;
    assert!(!quick.is_cut(), "a body that has arrived is not late");
}

#[tokio::test]
async fn ds_04_who_says_nothing_leaves() {
    let open = Open::with(Limits { head: SHORT, idle: SHORT, ..patient() }).await;
    let began = Instant::now();
    let (mut silent, mut spoke) = (open.visitor().await, open.visitor().await);
    assert!(spoke.ask(&get_of("/hello")).await.ends_with("hello"));
    let answered = Instant::now();
    assert_cut(&mut silent, began).await;
    assert!(spoke.rest().await.is_empty() && answered.elapsed() >= SHORT);
}

#[tokio::test]
async fn ds_04_who_goes_on_stays() {
    let open = Open::with(Limits { head: SHORT, idle: SHORT * 4, ..patient() }).await;
    let mut visitor = open.visitor().await;
    for _ in 0..10 {
        assert!(visitor.ask(&get_of("/hello")).await.ends_with("hello"));
        sleep(SHORT / 2).await;
    }
}

#[tokio::test]
async fn ds_04_an_answer_has_a_limited_time() {
    let open = Open::with(Limits { head: SHORT, answer: SHORT, ..patient() }).await;
    let mut visitor = open.visitor().await;
    let began = Instant::now();
    visitor.send(&get_of("/never")).await;
    assert_cut(&mut visitor, began).await;
}

#[tokio::test]
async fn ds_04_who_reads_nothing_leaves_and_who_reads_slowly_stays() {
    let open = Open::with(Limits { head: SHORT, idle: SHORT, ..patient() }).await;
    let (mut deaf, mut slow) = (open.visitor().await, open.visitor().await);
    deaf.send(&get_of("/large")).await;
    slow.send(&get_of("/large")).await;
    let (mut part, mut read) = (vec![0; LARGE / 20], 0);
    while read < LARGE {
        sleep(SHORT / 6).await;
        match timeout(SOON, slow.0.read(&mut part)).await.unwrap().unwrap() {
            0 => panic!("cut after {read} bytes"),
            more => read += more,
        }
    }
    assert!(deaf.rest().await.len() < LARGE);
}
