//! The broker in one piece: what every route works with.

use std::sync::Arc;

use axum::body::Bytes;
use doorward_domain::{Clock, Entropy, Timestamp};
use doorward_net::{EgressPolicy, Outbound, TextRecords};
use doorward_service::audit::{Auditor, Watched};
use doorward_service::federation::Federation;
use doorward_service::identity::local::{Letters, Local, LocalParts, Post};
use doorward_service::identity::{Endings, Sessions};
use doorward_service::jobs::{Jobs, Worker};
use doorward_service::keys::{KeyRing, Sealer};
use doorward_service::login::Login;
use doorward_service::management::{
    ConnectionTests, DocumentPolicy, DomainChecks, Management, RegistrationPolicy,
};
use doorward_service::provider::{Provider, ProviderParts, discovery};
use doorward_service::settings::Settings;
use doorward_service::trace::{Archive, Traces};
use doorward_store::Store;

use crate::cookies::CookiePolicy;
use crate::proxies::Proxies;
use crate::words::Language;

/// What a broker is made of. `main` fills it with the real things, tests with doubles.
pub struct Parts {
    /// Where records live.
    pub store: Arc<dyn Store>,
    /// The way out.
    pub net: Arc<dyn Outbound>,
    /// The way to what the owners of domains publish.
    pub names: Arc<dyn TextRecords>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// Secrets at rest.
    pub sealer: Arc<Sealer>,
    /// Our keys.
    pub keys: Arc<KeyRing>,
    /// The operator's decisions.
    pub settings: Arc<Settings>,
    /// Where connections may lead.
    pub egress: EgressPolicy,
    /// What holds for clients that register themselves, when they may.
    pub registration: Option<RegistrationPolicy>,
    /// What holds for clients that publish their metadata themselves, when they may.
    pub documents: Option<DocumentPolicy>,
    /// What carries letters to people.
    pub carrier: Arc<dyn Post>,
    /// The proxies that requests may come by.
    pub proxies: Proxies,
}

/// A broker that is ready to answer.
pub struct App {
    pub(crate) login: Login,
    pub(crate) provider: Arc<Provider>,
    pub(crate) endings: Arc<Endings>,
    pub(crate) worker: Arc<Worker>,
    pub(crate) local: Arc<Local>,
    pub(crate) management: Arc<Management>,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) cookies: CookiePolicy,
    pub(crate) settings: Arc<Settings>,
    pub(crate) proxies: Proxies,
    /// The discovery document, which never changes.
    pub(crate) discovery: Bytes,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, net, clock, entropy, sealer, keys, settings, egress, .. } = parts;
        let Parts { registration, documents, carrier, proxies, names, .. } = parts;
        let watched = Arc::new(Watched::new(store));
        let store: Arc<dyn Store> = Arc::clone(&watched) as _;
        let published = documents.is_some();
        let open = documents.as_ref().map(|documents| documents.terms.resources.clone());
        let provider = Arc::new(Provider::new(ProviderParts {
            store: Arc::clone(&store),
            net: Arc::clone(&net),
            keys: Arc::clone(&keys),
            sealer: Arc::clone(&sealer),
            entropy: Arc::clone(&entropy),
            settings: Arc::clone(&settings),
            documents,
        }));
        let federation = federation(&store, &net, &entropy, &sealer, &settings);
        let letters = Letters::new(carrier, Arc::clone(&sealer));
        let (jobs, endings, worker) = endings(&store, &entropy, letters, &provider, &clock);
        let sessions = sessions(&store, &entropy, &endings, &settings);
        let local = local((&store, &sealer), &entropy, &settings, &endings, &jobs);
        let traces = Arc::new(Traces::within(settings.traces, Arc::clone(&clock), &*entropy));
        let management = Arc::new(Management {
            auditor: Arc::new(Auditor::new(watched, Arc::clone(&sealer), Arc::clone(&clock))),
            connection_tests: ConnectionTests::default(),
            traces: Arc::clone(&traces),
            archive: archive((&store, &sealer), &entropy, &clock, &settings),
            local: Arc::clone(&local),
            store: Arc::clone(&store),
            sealer: Arc::clone(&sealer),
            entropy: Arc::clone(&entropy),
            clock: Arc::clone(&clock),
            federation: Arc::clone(&federation),
            egress,
            algorithms: keys.algorithms().to_vec(),
            mutual_tls: settings.mutual_tls.clone(),
            net: Arc::clone(&net),
            names,
            domain_checks: DomainChecks::default(),
            open_resources: open_resources(registration.as_ref(), open),
            registration,
            endings: Arc::clone(&endings),
            issuer: settings.issuer().to_owned(),
        });
        let login = Login::new(Arc::clone(&provider), federation, sessions, Arc::clone(&local), traces);
        Self {
            discovery: discovery(&settings, &keys, management.registration.is_some(), published),
            cookies: CookiePolicy::new(settings.issuer(), &settings.lifetimes),
            login,
            provider,
            endings,
            worker,
            local,
            management,
            keys,
            store,
            clock,
            entropy,
            settings,
            proxies,
        }
    }

    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Our keys.
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.keys
    }

    /// What does the jobs.
    pub fn worker(&self) -> &Arc<Worker> {
        &self.worker
    }

    /// Tenants, connections, clients and users.
    pub fn management(&self) -> &Arc<Management> {
        &self.management
    }
}

/// The sessions, and how they end.
fn sessions(
    store: &Arc<dyn Store>,
    entropy: &Arc<dyn Entropy>,
    endings: &Arc<Endings>,
    settings: &Arc<Settings>,
) -> Arc<Sessions> {
    let (store, entropy) = (Arc::clone(store), Arc::clone(entropy));
    Arc::new(Sessions::new(store, entropy, Arc::clone(endings), Arc::clone(settings)))
}

/// Sign-in at doorward itself.
fn local(
    (store, sealer): (&Arc<dyn Store>, &Arc<Sealer>),
    entropy: &Arc<dyn Entropy>,
    settings: &Arc<Settings>,
    endings: &Arc<Endings>,
    jobs: &Arc<Jobs>,
) -> Arc<Local> {
    Arc::new(Local::new(LocalParts {
        store: Arc::clone(store),
        sealer: Arc::clone(sealer),
        entropy: Arc::clone(entropy),
        settings: Arc::clone(settings),
        endings: Arc::clone(endings),
        jobs: Arc::clone(jobs),
    }))
}

/// The traces that outlive the process.
fn archive(
    (store, sealer): (&Arc<dyn Store>, &Arc<Sealer>),
    entropy: &Arc<dyn Entropy>,
    clock: &Arc<dyn Clock>,
    settings: &Settings,
) -> Archive {
    let place = (Arc::clone(store), Arc::clone(sealer));
    Archive::new(place, Arc::clone(entropy), Arc::clone(clock), settings.traces)
}

/// The jobs, what ends sessions and grants, and what does the jobs that come of it.
fn endings(
    store: &Arc<dyn Store>,
    entropy: &Arc<dyn Entropy>,
    letters: Letters,
    provider: &Arc<Provider>,
    clock: &Arc<dyn Clock>,
) -> (Arc<Jobs>, Arc<Endings>, Arc<Worker>) {
    let jobs = Arc::new(Jobs::new(Arc::clone(store), Arc::clone(entropy)));
    let endings = Arc::new(Endings::new(Arc::clone(store), Arc::clone(entropy), Arc::clone(&jobs)));
    let (provider, clock) = (Arc::clone(provider), Arc::clone(clock));
    let worker = Worker::new(Arc::clone(&jobs), provider, Arc::clone(&endings), letters, clock);
    (jobs, endings, Arc::new(worker))
}

/// The discovery document of a broker where clients may register or publish themselves, or not.
fn discovery(settings: &Settings, keys: &KeyRing, registered: bool, published: bool) -> Bytes {
    let languages = Language::ALL.map(Language::tag);
    let document = discovery::document(settings, keys, &languages);
    let mut document = discovery::with_certificates(document, settings);
    if registered {
        document = discovery::with_registration(document, settings);
    }
    if published {
        document = discovery::with_client_documents(document);
    }
    Bytes::from(document.to_string())
}

/// The protected resources of clients that nobody registered but themselves.
fn open_resources(registration: Option<&RegistrationPolicy>, published: Option<Vec<String>>) -> Vec<String> {
    published.or_else(|| registration.map(|policy| policy.resources.clone())).unwrap_or_default()
}

fn federation(
    store: &Arc<dyn Store>,
    net: &Arc<dyn Outbound>,
    entropy: &Arc<dyn Entropy>,
    sealer: &Arc<Sealer>,
    settings: &Settings,
) -> Arc<Federation> {
    Arc::new(Federation::new(
        Arc::clone(store),
        Arc::clone(net),
        Arc::clone(entropy),
        Arc::clone(sealer),
        settings.base_url().clone(),
    ))
}
