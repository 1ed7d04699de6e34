//! Runs a broker: opens what it is made of, listens, works in the background, stops gracefully.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use doorward_domain::Clock as _;
use doorward_net::GuardedClient;
use doorward_service::keys::{KeyRing, KeyRingParts, check_master_key};
use doorward_store::sweep::Sweeper;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::app::{App, Parts};
use crate::config::Config;
use crate::system::{SystemClock, SystemEntropy};
use crate::{admin_api, backend, routes};

/// How often expired records are looked for, and how many records one look passes.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
const SWEEP_PAGE: usize = 500;

/// A slow client gets this long after the stop was asked for.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// A broker that listens.
pub struct Server {
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    backend: backend::Backend,
}

impl Server {
    /// Opens the store and the keys, and starts to listen.
    ///
    /// # Errors
    /// Whatever keeps the broker from starting, in words for the operator.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let settings = Arc::new(config.settings()?);
        let secrets = config.secrets(&SystemEntropy)?;
        let backend = backend::Backend::open(&config.store)?;
        let (store, sealer) = (backend.store(), Arc::new(secrets.sealer));
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        check_master_key(&*store, &sealer, &*entropy, clock.now()).await?;
        let keys = KeyRing::open(KeyRingParts {
            store: Arc::clone(&store),
            sealer: Arc::clone(&sealer),
            clock: clock.clone(),
            entropy: entropy.clone(),
            algorithms: config.keys.algorithms.clone(),
            schedule: config.keys.schedule(),
        })
        .await?;
        let egress = config.egress_policy();
        let net = Arc::new(GuardedClient::new(egress.clone())?);
        let keys = Arc::new(keys);
        let app = Arc::new(App::new(Parts { store, net, clock, entropy, sealer, keys, settings, egress }));
        let admin =
            admin_api::router(Arc::clone(app.management()), Arc::clone(app.keys()), secrets.admin_token);
        let router = routes::router(Arc::clone(&app)).merge(admin);
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("cannot listen on {}; is another broker running?", config.listen))?;
        Ok(Self { app, router, listener, backend })
    }

    /// The broker behind the routes.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the socket is gone.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop` resolves, then finishes the answers under way.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let Self { app, router, listener, backend } = self;
        let mut background = background(&app);
        let (stopping, stopped) = tokio::sync::oneshot::channel();
        let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
            stop.await;
            let _ = stopping.send(());
        });
        tokio::select! {
            served = serving.into_future() => served?,
            () = async { let _ = stopped.await; tokio::time::sleep(LAST_ANSWERS).await } => {
                tracing::warn!("some connections did not end in time and were cut");
            }
        }
        background.shutdown().await;
        drop(app);
        backend.close().await;
        Ok(())
    }
}

fn background(app: &Arc<App>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let keys = Arc::clone(app.keys());
    tasks.spawn(async move { keys.run().await });
    let app = Arc::clone(app);
    tasks.spawn(async move { sweep(&app).await });
    tasks
}

async fn sweep(app: &App) {
    let mut sweeper = Sweeper::new();
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = sweeper.step(&*app.store, app.now(), SWEEP_PAGE).await {
            tracing::warn!(%error, "expired records could not be swept");
        }
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
