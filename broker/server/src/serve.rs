//! Runs a broker: opens what it is made of, listens, works in the background, stops gracefully.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use doorward_domain::{Clock as _, SecretHash};
use doorward_service::keys::{KeyRing, KeyRingParts, OFFERED, check_master_key};
use doorward_service::management::Management;
use doorward_store::sweep::Sweeper;
use tokio::task::JoinSet;

use crate::app::{App, Parts};
use crate::backend::Backend;
use crate::config::Config;
use crate::listen::{Authorities, Doors, Entrance};
use crate::mail::Postman;
use crate::outlet::{Making, Outlet};
use crate::system::{SystemClock, SystemEntropy};
use crate::{admin_api, routes};

/// The sweeper looks at this many records, rests, and goes on; after all of them it rests longer. So it
/// keeps up with 10,000 records a second, and costs little when nothing expires.
const SWEEP_PAGE: usize = 500;
const BETWEEN_PAGES: Duration = Duration::from_millis(50);
const BETWEEN_ROUNDS: Duration = Duration::from_secs(600);

/// A broker that is open: its store, its keys, and everything above them.
pub struct Broker {
    app: Arc<App>,
    backend: Backend,
    admin_token: SecretHash,
    entrance: Entrance,
    outlet: Making,
    authorities: Arc<Authorities>,
}

impl Broker {
    /// Opens the store and the keys; makes what is missing.
    ///
    /// # Errors
    /// Whatever keeps the broker from starting, in words for the operator.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let settings = Arc::new(config.settings()?);
        let egress = config.egress_policy();
        let (net, outlet) = Outlet::make(egress.clone());
        let backend = Backend::open(&config.store)?;
        let secrets = config.secrets(&SystemEntropy)?;
        let (store, sealer) = (backend.store(), Arc::new(secrets.sealer));
        let (clock, entropy) = (Arc::new(SystemClock::start()), Arc::new(SystemEntropy));
        check_master_key(&*store, &sealer, &*entropy, clock.now()).await?;
        let keys = KeyRing::open(KeyRingParts {
            store: Arc::clone(&store),
            sealer: Arc::clone(&sealer),
            clock: clock.clone(),
            entropy: entropy.clone(),
            algorithms: config.keys.algorithms.clone(),
            encryption: OFFERED.to_vec(),
            schedule: config.keys.schedule(),
        })
        .await?;
        let keys = Arc::new(keys);
        let registration = config.registration.policy()?;
        let documents = config.registration.documents(&egress)?;
        let authorities = Arc::new(config.client_authorities(clock.clone())?);
        let proxies = config.proxies(&authorities);
        let app = Arc::new(App::new(Parts {
            carrier: Arc::new(Postman(config.mail.mailer()?)),
            store,
            net,
            names: Arc::new(config.dns.name_servers()),
            clock,
            entropy,
            sealer,
            keys,
            settings,
            egress,
            registration,
            documents,
            proxies,
        }));
        let (admin_token, entrance) = (secrets.admin_token, config.entrance());
        Ok(Self { app, backend, admin_token, entrance, outlet, authorities })
    }

    /// Tenants, connections, clients and users.
    pub fn management(&self) -> &Management {
        self.app.management()
    }

    /// Our keys.
    pub fn keys(&self) -> &KeyRing {
        self.app.keys()
    }

    /// The admin API, for those who have the broker open themselves.
    pub fn admin(&self) -> Router {
        admin_api::router(&self.app, self.admin_token)
    }

    /// Answers until `stop` resolves, then finishes the answers under way.
    ///
    /// # Errors
    /// When nobody can listen there, the certificate is none, or the machine has no root certificates.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let doors = Doors::open(&self.entrance, Arc::clone(&self.authorities)).await?;
        let router = routes::router(Arc::clone(&self.app), self.admin());
        let mut background = background(&self.app);
        let served = tokio::select! {
            () = doors.serve(router, stop) => Ok(()),
            error = self.outlet.failed() => Err(error),
        };
        background.shutdown().await;
        if let Err(error) = self.app.management().write_traces().await {
            tracing::warn!(%error, "the last traces could not be written");
        }
        close(&self.app, self.backend).await;
        served
    }

    /// Signs and writes what waits, and closes the store.
    pub async fn close(self) {
        close(&self.app, self.backend).await;
    }
}

async fn close(app: &App, backend: Backend) {
    app.management().auditor.finish().await;
    backend.close().await;
}

fn background(app: &Arc<App>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let keys = Arc::clone(app.keys());
    tasks.spawn(async move { keys.run().await });
    let worker = Arc::clone(app.worker());
    tasks.spawn(async move { worker.run().await });
    let auditor = Arc::clone(&app.management().auditor);
    tasks.spawn(async move { auditor.run().await });
    let management = Arc::clone(app.management());
    tasks.spawn(async move { management.keep_examining().await });
    let management = Arc::clone(app.management());
    tasks.spawn(async move { management.keep_writing_traces().await });
    let app = Arc::clone(app);
    tasks.spawn(async move { sweep(&app).await });
    tasks
}

async fn sweep(app: &App) {
    let mut sweeper = Sweeper::new();
    loop {
        let rest = match sweeper.step(&*app.store, app.now(), SWEEP_PAGE).await {
            Ok(swept) if !swept.round_ended => BETWEEN_PAGES,
            Ok(_) => BETWEEN_ROUNDS,
            Err(error) => {
                tracing::warn!(%error, "expired records could not be swept");
                BETWEEN_ROUNDS
            }
        };
        if rest == BETWEEN_ROUNDS {
            app.management().traces.sweep();
        }
        tokio::time::sleep(rest).await;
    }
}

/// Resolves when the process is asked to stop.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
