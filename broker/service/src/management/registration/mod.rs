//! Clients that register themselves: Dynamic Client Registration (RFC 7591, OIDC Registration 1.0) and its
//! management (RFC 7592). What comes in is read as an entry of a document and planned like one, so that
//! the same rules hold for everybody; what the operator decides for such clients, they cannot say.

mod initial;
mod metadata;
pub(crate) mod published;
mod sector;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::audit::Action;
use doorward_domain::client::{Method, Registration};
use doorward_domain::{Client, ClientId, Plain, RegistrationToken, ScopeSet, SecretHash, Timestamp};
use doorward_net::EgressPolicy;
use doorward_store::records::{RegisteredClients, at};
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};
use serde_json::{Map, Value};

use super::Management;
use super::document::{self, Document, SecretSource, Tenants};
use super::existing::Existing;
use super::plan::{Making, PlanError, Problem, plan};
use crate::provider::discovery::path;

pub use initial::{NewRegistrationToken, RegistrationTokenView};

/// What the operator decides for clients that register themselves.
#[derive(Clone, Debug)]
pub struct RegistrationPolicy {
    /// Whether anybody may register, who presents nothing (RFC 7591 section 3).
    pub open: bool,
    /// What they may present for ever, besides the initial access tokens that are records.
    pub initial_access_token: Option<SecretHash>,
    /// Whose people may use them.
    pub tenants: Tenants,
    /// The most they may ask for.
    pub scope: ScopeSet,
    /// The protected resources they may ask tokens for.
    pub resources: Vec<String>,
    /// Whether their assertions may name the token endpoint as their audience, besides the issuer.
    pub token_endpoint_audience: bool,
    /// Whether they must use PKCE.
    pub require_pkce: bool,
    /// There are never more of them.
    pub most: u32,
}

/// What the operator decides for clients that publish their metadata themselves, at the URL that is their
/// `client_id`.
#[derive(Clone, Debug)]
pub struct DocumentPolicy {
    /// Where such documents may lie.
    pub hosts: DocumentHosts,
    /// Where the broker may connect to.
    pub egress: EgressPolicy,
    /// What holds for the clients.
    pub terms: RegistrationPolicy,
}

/// Where clients' documents may lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentHosts {
    /// Anywhere.
    All,
    /// On these hosts.
    These(Vec<String>),
}

impl DocumentHosts {
    /// Whether documents may lie on this host.
    pub fn allow(&self, host: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(hosts) => hosts.iter().any(|known| known == host),
        }
    }
}

/// Why a client is not registered (RFC 7591 section 3.2.2).
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// Nobody may register here.
    #[error("clients do not register themselves here")]
    Off,
    /// The initial or the registration access token is missing or wrong, or there is no such client.
    #[error("the access token is missing or wrong")]
    Token,
    /// A redirect URI cannot be.
    #[error("redirect URI: {0}")]
    RedirectUri(String),
    /// Something else cannot be.
    #[error("metadata: {0}")]
    Metadata(String),
    /// There are too many such clients.
    #[error("there are as many registered clients as the operator allows")]
    Full,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A client that has registered or changed itself, as it is told (RFC 7591 section 3.2.1).
pub type Registered = Map<String, Value>;

/// Somebody else registered at the same moment so often.
const TRIES: usize = 8;

impl Management {
    /// Registers a client with the metadata that it sent.
    ///
    /// # Errors
    /// [`RegistrationError`]; nothing is registered then.
    pub async fn register(
        &self,
        metadata: Value,
        token: Option<&str>,
    ) -> Result<Registered, RegistrationError> {
        let policy = self.registration.as_ref().ok_or(RegistrationError::Off)?;
        let admitted = self.admitted(policy, token).await?;
        let policy = &self.narrowed(policy, admitted.as_ref().map(|it| &it.record)).await?;
        let id = ClientId::new(format!("dcr-{}", BASE64.encode(self.entropy.bytes::<16>())));
        let access_token = Plain::generate(&*self.entropy);
        let mut entry = metadata::entry(metadata, &id, policy, &self.algorithms)?;
        let secret = self.give_secret(&mut entry);
        sector::check(&*self.net, &self.egress, &entry).await?;
        let registration = Registration { access_token: access_token.hash(), changed_at: self.clock.now() };
        for _ in 0..TRIES {
            let admitted = self.admitted(policy, token).await?;
            match self.try_register(&entry, policy, (&registration, admitted.as_ref())).await {
                Err(RegistrationError::Store(StoreError::Conflict(_))) => {}
                done => {
                    let mut told = self.told(&done?, Some(access_token));
                    tell_secret(&mut told, secret);
                    return Ok(told);
                }
            }
        }
        Err(RegistrationError::Full)
    }

    async fn try_register(
        &self,
        entry: &document::Client,
        policy: &RegistrationPolicy,
        (registration, admitted): (&Registration, Option<&Stored<RegistrationToken>>),
    ) -> Result<Client, RegistrationError> {
        let now = self.clock.now();
        let count = self.store.read::<RegisteredClients>(&at::registered_clients(), now).await?;
        let before = count.as_ref().map_or(0, |count| count.record.number);
        if before >= policy.most {
            return Err(RegistrationError::Full);
        }
        let after = RegisteredClients { number: before + 1 };
        let (batch, client) = self.planned(entry, registration, now).await?;
        let batch = match &count {
            Some(count) => batch.update(count, &after)?,
            None => batch.insert(&after)?,
        };
        let batch = match admitted {
            Some(token) => initial::use_up(batch, token)?,
            None => batch,
        };
        self.store.commit(batch).await?;
        Ok(client)
    }

    /// A registered client as it sees itself.
    ///
    /// # Errors
    /// [`RegistrationError::Token`] unless the registration access token is the client's.
    pub async fn registered(&self, id: &str, token: Option<&str>) -> Result<Registered, RegistrationError> {
        Ok(self.told(&self.own(id, token).await?.record, None))
    }

    /// Replaces what a client has registered (RFC 7592 section 2.2).
    ///
    /// # Errors
    /// [`RegistrationError`]; nothing has changed then.
    pub async fn reregister(
        &self,
        id: &str,
        metadata: Value,
        token: Option<&str>,
    ) -> Result<Registered, RegistrationError> {
        let policy = self.registration.as_ref().ok_or(RegistrationError::Off)?;
        let own = self.own(id, token).await?.record;
        if metadata.get("client_id").and_then(Value::as_str).is_some_and(|named| named != id) {
            return Err(RegistrationError::Metadata("client_id is another client's".to_owned()));
        }
        let mut entry = metadata::entry(metadata, &own.id, policy, &self.algorithms)?;
        entry.tenants = self.tenants_of(&own.tenants).await?;
        let same_method = entry.token_endpoint_auth_method == Some(own.authentication.method());
        let secret = if same_method { None } else { self.give_secret(&mut entry) };
        sector::check(&*self.net, &self.egress, &entry).await?;
        let now = self.clock.now();
        let access_token = own.registration.ok_or(RegistrationError::Token)?.access_token;
        let registration = Registration { access_token, changed_at: now };
        let (batch, client) = self.planned(&entry, &registration, now).await?;
        self.store.commit(batch).await?;
        let mut told = self.told(&client, None);
        tell_secret(&mut told, secret);
        Ok(told)
    }

    /// Forgets a client; what it was given dies with it (RFC 7592 section 2.3).
    ///
    /// # Errors
    /// [`RegistrationError`]; the client stands then.
    pub async fn deregister(&self, id: &str, token: Option<&str>) -> Result<(), RegistrationError> {
        for _ in 0..TRIES {
            let own = self.own(id, token).await?;
            match self.remove_client(&own, Action::Deregistered, own.record.id.as_str()).await {
                Err(StoreError::Conflict(_)) => {}
                removed => return Ok(removed?),
            }
        }
        Err(RegistrationError::Full)
    }

    /// The client that this registration access token belongs to. Whatever is wrong, the answer is the
    /// same (RFC 7592 section 2.1).
    async fn own(&self, id: &str, token: Option<&str>) -> Result<Stored<Client>, RegistrationError> {
        self.registration.as_ref().ok_or(RegistrationError::Off)?;
        let token = Plain::new(token.ok_or(RegistrationError::Token)?);
        let now = self.clock.now();
        let found = self.store.read::<Client>(&at::client(&ClientId::new(id)), now).await?;
        found
            .filter(|it| it.record.registration.as_ref().is_some_and(|it| it.access_token.matches(&token)))
            .ok_or(RegistrationError::Token)
    }

    async fn planned(
        &self,
        entry: &document::Client,
        registration: &Registration,
        now: Timestamp,
    ) -> Result<(Batch, Client), RegistrationError> {
        let document = Document { clients: vec![entry.clone()], ..Document::default() };
        let existing = Existing::named_by(&*self.store, &document, now).await?;
        let making =
            Making { registration: Some(registration), ..self.making(entry.client_id.as_str(), now) };
        let plan = plan(&document, &existing, &making).map_err(refused)?;
        let client =
            plan.client.or_else(|| existing.clients.get(&entry.client_id).map(|it| it.record.clone()));
        Ok((plan.batch, client.ok_or(RegistrationError::Token)?))
    }

    /// Makes the secret that the method needs, which the client did not bring itself.
    fn give_secret(&self, entry: &mut document::Client) -> Option<Plain> {
        let method = entry.token_endpoint_auth_method?;
        matches!(method, Method::ClientSecretBasic | Method::ClientSecretPost | Method::ClientSecretJwt).then(
            || {
                let secret = Plain::generate(&*self.entropy);
                entry.client_secret = Some(SecretSource::Literal(secret.clone()));
                secret
            },
        )
    }

    fn told(&self, client: &Client, access_token: Option<Plain>) -> Registered {
        let mut told = metadata::told(client);
        let at = format!("{}{}/{}", self.issuer, path::REGISTER, client.id);
        told.insert("registration_client_uri".to_owned(), at.into());
        told.insert("client_id_issued_at".to_owned(), client.created_at.as_secs().into());
        if let Some(token) = access_token {
            told.insert("registration_access_token".to_owned(), token.expose().into());
        }
        told
    }
}

fn tell_secret(told: &mut Registered, secret: Option<Plain>) {
    if let Some(secret) = secret {
        told.insert("client_secret".to_owned(), secret.expose().into());
        told.insert("client_secret_expires_at".to_owned(), 0.into());
    }
}

pub(super) fn refused(error: PlanError) -> RegistrationError {
    match error {
        PlanError::Store(error) => error.into(),
        PlanError::Invalid(problems) => {
            let Some(Problem { path, message }) = problems.into_iter().next() else {
                return RegistrationError::Metadata("cannot be registered".to_owned());
            };
            let field = path.rsplit("].").next().unwrap_or_default().to_owned();
            let text = format!("{field} {message}");
            if field == "redirect_uris" {
                RegistrationError::RedirectUri(text)
            } else {
                RegistrationError::Metadata(text)
            }
        }
    }
}
