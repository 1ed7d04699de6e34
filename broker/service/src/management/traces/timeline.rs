//! What happened in a sign-in, in order, with what never came to pass at its end.

use doorward_domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::trace::{Failed, Outcome, Passed, Reached, Route, Trace};

/// One step of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StepView {
    /// `asked`, `routed`, `sent`, `returned`, `agreed`, `provider`, `redeemed`, `verified`, `filled_up`,
    /// `mapped`, `admitted`.
    pub step: &'static str,
    /// `done`, `failed`, `waiting` or `not_reached`.
    pub state: &'static str,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took: Option<u64>,
    /// What it was.
    pub says: String,
}

/// The stretches of the way back, in order.
const WAY_BACK: [(Passed, &str, &str); 6] = [
    (Passed::Agreed, "agreed", "The answer came in time and to the right place, and belongs to this sign-in"),
    (
        Passed::Provider,
        "provider",
        "Metadata and keys of the provider are there, and its issuer is the right one",
    ),
    (Passed::Redeemed, "redeemed", "The token endpoint gave tokens for the code"),
    (Passed::Verified, "verified", "The ID token passed every check"),
    (Passed::FilledUp, "filled_up", "Claims that the ID token lacks were looked for"),
    (Passed::Mapped, "mapped", "The claims made a profile"),
];

/// The steps of a sign-in.
pub(super) fn timeline(trace: &Trace) -> Vec<StepView> {
    let mut steps = Steps { steps: Vec::with_capacity(11), last: trace.began, over: false };
    if let Some(client) = &trace.client {
        steps.done("asked", trace.began, format!("{client} asked, with {}", trace.asked.join(", ")));
    }
    if let Some(route) = &trace.route {
        steps.done("routed", trace.left.unwrap_or(trace.began), routed(route));
    }
    let failed = trace.failed();
    if trace.connection.is_none() {
        steps.failed("asked", trace.ended, failed);
        return steps.steps;
    }
    match (trace.left, &trace.sent) {
        (Some(at), Some(sent)) => {
            steps.done("sent", at, format!("Sent to {} with {}", sent.endpoint, sent.parameters.join(", ")));
        }
        (Some(at), None) => steps.done("sent", at, "Sent to the provider".to_owned()),
        (None, _) => steps.failed("sent", trace.ended, failed),
    }
    match &trace.returned {
        Some((at, _)) if failed.is_some_and(|failed| failed.reached == Reached::Return) => {
            steps.failed("returned", Some(*at), failed)
        }
        Some((at, names)) => steps.done("returned", *at, format!("Came back with {}", names.join(", "))),
        None => steps.open("returned", "The person comes back from the provider"),
    }
    way_back(&mut steps, trace, failed);
    steps.steps
}

fn way_back(steps: &mut Steps, trace: &Trace, failed: Option<&Failed>) {
    let passed = trace.trail.as_ref().map(|trail| trail.steps.as_slice()).unwrap_or_default();
    for (stretch, name, says) in WAY_BACK {
        match passed.iter().find(|(known, _)| *known == stretch) {
            Some((_, at)) if !steps.over => steps.done(name, *at, says.to_owned()),
            None if trace.returned.is_some() && !steps.over => steps.failed(name, trace.ended, failed),
            _ => steps.open(name, says),
        }
    }
    match (&trace.outcome, trace.ended) {
        (Outcome::Entered { .. }, Some(at)) => {
            let says = if trace.is_test { "The person would come in" } else { "The person came in" };
            steps.done("admitted", at, says.to_owned());
        }
        (Outcome::Failed(_), at) if !steps.over => steps.failed("admitted", at, failed),
        _ => steps.open("admitted", "The person comes in"),
    }
}

struct Steps {
    steps: Vec<StepView>,
    last: Timestamp,
    /// Whether one has failed, or is waited for.
    over: bool,
}

impl Steps {
    fn done(&mut self, step: &'static str, at: Timestamp, says: String) {
        let took = u64::try_from(at.since(self.last).as_millis()).ok();
        self.last = at;
        self.steps.push(StepView { step, state: "done", at: Some(at), took, says });
    }

    fn failed(&mut self, step: &'static str, at: Option<Timestamp>, failed: Option<&Failed>) {
        let at = at.unwrap_or(self.last);
        let row = failed.and_then(|failed| failed.finding).map(|finding| finding.row.title.clone());
        self.done(step, at, row.unwrap_or_default());
        if let Some(last) = self.steps.last_mut() {
            last.state = "failed";
        }
        self.over = true;
    }

    fn open(&mut self, step: &'static str, says: &str) {
        let state = if self.over { "not_reached" } else { "waiting" };
        self.over = true;
        self.steps.push(StepView { step, state, at: None, took: None, says: says.to_owned() });
    }
}

fn routed(route: &Route) -> String {
    match route {
        Route::Domain(domain) => format!("By the e-mail domain {domain}"),
        Route::Code => "By what the person typed, which is no e-mail address".to_owned(),
        Route::App => "By what the app said of where the person belongs".to_owned(),
        Route::Chosen => "The person chose the connection".to_owned(),
        Route::Test => "An administrator tests the connection".to_owned(),
    }
}
