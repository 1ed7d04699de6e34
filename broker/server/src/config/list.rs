//! Lists: in the file as lists, in the environment as one text with commas between the items.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use doorward_domain::Algorithm;
use ipnet::IpNet;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use url::Host;

use super::Documents;

pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    deserializer.deserialize_any(List(|text| {
        text.parse().map_err(|_| format!("`{text}` is not a network such as 10.20.0.0/16"))
    }))
}

pub(super) fn ports<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u16>, D::Error> {
    deserializer.deserialize_any(List(|text| text.parse().map_err(|_| format!("`{text}` is not a port"))))
}

/// Addresses with a port, or without one for DNS's own.
pub(super) fn name_servers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketAddr>, D::Error> {
    deserializer.deserialize_any(List(|text| {
        let address = text.parse().or_else(|_| text.parse().map(|ip: IpAddr| SocketAddr::new(ip, 53)));
        address.map_err(|_| format!("`{text}` is not the address of a name server, such as 9.9.9.9"))
    }))
}

pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_any(List(|text| Ok(text.to_owned())))
}

/// `off`, `on`, or a list of hosts.
pub(super) fn documents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Documents, D::Error> {
    let mut words = deserializer.deserialize_any(List(|text| {
        Host::parse(text).map(|host| host.to_string()).map_err(|_| format!("`{text}` is not a host"))
    }))?;
    match words.as_slice() {
        [word] if word == "off" => Ok(Documents::Off),
        [word] if word == "on" => Ok(Documents::On),
        [] => Err(D::Error::custom("an empty list allows nothing; write \"off\", or name the hosts")),
        _ => {
            words.sort_unstable();
            words.dedup();
            Ok(Documents::Hosts(words))
        }
    }
}

pub(super) fn paths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
    deserializer.deserialize_any(List(|text| Ok(PathBuf::from(text))))
}

pub(super) fn algorithms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Algorithm>, D::Error> {
    deserializer.deserialize_any(List(|text| text.parse().map_err(|cause| format!("`{text}` is {cause}"))))
}

/// How an item is read.
type Parse<T> = fn(&str) -> Result<T, String>;

struct List<T>(Parse<T>);

impl<'de, T> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or text with commas between the items")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| (self.0)(item).map_err(E::custom)).collect()
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Vec<T>, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Item(self.0))? {
            items.push(item);
        }
        Ok(items)
    }
}

struct Item<T>(Parse<T>);

impl<'de, T> DeserializeSeed<'de> for Item<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T> Visitor<'_> for Item<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item of a list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}
