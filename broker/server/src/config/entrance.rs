//! `[tls]`, `[mtls]` and `[proxy]`: how requests come in, and who is believed about them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::HeaderName;
use doorward_domain::Clock;
use doorward_service::settings::MutualTls;
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use super::{Config, ConfigError, list, text};
use crate::listen::{self, Authorities, Entrance, Files, Limits};
use crate::proxies::Proxies;

/// `[tls]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The file with the certificate and those between it and its authority (PEM). It is read again
    /// when it changes.
    pub certificate: PathBuf,
    /// The file with its private key (PEM).
    pub key: PathBuf,
}

/// `[mtls]`: certificates of clients (RFC 8705).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mtls {
    /// Where the broker listens and asks clients for certificates, with the certificate of `[tls]`.
    #[serde(deserialize_with = "text::some_address")]
    pub listen: Option<SocketAddr>,
    /// The origin at which clients reach that, or a proxy that asks them.
    #[serde(deserialize_with = "text::origin")]
    pub url: Option<Url>,
    /// The file with the authorities that vouch for clients (PEM). Without one there are only
    /// certificates that clients registered themselves.
    pub ca: Option<PathBuf>,
}

/// `[proxy]`: proxies in front of the broker.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    /// The networks that they, and nobody else, are in. Their `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "list::networks")]
    pub trusted: Vec<IpNet>,
    /// The header in which they pass on the certificate that a client showed them: percent-encoded PEM, or
    /// DER in base64 (RFC 9440). They must remove it from what clients send.
    #[serde(deserialize_with = "text::header")]
    pub client_certificate_header: Option<HeaderName>,
}

impl Tls {
    /// The certificate and its key.
    pub fn files(&self) -> Files {
        Files { certificate: self.certificate.clone(), key: self.key.clone() }
    }
}

impl Config {
    /// Where requests come in.
    pub fn entrance(&self) -> Entrance {
        let tls = |tls: &Tls| listen::Tls { files: tls.files(), mutual: self.mtls.listen };
        Entrance {
            listen: self.listen,
            limits: Limits { connections: self.max_connections, ..Limits::default() },
            tls: self.tls.as_ref().map(tls),
        }
    }

    /// Who vouches for clients.
    ///
    /// # Errors
    /// When their file holds no certificates.
    pub fn client_authorities(&self, clock: Arc<dyn Clock>) -> anyhow::Result<Authorities> {
        Authorities::read(self.mtls.ca.as_deref(), clock)
    }

    /// The proxies that requests may come by.
    pub fn proxies(&self, authorities: &Arc<Authorities>) -> Proxies {
        let header = self.proxy.client_certificate_header.clone();
        let certificates = header.map(|header| (header, Arc::clone(authorities)));
        Proxies { trusted: self.proxy.trusted.clone(), certificates }
    }

    /// Whether and how clients may come with certificates.
    pub fn mutual_tls(&self) -> Option<MutualTls> {
        let asked = self.mtls.listen.is_some() || self.proxy.client_certificate_header.is_some();
        asked.then(|| MutualTls { base_url: self.mtls.url.clone(), has_authorities: self.mtls.ca.is_some() })
    }

    /// What no key can say alone.
    pub(super) fn check_entrance(&self) -> Result<(), ConfigError> {
        let asks_itself = self.mtls.listen.is_some();
        let asks_by_proxy = self.proxy.client_certificate_header.is_some();
        let issuers =
            self.mtls.url.as_ref().is_some_and(|url| url.origin().ascii_serialization() == self.issuer);
        let rules = [
            (
                self.tls.is_none() || self.issuer.starts_with("https:"),
                "tls",
                "the issuer has to begin with https: when the broker speaks TLS",
            ),
            (!asks_itself || self.tls.is_some(), "mtls.listen", "needs the certificate of [tls]"),
            (
                !asks_itself || self.mtls.url.is_some(),
                "mtls.url",
                "has to say where clients reach mtls.listen",
            ),
            (!(asks_itself && issuers), "mtls.url", "has to be another origin than the issuer's"),
            (
                asks_itself || asks_by_proxy || (self.mtls.url.is_none() && self.mtls.ca.is_none()),
                "mtls",
                "needs mtls.listen or proxy.client_certificate_header",
            ),
            (
                !asks_by_proxy || !self.proxy.trusted.is_empty(),
                "proxy.trusted",
                "has to say whose client_certificate_header is believed",
            ),
        ];
        match rules.into_iter().find(|(holds, _, _)| !holds) {
            Some((_, key, cause)) => Err(ConfigError::Value { key: key.to_owned(), cause: cause.to_owned() }),
            None => Ok(()),
        }
    }
}
