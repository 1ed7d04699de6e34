//! The end: what is under way is finished, and nothing else begins.

use super::*;

#[tokio::test]
async fn an_answer_under_way_is_finished_and_is_the_last() {
    let gate = Gate::new();
    let open = Open::to(patient(), gate.house()).await;
    let (mut asks, mut rests, mut silent) =
        (open.visitor().await, open.visitor().await, open.visitor().await);
    assert!(rests.ask(&get_of("/hello")).await.ends_with("hello"));
    asks.send(&get_of("/wait")).await;
    gate.entered(1).await;
    open.stop.send(()).unwrap();
    for visitor in [&mut rests, &mut silent] {
        assert_eq!(visitor.rest().await, "");
    }
    assert!(TcpStream::connect(open.address).await.is_err(), "nobody else comes in");
    gate.open(1);
    let last = asks.rest().await;
    assert!(last.ends_with("opened") && last.contains("connection: close"), "{last}");
    timeout(SOON, open.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn who_does_not_end_in_time_is_cut() {
    let gate = Gate::new();
    let open = Open::to(Limits { stop: Duration::from_millis(200), ..patient() }, gate.house()).await;
    let mut visitor = open.visitor().await;
    visitor.send(&get_of("/wait")).await;
    gate.entered(1).await;
    open.stop.send(()).unwrap();
    timeout(SOON, open.serving).await.unwrap().unwrap();
    assert_eq!(visitor.rest().await, "");
}
