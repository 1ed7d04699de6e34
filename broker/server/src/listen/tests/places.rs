//! More people than there are places (DS-04).

use super::*;

const PLACES: usize = 16;

fn few() -> Limits {
    Limits { connections: places(PLACES), grace: Duration::from_millis(20), ..patient() }
}

#[tokio::test]
async fn ds_04_good_traffic_goes_on_when_all_places_are_taken() {
    let open = Open::with(few()).await;
    let mut regular = open.visitor().await;
    let mut crowd = Vec::new();
    for n in 0..PLACES * 20 {
        let mut slow = open.visitor().await;
        match n % 3 {
            0 => {}
            1 => drop(slow.send("GET /hello HTTP/1.1\r\nHost: ").await),
            _ => drop(slow.send("POST /echo HTTP/1.1\r\nHost: id.test\r\nContent-Length: 9\r\n\r\n").await),
        }
        crowd.push(slow);
        assert!(regular.ask(&get_of("/hello")).await.ends_with("hello"), "who is known is served");
        assert!(open.visitor().await.ask(&get_of("/hello")).await.ends_with("hello"), "and who comes");
    }
    let kept = crowd.iter().filter(|slow| !slow.is_cut()).count();
    assert!(kept <= PLACES, "{kept} of the crowd are still there");
}

#[tokio::test]
async fn ds_04_who_is_being_answered_does_not_have_to_leave() {
    let gate = Gate::new();
    let open = Open::to(few(), gate.house()).await;
    let mut patient = Vec::new();
    for _ in 0..PLACES - 1 {
        let mut visitor = open.visitor().await;
        visitor.send(&get_of("/wait")).await;
        patient.push(visitor);
    }
    gate.entered(PLACES as u32 - 1).await;
    for _ in 0..PLACES * 10 {
        assert!(open.visitor().await.ask(&get_of("/hello")).await.ends_with("hello"));
    }
    gate.open(PLACES);
    for mut visitor in patient {
        assert!(visitor.answer().await.ends_with("opened"));
    }
}

#[tokio::test]
async fn ds_04_who_has_just_come_does_not_have_to_leave() {
    let open = Open::with(Limits { grace: NEVER, ..few() }).await;
    let mut first = Vec::new();
    for _ in 0..PLACES {
        first.push(open.visitor().await);
    }
    let mut late = open.visitor().await;
    late.send(&get_of("/hello")).await;
    for visitor in &mut first {
        assert!(visitor.ask(&get_of("/hello")).await.ends_with("hello"));
    }
    drop(first);
    assert!(late.answer().await.ends_with("hello"));
}

#[tokio::test]
async fn when_everybody_is_being_answered_others_wait_at_the_door() {
    let gate = Gate::new();
    let open = Open::to(few(), gate.house()).await;
    let mut visitors = Vec::new();
    for _ in 0..PLACES * 3 {
        let mut visitor = open.visitor().await;
        visitor.send(&get_of("/wait")).await;
        visitors.push(visitor);
    }
    gate.entered(PLACES as u32).await;
    gate.open(PLACES * 3);
    for mut visitor in visitors {
        assert!(visitor.answer().await.ends_with("opened"));
    }
}
