//! The plan: from a document and what there is to what would change. A pure function; nothing here
//! reads or writes.
//!
//! * A record that is as the document says causes no change, so a second run is empty.
//! * What the document does not name stays. Nothing is deleted, except that a domain which a named
//!   tenant no longer lists no longer leads to it.
//! * All that is wrong is told at once, each with its path in the document.

pub(crate) mod client;
pub(super) mod connection;
mod difference;
mod family;
mod tenant;
mod user;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use doorward_domain::audit::Action as Audited;
use doorward_domain::client::Registration;
use doorward_domain::{
    Algorithm, AuditEvent, Client, Connection, Entropy, EventId, PasswordHash, Slug, TenantId, Timestamp,
    UserId,
};
use doorward_net::EgressPolicy;
use doorward_store::{Batch, Record, StoreError, Stored};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::Document;
use super::existing::Existing;
use super::history::Became;
use crate::federation::directory::Directories;
use crate::keys::Sealer;
use crate::settings::MutualTls;
use difference::Described;

pub use difference::FieldChange;
pub(super) use difference::difference;

/// What applying a document would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// What would change, in the order of the document.
    pub changes: Vec<Change>,
    /// What is allowed, but not wise.
    pub warnings: Vec<String>,
    /// The writes that bring it about.
    #[serde(skip)]
    pub(super) batch: Batch,
    /// What the histories keep of it.
    #[serde(skip)]
    pub(super) became: Vec<Became>,
    /// Who is mailed an invitation afterwards.
    #[serde(skip)]
    pub(super) invited: Vec<(TenantId, UserId)>,
    /// The last client as it would be.
    #[serde(skip)]
    pub(super) client: Option<Client>,
}

/// A record that would be created or updated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Which, as a path in the document: `tenant[acme].connection[staff]`.
    pub path: String,
    /// Whether it exists already.
    pub action: Action,
    /// What about it changes.
    pub fields: Vec<FieldChange>,
}

/// What happens to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It comes to be.
    Create,
    /// It changes.
    Update,
}

/// Something in a document that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where: `tenant[acme].connection[staff].issuer`.
    pub path: String,
    /// Why, and how to mend it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The document asks for what cannot be. There is at least one problem.
    #[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<Problem>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What goes into new records beside the document.
pub struct Making<'a> {
    /// Who applies the document, for the audit events.
    pub actor: &'a str,
    /// The present.
    pub now: Timestamp,
    /// For identifiers and nonces.
    pub entropy: &'a dyn Entropy,
    /// For the secrets of connections.
    pub sealer: &'a Sealer,
    /// Which issuers doorward could ever reach.
    pub egress: &'a EgressPolicy,
    /// The algorithms that this broker signs with.
    pub algorithms: &'a [Algorithm],
    /// Whether and how clients may come with certificates.
    pub mutual_tls: Option<&'a MutualTls>,
    /// Which directories of Entra the domains in the document lead to, where any are named.
    pub directories: Option<&'a Directories>,
    /// How the clients of the document come in, when they register themselves.
    pub registration: Option<&'a Registration>,
    /// The first passwords of its users, by path.
    pub passwords: &'a BTreeMap<String, PasswordHash>,
}

/// Those of a document without users.
pub static NO_PASSWORDS: BTreeMap<String, PasswordHash> = BTreeMap::new();

/// Decides what has to change for `document` to be true.
///
/// # Errors
/// [`PlanError::Invalid`] with everything that is wrong with the document.
pub fn plan(document: &Document, existing: &Existing, making: &Making<'_>) -> Result<Plan, PlanError> {
    let mut planner = Planner {
        existing,
        making,
        slugs: existing.slugs.clone(),
        plan: Plan::default(),
        problems: Vec::new(),
        ways: existing.ways(),
        moves: Vec::new(),
    };
    planner.tenants(&document.tenants)?;
    planner.start_apps(document);
    planner.clients(&document.clients)?;
    if planner.problems.is_empty() { Ok(planner.plan) } else { Err(PlanError::Invalid(planner.problems)) }
}

struct Planner<'a> {
    existing: &'a Existing,
    making: &'a Making<'a>,
    /// The company codes of existing and of new tenants.
    slugs: BTreeMap<TenantId, Slug>,
    plan: Plan,
    problems: Vec<Problem>,
    /// The owners of each tenant who would have a way in at doorward itself.
    ways: BTreeMap<TenantId, BTreeSet<UserId>>,
    /// The connections that would become the only way in, with their paths.
    moves: Vec<(String, Connection)>,
}

impl Planner<'_> {
    /// Plans for `new` to take the place of `old`, unless they tell the same; says whether it does.
    fn put<R: Record>(
        &mut self,
        owner: (TenantId, String),
        path: &str,
        old: Option<(&Stored<R>, Described)>,
        (new, described): (&R, Described),
    ) -> Result<bool, StoreError> {
        let fields = described.since(old.as_ref().map(|(_, described)| described));
        if old.is_some() && fields.is_empty() {
            return Ok(false);
        }
        let action = if old.is_some() { Action::Update } else { Action::Create };
        self.plan.became.extend(described.became(old.as_ref().map(|(_, described)| described)));
        self.plan.changes.push(Change { path: path.to_owned(), action, fields });
        let event = self.event(owner);
        self.write(|batch| match old {
            Some((old, _)) => batch.update(old, new),
            None => batch.insert(new),
        })?;
        self.write(|batch| batch.insert(&event))?;
        Ok(true)
    }

    /// The audit event of a change, written with it (architecture rule 12).
    fn event(&self, (tenant, target): (TenantId, String)) -> AuditEvent {
        let Making { actor, now, entropy, .. } = *self.making;
        AuditEvent {
            id: EventId::new(now, entropy),
            tenant,
            at: now,
            actor: actor.to_owned(),
            action: Audited::Applied,
            target,
        }
    }

    fn write(&mut self, add: impl FnOnce(Batch) -> Result<Batch, StoreError>) -> Result<(), StoreError> {
        self.plan.batch = add(std::mem::take(&mut self.plan.batch))?;
        Ok(())
    }

    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), message: message.into() });
    }

    fn warn(&mut self, path: &str, message: &str) {
        self.plan.warnings.push(format!("{path}: {message}"));
    }

    /// A name that people read.
    fn check_title(&mut self, path: &str, title: &str) {
        if let Some(problem) = check_title(title) {
            self.problem(path, problem);
        }
    }
}

/// What is wrong with a name that people read.
pub(super) fn check_title(title: &str) -> Option<&'static str> {
    let wrong = title.trim().is_empty() || title.chars().count() > 200 || title.contains(is_misleading);
    wrong.then_some("must be one line of 1 to 200 characters that show as they are")
}

/// What changes how the text around it is read: control characters, and those of bidirectional text.
fn is_misleading(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
