//! How values are read from text.

use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use axum::http::HeaderName;
use doorward_service::settings::{Lifetimes, Settings};
use jiff::{Span, SpanRelativeTo};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use url::Url;

use crate::backend::StoreChoice;

/// The embedded store lies here within its folder, beside the secrets that are generated for it.
const RECORDS: &str = "records";

/// The embedded store in `folder`.
pub(super) fn embedded(folder: &Path) -> StoreChoice {
    StoreChoice::Sled(folder.join(RECORDS))
}

pub(super) fn issuer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match Settings::new(&text, Lifetimes::default()) {
        Ok(_) => Ok(text),
        Err(cause) => Err(D::Error::custom(format!("{cause}; write it like https://sso.example.org"))),
    }
}

pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parsed(deserializer, |text| {
        text.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8080 or 0.0.0.0:8080")
    })
}

pub(super) fn some_address<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SocketAddr>, D::Error> {
    address(deserializer).map(Some)
}

/// An https origin.
pub(super) fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    parsed(deserializer, |text| {
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "https");
        let origin = url.filter(|url| url.origin().ascii_serialization() == text);
        origin.map(Some).ok_or("must be an https origin such as https://mtls.example.org")
    })
}

pub(super) fn header<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<HeaderName>, D::Error> {
    parsed(deserializer, |text| {
        text.parse().map(Some).map_err(|_| "must be the name of a header, such as Client-Cert")
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
        parse_duration(text)
            .ok()
            .filter(|duration| !duration.is_zero())
            .ok_or("must be a duration such as 10m, 12h or 90d")
    })
}

/// Reads a duration such as `12h` or `90d`, or `0s` for none.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    let span = Span::from_str(text).ok();
    let signed = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    signed
        .and_then(|signed| Duration::try_from(signed).ok())
        .ok_or("must be a duration such as 0s, 12h or 90d")
}

/// So many bytes, such as `6 MiB`.
pub(super) fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    parsed(deserializer, |text| {
        let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        let found = units.into_iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, bytes)));
        let number =
            found.and_then(|(number, bytes)| number.trim().parse::<usize>().ok()?.checked_mul(bytes));
        number.filter(|bytes| *bytes > 0).ok_or("must be a number of bytes such as 512 KiB or 6 MiB")
    })
}

fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Result<T, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}
