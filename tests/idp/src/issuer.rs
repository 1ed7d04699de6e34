//! One issuer at run time.

use std::sync::{Arc, Mutex, MutexGuard};

use josekit::JoseError;

use crate::clients::KnownClient;
use crate::config::{IssuerConfig, Now, SetupError};
use crate::keys::SigningKey;
use crate::records::Records;
use crate::requests::Requests;
use crate::{Algorithm, Client, Endpoint, Persona, Switches, lock};

/// One issuer: what a test reads and sets, and what the handlers share.
pub struct Issuer {
    name: String,
    url: String,
    title: String,
    algorithm: Algorithm,
    any_loopback_client: bool,
    thin_id_token: bool,
    personas: Vec<Persona>,
    now: Now,
    clients: Mutex<Vec<Client>>,
    key: Mutex<Arc<SigningKey>>,
    records: Mutex<Records>,
    switches: Switches,
    requests: Requests,
}

impl Issuer {
    pub(crate) fn new(base_url: &str, config: IssuerConfig, now: Now) -> Result<Self, SetupError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if config.name.is_empty() || !config.name.bytes().all(allowed) {
            return Err(SetupError::IssuerName(config.name));
        }
        Ok(Self {
            url: format!("{base_url}/{}", config.name),
            name: config.name,
            title: config.title,
            algorithm: config.algorithm,
            any_loopback_client: config.any_loopback_client,
            thin_id_token: config.thin_id_token,
            personas: config.personas,
            now,
            clients: Mutex::new(config.clients),
            key: Mutex::new(Arc::new(SigningKey::generate(config.algorithm)?)),
            records: Mutex::default(),
            switches: Switches::default(),
            requests: Requests::default(),
        })
    }

    /// The issuer identifier, `{base_url}/{name}`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The path segment that sets it apart.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its pages are headed with.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The people who can sign in.
    pub fn personas(&self) -> &[Persona] {
        &self.personas
    }

    /// Its switches.
    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    /// How many requests `endpoint` has seen, refused ones included.
    pub fn requests(&self, endpoint: Endpoint) -> u64 {
        self.requests.of(endpoint)
    }

    /// Adds a client, or replaces the one with its `client_id`.
    pub fn register(&self, client: Client) {
        let mut clients = lock(&self.clients);
        clients.retain(|known| known.client_id != client.client_id);
        clients.push(client);
    }

    pub(crate) fn request_counters(&self) -> &Requests {
        &self.requests
    }

    pub(crate) fn thin_id_token(&self) -> bool {
        self.thin_id_token
    }

    pub(crate) fn now(&self) -> i64 {
        (self.now)()
    }

    pub(crate) fn client(&self, client_id: &str) -> Option<KnownClient> {
        let registered = lock(&self.clients).iter().find(|client| client.client_id == client_id).cloned();
        registered
            .map(KnownClient::Registered)
            .or_else(|| self.any_loopback_client.then(|| KnownClient::AnyOnLoopback(client_id.to_owned())))
    }

    /// Whoever types `login`.
    pub(crate) fn persona(&self, login: &str) -> Option<&Persona> {
        self.personas.iter().find(|persona| persona.answers_to(login))
    }

    pub(crate) fn key(&self) -> Arc<SigningKey> {
        lock(&self.key).clone()
    }

    pub(crate) fn rotate_key(&self) -> Result<(), JoseError> {
        let next = Arc::new(SigningKey::generate(self.algorithm)?);
        *lock(&self.key) = next;
        Ok(())
    }

    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        lock(&self.records)
    }
}
