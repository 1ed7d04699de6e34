//! The admin API without a running broker: the store is opened here, as long as a command takes.

use std::sync::Arc;

use axum::Router;
use doorward_domain::Clock as _;
use doorward_service::keys::{KeyRing, KeyRingParts, check_master_key};
use doorward_service::management::Management;

use crate::admin_api;
use crate::backend::Backend;
use crate::config::Config;
use crate::system::{SystemClock, SystemEntropy};

/// Opens the store and what management needs. The backend is to be closed after the router is gone.
pub async fn open(config: &Config) -> anyhow::Result<(Router, Backend)> {
    let secrets = config.secrets(&SystemEntropy)?;
    let backend = Backend::open(&config.store)?;
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
    let management = Management {
        store,
        sealer,
        entropy,
        clock,
        egress: config.egress_policy(),
        issuer: config.issuer.clone(),
    };
    Ok((admin_api::router(Arc::new(management), Arc::new(keys), secrets.admin_token), backend))
}
