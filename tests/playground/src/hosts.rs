//! Where everything is: three ports in a row on loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::bail;
use tokio::net::TcpStream;

/// The three hosts of a playground, and what it was told of others.
#[derive(Clone, Debug)]
pub struct Hosts {
    base: u16,
    resources: Vec<String>,
}

impl Hosts {
    /// Hosts at `base` and the two ports after it, and the protected resources of others.
    pub fn new(base: u16, resources: &[String]) -> Self {
        Self { base, resources: resources.to_owned() }
    }

    /// The protected resources that everybody may ask tokens for.
    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// The broker's port.
    pub fn base(&self) -> u16 {
        self.base
    }

    /// The broker: its issuer identifier.
    pub fn broker(&self) -> String {
        origin(self.base)
    }

    /// The test IdP; its issuers are one path segment below.
    pub fn idp(&self) -> String {
        origin(self.base + 1)
    }

    /// The sample app.
    pub fn app(&self) -> String {
        origin(self.base + 2)
    }

    /// Where the broker listens.
    pub fn broker_address(&self) -> SocketAddr {
        loopback(self.base)
    }

    /// Where the test IdP listens.
    pub fn idp_address(&self) -> SocketAddr {
        loopback(self.base + 1)
    }

    /// Where the sample app listens.
    pub fn app_address(&self) -> SocketAddr {
        loopback(self.base + 2)
    }

    /// Waits until all three listen.
    pub async fn wait_until_ready(&self) -> anyhow::Result<()> {
        const TRIES: u32 = 500;
        for address in [self.broker_address(), self.idp_address(), self.app_address()] {
            let mut tries = 0;
            while TcpStream::connect(address).await.is_err() {
                tries += 1;
                if tries == TRIES {
                    bail!("nothing listens on {address} after ten seconds; see the messages above");
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }
}

fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
