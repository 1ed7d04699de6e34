//! TXT records: what the owner of a domain publishes for everybody to read (RFC 1035 section 3.3.14).

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError as Semantic, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::TXT;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;
use tokio::time::timeout;

/// One question, its retries and what follows from it take no longer than this.
const DEADLINE: Duration = Duration::from_secs(5);
/// One name server has this long, so that there is time for another.
const PATIENCE: Duration = Duration::from_secs(2);

/// What DNS says of the texts at a name. All three are answers: a name server that is asked again says the
/// same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Texts {
    /// These stand there, each put together of its character strings.
    Found(Vec<String>),
    /// The name exists, but no text stands there.
    None,
    /// There is no such name.
    NoName,
}

/// Why DNS says nothing of a name. It may be otherwise in a moment, so nothing follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// There is nobody to ask.
    #[error("the broker knows no name server")]
    NoServers,
    /// Nobody can be reached.
    #[error("no name server can be reached")]
    Unreachable,
    /// Nobody answers.
    #[error("no name server answered in time")]
    TimedOut,
    /// The name server has failed itself: SERVFAIL.
    #[error("the name server failed (SERVFAIL): it could not reach the domain's own, or distrusts them")]
    Failed,
    /// The name server refuses to answer: REFUSED, and what else is no answer.
    #[error("the name server refused to answer")]
    Refused,
}

impl DnsError {
    /// Whether another name could fare better: the name servers themselves do answer.
    pub const fn concerns_the_name(self) -> bool {
        matches!(self, Self::Failed | Self::Refused)
    }
}

/// Where TXT records are read.
pub trait TextRecords: Send + Sync + 'static {
    /// The texts at `name`, a name without a trailing dot.
    ///
    /// # Errors
    /// When DNS does not say.
    fn texts<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Texts, DnsError>>;

    /// The name servers that are asked.
    fn servers(&self) -> Vec<SocketAddr>;
}

/// Asks name servers, and remembers nothing: who mends a record wants to see it mended.
#[derive(Clone, Debug)]
pub struct NameServers {
    chosen: Vec<SocketAddr>,
    deadline: Duration,
}

impl NameServers {
    /// Asks these; the ones that the operating system names at the time (`/etc/resolv.conf`), when there are
    /// none.
    pub const fn new(chosen: Vec<SocketAddr>) -> Self {
        Self { chosen, deadline: DEADLINE }
    }

    /// The same with another deadline.
    #[must_use]
    pub fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    async fn ask(&self, name: &str) -> Result<Texts, DnsError> {
        let servers = self.servers();
        if servers.is_empty() {
            return Err(DnsError::NoServers);
        }
        let resolver = resolver(&servers, self.deadline.min(PATIENCE)).map_err(|error| silence(&error))?;
        // The dot keeps the machine's search list out of it.
        let name = Name::from_ascii(format!("{name}.")).map_err(|_| DnsError::Refused)?;
        let answer = timeout(self.deadline, resolver.lookup(name, RecordType::TXT)).await;
        match answer.map_err(|_| DnsError::TimedOut)? {
            Ok(found) => {
                let texts = found.answers().iter().filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(joined(text)),
                    _ => None,
                });
                let texts: Vec<_> = texts.collect();
                Ok(if texts.is_empty() { Texts::None } else { Texts::Found(texts) })
            }
            Err(error) => absence(&error).ok_or_else(|| silence(&error)),
        }
    }
}

impl TextRecords for NameServers {
    fn texts<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Texts, DnsError>> {
        Box::pin(self.ask(name))
    }

    fn servers(&self) -> Vec<SocketAddr> {
        if !self.chosen.is_empty() {
            return self.chosen.clone();
        }
        let Ok((system, _)) = read_system_conf() else { return Vec::new() };
        let port = |server: &NameServerConfig| server.connections.first().map_or(53, |it| it.port);
        system.name_servers().iter().map(|server| SocketAddr::new(server.ip, port(server))).collect()
    }
}

/// A resolver for one question, without cache and hosts file. It goes on by TCP where an answer is too long
/// for UDP (RFC 7766).
fn resolver(servers: &[SocketAddr], patience: Duration) -> Result<TokioResolver, NetError> {
    let servers = servers.iter().map(|server| {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = server.port();
            connection
        });
        NameServerConfig::new(server.ip(), true, connections.to_vec())
    });
    let config = ResolverConfig::from_parts(None, Vec::new(), servers.collect());
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.timeout = patience;
    options.attempts = 1;
    options.edns0 = true;
    builder.build()
}

/// The strings of a record are one text, without blanks between them (as RFC 7208 section 3.3 has it).
fn joined(text: &TXT) -> String {
    String::from_utf8_lossy(&text.txt_data.concat()).into_owned()
}

/// What an answer without texts says. A referral to other name servers says nothing of the name.
fn absence(error: &NetError) -> Option<Texts> {
    match error {
        NetError::Dns(Semantic::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => Some(Texts::NoName),
            ResponseCode::NoError if none.ns.is_none() => Some(Texts::None),
            _ => None,
        },
        _ => None,
    }
}

fn silence(error: &NetError) -> DnsError {
    match error {
        NetError::Dns(Semantic::ResponseCode(ResponseCode::ServFail)) => DnsError::Failed,
        NetError::Dns(_) | NetError::Proto(_) | NetError::Truncated => DnsError::Refused,
        NetError::Timeout => DnsError::TimedOut,
        _ => DnsError::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strings_of_a_record_are_one_text() {
        let split = TXT::new(vec!["doorward-".to_owned(), "verification=".to_owned(), "1".to_owned()]);
        assert_eq!(joined(&split), "doorward-verification=1");
        assert_eq!(joined(&TXT::from_bytes(vec![&[0xff]])), "\u{fffd}");
    }

    #[test]
    fn only_what_a_name_server_says_of_the_name_is_an_answer() {
        let code = |code| NetError::Dns(Semantic::ResponseCode(code));
        for error in [code(ResponseCode::ServFail), code(ResponseCode::Refused), NetError::Timeout] {
            assert_eq!(absence(&error), None, "{error}");
        }
        assert_eq!(silence(&code(ResponseCode::ServFail)), DnsError::Failed);
        assert_eq!(silence(&NetError::Timeout), DnsError::TimedOut);
        assert!(!DnsError::TimedOut.concerns_the_name() && DnsError::Failed.concerns_the_name());
    }

    #[tokio::test]
    async fn a_name_server_that_nobody_is_at_is_no_answer() {
        let nobody = NameServers::new(vec![SocketAddr::from(([127, 0, 0, 1], 9))]);
        let asked = nobody.within(Duration::from_millis(200)).ask("acme.test").await;
        assert!(asked.is_err(), "{asked:?}");
    }
}
