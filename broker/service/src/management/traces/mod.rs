//! Traces as administrators read them, and the verdict on what somebody saw on a page of a provider's.

mod timeline;
mod view;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{Connection, ConnectionId, Tenant, TenantId, Timestamp};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Management;
use super::views::{Ask, ViewError};
use crate::federation::catalogue::Product;
use crate::trace::verdict::{LikeThis, Values};
use crate::trace::{Filter, Finding, OutcomeKind, Reference, Trace, Verdict, like};

pub use timeline::StepView;
pub use view::{CheckView, ClaimView, FieldView, TraceSummary, TraceView};

/// The longest text that is looked up, in characters.
const LONGEST_TEXT: usize = 4000;

/// Which traces are looked for.
#[derive(Clone, Debug, Default)]
pub struct WhichTraces {
    /// The name of the connection.
    pub connection: Option<String>,
    /// What they came to.
    pub outcome: Option<OutcomeKind>,
    /// The most to give.
    pub limit: Option<usize>,
}

/// Traces, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TraceList {
    /// The traces.
    pub items: Vec<TraceSummary>,
    /// How many memory had no room for since the broker started; what went wrong may still be in the store.
    pub lost: u64,
}

/// Traces that are kept open.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OpenedTraces {
    /// The connection.
    pub connection: String,
    /// Until when claims of new sign-ins are kept in clear.
    #[schema(value_type = i64)]
    pub until: Timestamp,
}

/// What somebody saw on a page of a provider's.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pasted {
    /// The code or the message.
    pub text: String,
}

/// What a code or a message means.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Explained {
    /// The kind of provider it was looked up for.
    pub product: &'static str,
    /// What to do; nothing when nobody knows the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Management {
    /// A tenant's sign-ins, the newest first.
    ///
    /// # Errors
    /// When there is no such tenant or connection.
    pub async fn traces(&self, slug: &str, which: &WhichTraces) -> Result<TraceList, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let connection = match &which.connection {
            Some(name) => Some(self.find_connection(slug, name).await?.1.record.id),
            None => None,
        };
        self.trace_list(tenant.id, connection, which).await
    }

    /// What led to no tenant, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn traces_of_nobody(&self, which: &WhichTraces) -> Result<TraceList, ViewError> {
        self.trace_list(TenantId::BROKER, None, which).await
    }

    /// One sign-in of a tenant's people.
    ///
    /// # Errors
    /// When nothing is known of it, or it is another tenant's.
    pub async fn trace(&self, slug: &str, reference: &str) -> Result<TraceView, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let trace = self.find_trace(reference).await?;
        if trace.tenant != tenant.id {
            return Err(unknown(reference));
        }
        self.trace_view(&trace).await
    }

    /// One sign-in, whoever it was.
    ///
    /// # Errors
    /// When nothing is known of it.
    pub async fn any_trace(&self, reference: &str) -> Result<TraceView, ViewError> {
        self.trace_view(&*self.find_trace(reference).await?).await
    }

    /// Keeps claims of a connection's sign-ins in clear from now on, for a quarter of an hour.
    ///
    /// # Errors
    /// When there is no such connection.
    pub async fn open_traces(&self, slug: &str, name: &str, actor: &str) -> Result<OpenedTraces, ViewError> {
        let (tenant, stored) = self.find_connection(slug, name).await?;
        let id = stored.record.id;
        let event = self.event(tenant.id, actor, Action::TracesOpened, &id.to_string());
        self.store.commit(Batch::new().insert(&event)?).await?;
        let until = self.traces.open(id, event.at);
        Ok(OpenedTraces { connection: stored.record.name.clone(), until })
    }

    /// What a code or a message from a page of a connection's provider means.
    ///
    /// # Errors
    /// When there is no such connection.
    pub async fn explain(&self, slug: &str, name: &str, pasted: &Pasted) -> Result<Explained, ViewError> {
        let (tenant, stored) = self.find_connection(slug, name).await?;
        Ok(self.explained(&tenant, &stored.record, &pasted.text))
    }

    pub(crate) fn explained(&self, tenant: &Tenant, connection: &Connection, text: &str) -> Explained {
        let text: String = text.chars().take(LONGEST_TEXT).collect();
        let product = Product::of(connection);
        let finding = Finding::pasted(product, &text);
        let values = self.values(tenant, connection);
        Explained {
            product: product.name(),
            verdict: finding.map(|finding| Verdict::of_finding(finding, &values)),
        }
    }

    /// The real values of a connection, for the catalogue's words.
    pub(crate) fn values(&self, tenant: &Tenant, connection: &Connection) -> Values {
        let domains: Vec<_> = tenant.all_domains().map(ToString::to_string).collect();
        Values {
            redirect_uri: Some(self.callback_url(connection.id)),
            client_id: Some(connection.client_id.clone()),
            issuer: Some(connection.issuer.clone()),
            connection: Some(connection.name.clone()),
            tenant: Some(tenant.slug.to_string()),
            domains: Some(domains.join(", ")).filter(|domains| !domains.is_empty()),
            app: None,
            claim: None,
        }
    }

    async fn find_trace(&self, reference: &str) -> Result<Arc<Trace>, ViewError> {
        let parsed = Reference::parse(reference).ok_or_else(|| unknown(reference))?;
        match self.traces.find(parsed) {
            Some(found) => Ok(found),
            None => self.archive.find(parsed).await?.ok_or_else(|| unknown(reference)),
        }
    }

    /// What is known of a tenant's sign-ins, in memory and in the store, the newest first; and how many were
    /// lost from memory.
    async fn all_traces(&self, tenant: TenantId) -> Result<(Vec<Arc<Trace>>, u64), ViewError> {
        let kept = self.archive.of(tenant).await?;
        let (mut all, lost) = self.traces.list(tenant, Filter::default(), usize::MAX);
        let known: HashSet<_> = all.iter().map(|trace| (trace.reference, trace.began)).collect();
        let before = all.len();
        all.extend(kept.into_iter().filter(|trace| !known.contains(&(trace.reference, trace.began))));
        if all.len() > before {
            all.sort_by_key(|trace| Reverse(trace.began));
        }
        Ok((all, lost))
    }

    /// The trace of a test that is over, if it was written down.
    pub(super) async fn kept_test(
        &self,
        tenant: TenantId,
        attempt: [u8; 16],
    ) -> Result<Option<Trace>, ViewError> {
        let kept = self.archive.of(tenant).await?;
        let found = kept.into_iter().find(|trace| trace.tested.is_some() && trace.attempt == attempt);
        Ok(found.map(Arc::unwrap_or_clone))
    }

    /// Writes down what went wrong since the last time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn write_traces(&self) -> Result<(), StoreError> {
        self.archive.write(&self.traces).await
    }

    /// Does so about every second, for ever.
    pub async fn keep_writing_traces(&self) {
        self.archive.run(&self.traces).await;
    }

    async fn trace_list(
        &self,
        tenant: TenantId,
        connection: Option<ConnectionId>,
        which: &WhichTraces,
    ) -> Result<TraceList, ViewError> {
        let filter = Filter { connection, outcome: which.outcome };
        let most = which.limit.unwrap_or(Ask::MOST).clamp(1, Ask::MOST);
        let (traces, lost) = self.all_traces(tenant).await?;
        let (now, mut items) = (self.clock.now(), Vec::new());
        for trace in traces.iter().filter(|trace| filter.fits(trace, now)).take(most) {
            let place = self.place(trace).await?;
            items.push(TraceSummary::of(trace, place.as_ref(), now));
        }
        Ok(TraceList { items, lost })
    }

    async fn trace_view(&self, trace: &Trace) -> Result<TraceView, ViewError> {
        let place = self.place(trace).await?;
        let values = place.as_ref().map(|(tenant, connection)| self.values(tenant, connection));
        let (all, _) = self.all_traces(trace.tenant).await?;
        let like_this = like(trace, &all).map(|(count, since)| LikeThis { count, since });
        let verdict = Verdict::on(trace, &values.unwrap_or_default());
        let verdict = verdict.map(|verdict| Verdict { like_this, ..verdict });
        let now = self.clock.now();
        Ok(TraceView::of(trace, place.as_ref(), verdict, now))
    }

    /// The tenant and the connection of a trace, if they are still there.
    pub(crate) async fn place(&self, trace: &Trace) -> Result<Option<(Tenant, Connection)>, ViewError> {
        let now = self.clock.now();
        let Some(connection) = trace.connection else { return Ok(None) };
        let tenant = self.store.tenant(trace.tenant, now).await?;
        let stored = self.store.read::<Connection>(&at::connection(trace.tenant, connection), now).await?;
        Ok(tenant.zip(stored).map(|(tenant, stored)| (tenant.record, stored.record)))
    }
}

fn unknown(reference: &str) -> ViewError {
    ViewError::Unknown { what: "trace", name: reference.to_owned() }
}
