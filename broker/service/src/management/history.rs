//! The history of tenants and connections: every change is remembered in the commit that makes it, by
//! whomever, and can be undone by the way that it was made.

use doorward_domain::{Connection, HistoryEntry, HistoryOf, SecretChange, TenantId, Timestamp};
use doorward_store::records::at;
use doorward_store::{Batch, Store, StoreError, StoreExt as _};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::plan::{FieldChange, difference};
use super::views::{Ask, Page, ViewError};
use super::{Management, export};

/// What became of a tenant or a connection, before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Became {
    /// Whose.
    pub tenant: TenantId,
    /// What changed.
    pub of: HistoryOf,
    /// What it is now, as the document describes it.
    pub state: Value,
    /// What became of the secret.
    pub secret: Option<SecretChange>,
    /// Why, where that does not go without saying.
    pub why: Option<String>,
}

/// A change, as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChangeView {
    /// Its number; the first is 1.
    pub number: u32,
    /// When it was made, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub changed_at: Timestamp,
    /// Who made it.
    pub by: String,
    /// Why, where that does not go without saying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What was different afterwards.
    pub fields: Vec<FieldChange>,
}

/// What became of a connection that was changed by no plan.
pub fn became(connection: &Connection, secret: Option<SecretChange>, why: Option<String>) -> Became {
    let state = serde_json::to_value(export::connection(connection)).unwrap_or_default();
    Became { tenant: connection.tenant, of: HistoryOf::Connection(connection.id), state, secret, why }
}

/// Adds the entries of these changes to a batch. Whoever adds the same number at the same time meets a
/// conflict, so that no entry is lost.
///
/// # Errors
/// When the store fails.
pub async fn remember(
    store: &dyn Store,
    mut batch: Batch,
    changes: &[Became],
    (by, now): (&str, Timestamp),
) -> Result<Batch, StoreError> {
    for Became { tenant, of, state, secret, why } in changes {
        let newest = store.read_range::<HistoryEntry>(&at::history(*tenant, *of), 1, now).await?;
        let number = newest.first().map_or(1, |newest| newest.record.number.saturating_add(1));
        batch = batch.insert(&HistoryEntry {
            tenant: *tenant,
            of: *of,
            number,
            at: now,
            by: by.to_owned(),
            why: why.clone(),
            state: state.clone(),
            secret: *secret,
        })?;
    }
    Ok(batch)
}

impl Management {
    /// The history of a tenant, or of its connection with this name; the latest change first.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn history(
        &self,
        slug: &str,
        connection: Option<&str>,
        ask: &Ask,
    ) -> Result<Page<ChangeView>, ViewError> {
        let (tenant, of) = self.history_of(slug, connection).await?;
        let page = self.page::<HistoryEntry>(&at::history(tenant, of), ask).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for (nth, entry) in page.items.iter().enumerate() {
            let before = match page.items.get(nth + 1) {
                Some(before) => Some(before.state.clone()),
                None => self.state(tenant, of, entry.number.saturating_sub(1)).await?,
            };
            items.push(view(entry, before.as_ref()));
        }
        Ok(Page { items, next: page.next })
    }

    /// What a tenant or a connection was before the change with this number. There is nothing before the
    /// first one.
    pub(super) async fn state_before(
        &self,
        tenant: TenantId,
        of: HistoryOf,
        number: u32,
    ) -> Result<Option<Value>, ViewError> {
        let key = at::history_entry(tenant, of, number);
        if self.store.get(&key).await?.is_none() {
            return Err(ViewError::Unknown { what: "change", name: number.to_string() });
        }
        Ok(self.state(tenant, of, number.saturating_sub(1)).await?)
    }

    async fn state(&self, tenant: TenantId, of: HistoryOf, number: u32) -> Result<Option<Value>, StoreError> {
        let key = at::history_entry(tenant, of, number);
        let read = self.store.read::<HistoryEntry>(&key, self.clock.now()).await?;
        Ok(read.map(|read| read.record.state))
    }

    async fn history_of(
        &self,
        slug: &str,
        connection: Option<&str>,
    ) -> Result<(TenantId, HistoryOf), ViewError> {
        match connection {
            None => Ok((self.find_tenant(slug).await?.id, HistoryOf::Tenant)),
            Some(name) => {
                let (tenant, stored) = self.find_connection(slug, name).await?;
                Ok((tenant.id, HistoryOf::Connection(stored.record.id)))
            }
        }
    }
}

fn view(entry: &HistoryEntry, before: Option<&Value>) -> ChangeView {
    let nothing = serde_json::Map::new();
    let fields = |state: &Value| state.as_object().cloned().unwrap_or_default();
    let before = before.map_or(nothing, fields);
    let mut fields = difference(&before, &fields(&entry.state));
    fields.extend(entry.secret.map(|change| FieldChange::of_secret("client_secret", change)));
    ChangeView {
        number: entry.number,
        changed_at: entry.at,
        by: entry.by.clone(),
        why: entry.why.clone(),
        fields,
    }
}
