//! A trace as JSON.

use std::borrow::Cow;
use std::fmt::Write as _;

use doorward_domain::{Connection, Slug, Tenant, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::timeline::{StepView, timeline};
use crate::federation::EmailTrust;
use crate::federation::claims::Flaw;
use crate::trace::{
    Came, Compared, FieldOutcome, MappedField, Outcome, OutcomeKind, SeenClaim, Source, Trace, Verdict,
};

/// A sign-in in a few words.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TraceSummary {
    /// What the person reads on the error page.
    pub reference: String,
    /// `entered`, `failed`, `under_way`, `never_came_back`.
    pub outcome: &'static str,
    /// When the app asked.
    #[schema(value_type = i64)]
    pub began_at: Timestamp,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Timestamp>,
    /// Whose people, if it led to somebody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub tenant: Option<Slug>,
    /// Through which connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// The app that asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Whether it was a test of the connection.
    pub test: bool,
    /// What happened, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Who must mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<&'static str>,
}

/// A sign-in, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TraceView {
    #[serde(flatten)]
    summary: TraceSummary,
    /// What is to be done, where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Who came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What that was: `known`, `changed`, `linked`, `created`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub came: Option<&'static str>,
    /// What happened, in order.
    pub steps: Vec<StepView>,
    /// What the ID token said of itself, where it was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckView>,
    /// What the provider told of the person: names, types and hashes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimView>,
    /// Which claim filled which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mapping: Vec<FieldView>,
    /// Whether the address is believed: `no`, `by_the_provider`, `by_a_domain_of_the_tenant`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<&'static str>,
    /// Whether claims are in clear.
    pub opened: bool,
}

/// A value of an ID token, and what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckView {
    /// Its name.
    #[schema(value_type = String)]
    pub name: Cow<'static, str>,
    /// What would have been right.
    pub expected: String,
    /// What was there.
    pub received: String,
    /// Whether it was right.
    pub ok: bool,
}

/// A claim.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ClaimView {
    /// Its name.
    pub name: String,
    /// `id_token`, `userinfo` or `directory`.
    pub from: &'static str,
    /// Its JSON type.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: Cow<'static, str>,
    /// How many elements a list has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// The same for the same value, as long as the broker runs.
    pub hash: String,
    /// What it says, where the traces are open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub value: Option<Value>,
}

/// A field of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FieldView {
    /// The field.
    #[schema(value_type = String)]
    pub field: doorward_domain::connection::Field,
    /// The claim that fills it.
    pub claim: String,
    /// `filled`, `missing`, or why it was left out: `reserved`, `wrong_type`, `not_an_address`, `not_a_url`,
    /// `not_believed`, `unknown`.
    pub outcome: &'static str,
}

impl TraceSummary {
    /// A trace in a few words.
    pub(super) fn of(trace: &Trace, place: Option<&(Tenant, Connection)>, now: Timestamp) -> Self {
        let row = trace.failed().and_then(|failed| failed.finding).map(|finding| finding.row);
        Self {
            reference: trace.reference.to_string(),
            outcome: OutcomeKind::of(trace, now).as_str(),
            began_at: trace.began,
            ended_at: trace.ended,
            tenant: place.map(|(tenant, _)| tenant.slug.clone()),
            connection: place.map(|(_, connection)| connection.name.clone()),
            client_id: trace.client.as_ref().map(ToString::to_string),
            test: trace.is_test,
            headline: row.map(|row| row.title.clone()),
            who: row.map(|row| row.who.as_str()),
        }
    }
}

impl TraceView {
    /// What it is found by.
    pub fn reference(&self) -> &str {
        &self.summary.reference
    }

    /// The same without what claims say.
    #[must_use]
    pub(crate) fn closed(mut self) -> Self {
        self.opened = false;
        for claim in &mut self.claims {
            claim.value = None;
        }
        self
    }

    /// A trace step by step.
    pub(crate) fn of(
        trace: &Trace,
        place: Option<&(Tenant, Connection)>,
        verdict: Option<Verdict>,
        now: Timestamp,
    ) -> Self {
        let summary = TraceSummary::of(trace, place, now);
        let summary = TraceSummary { who: verdict.as_ref().map(|it| it.who).or(summary.who), ..summary };
        let trail = trace.trail.as_ref();
        let (user_id, came) = match &trace.outcome {
            Outcome::Entered { user, came } => (user.map(|user| user.to_string()), Some(came_as(*came))),
            _ => (None, None),
        };
        Self {
            summary,
            verdict,
            user_id,
            came,
            steps: timeline(trace),
            checks: trail.map(|trail| trail.compared.iter().map(check).collect()).unwrap_or_default(),
            claims: trail.map(|trail| trail.claims.iter().map(claim).collect()).unwrap_or_default(),
            mapping: trail.map(|trail| trail.fields.iter().map(field).collect()).unwrap_or_default(),
            address: trail.and_then(|trail| trail.trust).map(believed),
            opened: trail.is_some_and(|trail| trail.opened),
        }
    }
}

const fn came_as(came: Came) -> &'static str {
    match came {
        Came::Known => "known",
        Came::Changed => "changed",
        Came::Linked => "linked",
        Came::Created => "created",
    }
}

const fn believed(trust: EmailTrust) -> &'static str {
    match trust {
        EmailTrust::None => "no",
        EmailTrust::Provider => "by_the_provider",
        EmailTrust::TenantDomain => "by_a_domain_of_the_tenant",
    }
}

fn check(compared: &Compared) -> CheckView {
    let Compared { name, expected, received, agrees } = compared.clone();
    CheckView { name, expected, received, ok: agrees }
}

fn claim(seen: &SeenClaim) -> ClaimView {
    let mut hash = String::with_capacity(8);
    for byte in seen.hash {
        let _ = write!(hash, "{byte:02x}");
    }
    ClaimView {
        name: seen.name.to_string(),
        from: match seen.source {
            Source::IdToken => "id_token",
            Source::Userinfo => "userinfo",
            Source::Directory => "directory",
        },
        kind: seen.kind.clone(),
        size: seen.size,
        hash,
        value: seen.clear.clone(),
    }
}

fn field(mapped: &MappedField) -> FieldView {
    let outcome = match mapped.outcome {
        FieldOutcome::Filled => "filled",
        FieldOutcome::Missing => "missing",
        FieldOutcome::LeftOut(flaw) => match flaw {
            Flaw::Reserved => "reserved",
            Flaw::WrongType => "wrong_type",
            Flaw::NotAnAddress => "not_an_address",
            Flaw::NotAUrl => "not_a_url",
            Flaw::NotBelieved => "not_believed",
            Flaw::Unknown => "unknown",
        },
    };
    FieldView { field: mapped.field, claim: mapped.claim().to_owned(), outcome }
}
