//! What the federation notes while somebody comes back from their provider.

use std::borrow::Cow;
use std::sync::Arc;

use doorward_domain::connection::Field;
use doorward_domain::{ClaimMapping, Clock, Profile, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::seen::{Eyes, SeenClaim, Source};
use crate::federation::claims::{Flaw, is_filled};
use crate::federation::{EmailTrust, Note};

/// A stretch of the way back that went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passed {
    /// Connection and `state` agree, and the connection is in use.
    Agreed,
    /// The provider's metadata and keys are there, and the answer names the right issuer.
    Provider,
    /// The token endpoint gave tokens for the code.
    Redeemed,
    /// The ID token passed every check.
    Verified,
    /// What the token lacked was looked for elsewhere.
    FilledUp,
    /// The claims made a profile.
    Mapped,
}

/// A value that was looked at, and the one that it should have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// What it is called.
    pub name: Cow<'static, str>,
    /// What would have been right.
    pub expected: String,
    /// What was there.
    pub received: String,
    /// Whether it was right.
    pub agrees: bool,
}

/// What became of a field of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldOutcome {
    /// The claim fills it.
    Filled,
    /// There is no such claim.
    Missing,
    /// The claim was left out.
    LeftOut(Flaw),
}

/// A field of the profile, the claim that fills it, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MappedField {
    /// The field.
    pub field: Field,
    /// The claim; nothing where it is the standard one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Box<str>>,
    /// What became of it.
    pub outcome: FieldOutcome,
}

impl MappedField {
    /// The name of the claim.
    pub fn claim(&self) -> &str {
        self.claim.as_deref().unwrap_or_else(|| self.field.standard_claim())
    }
}

/// What was noted on the way back from a provider.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Noted {
    /// What went well, and when it was done.
    pub steps: Vec<(Passed, Timestamp)>,
    /// The claims.
    pub claims: Vec<SeenClaim>,
    /// What became of the profile's fields.
    pub fields: Vec<MappedField>,
    /// How far the address is believed.
    pub trust: Option<EmailTrust>,
    /// What a refused ID token says of itself.
    pub compared: Vec<Compared>,
    /// Whether claims are kept in clear, which is nowhere but in memory.
    #[serde(skip)]
    pub opened: bool,
}

impl Noted {
    /// Forgets what claims say.
    pub(super) fn close(&mut self) {
        self.opened = false;
        for claim in &mut self.claims {
            claim.clear = None;
        }
    }
}

/// What notes the way back from a provider.
#[derive(Clone)]
pub struct Trail {
    clock: Arc<dyn Clock>,
    eyes: Eyes,
    /// What it has noted.
    pub noted: Noted,
}

impl Trail {
    pub(super) fn new(clock: Arc<dyn Clock>, eyes: Eyes) -> Self {
        let noted = Noted { steps: Vec::with_capacity(6), opened: eyes.opened, ..Noted::default() };
        Self { clock, eyes, noted }
    }

    /// Notes that something went well.
    pub(crate) fn pass(&mut self, passed: Passed) {
        self.noted.steps.push((passed, self.clock.now()));
    }

    /// Notes the claims that were not seen before.
    pub(crate) fn see(&mut self, claims: &Map<String, Value>, source: Source) {
        self.eyes.see(&mut self.noted.claims, claims.iter(), source);
    }

    /// Notes what the claims made of the profile.
    pub(crate) fn mapped(
        &mut self,
        mapping: &ClaimMapping,
        profile: &Profile,
        notes: &[Note],
        trust: EmailTrust,
    ) {
        let claim = |field: Field| mapping.claim(field);
        self.noted.fields = Field::ALL
            .map(|field| {
                let filled = is_filled(profile, field);
                let note = notes.iter().find(|note| note.field == field && note.flaw != Flaw::NotBelieved);
                let outcome = match note {
                    Some(note) => FieldOutcome::LeftOut(note.flaw),
                    None if filled => FieldOutcome::Filled,
                    None => FieldOutcome::Missing,
                };
                let named = Some(claim(field)).filter(|name| *name != field.standard_claim());
                MappedField { field, claim: named.map(Box::from), outcome }
            })
            .into();
        self.noted.trust = Some(trust);
        self.pass(Passed::Mapped);
    }
}
