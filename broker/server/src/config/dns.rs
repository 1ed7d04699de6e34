//! `[dns]`: who is asked for what the owners of domains publish.

use std::net::SocketAddr;

use doorward_net::NameServers;
use serde::Deserialize;

use super::list;

/// `[dns]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// The name servers that are asked for proofs of domains, such as `9.9.9.9` or `10.0.0.2:5353`. Left out,
    /// they are the machine's own.
    #[serde(deserialize_with = "list::name_servers")]
    pub servers: Vec<SocketAddr>,
}

impl Dns {
    /// The way to them.
    pub fn name_servers(&self) -> NameServers {
        NameServers::new(self.servers.clone())
    }
}
