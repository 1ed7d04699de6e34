//! The pages of a connection's test: the one that its link opens, and the one with the result.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{Href, respond};
use crate::words::{Phrase, Words};

/// A connection's test. What it found is in the catalogue's language, all around in the reader's.
#[derive(Clone, Debug, Template)]
#[template(path = "connection_test.html")]
pub struct ConnectionTestPage {
    /// The language.
    pub words: Words,
    /// The connection's title.
    pub connection: String,
    /// Whose connection it is.
    pub tenant: String,
    /// Where its forms go.
    pub action: Href,
    /// What it came to, once it is over.
    pub result: Option<ShownResult>,
    /// What the reader pasted, and what it means.
    pub pasted: Option<(String, Option<ShownVerdict>)>,
}

/// What a test came to.
#[derive(Clone, Debug)]
pub struct ShownResult {
    /// Whether the whole way works.
    pub works: bool,
    /// Whether the person who tested would come in.
    pub comes_in: bool,
    /// Whether the person would be new.
    pub is_new: bool,
    /// Their name.
    pub name: String,
    /// The way of client authentication that the provider accepts.
    pub works_with: Option<String>,
    /// What is to be mended.
    pub verdict: Option<ShownVerdict>,
    /// What could be better.
    pub remarks: Vec<ShownVerdict>,
    /// What happened.
    pub steps: Vec<ShownStep>,
    /// Values of a refused token: name, expected, received, and whether it is right.
    pub checks: Vec<(String, String, String, bool)>,
    /// Claims: name, where from, type, value.
    pub claims: Vec<(String, String, String, String)>,
    /// Fields of the profile, the claim of each, and what became of it.
    pub fields: Vec<(String, String, FieldBecame)>,
    /// What its trace is found by.
    pub reference: String,
}

/// Words of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownVerdict {
    /// A heading.
    pub headline: String,
    /// What happened.
    pub cause: String,
    /// Who must mend it.
    pub who: Who,
    /// Where.
    pub place: Option<String>,
    /// How.
    pub how: Vec<String>,
    /// What would have been right, and what was there.
    pub compared: Option<(String, String)>,
    /// What the provider said.
    pub said: Option<String>,
}

/// Who must mend something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever signs in.
    Person,
    /// The tenant's administrator.
    Administrator,
    /// The app's developer.
    Developer,
    /// The operator of this broker.
    Operator,
    /// The provider.
    Provider,
}

/// One step of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownStep {
    /// Whether it is done, has failed, or was not reached.
    pub state: StepState,
    /// What it was.
    pub says: String,
    /// How long it took, in milliseconds.
    pub took: Option<u64>,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// Not reached.
    NotReached,
}

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldBecame {
    /// Filled.
    Filled,
    /// There is no claim.
    Missing,
    /// The claim cannot be used.
    LeftOut,
}

impl ConnectionTestPage {
    fn who(&self, who: &Who) -> Phrase {
        match who {
            Who::Person => self.words.say("test-who-person"),
            Who::Administrator => self.words.say("test-who-administrator"),
            Who::Developer => self.words.say("test-who-developer"),
            Who::Operator => self.words.say("test-who-operator"),
            Who::Provider => self.words.say("test-who-provider"),
        }
    }
}

impl IntoResponse for ConnectionTestPage {
    fn into_response(self) -> Response {
        // Its button leads to the provider.
        respond(StatusCode::OK, FormTarget::App, self.words, &self)
    }
}
