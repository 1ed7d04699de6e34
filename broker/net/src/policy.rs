//! Where the broker may connect to (OpenID Connect Discovery 1.0 section 7; RFC 9700).

use std::{net::IpAddr, time::Duration};

use ipnet::IpNet;
use url::{Host, Url};

use crate::{Refusal, address::is_global_unicast};

/// The operator's rules for outbound connections: one set for the whole instance, never per tenant.
#[derive(Clone, Debug)]
pub struct EgressPolicy {
    /// Ports that https may use.
    pub ports: Vec<u16>,
    /// Networks allowed beside global unicast addresses, for identity providers on the premises.
    pub allowed_networks: Vec<IpNet>,
    /// Where http without TLS is allowed.
    pub allow_http_on: PlainHttp,
    /// Certificate authorities trusted beside the machine's own, each a PEM text of one or more certificates.
    pub extra_roots: Vec<String>,
    /// Most time for name resolution, TCP and TLS together.
    pub connect: Duration,
}

/// Where http without TLS is allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// Nowhere.
    #[default]
    Nowhere,
    /// On this machine: `localhost`, 127.0.0.0/8 and ::1, which are then reachable, on any port. For development only.
    Loopback,
}

impl Default for EgressPolicy {
    /// https on port 443 to global unicast addresses, connected within 3 seconds.
    fn default() -> Self {
        Self {
            ports: vec![443],
            allowed_networks: Vec::new(),
            allow_http_on: PlainHttp::Nowhere,
            extra_roots: Vec::new(),
            connect: Duration::from_secs(3),
        }
    }
}

impl EgressPolicy {
    /// The default, and this machine itself on any port and without TLS. For development only.
    #[must_use]
    pub fn loopback_for_development() -> Self {
        Self { allow_http_on: PlainHttp::Loopback, ..Self::default() }
    }

    /// Judges everything about `url` that can be judged without resolving its name, for instance before a
    /// connection is saved. The resolved addresses are judged at every new connection.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        let host = match url.scheme() {
            "https" | "http" => url.host().ok_or(Refusal::Url)?,
            _ => return Err(Refusal::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Userinfo);
        }
        if self.is_development_loopback(&host) {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err(Refusal::Scheme);
        }
        if !url.port_or_known_default().is_some_and(|port| self.ports.contains(&port)) {
            return Err(Refusal::Port);
        }
        match host {
            Host::Domain(_) => Ok(()),
            Host::Ipv4(address) => self.check_address(address.into()),
            Host::Ipv6(address) => self.check_address(address.into()),
        }
    }

    /// Judges what `name` resolved to: one address that is not allowed spoils the whole answer.
    pub(crate) fn check_answer(&self, name: &str, addresses: &[IpAddr]) -> Result<(), Refusal> {
        if self.is_development_loopback(&Host::Domain(name)) {
            // http was let through on the promise that it stays on this machine.
            return if addresses.iter().all(IpAddr::is_loopback) { Ok(()) } else { Err(Refusal::Address) };
        }
        addresses.iter().try_for_each(|address| self.check_address(*address))
    }

    fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        let allowed = is_global_unicast(address)
            || self.allowed_networks.iter().any(|network| network.contains(&address));
        if allowed { Ok(()) } else { Err(Refusal::Address) }
    }

    fn is_development_loopback(&self, host: &Host<&str>) -> bool {
        self.allow_http_on == PlainHttp::Loopback
            && match host {
                Host::Domain(name) => *name == "localhost",
                Host::Ipv4(address) => address.is_loopback(),
                Host::Ipv6(address) => address.is_loopback(),
            }
    }
}
