//! Name resolution that hands only vetted addresses to the connector.

use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolving};
use tokio::sync::Semaphore;

use crate::{EgressPolicy, NetError};

/// Lookups that may hold a thread at one time; a name server that never answers holds one for long.
const CONCURRENT_LOOKUPS: usize = 64;

/// Turns a host name into addresses.
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of `name`, which is never an IP address.
    ///
    /// # Errors
    /// Whatever kept the lookup from an answer.
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// Resolves as the operating system does (hosts file, then DNS).
#[derive(Debug)]
pub struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { lookups: Arc::new(Semaphore::new(CONCURRENT_LOOKUPS)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let permit = Arc::clone(&self.lookups).acquire_owned().await.map_err(io::Error::other)?;
            let name = name.to_owned();
            let lookup = move || {
                let _permit = permit; // kept until the thread is free, even if the caller has given up
                Ok((name.as_str(), 0).to_socket_addrs()?.map(|address| address.ip()).collect())
            };
            tokio::task::spawn_blocking(lookup).await.map_err(io::Error::other)?
        })
    }
}

/// What the connector asks: the answer of the inner resolver, if the policy allows all of it.
///
/// The connector goes to these very addresses, so a name that answers differently a moment later gains nothing.
pub(crate) struct VettedResolver {
    pub(crate) inner: Arc<dyn Resolve>,
    pub(crate) policy: Arc<EgressPolicy>,
}

impl reqwest::dns::Resolve for VettedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (inner, policy) = (Arc::clone(&self.inner), Arc::clone(&self.policy));
        Box::pin(async move {
            let addresses = inner.resolve(name.as_str()).await?;
            policy.check_answer(name.as_str(), &addresses).map_err(NetError::Refused)?;
            // Port 0 stands for the port of the URL.
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
