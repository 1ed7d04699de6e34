//! What the operator decides about the whole broker.

use std::time::Duration;

use doorward_domain::PasswordCost;
use doorward_domain::client::Method;
use url::{Host, Url};

use crate::trace::Limits;

/// The broker's name and the lives of what it hands out.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer identifier (OIDC Discovery section 3). Every URL that doorward publishes starts with
    /// it; no request header has a say (rule 17).
    issuer: String,
    base_url: Url,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// Whether DPoP proofs must repeat a nonce of ours (RFC 9449 section 8).
    pub dpop_nonces: bool,
    /// Whether clients may come with certificates.
    pub mutual_tls: Option<MutualTls>,
    /// What hashing a password costs.
    pub password_cost: PasswordCost,
    /// How much is kept of what became of sign-ins.
    pub traces: Limits,
    /// How much is remembered at a time of what is good for one use.
    pub most_uses: MostUses,
}

/// How many assertions, DPoP proofs and request objects are remembered at a time, so that none is good twice.
/// Each is kept until it expires, which is a minute for a proof and five for an assertion.
#[derive(Clone, Copy, Debug)]
pub struct MostUses {
    /// Of a client that authenticates itself, all together.
    pub of_client: u32,
    /// Of one grant of a client that cannot.
    pub of_grant: u32,
}

impl Default for MostUses {
    fn default() -> Self {
        Self { of_client: 50_000, of_grant: 1_000 }
    }
}

/// How clients may come with certificates (RFC 8705).
#[derive(Clone, Debug)]
pub struct MutualTls {
    /// Where they are asked for one, if that is another place than the issuer's own. URLs of endpoints
    /// for them start with it (section 5).
    pub base_url: Option<Url>,
    /// Whether there are authorities that vouch for them.
    pub has_authorities: bool,
}

impl MutualTls {
    /// Whether a client may authenticate by its certificate in this way.
    pub fn takes(&self, method: Method) -> bool {
        match method {
            Method::TlsClientAuth => self.has_authorities,
            Method::SelfSignedTlsClientAuth => true,
            _ => false,
        }
    }
}

/// A text that cannot be an issuer identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an issuer is an https origin without path or trailing slash; http is for loopback only")]
pub struct InvalidIssuer;

impl Settings {
    /// Settings of a broker that is called `issuer`.
    ///
    /// # Errors
    /// [`InvalidIssuer`] unless it is an https origin, or an http one on loopback.
    pub fn new(issuer: &str, lifetimes: Lifetimes) -> Result<Self, InvalidIssuer> {
        let base_url = Url::parse(issuer).map_err(|_| InvalidIssuer)?;
        let fit = match base_url.scheme() {
            "https" => true,
            "http" => base_url.host().is_some_and(|host| is_loopback(&host)),
            _ => false,
        };
        // The spelling that the URL standard gives an origin is the one that everybody compares with.
        if fit && base_url.origin().ascii_serialization() == issuer {
            Ok(Self {
                issuer: issuer.to_owned(),
                base_url,
                lifetimes,
                dpop_nonces: false,
                mutual_tls: None,
                password_cost: PasswordCost::default(),
                traces: Limits::default(),
                most_uses: MostUses::default(),
            })
        } else {
            Err(InvalidIssuer)
        }
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer as a URL to build others on.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// The URL of one of our paths, which starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// The URL of the same path for clients with certificates, if it is another one.
    pub fn url_with_certificate(&self, path: &str) -> Option<String> {
        let base_url = self.mutual_tls.as_ref()?.base_url.as_ref()?;
        Some(format!("{}{path}", base_url.origin().ascii_serialization()))
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// How long things live. The defaults are the secure ones.
#[derive(Clone, Debug)]
pub struct Lifetimes {
    /// From the first page of a login to its end.
    pub transaction: Duration,
    /// An authorization code until it is redeemed.
    pub code: Duration,
    /// A device's request until the person answers it (RFC 8628 section 3.2).
    pub device: Duration,
    /// An access token.
    pub access_token: Duration,
    /// An ID token.
    pub id_token: Duration,
    /// A refresh token that nobody uses.
    pub refresh_idle: Duration,
    /// A grant with refresh tokens, however often it is used.
    pub grant: Duration,
    /// How long a refresh answer that was lost can be fetched again.
    pub refresh_grace: Duration,
    /// A session that nobody uses.
    pub session_idle: Duration,
    /// A session, however often it is used.
    pub session: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        const DAY: u64 = 24 * HOUR;
        Self {
            transaction: Duration::from_secs(10 * MINUTE),
            code: Duration::from_secs(MINUTE),
            device: Duration::from_secs(10 * MINUTE),
            access_token: Duration::from_secs(10 * MINUTE),
            id_token: Duration::from_secs(10 * MINUTE),
            refresh_idle: Duration::from_secs(14 * DAY),
            grant: Duration::from_secs(90 * DAY),
            refresh_grace: Duration::from_secs(10),
            session_idle: Duration::from_secs(HOUR),
            session: Duration::from_secs(12 * HOUR),
        }
    }
}
