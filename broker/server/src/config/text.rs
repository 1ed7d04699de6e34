//! How values are read from text.

use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use jiff::{Span, SpanRelativeTo};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

use crate::backend::StoreChoice;

/// The embedded store lies here within its folder, beside the secrets that are generated for it.
const RECORDS: &str = "records";

/// The embedded store in `folder`.
pub(super) fn embedded(folder: &Path) -> StoreChoice {
    StoreChoice::Sled(folder.join(RECORDS))
}

/// An origin: no path, no query, not even a slash at the end, because clients compare it byte by
/// byte. Plain http is for this machine alone.
pub(super) fn issuer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    parsed(deserializer, |text| {
        let url = Url::parse(text).map_err(|_| "must be a URL such as https://sso.example.org")?;
        if url.origin().ascii_serialization() != text {
            return Err("must be an origin such as https://sso.example.org: no path, no slash at the end");
        }
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => Ok(text.to_owned()),
            ("http", Some(host)) if is_loopback(&host) => Ok(text.to_owned()),
            _ => Err("must start with https://, except on localhost"),
        }
    })
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parsed(deserializer, |text| {
        text.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8080 or 0.0.0.0:8080")
    })
}

pub(super) fn store<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StoreChoice, D::Error> {
    parsed(deserializer, |text| match text.split_once(':') {
        Some(("sled", path)) if !path.is_empty() => Ok(embedded(Path::new(path))),
        Some(("postgres" | "postgresql", _)) => {
            Err("PostgreSQL comes with a later release; use the embedded store, such as sled:data/state")
        }
        _ => Err("must name the embedded store and its folder, such as sled:data/state"),
    })
}

/// A duration such as `12h` or `90d`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parsed(deserializer, |text| {
        let span = Span::from_str(text).ok();
        let signed = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
        let duration = signed.and_then(|signed| Duration::try_from(signed).ok());
        duration.filter(|duration| !duration.is_zero()).ok_or("must be a duration such as 10m, 12h or 90d")
    })
}

pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: &String| {
        text.parse().map_err(|_| D::Error::custom(format!("`{text}` is not a network such as 10.20.0.0/16")))
    };
    Vec::<String>::deserialize(deserializer)?.iter().map(network).collect()
}

fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Result<T, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}
