//! Clients, one at a time: created, looked at, changed, deleted. What shall be is an entry of a document and
//! planned like one, so the same rules hold for all who manage clients.

mod filter;
mod secrets;

use doorward_domain::audit::Action;
use doorward_domain::{Client, ClientId, Plain, TenantId, Timestamp};
use doorward_store::records::{RegisteredClients, at};
use doorward_store::{Batch, Kind, Range, Record as _, StoreError, StoreExt as _, Stored, Version};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::existing::{Existing, slugs_of};
use super::plan::{PlanError, Problem, plan};
use super::read::{self, Misread};
use super::views::{Ask, Page, ViewError};
use super::{Document, Management, document, export};

pub use filter::ClientFilter;
pub use secrets::SecretView;

/// How often a change is made anew because somebody else was faster.
const ATTEMPTS: usize = 5;

/// Why a client is not changed, or not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// There is no such client.
    #[error("there is no client `{0}`")]
    Unknown(String),
    /// There is one already.
    #[error("there is a client `{0}` already")]
    Exists(ClientId),
    /// It is not as whoever changes it believes.
    #[error("the client has been changed meanwhile; read it again")]
    Changed,
    /// Its method takes no secret.
    #[error("the client authenticates without a secret")]
    NoSecret,
    /// What shall be cannot be read.
    #[error(transparent)]
    Misread(#[from] Misread),
    /// What shall be cannot be; each path is a field. There is at least one problem.
    #[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<Problem>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A client.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ClientView {
    /// What an operator decides about it.
    #[serde(flatten)]
    pub(super) document: document::Client,
    /// Its secrets, the newest first: that there are some, never what they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    client_secrets: Vec<SecretView>,
    /// Whether it registered itself (RFC 7591).
    self_registered: bool,
    /// When it was registered, in milliseconds since 1970.
    #[schema(value_type = i64)]
    created_at: Timestamp,
}

/// A client as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The client.
    pub view: ClientView,
    /// The version of its record.
    pub version: Version,
    /// The secret that was made for it, which nobody is told again.
    pub secret: Option<Plain>,
}

impl Management {
    /// The clients that `filter` lets through, by `client_id`. A page may have fewer than asked for, or none,
    /// and go on all the same: no request looks at more than [`Ask::MOST`] records.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn clients(&self, filter: &ClientFilter, ask: &Ask) -> Result<Page<ClientView>, ViewError> {
        let range = filter.range();
        let question = filter.question();
        let tenant = match &filter.tenant {
            Some(slug) => Some(self.find_tenant(slug).await?),
            None => None,
        };
        let (now, limit) = (self.clock.now(), ask.limit());
        let examined = if filter.examines() { Ask::MOST } else { limit };
        let rest = self.rest(&range, &question, ask)?;
        let (read, mut last) = self.store.read_part::<Client>(&rest, examined, now).await?;
        let mut found = Vec::new();
        for Stored { record, .. } in read.into_iter().filter(|it| filter.takes(&it.record, tenant.as_ref())) {
            if found.len() == limit {
                last = found.last().map(Client::key);
                break;
            }
            found.push(record);
        }
        let next = last.map(|key| self.cursor(&range, &question, &key));
        Ok(Page { items: self.client_views(found).await?, next })
    }

    /// The client with a `client_id`.
    ///
    /// # Errors
    /// [`ClientError::Unknown`], or when the store fails.
    pub async fn client(&self, id: &str) -> Result<Written, ClientError> {
        let Stored { record, version } = self.stored(id).await?;
        Ok(Written { view: self.client_view(&record).await?, version, secret: None })
    }

    /// Creates a client. Its secret is made here, if its method needs one and `entry` has none.
    ///
    /// # Errors
    /// [`ClientError`]; there is no new client then.
    pub async fn create_client(&self, entry: document::Client, actor: &str) -> Result<Written, ClientError> {
        let id = entry.client_id.clone();
        match self.write_client(entry, None, actor).await {
            Err(ClientError::Store(StoreError::Conflict(_))) => Err(ClientError::Exists(id)),
            outcome => outcome,
        }
    }

    /// Changes a client by a JSON merge patch (RFC 7396) of its entry, if it still has the `expected`
    /// version, or whatever it has when that is `None`.
    ///
    /// # Errors
    /// [`ClientError`]; nothing has changed then.
    pub async fn update_client(
        &self,
        id: &str,
        changes: &Value,
        expected: Option<Version>,
        actor: &str,
    ) -> Result<Written, ClientError> {
        self.change(id, expected, actor, |entry, _| {
            let patched: document::Client = read::patched(&entry, changes)?;
            if patched.client_id != entry.client_id {
                let message = "stays as it is; create another client instead".to_owned();
                return Err(Misread { pointer: "/client_id".to_owned(), message }.into());
            }
            Ok(patched)
        })
        .await
    }

    /// Deletes a client, and with it everything that it was given: its codes, tokens and consents are worth
    /// nothing from then on, also when another client gets its name.
    ///
    /// # Errors
    /// [`ClientError`]; the client stands then.
    pub async fn delete_client(
        &self,
        id: &str,
        expected: Option<Version>,
        actor: &str,
    ) -> Result<(), ClientError> {
        for _ in 0..ATTEMPTS {
            let client = self.expected(id, expected).await?;
            match self.remove_client(&client, Action::ClientDeleted, actor).await {
                Err(StoreError::Conflict(_)) => {}
                outcome => return Ok(outcome?),
            }
        }
        Err(ClientError::Changed)
    }

    /// Removes a client as it was read. One that registered itself makes room for another.
    pub(super) async fn remove_client(
        &self,
        client: &Stored<Client>,
        action: Action,
        actor: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let event = self.event(TenantId::BROKER, actor, action, client.record.id.as_str());
        let mut batch = Batch::new().delete(client).insert(&event)?;
        if client.record.registration.is_some()
            && let Some(count) = self.store.read::<RegisteredClients>(&at::registered_clients(), now).await?
        {
            let number = count.record.number.saturating_sub(1);
            batch = batch.update(&count, &RegisteredClients { number })?;
        }
        self.store.commit(batch).await.map(|_| ())
    }

    /// Changes the entry of a client as often as somebody else is faster.
    async fn change(
        &self,
        id: &str,
        expected: Option<Version>,
        actor: &str,
        change: impl Fn(document::Client, &Client) -> Result<document::Client, ClientError>,
    ) -> Result<Written, ClientError> {
        for _ in 0..ATTEMPTS {
            let before = self.expected(id, expected).await?;
            let slugs = slugs_of(&*self.store, &before.record.tenants, self.clock.now()).await?;
            let entry = change(export::client(&before.record, &slugs), &before.record)?;
            match self.write_client(entry, Some(&before), actor).await {
                Err(ClientError::Store(StoreError::Conflict(_))) => {}
                outcome => return outcome,
            }
        }
        Err(ClientError::Changed)
    }

    /// Plans an entry for the client that was read `before`, or for none, and commits it.
    async fn write_client(
        &self,
        mut entry: document::Client,
        before: Option<&Stored<Client>>,
        actor: &str,
    ) -> Result<Written, ClientError> {
        let now = self.clock.now();
        let secret = self.give_missing_secret(&mut entry, before.map(|it| &it.record.authentication));
        let id = entry.client_id.clone();
        let document = Document { clients: vec![entry], ..Document::default() };
        let existing = Existing::named_by(&*self.store, &document, now).await?;
        let there = existing.clients.get(&id);
        if there.map(|it| it.version) != before.map(|it| it.version) {
            return Err(StoreError::Conflict(at::client(&id)).into());
        }
        let plan =
            plan(&document, &existing, &self.making(actor, now)).map_err(|error| refused(error, &id))?;
        let version = match there {
            Some(unchanged) if plan.changes.is_empty() => unchanged.version,
            _ => self.store.commit(plan.batch).await?,
        };
        let client = plan.client.ok_or_else(|| ClientError::Unknown(id.to_string()))?;
        Ok(Written { view: view(&client, export::client(&client, &existing.slugs)), version, secret })
    }

    async fn stored(&self, id: &str) -> Result<Stored<Client>, ClientError> {
        let found = self.store.read::<Client>(&at::client(&ClientId::new(id)), self.clock.now()).await?;
        found.ok_or_else(|| ClientError::Unknown(id.to_owned()))
    }

    async fn expected(&self, id: &str, expected: Option<Version>) -> Result<Stored<Client>, ClientError> {
        let found = self.stored(id).await?;
        let is_it = expected.is_none_or(|version| version == found.version);
        if is_it { Ok(found) } else { Err(ClientError::Changed) }
    }

    async fn client_view(&self, client: &Client) -> Result<ClientView, StoreError> {
        let slugs = slugs_of(&*self.store, &client.tenants, self.clock.now()).await?;
        Ok(view(client, export::client(client, &slugs)))
    }

    /// The same for a page of them, no tenant read twice.
    async fn client_views(&self, clients: Vec<Client>) -> Result<Vec<ClientView>, StoreError> {
        let tenants: Vec<TenantId> = clients.iter().flat_map(|client| client.tenants.clone()).collect();
        let slugs = slugs_of(&*self.store, &tenants, self.clock.now()).await?;
        Ok(clients.iter().map(|client| view(client, export::client(client, &slugs))).collect())
    }
}

fn view(client: &Client, document: document::Client) -> ClientView {
    ClientView {
        document,
        client_secrets: secrets::view(&client.authentication),
        self_registered: client.registration.is_some(),
        created_at: client.created_at,
    }
}

/// The range of all clients.
fn all() -> Range {
    Range::of(TenantId::BROKER, Kind::Client)
}

/// What is wrong with the one entry, told by its fields.
fn refused(error: PlanError, id: &ClientId) -> ClientError {
    match error {
        PlanError::Store(error) => error.into(),
        PlanError::Invalid(problems) => {
            let entry = format!("client[{id}]");
            let field = |path: &str| {
                let rest = path.strip_prefix(&entry).unwrap_or(path);
                rest.strip_prefix('.').unwrap_or(rest).to_owned()
            };
            let told = |problem: Problem| Problem { path: field(&problem.path), ..problem };
            ClientError::Invalid(problems.into_iter().map(told).collect())
        }
    }
}
