//! One issuer at run time.

use std::sync::{Arc, Mutex, MutexGuard};

use josekit::JoseError;

use super::clients::KnownClient;
use super::config::{IssuerConfig, SetupError};
use super::discovery::Alterations;
use super::records::Records;
use super::{Client, GenericSwitch, Manners, Persona};
use crate::common::clock::{Clock, Now};
use crate::common::keys::{Algorithm, SigningKey};
use crate::common::log::{Endpoint, Recorded};
use crate::common::pages::Someone;
use crate::common::scope::At;
use crate::common::sessions::Sessions;
use crate::common::switches::Switches;
use crate::common::{Common, lock};

const COOKIE: &str = "test-idp";

/// One issuer: what a test reads and sets, and what the handlers share.
pub struct Issuer {
    name: String,
    path: String,
    endpoints: String,
    url: String,
    title: String,
    algorithm: Algorithm,
    any_loopback_client: bool,
    thin_id_token: bool,
    personas: Vec<Persona>,
    manners: Manners,
    common: Arc<Common>,
    alterations: Alterations,
    clients: Mutex<Vec<Client>>,
    key: Mutex<Arc<SigningKey>>,
    records: Mutex<Records>,
    sessions: Sessions,
}

impl Issuer {
    pub(crate) fn new(base_url: &str, config: IssuerConfig, now: Now) -> Result<Self, SetupError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if config.name.is_empty() || !config.name.bytes().all(allowed) {
            return Err(SetupError::IssuerName(config.name));
        }
        let key = SigningKey::of_role(config.algorithm, &format!("generic {}", config.name), None)?;
        let path = config.manners.path.replace("{name}", &config.name);
        let endpoints = format!("{base_url}{path}");
        let slash = if config.manners.trailing_slash { "/" } else { "" };
        Ok(Self {
            url: format!("{endpoints}{slash}"),
            sessions: Sessions::new(COOKIE, &path),
            path,
            endpoints,
            name: config.name,
            title: config.title,
            algorithm: config.algorithm,
            any_loopback_client: config.any_loopback_client,
            thin_id_token: config.thin_id_token,
            personas: config.personas,
            manners: config.manners,
            common: Arc::new(Common::new(now, GenericSwitch::known())),
            alterations: Alterations::default(),
            clients: Mutex::new(config.clients),
            key: Mutex::new(key),
            records: Mutex::default(),
        })
    }

    /// The issuer identifier.
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
        &self.common.switches
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.common.clock
    }

    /// What its discovery document says otherwise than it should.
    pub fn alterations(&self) -> &Alterations {
        &self.alterations
    }

    /// How many requests `endpoint` has seen, refused ones included.
    pub fn requests(&self, endpoint: Endpoint) -> u64 {
        self.common.log.count(endpoint)
    }

    /// The last requests, with all that came with them.
    pub fn log(&self) -> Vec<Recorded> {
        self.common.log.since(0)
    }

    /// Adds a client, or replaces the one with its `client_id`.
    pub fn register(&self, client: Client) {
        let mut clients = lock(&self.clients);
        clients.retain(|known| known.client_id != client.client_id);
        clients.push(client);
    }

    pub(crate) fn common(&self) -> &Arc<Common> {
        &self.common
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Its URL without the slash that some issuers end with.
    pub(crate) fn endpoint(&self, name: &str) -> String {
        format!("{}/{name}", self.endpoints)
    }

    pub(crate) fn manners(&self) -> &Manners {
        &self.manners
    }

    pub(crate) fn thin_id_token(&self) -> bool {
        self.thin_id_token
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub(crate) fn now(&self) -> i64 {
        self.common.now()
    }

    pub(crate) fn at(&self) -> At<'_> {
        At::issuer(&self.name)
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

    pub(crate) fn someone(&self, login_hint: &str) -> Vec<Someone> {
        let someone = |persona: &Persona| Someone {
            username: persona.username.clone(),
            name: persona.display_name().to_owned(),
            note: persona.note.clone(),
            suggested: persona.answers_to(login_hint),
        };
        self.personas.iter().map(someone).collect()
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
