//! What doorward proves itself with at tenants' providers: whether it is good, when it runs out, and how a
//! key is replaced.

use doorward_domain::audit::Action;
use doorward_domain::connection::UpstreamAuthentication;
use doorward_domain::{AuditEvent, Connection, Domain, EventId, SecretChange, Slug, Tenant, Timestamp};
use doorward_store::{Batch, StoreExt as _, Stored};
use serde::Serialize;
use utoipa::ToSchema;

use super::Management;
use super::existing::connections_of;
use super::history::{became, remember};
use super::plan::connection::credentials::new_key;
use super::views::{Ask, Page, ViewError};
use crate::federation::catalogue::{Catalogue, Product, Row, check_of};
use crate::federation::check::{CredentialCheck, Outcome};
use crate::federation::preflight::Probe;
use crate::federation::{Destination, FederationError};
use crate::trace::verdict::Values;

/// The days before the end of a credential on which its end is told.
pub(super) const SOON: u64 = 30;

/// What a check of a connection found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConnectionCheck {
    /// `accepted`, `refused`, `unclear`, or `unreachable` when the provider could not be asked at all.
    pub outcome: &'static str,
    /// Each credential, the newest first.
    pub credentials: Vec<CredentialView>,
    /// The way of client authentication that the provider accepts in place of the connection's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub works_with: Option<&'static str>,
    /// What was looked at besides, without anybody signing in.
    pub probes: Vec<ProbeView>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
}

/// One credential, and what the provider thinks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CredentialView {
    /// When it was agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub created_at: Option<Timestamp>,
    /// When it runs out, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub ends_at: Option<Timestamp>,
    /// `accepted`, `refused` or `unclear`.
    pub outcome: &'static str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProbeView {
    /// `metadata`, `clock`, `response_type`, `pkce`, `client_authentication`, `algorithms`, `scopes`,
    /// `redirect_uri`, and `authorization_request` where the provider has something else against it.
    pub name: &'static str,
    /// `accepted`, `refused` or `unclear`.
    pub outcome: &'static str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
}

/// Words for administrators, from the catalogue: never the provider's own (SS-10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Advice {
    /// The name of the row.
    pub id: String,
    /// A heading.
    pub title: String,
    /// What happened.
    pub cause: String,
    /// What to do.
    pub how: Vec<String>,
}

/// A credential that runs out, or of which nobody knows whether it does; and a proof that is about to lapse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Expiry {
    /// Whose connection, or domain.
    #[schema(value_type = String)]
    pub tenant: Slug,
    /// The connection's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// The domain that the tenant has proven, and whose record is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub domain: Option<Domain>,
    /// The way of authentication; `dns_txt` of a domain.
    pub method: &'static str,
    /// When it runs out; nothing when the provider's date was never entered.
    #[schema(value_type = Option<i64>)]
    pub ends_at: Option<Timestamp>,
    /// In how many days that is; zero when it has.
    pub days_left: Option<u64>,
}

impl Management {
    /// Asks a connection's provider whether it knows us.
    ///
    /// # Errors
    /// When there is no such connection.
    pub async fn check_connection(&self, slug: &str, name: &str) -> Result<ConnectionCheck, ViewError> {
        let (tenant, stored) = self.find_connection(slug, name).await?;
        let connection = stored.record;
        let mut check = self.check(&connection).await;
        let now = self.clock.now();
        if check.outcome == told(Outcome::Refused) {
            check.works_with = self.federation.other_method(&connection, now).await;
        }
        let values = self.values(&tenant, &connection);
        let probes = self.federation.preflight(&Destination { tenant, connection }, now).await;
        check.probes = probes.unwrap_or_default().into_iter().map(|probe| probed(&probe, &values)).collect();
        let advices = check.credentials.iter_mut().map(|it| &mut it.advice).chain([&mut check.advice]);
        for advice in advices.flatten() {
            advice.fill(&values);
        }
        Ok(check)
    }

    async fn check(&self, connection: &Connection) -> ConnectionCheck {
        let product = Product::of(connection);
        match self.federation.check_credentials(connection, self.clock.now()).await {
            Ok(checks) => {
                let outcome = checks.first().map_or("unclear", |newest| told(newest.outcome));
                let credentials = checks.into_iter().map(|check| view(check, product)).collect();
                let probes = Vec::new();
                ConnectionCheck { outcome, credentials, works_with: None, probes, advice: None }
            }
            Err(cause) => ConnectionCheck {
                outcome: "unreachable",
                credentials: Vec::new(),
                works_with: None,
                probes: Vec::new(),
                advice: advice(product, &cause),
            },
        }
    }

    /// Every credential that runs out some day, the next first, and then those of which nobody knows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn expiries(&self) -> Result<Page<Expiry>, ViewError> {
        let now = self.clock.now();
        let (mut ask, mut items) = (Ask { after: None, limit: Ask::MOST }, Vec::new());
        loop {
            let page = self.tenants(&ask).await?;
            for tenant in page.items {
                let stored = connections_of(&*self.store, tenant.id, now).await?;
                let of_tenant = stored.iter().filter_map(|read| expiry(tenant.slug(), &read.record, now));
                items.extend(of_tenant);
                let read = self.store.tenant(tenant.id, now).await?;
                items.extend(read.iter().flat_map(|read| proofs_that_end(&read.record, now)));
            }
            ask.after = page.next;
            if ask.after.is_none() {
                break;
            }
        }
        items.sort_by_key(|it| it.ends_at.unwrap_or(Timestamp::MAX));
        Ok(Page { items, next: None })
    }

    /// Tells the operator's log if a connection's provider does not know us.
    pub(super) async fn examine(&self, tenant: &Slug, connection: &Connection) {
        let check = self.check(connection).await;
        if check.outcome != told(Outcome::Accepted) {
            let of_newest = check.credentials.into_iter().next().and_then(|newest| newest.advice);
            let cause = check.advice.or(of_newest).map(|advice| advice.id);
            let outcome = check.outcome;
            tracing::warn!(%tenant, connection = connection.name, outcome, cause, "a connection's check");
        }
    }

    /// Makes a new key pair for a connection. The one before it stays until the next, and is tried as long
    /// as the provider does not know the new one.
    ///
    /// # Errors
    /// When there is no such connection, or it has no keys of its own.
    pub async fn rotate_connection_key(&self, slug: &str, name: &str, actor: &str) -> Result<(), ViewError> {
        let (tenant, stored) = self.find_connection(slug, name).await?;
        let unknown = || ViewError::Unknown { what: "key of connection", name: name.to_owned() };
        let keys = stored.record.authentication.keys().ok_or_else(unknown)?.clone();
        let now = self.clock.now();
        let key = new_key(&stored.record, &self.making(actor, now)).ok_or_else(unknown)?;
        let authentication = UpstreamAuthentication::PrivateKeyJwt { keys: keys.after(key) };
        let connection = Connection { authentication, ..stored.record.clone() };
        let event = AuditEvent {
            id: EventId::new(now, &*self.entropy),
            tenant: tenant.id,
            at: now,
            actor: actor.to_owned(),
            action: Action::KeyRotated,
            target: connection.id.to_string(),
        };
        let batch = Batch::new().update(&stored, &connection)?.insert(&event)?;
        let became = became(&connection, Some(SecretChange::Replaced), None);
        let batch = remember(&*self.store, batch, &[became], (actor, now)).await?;
        self.store.commit(batch).await?;
        Ok(())
    }

    pub(super) async fn find_connection(
        &self,
        slug: &str,
        name: &str,
    ) -> Result<(Tenant, Stored<Connection>), ViewError> {
        let unknown = || ViewError::Unknown { what: "connection", name: name.to_owned() };
        let tenant = self.find_tenant(slug).await?;
        let stored = connections_of(&*self.store, tenant.id, self.clock.now()).await?;
        let found = stored.into_iter().find(|read| read.record.name == name).ok_or_else(unknown)?;
        Ok((tenant, found))
    }
}

const fn told(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Refused => "refused",
        Outcome::Unclear => "unclear",
    }
}

fn view(check: CredentialCheck, product: Product) -> CredentialView {
    CredentialView {
        created_at: check.created_at,
        ends_at: check.ends_at,
        outcome: told(check.outcome),
        advice: check.cause.as_ref().and_then(|cause| advice(product, cause)),
    }
}

/// A port that is closed and one that says nothing are told in the same words: whoever can set up a
/// connection could search a network by the difference (SS-10).
fn advice(product: Product, cause: &FederationError) -> Option<Advice> {
    let catalogue = Catalogue::get();
    let row = match check_of(cause) {
        Some("net.timed_out" | "net.unreachable") => catalogue.found("net.unreachable"),
        _ => catalogue.explain(product, cause),
    };
    row.map(Advice::of)
}

impl Advice {
    fn of(row: &Row) -> Self {
        let Row { id, title, cause, how, .. } = row.clone();
        Self { id, title, cause, how }
    }

    /// Puts the real values into the places where they go.
    fn fill(&mut self, values: &Values) {
        self.cause = values.fill(&self.cause);
        for step in &mut self.how {
            *step = values.fill(step);
        }
    }
}

fn probed(probe: &Probe, values: &Values) -> ProbeView {
    let mut advice = probe.finding.map(|finding| Advice::of(finding.row));
    advice.iter_mut().for_each(|advice| advice.fill(values));
    ProbeView { name: probe.name, outcome: told(probe.outcome), advice }
}

/// In how many days a connection's credential runs out, if that is known.
pub(super) fn days_left(tenant: &Slug, connection: &Connection, now: Timestamp) -> Option<u64> {
    expiry(tenant, connection, now)?.days_left
}

/// Those proofs of domains whose record is gone.
fn proofs_that_end(tenant: &Tenant, now: Timestamp) -> impl Iterator<Item = Expiry> {
    tenant.proven.iter().filter_map(move |proof| {
        let ends_at = proof.lapses_at()?;
        Some(Expiry {
            tenant: tenant.slug.clone(),
            connection: None,
            domain: Some(proof.name.clone()),
            method: "dns_txt",
            ends_at: Some(ends_at),
            days_left: Some(ends_at.since(now).as_secs() / 86_400),
        })
    })
}

/// Nothing of what never runs out: a public client, or a secret of Okta's, Google's or HaloPSA's.
fn expiry(tenant: &Slug, connection: &Connection, now: Timestamp) -> Option<Expiry> {
    let authentication = &connection.authentication;
    let ends_at = match (authentication.keys(), authentication.secrets()) {
        (Some(keys), _) => Some(keys.newest.ends_at),
        (None, secrets) => secrets?.newest.ends_at,
    };
    if ends_at.is_none() && Product::of(connection) != Product::Entra {
        return None;
    }
    Some(Expiry {
        tenant: tenant.clone(),
        connection: Some(connection.name.clone()),
        domain: None,
        method: authentication.method().as_str(),
        ends_at,
        days_left: ends_at.map(|end| end.since(now).as_secs() / 86_400),
    })
}
