//! The way out, while it is being made: reading the machine's root certificates takes longer than all
//! the rest of a start, and the first answers go nowhere.

use std::future::pending;
use std::sync::Arc;

use doorward_net::{BuildError, EgressPolicy, GuardedClient, Limits, NetError, Outbound, Request, Response};
use futures_util::future::BoxFuture;
use tokio::sync::SetOnce;
use tokio::task::{JoinHandle, spawn_blocking};

/// The client that goes out to the network, as soon as there is one: what is sent before that waits.
#[derive(Default)]
pub struct Outlet {
    client: SetOnce<GuardedClient>,
}

/// The making of an outlet.
pub struct Making(JoinHandle<Result<(), BuildError>>);

impl Outlet {
    /// Begins to make an outlet.
    pub fn make(policy: EgressPolicy) -> (Arc<Self>, Making) {
        let outlet = Arc::<Self>::default();
        let unfinished = Arc::clone(&outlet);
        let making = spawn_blocking(move || {
            let client = GuardedClient::new(policy)?;
            // It is set here alone.
            let _ = unfinished.client.set(client);
            Ok(())
        });
        (outlet, Making(making))
    }
}

impl Making {
    /// Resolves when no outlet could be made, and only then.
    pub async fn failed(self) -> anyhow::Error {
        match self.0.await {
            Ok(Ok(())) => pending().await,
            Ok(Err(error)) => error.into(),
            Err(error) => error.into(),
        }
    }
}

impl Outbound for Outlet {
    fn send<'a>(
        &'a self,
        peer: &'a str,
        request: Request,
        limits: Limits,
    ) -> BoxFuture<'a, Result<Response, NetError>> {
        Box::pin(async move { self.client.wait().await.send(peer, request, limits).await })
    }
}

#[cfg(test)]
mod tests {
    use doorward_net::Refusal;
    use tokio::time::{Duration, timeout};

    use super::*;

    #[tokio::test]
    async fn what_is_sent_too_soon_waits_and_is_then_judged() {
        let (outlet, making) = Outlet::make(EgressPolicy::default());
        let request = Request::new(Vec::new());
        assert!(matches!(
            outlet.send("peer", request, Limits::DOCUMENT).await,
            Err(NetError::Refused(Refusal::Url))
        ));
        assert!(timeout(Duration::from_millis(50), making.failed()).await.is_err(), "it has not failed");
    }

    #[tokio::test]
    async fn an_outlet_that_cannot_be_made_says_why() {
        let policy =
            EgressPolicy { extra_roots: vec!["no certificate".to_owned()], ..EgressPolicy::default() };
        let (_outlet, making) = Outlet::make(policy);
        assert!(matches!(making.failed().await.downcast(), Ok(BuildError::ExtraRoot)));
    }
}
