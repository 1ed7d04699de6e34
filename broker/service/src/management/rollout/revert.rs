//! A change is undone: what was before it becomes true again, by the way of every change.
//!
//! No history has a secret. The one that a connection has stays, as long as it leads to the same place;
//! where it does not, it is given anew.

use doorward_domain::HistoryOf;
use doorward_store::{StoreError, Version};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{ATTEMPTS, Moved, RolloutError};
use crate::management::document::{self, SecretSource};
use crate::management::existing::Existing;
use crate::management::own::Behalf;
use crate::management::plan::Change;
use crate::management::{Document, Management};

/// How a change is undone.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revert {
    /// The secret at the provider, where the connection leads to another place than now.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    pub client_secret: Option<SecretSource>,
    /// Whether nothing is done but to tell what would come of it.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of it for a tenant, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reverted {
    /// What is different.
    pub changes: Vec<Change>,
    /// What is allowed, but not wise.
    pub warnings: Vec<String>,
    /// What stands against it. Nothing is done as long as there is any of it.
    pub lacking: Vec<String>,
}

impl Management {
    /// Makes a connection what it was before the change with this number, if it still has the `expected`
    /// version, or whatever it has when that is `None`.
    ///
    /// # Errors
    /// [`RolloutError`]; nothing has changed then.
    pub async fn revert_connection(
        &self,
        (slug, name): (&str, &str),
        number: u32,
        revert: &Revert,
        expected: Option<Version>,
        actor: &str,
    ) -> Result<(Moved, Version), RolloutError> {
        let (tenant, stored) = self.find_connection(slug, name).await?;
        let before = self.state_before(tenant.id, HistoryOf::Connection(stored.record.id), number).await?;
        let former: document::Connection = read(before)?;
        let entry = |present: document::Connection| document::Connection {
            client_secret: revert.client_secret.clone(),
            // The date belongs to the secret, and that one stays.
            client_secret_expires: match revert.client_secret {
                None => present.client_secret_expires,
                Some(_) => former.client_secret_expires,
            },
            ..former.clone()
        };
        self.change_connection((slug, name), entry, (expected, revert.dry_run), actor).await
    }

    /// Makes a tenant what it was before the change with this number, if it still has the `expected` version,
    /// or whatever it has when that is `None`. Its connections and its users stay as they are.
    ///
    /// # Errors
    /// [`RolloutError`]; nothing has changed then.
    pub async fn revert_tenant(
        &self,
        slug: &str,
        (number, dry_run): (u32, bool),
        expected: Option<Version>,
        (behalf, actor): (Behalf, &str),
    ) -> Result<Reverted, RolloutError> {
        for _ in 0..ATTEMPTS {
            let tenant = self.find_tenant(slug).await?;
            let former = read(self.state_before(tenant.id, HistoryOf::Tenant, number).await?)?;
            let document = Document { tenants: vec![former], ..Document::default() };
            let document = self.own_document(slug, document, behalf).await?;
            let existing = Existing::named_by(&*self.store, &document, self.clock.now()).await?;
            let version = existing.tenants.get(&tenant.slug).map(|found| found.tenant.version);
            if expected.is_some() && expected != version {
                return Err(RolloutError::Changed);
            }
            if let Some((plan, lacking)) =
                self.settle(&document, &existing, (dry_run, actor), (slug, "")).await?
            {
                return Ok(Reverted { changes: plan.changes, warnings: plan.warnings, lacking });
            }
        }
        Err(RolloutError::Changed)
    }
}

/// What a history has kept.
fn read<T: serde::de::DeserializeOwned>(state: Option<Value>) -> Result<T, RolloutError> {
    let state = state.ok_or(RolloutError::First)?;
    serde_json::from_value(state).map_err(|cause| {
        let damaged = StoreError::Damaged { kind: doorward_store::Kind::History, cause: cause.to_string() };
        RolloutError::Store(damaged)
    })
}
