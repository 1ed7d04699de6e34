//! From draft to required: a connection moves from stage to stage, is tried by some before it is there for
//! all, and becomes the only way in when nobody can be locked out by that.
//!
//! Whoever moves one goes the way of a document: the same plan, the same [`guard`], the same history.
//! [`retreat`] moves one back by itself.

pub mod guard;
pub mod retreat;
mod revert;

use doorward_domain::audit::Action;
use doorward_domain::{Connection, ConnectionId, Pilot, Slug, Stage, Staged, TenantId};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _, Stored, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::existing::Existing;
use super::history::{became, remember};
use super::own::OwnError;
use super::plan::{Change, Plan, PlanError, Problem};
use super::views::{ConnectionView, ViewError};
use super::{Document, Management, document, export, schema};

pub use revert::{Revert, Reverted};

/// How often a change is made anew because somebody else was faster.
const ATTEMPTS: usize = 5;

/// Where a connection shall go.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageChange {
    /// The stage. `tested` is reached by a test alone.
    #[schema(schema_with = schema::stage)]
    pub stage: Stage,
    /// Who tries it at the stage `pilot`; those who did before, when left out.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub pilot: Option<Pilot>,
    /// Whether nothing is done but to tell what would come of it.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of it, or would.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Moved {
    /// What is different.
    pub changes: Vec<Change>,
    /// What is allowed, but not wise.
    pub warnings: Vec<String>,
    /// All that it takes for the connection to get there, and how to bring it about. Nothing is done as long
    /// as there is any of it.
    pub lacking: Vec<String>,
    /// The connection as it is now.
    pub connection: ConnectionView,
}

/// Why a connection or a tenant stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RolloutError {
    /// There is no such thing.
    #[error(transparent)]
    View(#[from] ViewError),
    /// It is not as whoever changes it believes.
    #[error("it has been changed meanwhile; read it again")]
    Changed,
    /// It takes more than there is. There is at least one of them.
    #[error("{}", .0.join("\n"))]
    Lacking(Vec<String>),
    /// There was nothing before.
    #[error("with this change it came to be, so there is nothing to go back to; pause it instead")]
    First,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OwnError> for RolloutError {
    fn from(error: OwnError) -> Self {
        match error {
            OwnError::View(error) => Self::View(error),
            OwnError::Plan(PlanError::Store(error)) => Self::Store(error),
            OwnError::Plan(PlanError::Invalid(problems)) => {
                Self::Lacking(problems.iter().map(Problem::to_string).collect())
            }
        }
    }
}

impl Management {
    /// Moves a connection to another stage, if it still has the `expected` version, or whatever it has when
    /// that is `None`.
    ///
    /// # Errors
    /// [`RolloutError`]; nothing has changed then.
    pub async fn move_connection(
        &self,
        place: (&str, &str),
        change: &StageChange,
        expected: Option<Version>,
        actor: &str,
    ) -> Result<(Moved, Version), RolloutError> {
        let entry = |entry: document::Connection| document::Connection {
            stage: change.stage,
            pilot: change.pilot.clone().unwrap_or(entry.pilot),
            ..entry
        };
        self.change_connection(place, entry, (expected, change.dry_run), actor).await
    }

    /// Notes that a test of a connection came to its end as it is at this `revision`; from then on a draft
    /// counts as tested, and nothing is written of one that is further. Says whether it is still as it was.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn connection_tested(
        &self,
        (tenant, id): (TenantId, ConnectionId),
        revision: u32,
        actor: &str,
    ) -> Result<bool, StoreError> {
        let mut attempt = 1;
        loop {
            let now = self.clock.now();
            let read = self.store.read::<Connection>(&at::connection(tenant, id), now).await?;
            let Some(read) = read.filter(|read| read.record.revision == revision) else { return Ok(false) };
            if read.record.stage.is_set_up() {
                return Ok(true);
            }
            let staged = Some(Staged { at: now, by: actor.to_owned() });
            let tested = Connection { stage: Stage::Tested, staged, ..read.record.clone() };
            let event = self.event(tenant, actor, Action::ConnectionTested, &id.to_string());
            let mut batch = Batch::new().update(&read, &tested)?.insert(&event)?;
            if read.record.stage == Stage::Draft {
                let became = became(&tested, None, None);
                batch = remember(&*self.store, batch, &[became], (actor, now)).await?;
            }
            match self.store.commit(batch).await {
                Err(StoreError::Conflict(_)) if attempt < ATTEMPTS => attempt += 1,
                committed => return committed.map(|_| true),
            }
        }
    }

    /// Plans for a connection to be as `change` makes it, and carries that out unless it is a dry run.
    async fn change_connection(
        &self,
        place: (&str, &str),
        change: impl Fn(document::Connection) -> document::Connection,
        (expected, dry_run): (Option<Version>, bool),
        actor: &str,
    ) -> Result<(Moved, Version), RolloutError> {
        let (slug, name) = place;
        for _ in 0..ATTEMPTS {
            let (mut existing, slug) = self.read_tenant(slug).await?;
            let unknown = || ViewError::Unknown { what: "connection", name: name.to_owned() };
            let found = existing.tenants.get(&slug).ok_or_else(unknown)?;
            let Stored { record, version } = found.connections.get(name).ok_or_else(unknown)?;
            if expected.is_some_and(|expected| expected != *version) {
                return Err(RolloutError::Changed);
            }
            let tenant = export::tenant(&found.tenant.record, &existing.slugs);
            let connections = vec![change(export::connection(record))];
            let tenants = vec![document::Tenant { connections, ..tenant }];
            let document = Document { tenants, ..Document::default() };
            existing.read_readiness(&*self.store, &document, self.clock.now()).await?;
            if let Some((plan, lacking)) = self.settle(&document, &existing, (dry_run, actor), place).await? {
                let (connection, version) = self.connection(slug.as_str(), name).await?;
                let Plan { changes, warnings, .. } = plan;
                return Ok((Moved { changes, warnings, lacking, connection }, version));
            }
        }
        Err(RolloutError::Changed)
    }

    /// A tenant with all that a plan for it is made of.
    async fn read_tenant(&self, slug: &str) -> Result<(Existing, Slug), RolloutError> {
        let slug = self.find_tenant(slug).await?.slug;
        let named = document::Tenant::new(slug.clone(), String::new());
        let document = Document { tenants: vec![named], ..Document::default() };
        Ok((Existing::named_by(&*self.store, &document, self.clock.now()).await?, slug))
    }

    /// Plans what a document says and carries it out unless it is a dry run; tells what stands against it.
    /// Nothing when somebody else was faster.
    async fn settle(
        &self,
        document: &Document,
        existing: &Existing,
        (dry_run, actor): (bool, &str),
        place: (&str, &str),
    ) -> Result<Option<(Plan, Vec<String>)>, RolloutError> {
        let plan = match self.plan_on(document, existing, actor).await {
            Ok(plan) => plan,
            Err(PlanError::Store(error)) => return Err(error.into()),
            Err(PlanError::Invalid(problems)) => {
                let lacking = told(&problems, place);
                return if dry_run {
                    Ok(Some((Plan::default(), lacking)))
                } else {
                    Err(RolloutError::Lacking(lacking))
                };
            }
        };
        if dry_run || plan.changes.is_empty() {
            return Ok(Some((plan, Vec::new())));
        }
        match self.carry_out(&plan, actor).await {
            Err(StoreError::Conflict(_)) => Ok(None),
            committed => committed.map(|_| Some((plan, Vec::new()))).map_err(RolloutError::from),
        }
    }
}

/// What is wrong, each in a sentence. Whoever asked for a stage need not be told of which connection.
fn told(problems: &[Problem], (slug, name): (&str, &str)) -> Vec<String> {
    let stage = format!("tenant[{slug}].connection[{name}].stage");
    let sentence = |problem: &Problem| match problem.path == stage {
        true => problem.message.clone(),
        false => problem.to_string(),
    };
    problems.iter().map(sentence).collect()
}
