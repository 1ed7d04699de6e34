//! Traces are found again, within limits that are each tenant's own, and close by themselves.

mod archive;

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::{ConnectionId, Entropy, ManualClock, TenantId, Timestamp};
use serde_json::json;

use super::*;
use crate::federation::catalogue::Product;
use crate::federation::{FederationError, TokenError};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

struct Still;

impl Entropy for Still {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

fn traces(room: usize) -> (Arc<ManualClock>, Traces) {
    let clock = Arc::new(ManualClock::new(NOW));
    let limits = Limits { memory: room, ..Limits::default() };
    (clock.clone(), Traces::within(limits, clock, &Still))
}

fn tenant(number: u8) -> TenantId {
    TenantId::from_bytes([number; 16])
}

fn connection(number: u8) -> ConnectionId {
    ConnectionId::from_bytes([number; 16])
}

/// A trace of its own for each number.
fn trace(number: u16, of: u8) -> Trace {
    let [high, low] = number.to_be_bytes();
    Trace {
        reference: Reference::new([high, low, 0, 0, 0, 0, 0, 0]),
        attempt: [low; 16],
        tenant: tenant(of),
        connection: Some(connection(of)),
        is_test: false,
        tested: None,
        client: None,
        asked: Vec::new(),
        route: None,
        began: NOW,
        left: Some(NOW),
        sent: None,
        returned: None,
        trail: None,
        ended: None,
        outcome: Outcome::UnderWay,
    }
}

fn failed(error: FederationError) -> Outcome {
    Outcome::Failed(Box::new(Failed::new(Cause::Federation(error), Product::Okta)))
}

fn all(traces: &Traces, of: u8) -> (Vec<Arc<Trace>>, u64) {
    traces.list(tenant(of), Filter::default(), usize::MAX)
}

#[test]
fn a_trace_is_found_by_its_reference_and_lists_have_the_newest_first() {
    let (_, traces) = traces(1 << 20);
    (1..=3).for_each(|number| traces.keep(trace(number, 1)));
    assert_eq!(traces.find(trace(2, 1).reference).unwrap().attempt, [2; 16]);
    assert!(traces.find(trace(4, 1).reference).is_none());
    let listed: Vec<_> = all(&traces, 1).0.iter().map(|it| it.attempt[0]).collect();
    assert_eq!(listed, [3, 2, 1]);
    assert!(all(&traces, 2).0.is_empty());
}

#[test]
fn who_comes_back_takes_the_place_of_who_was_sent() {
    let (_, traces) = traces(1 << 20);
    let sent = Sent { endpoint: "https://idp.test/authorize".into(), parameters: Vec::new() };
    traces.keep(Trace { sent: Some(sent.clone()), ..trace(1, 1) });
    traces.keep(Trace { outcome: failed(FederationError::NoCode), ..trace(1, 1) });
    let (listed, lost) = all(&traces, 1);
    assert_eq!((listed.len(), lost), (1, 0));
    assert!(listed[0].failed().is_some());
    assert_eq!(listed[0].sent, Some(sent));
}

#[test]
fn what_came_to_an_end_stays_when_somebody_comes_back_once_more() {
    let (_, traces) = traces(1 << 20);
    let entered = Outcome::Entered { user: None, came: Came::Known };
    traces.keep(Trace { outcome: entered, ..trace(1, 1) });
    traces.keep(Trace { outcome: failed(FederationError::NoCode), ..trace(1, 1) });
    let (listed, _) = all(&traces, 1);
    assert!(listed[0].failed().is_some() && listed[1].failed().is_none());
    assert!(traces.find(trace(1, 1).reference).unwrap().failed().is_some(), "what its page tells");
}

#[test]
fn who_came_in_makes_room_for_what_went_wrong() {
    let (_, traces) = traces(64 * 1024);
    let came_in = |number| {
        let claims: Vec<_> = (0..40).map(|n| (format!("claim-{n}"), json!(n))).collect();
        let mut trail = traces.open_trail();
        trail.see(&claims.into_iter().collect(), Source::IdToken);
        let outcome = Outcome::Entered { user: None, came: Came::Known };
        Trace { outcome, trail: Some(trail.noted), ..trace(number, 1) }
    };
    traces.keep(Trace { outcome: failed(FederationError::NoCode), ..trace(0, 1) });
    (1..=40).for_each(|number| traces.keep(came_in(number)));
    let (kept, lost) = all(&traces, 1);
    assert_eq!((kept.len(), lost), (41, 0));
    assert!(kept[40].failed().is_some(), "what went wrong stays whole");
    assert!(kept[0].trail.is_some() && kept[39].trail.is_none(), "the details of the oldest went first");
}

#[test]
fn nobodys_flood_pushes_out_what_is_somebody_elses() {
    let one = trace(1, 1).size();
    let (_, traces) = traces(20 * one);
    (1..=5).for_each(|number| traces.keep(trace(number, 1)));
    (100..1100).for_each(|number| traces.keep(trace(number, 2)));
    let (kept, lost) = all(&traces, 1);
    assert_eq!((kept.len(), lost), (5, 0));
    let (kept, lost) = all(&traces, 2);
    assert_eq!((kept.len(), lost), (15, 985));
    assert_eq!(kept[0].reference, trace(1099, 2).reference);
    assert!(traces.find(trace(100, 2).reference).is_none());
    assert!(traces.find(trace(1099, 2).reference).is_some());
}

#[test]
fn an_old_trace_is_forgotten() {
    let (clock, traces) = traces(1 << 20);
    traces.keep(trace(1, 1));
    clock.advance(Limits::default().kept_for + Duration::from_secs(1));
    assert!(traces.find(trace(1, 1).reference).is_none());
    assert_eq!(all(&traces, 1).1, 0, "nothing was lost for want of room");
}

#[test]
fn traces_are_filtered_by_connection_and_outcome() {
    let (clock, traces) = traces(1 << 20);
    traces.keep(trace(1, 1));
    traces.keep(Trace { connection: Some(connection(9)), ..trace(2, 1) });
    traces.keep(Trace { outcome: failed(FederationError::NoCode), ..trace(3, 1) });
    let found = |connection, outcome| {
        let found = traces.list(tenant(1), Filter { connection, outcome }, 10).0;
        found.iter().map(|it| it.attempt[0]).collect::<Vec<_>>()
    };
    assert_eq!(found(Some(connection(9)), None), [2]);
    assert_eq!(found(None, Some(OutcomeKind::Failed)), [3]);
    assert_eq!(found(None, Some(OutcomeKind::UnderWay)), [2, 1]);
    clock.advance(NEVER_CAME_AFTER + Duration::from_secs(1));
    assert_eq!(found(None, Some(OutcomeKind::NeverCameBack)), [2, 1]);
}

#[test]
fn failures_for_one_reason_are_counted_together() {
    let (_, traces) = traces(1 << 20);
    let refused = |said: &str| {
        let (error, description) = ("access_denied".to_owned(), Some(said.to_owned()));
        failed(FederationError::UpstreamRefused { error, description })
    };
    let unassigned = "User is not assigned to the client application.";
    for number in 1..=3 {
        traces.keep(Trace {
            began: NOW + Duration::from_secs(number.into()),
            outcome: refused(unassigned),
            ..trace(number, 1)
        });
    }
    traces.keep(Trace { outcome: refused("User canceled"), ..trace(4, 1) });
    traces.keep(Trace { outcome: refused(unassigned), ..trace(5, 2) });
    let found = traces.find(trace(3, 1).reference).unwrap();
    assert_eq!(like(&found, &all(&traces, 1).0), Some((3, NOW + Duration::from_secs(1))));
}

#[test]
fn sr_01_what_was_opened_closes_by_itself_and_is_forgotten() {
    let (clock, traces) = traces(1 << 20);
    let said = |traces: &Traces, number: u16| {
        let mut trail = traces.trail(connection(1), clock.now());
        trail.see(json!({ "email": "kim@acme.test" }).as_object().unwrap(), Source::IdToken);
        traces.keep(Trace { trail: Some(trail.noted), began: clock.now(), ..trace(number, 1) });
        format!("{:?}", traces.find(trace(number, 1).reference)).contains("kim@acme.test")
    };
    assert!(!said(&traces, 1), "nobody has opened it");
    let until = traces.open(connection(1), clock.now());
    assert_eq!(until, NOW + OPEN_FOR);
    assert!(said(&traces, 2), "it is open");
    assert!(traces.open_until(connection(2), clock.now()).is_none(), "another one is not");
    clock.advance(OPEN_FOR);
    assert!(!said(&traces, 3), "it has closed");
    assert!(format!("{:?}", traces.find(trace(2, 1).reference)).contains("kim@acme.test"));
    clock.advance(CLEAR_FOR + Duration::from_secs(1));
    assert!(!format!("{:?}", traces.find(trace(2, 1).reference)).contains("kim@acme.test"));
}

#[test]
fn the_provider_s_words_are_blotted() {
    let description = Some("User 'kim@acme.test' with code SplxlOBeZQQYbYS6WxSbIA-0123 denied".to_owned());
    let error = FederationError::UpstreamRefused { error: "access_denied".to_owned(), description };
    let failed = Failed::new(Cause::Federation(error), Product::Okta);
    let blotted = "User [address] with code […] denied";
    assert_eq!(failed.said(), Some(("access_denied", Some(blotted))));
}

#[test]
fn ss_10_of_what_a_server_says_to_us_alone_only_known_words_are_told() {
    let said = |error: &str, description: &str| {
        let (error, description) = (Some(error.to_owned()), Some(description.to_owned()));
        let error = TokenError::TokenEndpoint { status: 400, error, description };
        let failed = Failed::new(Cause::Federation(error.into()), Product::Entra);
        failed.said().map(|(error, said)| (error.to_owned(), said.map(str::to_owned)))
    };
    let told = said("invalid_client", "AADSTS7000215: Invalid client secret. root:x:0:0");
    assert_eq!(told, Some(("invalid_client".to_owned(), Some("AADSTS7000215".to_owned()))));
    assert_eq!(said("invalid_grant", "root:x:0:0"), Some(("invalid_grant".to_owned(), None)));
    assert_eq!(said("root:x:0:0", "AADSTS7000215"), None);
}
