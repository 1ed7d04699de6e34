//! A broker with its surroundings: the tenants of the attack matrix, a test IdP, a still clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use doorward::app::{App, Parts};
use doorward::proxies::Proxies;
use doorward::{admin_api, routes};
use doorward_domain::connection::{Slots, UpstreamAuthentication, UpstreamSecret};
use doorward_domain::{
    Algorithm, AuditEvent, Client, ClientAuthentication, ClientId, ClientSecret, ClientTrust, Clock as _,
    Connection, ConnectionId, Domain, Entropy, KeyManagement, ManualClock, PasswordCost, Plain, Provisioning,
    RedirectUri, ScopeSet, SecretHash, Slug, Stage, Tenant, TenantId, Timestamp,
};
use doorward_net::double::ScriptedRecords;
use doorward_net::{EgressPolicy, TextRecords};
use doorward_service::audit::Auditor;
use doorward_service::jobs::Worker;
use doorward_service::keys::{KeyRing, KeyRingParts, MasterKey, Place, Schedule, Sealer};
use doorward_service::management::{DocumentPolicy, Management, RegistrationPolicy};
use doorward_service::settings::Settings;
use doorward_store::records::TenantOf;
use doorward_store::{Batch, Kind, MemoryStore, Store};
use doorward_test_idp::{Config, IssuerConfig, TestIdp};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::app::{Answer, Relying};
use crate::browser::{Browser, Page};
use crate::mailbag::Mailbag;
use crate::oracle::watched;
use crate::transport::Network;

/// The broker's issuer identifier in every test world.
pub const ISSUER: &str = "https://id.test";
/// The test IdP's origin.
pub const IDP: &str = "https://idp.test";
/// What opens the admin API.
pub const ADMIN_TOKEN: &str = "secret-of-the-operator";

/// Repeatable dice.
pub struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&Sha256::digest(n.to_be_bytes())[..chunk.len()]);
        }
    }
}

/// A broker with its surroundings.
pub struct World {
    /// The hosts.
    pub network: Network,
    /// What the owners of domains publish.
    pub records: Arc<ScriptedRecords>,
    /// How the broker reads it.
    pub names: Arc<dyn TextRecords>,
    /// The clock of broker and IdP.
    pub clock: Arc<ManualClock>,
    /// The broker's records.
    pub store: Arc<dyn Store>,
    /// The broker's keys.
    pub keys: Arc<KeyRing>,
    /// The broker's sealer.
    pub sealer: Arc<Sealer>,
    /// The dice.
    pub entropy: Arc<Seeded>,
    /// What does the broker's jobs.
    pub worker: OnceLock<Arc<Worker>>,
    /// What the broker's operators work with.
    pub management: OnceLock<Arc<Management>>,
    /// What holds for clients that register themselves.
    pub registration: Option<RegistrationPolicy>,
    /// What holds for clients that publish their metadata themselves.
    pub documents: Option<DocumentPolicy>,
    /// The operator's decisions.
    pub settings: Arc<Settings>,
    /// What the broker signs with.
    pub algorithms: Vec<Algorithm>,
    /// The proxies in front of the broker.
    pub proxies: Proxies,
    /// The letters that people got.
    pub mail: Arc<Mailbag>,
    /// The IdP.
    pub idp: TestIdp,
    /// The tenant that is attacked, at `victim.test`, with connection K1 at issuer `good`.
    pub victim: TenantId,
    /// The tenant whose administrator attacks, at `attacker.test`, with connection KE at issuer `evil`.
    pub attacker: TenantId,
    /// K1.
    pub k1: ConnectionId,
    /// KE.
    pub ke: ConnectionId,
}

/// How a world may differ from the usual one.
pub struct Setup {
    /// Where the broker's records live; empty.
    pub store: Arc<dyn Store>,
    /// The IdP's issuers, `good` and `evil` among them.
    pub issuers: Vec<IssuerConfig>,
    /// What holds for clients that register themselves; by default they may not.
    pub registration: Option<RegistrationPolicy>,
    /// What holds for clients that publish their metadata themselves; by default they may not.
    pub documents: Option<DocumentPolicy>,
    /// The operator's decisions.
    pub settings: Settings,
    /// What the broker signs with; ES256 by default, and first in any case.
    pub algorithms: Vec<Algorithm>,
    /// The proxies in front of the broker; by default there are none.
    pub proxies: Proxies,
    /// How the broker asks DNS; by default it reads the world's records.
    pub names: Option<Arc<dyn TextRecords>>,
}

impl Default for Setup {
    fn default() -> Self {
        let issuers = vec![IssuerConfig::new("good"), IssuerConfig::new("evil")];
        let mut settings = Settings::new(ISSUER, Default::default()).unwrap();
        // What a password costs is measured elsewhere.
        settings.password_cost = PasswordCost { memory: 64, passes: 1, lanes: 1 };
        let (store, proxies) = (Arc::new(MemoryStore::new()), Proxies::default());
        let algorithms = vec![Algorithm::ES256];
        Self {
            store,
            issuers,
            registration: None,
            documents: None,
            settings,
            algorithms,
            proxies,
            names: None,
        }
    }
}

impl World {
    /// A world with its usual inhabitants: clients `c1` and `c2` (confidential), `public` (a
    /// single-page app), `native` (loopback), `third` (asks for consent), `cx` (the attacker's).
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// The same on another store, which must be empty.
    pub async fn on(store: Arc<dyn Store>) -> Self {
        Self::with(Setup { store, ..Setup::default() }).await
    }

    /// The same in other circumstances.
    pub async fn with(setup: Setup) -> Self {
        let Setup { store, issuers, registration, documents, settings, algorithms, proxies, names } = setup;
        let records = Arc::<ScriptedRecords>::default();
        let clock = Arc::new(ManualClock::new(Timestamp::from_secs(1_800_000_000)));
        let idp = test_idp(&clock, issuers);
        let network = Network::default();
        network.add(IDP, idp.router());
        let entropy = Arc::new(Seeded(AtomicU64::new(0)));
        let key = MasterKey { name: "k1".to_owned(), key: Zeroizing::new([7; 32]) };
        let sealer = Arc::new(Sealer::new(key, Vec::new()));
        let keys = Arc::new(open_keys(&store, &sealer, &clock, &entropy, &algorithms).await);
        let now = clock.now();
        let world = Self {
            network,
            names: names.unwrap_or_else(|| records.clone()),
            records,
            clock,
            keys,
            sealer,
            idp,
            victim: TenantId::new(now, &*entropy),
            attacker: TenantId::new(now, &*entropy),
            k1: ConnectionId::new(now, &*entropy),
            ke: ConnectionId::new(now, &*entropy),
            store,
            entropy,
            worker: OnceLock::new(),
            management: OnceLock::new(),
            registration,
            documents,
            settings: Arc::new(settings),
            algorithms,
            proxies,
            mail: Arc::default(),
        };
        world.inhabit().await;
        world.start_broker();
        world
    }

    /// Another broker on the same store, with the same IdP: a second instance, or this one after a
    /// restart, for the two share nothing in memory.
    pub async fn another_broker(&self) -> Self {
        let network = Network::default();
        network.add(IDP, self.idp.router());
        let keys = open_keys(&self.store, &self.sealer, &self.clock, &self.entropy, &self.algorithms);
        let keys = Arc::new(keys.await);
        let world = Self {
            network,
            keys,
            records: self.records.clone(),
            names: self.names.clone(),
            clock: self.clock.clone(),
            store: self.store.clone(),
            sealer: self.sealer.clone(),
            entropy: self.entropy.clone(),
            settings: self.settings.clone(),
            algorithms: self.algorithms.clone(),
            idp: self.idp.clone(),
            mail: self.mail.clone(),
            registration: self.registration.clone(),
            documents: self.documents.clone(),
            proxies: self.proxies.clone(),
            worker: OnceLock::new(),
            management: OnceLock::new(),
            ..*self
        };
        world.start_broker();
        world
    }

    /// The broker stops, and another starts on the store that is opened then.
    pub async fn restarted(self, open: impl FnOnce() -> Arc<dyn Store>) -> Self {
        self.network.remove(ISSUER);
        self.mail.brought_by(None);
        let Self { store, keys, worker, management, .. } = self;
        drop((store, keys, worker, management));
        let store = open();
        let keys = open_keys(&store, &self.sealer, &self.clock, &self.entropy, &self.algorithms).await;
        let keys = Arc::new(keys);
        let (worker, management) = (OnceLock::new(), OnceLock::new());
        let world = Self { store, keys, worker, management, ..self };
        world.start_broker();
        world
    }

    fn start_broker(&self) {
        let app = Arc::new(App::new(Parts {
            store: self.store.clone(),
            net: Arc::new(self.network.clone()),
            names: self.names.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            sealer: self.sealer.clone(),
            keys: self.keys.clone(),
            settings: self.settings.clone(),
            egress: EgressPolicy::default(),
            registration: self.registration.clone(),
            documents: self.documents.clone(),
            carrier: self.mail.clone(),
            proxies: self.proxies.clone(),
        }));
        self.worker.get_or_init(|| app.worker().clone());
        self.mail.brought_by(Some(app.worker().clone()));
        self.management.get_or_init(|| app.management().clone());
        let token = Plain::new(ADMIN_TOKEN).hash();
        let admin = admin_api::router(&app, token);
        self.network.add(ISSUER, watched(routes::router(app, admin)));
    }

    async fn inhabit(&self) {
        self.add_tenant(self.victim, "victim", "victim.test").await;
        self.add_tenant(self.attacker, "attacker", "attacker.test").await;
        self.connect(self.victim, self.k1, "good").await;
        self.connect(self.attacker, self.ke, "evil").await;
        for id in ["c1", "c2", "cx"] {
            self.put(&self.client(id)).await;
        }
        self.put(&Client { authentication: ClientAuthentication::None, ..self.client("public") }).await;
        let native = Client {
            authentication: ClientAuthentication::None,
            native: true,
            redirect_uris: vec![RedirectUri::parse("http://127.0.0.1/cb").unwrap()],
            ..self.client("native")
        };
        self.put(&native).await;
        self.put(&Client { trust: ClientTrust::ThirdParty, ..self.client("third") }).await;
        self.put(&Client { tenants: vec![self.attacker], ..self.client("cx") }).await;
    }

    /// A client with one of everything.
    pub fn client(&self, id: &str) -> Client {
        let uri = |path: &str| RedirectUri::parse(&format!("https://{id}.test{path}")).unwrap();
        let secrets = vec![self.secret(&format!("secret-of-{id}"))];
        let authentication = ClientAuthentication::ClientSecretBasic { secrets };
        Client {
            redirect_uris: vec![uri("/cb"), uri("/other")],
            post_logout_redirect_uris: vec![uri("/out")],
            scope: ScopeSet::parse("openid profile email groups offline_access").unwrap(),
            trust: ClientTrust::FirstParty,
            ..Client::new(ClientId::new(id), format!("App {id}"), authentication, self.clock.now())
        }
    }

    /// A client's secret as it is registered.
    pub fn secret(&self, text: &str) -> ClientSecret<SecretHash> {
        ClientSecret { value: Plain::new(text).hash(), created_at: self.clock.now(), ends_at: None }
    }

    /// A live connection of `tenant` to an issuer of the test IdP.
    pub fn connection(&self, tenant: TenantId, id: ConnectionId, issuer: &str) -> Connection {
        let secret = self.upstream_secret(tenant, id, "upstream-secret");
        let registered = (format!("{IDP}/{issuer}"), "doorward".to_owned());
        Connection {
            title: "Staff".to_owned(),
            authentication: UpstreamAuthentication::ClientSecretBasic { secrets: Slots::new(secret) },
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
            algorithms: vec![Algorithm::ES256, Algorithm::RS256],
            provisioning: Provisioning::JustInTime,
            stage: Stage::Live,
            ..Connection::new((tenant, id), "staff".to_owned(), registered, self.clock.now())
        }
    }

    /// A secret of ours at a provider, as a connection keeps it.
    pub fn upstream_secret(&self, tenant: TenantId, id: ConnectionId, text: &str) -> UpstreamSecret {
        let place = Place { tenant, kind: Kind::Connection, id: id.as_bytes(), field: "client_secret" };
        let value = self.sealer.seal(&place, text.as_bytes(), &*self.entropy);
        UpstreamSecret { value, created_at: self.clock.now(), ends_at: None }
    }

    /// Links a tenant to an issuer of the test IdP, on both sides.
    pub async fn connect(&self, tenant: TenantId, id: ConnectionId, issuer: &str) {
        self.put(&self.connection(tenant, id, issuer)).await;
        self.idp.issuer(issuer).unwrap().register(doorward_test_idp::Client {
            client_id: "doorward".to_owned(),
            client_secret: Some("upstream-secret".to_owned()),
            redirect_uris: vec![format!("{ISSUER}/federation/{id}/callback")],
            ..Default::default()
        });
    }

    async fn add_tenant(&self, id: TenantId, slug: &str, domain: &str) {
        let (slug, domain) = (Slug::parse(slug).unwrap(), Domain::parse(domain).unwrap());
        self.put(&TenantOf { name: slug.clone(), tenant: id }).await;
        self.put(&TenantOf { name: domain.clone(), tenant: id }).await;
        let name = slug.to_string();
        let now = self.clock.now();
        self.put(&Tenant { domains: vec![domain], ..Tenant::new(id, slug, name, now) }).await;
    }

    /// A URL of the broker.
    pub fn url(&self, path: &str) -> String {
        format!("{ISSUER}{path}")
    }

    /// A new browser.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.network)
    }

    /// The relying party of one of the clients.
    pub fn relying(&self, id: &str) -> Relying {
        let public = ["public", "native"].contains(&id);
        let redirect_uri = if id == "native" {
            "http://127.0.0.1:51004/cb".to_owned()
        } else {
            format!("https://{id}.test/cb")
        };
        Relying { id: id.to_owned(), secret: (!public).then(|| format!("secret-of-{id}")), redirect_uri }
    }

    /// Moves the clock on.
    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Lets the broker do the jobs that are due, and returns how many attempts that took.
    pub async fn work(&self) -> usize {
        self.worker.get().expect("a broker").catch_up().await.unwrap()
    }

    /// Lets the broker write down what went wrong, as it does every second.
    pub async fn write_traces(&self) {
        self.management.get().expect("a broker").write_traces().await.unwrap();
    }

    /// Has the broker write down that something happened.
    pub async fn happens(&self, event: &AuditEvent) {
        let store = &self.management.get().expect("a broker").store;
        store.commit(Batch::new().insert(event).unwrap()).await.unwrap();
    }

    /// What signs the broker's audit log.
    pub fn auditor(&self) -> &Auditor {
        &self.management.get().expect("a broker").auditor
    }

    /// Signs `persona` of `company` in at `app`, in this browser, and ends at the app's callback.
    pub async fn sign_in(&self, browser: &mut Browser, app: &Relying, company: &str, persona: &str) -> Page {
        let page = browser.open(&app.authorize(self, &[])).await;
        self.go_on(browser, page, company, persona).await
    }

    /// Goes on from the broker's sign-in page to the app's callback, or to whatever comes instead.
    pub async fn go_on(&self, browser: &mut Browser, page: Page, company: &str, persona: &str) -> Page {
        let page = match page.body.contains("id=\"username\"") && page.url.as_str().starts_with(ISSUER) {
            true => browser.submit(&page, &[("username", company)]).await,
            false => page,
        };
        match page.url.as_str().starts_with(IDP) {
            true => browser.submit(&page, &[("username", persona), ("password", "test")]).await,
            false => page,
        }
    }

    /// Signs `persona` in at `app` in a new browser, and redeems the code.
    pub async fn tokens(&self, app: &Relying, company: &str, persona: &str) -> Answer {
        let page = self.sign_in(&mut self.browser(), app, company, persona).await;
        app.redeem(self, &page).await
    }
}

fn test_idp(clock: &Arc<ManualClock>, issuers: Vec<IssuerConfig>) -> TestIdp {
    let now = {
        let clock = Arc::clone(clock);
        Arc::new(move || clock.now().as_secs())
    };
    TestIdp::new(Config { base_url: IDP.to_owned(), issuers, now }).unwrap()
}

async fn open_keys(
    store: &Arc<dyn Store>,
    sealer: &Arc<Sealer>,
    clock: &Arc<ManualClock>,
    entropy: &Arc<Seeded>,
    algorithms: &[Algorithm],
) -> KeyRing {
    let parts = KeyRingParts {
        store: store.clone(),
        sealer: sealer.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        algorithms: algorithms.to_vec(),
        encryption: vec![KeyManagement::EcdhEs],
        schedule: Schedule::default(),
    };
    KeyRing::open(parts).await.unwrap()
}
