//! A tenant with a connection, its provider, and a login through both.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use doorward_domain::connection::{Field, Slots, Source, UpstreamAuthentication, UpstreamSecret};
use doorward_domain::{
    Algorithm, ClaimMapping, Connection, ConnectionId, Domain, Entropy, ManualClock, Provisioning, Slug,
    Stage, Tenant, TenantId, Timestamp,
};
use doorward_net::double::ScriptedOutbound;
use doorward_store::records::TenantOf;
use doorward_store::{Batch, Kind, MemoryStore, Record, Store};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::idp::Idp;
use crate::federation::{
    Ask, CallbackResponse, Destination, Federation, FederationError, Leg, Start, Verified,
};
use crate::keys::{MasterKey, Place, Sealer};
use crate::trace::{Traces, Trail};

/// A moment that every test starts at.
pub const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
/// The transaction that every login belongs to.
pub const TRANSACTION: [u8; 16] = [7; 16];
pub const CLIENT_SECRET: &str = "s3cret: with spaces & more";

/// Randomness that never repeats and never surprises.
#[derive(Default)]
pub struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
    }
}

pub struct World {
    pub store: Arc<MemoryStore>,
    pub outbound: Arc<ScriptedOutbound>,
    pub federation: Federation,
    pub idp: Idp,
    pub tenant: Tenant,
    pub connection: Connection,
    sealer: Arc<Sealer>,
}

impl World {
    /// Acme, with one live connection to a well-behaved provider.
    pub async fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let outbound = Arc::new(ScriptedOutbound::new());
        let entropy = Arc::new(Counting::default());
        let key = MasterKey { name: "test".into(), key: Zeroizing::new([1; 32]) };
        let sealer = Arc::new(Sealer::new(key, Vec::new()));
        let federation = Federation::new(
            store.clone(),
            outbound.clone(),
            entropy,
            sealer.clone(),
            "https://login.doorward.test".parse().unwrap(),
        );
        let idp = Idp::new(outbound.clone(), "https://idp.acme.test");
        let tenant = tenant(1, "acme", "acme.test");
        let connection = connection(1, &tenant, &idp.issuer);
        let world = Self { store, outbound, federation, idp, tenant, connection, sealer };
        world.save_tenant(&world.tenant).await;
        world.save(&world.connection).await;
        world
    }

    pub async fn save<R: Record>(&self, record: &R) {
        self.store.commit(Batch::new().put(record).unwrap()).await.unwrap();
    }

    pub async fn save_tenant(&self, tenant: &Tenant) {
        self.save(tenant).await;
        self.save(&TenantOf { name: tenant.slug.clone(), tenant: tenant.id }).await;
        for domain in &tenant.domains {
            self.save(&TenantOf { name: domain.clone(), tenant: tenant.id }).await;
        }
    }

    /// Changes the connection, here and in the store.
    pub async fn change(&mut self, change: impl FnOnce(&mut Connection)) {
        change(&mut self.connection);
        self.save(&self.connection).await;
    }

    /// Makes the connection authenticate with [`CLIENT_SECRET`].
    pub async fn give_secret(&mut self, method: fn(Slots<UpstreamSecret>) -> UpstreamAuthentication) {
        let id = self.connection.id;
        let place = Place {
            tenant: self.tenant.id,
            kind: Kind::Connection,
            id: id.as_bytes(),
            field: "client_secret",
        };
        let value = self.sealer.seal(&place, CLIENT_SECRET.as_bytes(), &Counting::default());
        let secret = UpstreamSecret { value, created_at: NOW, ends_at: None };
        self.change(|connection| connection.authentication = method(Slots::new(secret))).await;
    }

    /// Where people of the tenant are sent.
    pub fn destination(&self) -> Destination {
        Destination { tenant: self.tenant.clone(), connection: self.connection.clone() }
    }

    pub async fn start(&self, ask: &Ask) -> Start {
        self.federation.start(&self.destination(), TRANSACTION, ask, NOW).await.unwrap()
    }

    /// Starts a login and has the provider answer its code with an ID token of these claims.
    pub async fn expecting(&self, change: impl FnOnce(&mut Map<String, Value>)) -> Leg {
        let leg = self.start(&Ask::default()).await.leg;
        let mut claims = self.idp.claims(&self.connection.client_id, &leg.nonce);
        change(&mut claims);
        self.idp.answer_code_with(&self.idp.sign(&claims));
        leg
    }

    /// A whole login, with the ID token's claims changed.
    pub async fn login(
        &self,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> Result<Verified, FederationError> {
        let leg = self.expecting(change).await;
        self.come_back(&leg, NOW).await
    }

    /// The callback as a well-behaved provider makes it.
    pub async fn come_back(&self, leg: &Leg, now: Timestamp) -> Result<Verified, FederationError> {
        self.federation.callback(self.connection.id, leg, &self.response(leg), &mut trail(), now).await
    }

    pub fn response(&self, leg: &Leg) -> CallbackResponse {
        CallbackResponse {
            code: Some("a-code".into()),
            state: Some(leg.state.clone()),
            iss: Some(self.idp.issuer.clone()),
            ..CallbackResponse::default()
        }
    }
}

/// What notes the way back of somebody.
pub fn trail() -> Trail {
    let clock = Arc::new(ManualClock::new(NOW));
    Traces::new(clock, &Counting::default()).open_trail()
}

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn tenant(id: u8, slug: &str, domain: &str) -> Tenant {
    Tenant {
        domains: vec![Domain::parse(domain).unwrap()],
        ..Tenant::new(TenantId::from_bytes([id; 16]), Slug::parse(slug).unwrap(), slug.to_owned(), NOW)
    }
}

pub fn connection(id: u8, tenant: &Tenant, issuer: &str) -> Connection {
    let registered = (issuer.to_owned(), format!("client-{id}"));
    let own = (tenant.id, ConnectionId::from_bytes([id; 16]));
    Connection {
        title: "Staff".into(),
        scopes: vec!["openid".into(), "profile".into(), "email".into()],
        algorithms: vec![Algorithm::ES256, Algorithm::RS256],
        provisioning: Provisioning::JustInTime,
        stage: Stage::Live,
        ..Connection::new(own, format!("connection-{id}"), registered, NOW)
    }
}

pub fn mapping(exceptions: &[(Field, &str)]) -> ClaimMapping {
    let exceptions = exceptions.iter().map(|(field, claim)| (*field, Source::from(*claim)));
    ClaimMapping::new(exceptions.collect::<BTreeMap<_, _>>())
}
