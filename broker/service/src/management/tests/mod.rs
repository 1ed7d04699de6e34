mod apply;
mod certificates;
mod clients;
mod connections;
mod document;
mod domains;
mod family;
mod idempotence;
mod plan;
mod rollout;
mod sign_out;
mod views;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use doorward_domain::{
    Algorithm, Client, ClientId, Connection, Entropy, ManualClock, PasswordCost, Slug, Tenant, Timestamp,
};
use doorward_net::EgressPolicy;
use doorward_net::double::{ScriptedOutbound, ScriptedRecords};
use doorward_store::records::at;
use doorward_store::{MemoryStore, Store, StoreExt as _, Stored};
use zeroize::Zeroizing;

use crate::identity::Endings;
use crate::jobs::Jobs;

use super::document::{Document, Reference};
use super::plan::{Plan, PlanError, Problem};
use super::{Management, existing};
use crate::audit::{Auditor, Watched};
use crate::federation::Federation;
use crate::identity::local::Local;
use crate::keys::{MasterKey, Sealer};
use crate::settings::{Lifetimes, MutualTls, Settings};
use crate::trace::{Archive, Limits, Traces};

/// A tenant with a connection, and a client: enough for a login.
const ACME: &str = r#"
    [[tenant]]
    slug = "acme"
    name = "Acme Dental"
    domains = ["acme.test"]

      [[tenant.connection]]
      name = "staff"
      kind = "oidc"
      issuer = "https://idp.acme.test"
      client_id = "doorward"
      client_secret = "canary-of-the-connection"

    [[client]]
    client_id = "app"
    name = "The app"
    client_secret = "canary-of-the-client-app"
    redirect_uris = ["https://app.test/callback"]
    scope = "openid profile"
    tenants = ["acme"]
"#;

const CANARY: &str = "canary";

/// Bytes that never repeat.
struct Counter;

impl Entropy for Counter {
    fn fill(&self, out: &mut [u8]) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        for chunk in out.rchunks_mut(8) {
            let next = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&next[8 - chunk.len()..]);
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

fn over(store: Arc<dyn Store>) -> Management {
    with_net(store, Arc::new(ScriptedOutbound::new()))
}

fn with_net(store: Arc<dyn Store>, net: Arc<ScriptedOutbound>) -> Management {
    let key = MasterKey { name: "test".to_owned(), key: Zeroizing::new([7; 32]) };
    let sealer = Arc::new(Sealer::new(key, Vec::new()));
    let entropy: Arc<dyn Entropy> = Arc::new(Counter);
    let jobs = Arc::new(Jobs::new(store.clone(), entropy.clone()));
    let base_url = "https://sso.example.org".parse().unwrap();
    let federation = Federation::new(store.clone(), net.clone(), entropy.clone(), sealer.clone(), base_url);
    let mut settings = Settings::new("https://sso.example.org", Lifetimes::default()).unwrap();
    settings.password_cost = PasswordCost { memory: 64, passes: 1, lanes: 1 };
    let local = Local::unposted(store.clone(), sealer.clone(), entropy.clone(), Arc::new(settings));
    let clock = Arc::new(ManualClock::new(now()));
    let watched = Watched::new(store.clone());
    let auditor = Auditor::new(Arc::new(watched), sealer.clone(), clock.clone());
    Management {
        auditor: Arc::new(auditor),
        connection_tests: super::ConnectionTests::default(),
        traces: Arc::new(Traces::new(clock.clone(), &*entropy)),
        archive: Archive::new(
            (store.clone(), sealer.clone()),
            entropy.clone(),
            clock.clone(),
            Limits::default(),
        ),
        endings: Arc::new(Endings::new(store.clone(), entropy.clone(), jobs)),
        store,
        local: Arc::new(local),
        sealer,
        federation: Arc::new(federation),
        entropy,
        clock,
        egress: EgressPolicy::default(),
        algorithms: Algorithm::ALL.to_vec(),
        mutual_tls: Some(MutualTls { base_url: None, has_authorities: true }),
        net,
        names: Arc::new(ScriptedRecords::default()),
        domain_checks: super::DomainChecks::default(),
        registration: None,
        open_resources: Vec::new(),
        issuer: "https://sso.example.org".to_owned(),
    }
}

fn empty() -> Management {
    over(Arc::new(MemoryStore::new()))
}

async fn with_acme() -> Management {
    let management = empty();
    management.apply(&parse(ACME), "tests").await.unwrap();
    management
}

/// Reads a document whose secrets are literal.
fn parse(text: &str) -> Document {
    let none = |_: &Reference| Err("tests have no references".to_owned());
    toml::from_str::<Document>(text).unwrap().resolve(none).unwrap().document
}

/// [`ACME`] with one text in the place of another.
fn acme_with(old: &str, new: &str) -> Document {
    assert!(ACME.contains(old), "{old}");
    parse(&ACME.replace(old, new))
}

fn problems(outcome: Result<Plan, PlanError>) -> Vec<Problem> {
    match outcome {
        Err(PlanError::Invalid(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

fn only_problem(outcome: Result<Plan, PlanError>) -> Problem {
    let mut problems = problems(outcome);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

impl Management {
    async fn stored_tenant(&self, slug: &str) -> Tenant {
        self.store.tenant_by_slug(&Slug::parse(slug).unwrap(), now()).await.unwrap().unwrap().record
    }

    async fn stored_connection(&self, slug: &str, name: &str) -> Connection {
        let tenant = self.stored_tenant(slug).await.id;
        let stored = existing::connections_of(&*self.store, tenant, now()).await.unwrap();
        stored.into_iter().find(|read| read.record.name == name).unwrap().record
    }

    async fn stored_client(&self, id: &str) -> Client {
        let read: Option<Stored<Client>> =
            self.store.read(&at::client(&ClientId::new(id)), now()).await.unwrap();
        read.unwrap().record
    }
}
