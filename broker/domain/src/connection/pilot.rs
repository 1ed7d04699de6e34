//! Pilots: a connection is tried by some of those whom it will be for.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{ConnectionId, EmailAddress, Username};

/// Who tries a connection. Whoever is named, belongs to a group or falls into the share takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pilot {
    /// Their addresses, or their user names at doorward, in canonical form: see [`Pilot::canonical`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Groups, as the provider calls them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// How many of a hundred people take part, chosen by their addresses: always the same ones, and more
    /// of them when it grows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub share: u8,
}

/// What is certain of somebody who has signed in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Participant<'a> {
    /// Their address, if it is believed.
    pub address: Option<&'a EmailAddress>,
    /// Their name at doorward itself, if they have one.
    pub username: Option<&'a Username>,
    /// Their groups.
    pub groups: &'a [String],
}

impl Pilot {
    /// No list is longer: more people are a group.
    pub const MOST_NAMED: usize = 100;

    /// A person as a pilot names them; `None` for what is neither an address nor a user name.
    pub fn canonical(text: &str) -> Option<String> {
        match text.contains('@') {
            true => EmailAddress::parse(text).ok().map(String::from),
            false => Username::parse(text).ok().map(String::from),
        }
    }

    /// Whether anybody takes part.
    pub const fn is_empty(&self) -> bool {
        self.people.is_empty() && self.groups.is_empty() && self.share == 0
    }

    /// Whether somebody who types this is led to the connection. It decides about the way alone: who takes
    /// part is decided when they are known.
    pub fn leads(&self, connection: ConnectionId, typed: &str) -> bool {
        Self::canonical(typed.trim()).is_some_and(|typed| {
            self.names(&typed) || (typed.contains('@') && self.has_in_share(connection, &typed))
        })
    }

    /// Whether somebody takes part.
    pub fn includes(&self, connection: ConnectionId, who: Participant<'_>) -> bool {
        let address = who.address.map(EmailAddress::as_str);
        address.is_some_and(|address| self.names(address) || self.has_in_share(connection, address))
            || who.username.is_some_and(|name| self.names(name.as_str()))
            || who.groups.iter().any(|group| self.groups.contains(group))
    }

    fn names(&self, person: &str) -> bool {
        self.people.iter().any(|named| named == person)
    }

    /// Addresses are spread evenly over a hundred places, in every connection otherwise.
    fn has_in_share(&self, connection: ConnectionId, address: &str) -> bool {
        let digest = Sha256::new().chain_update(connection.as_bytes()).chain_update(address).finalize();
        let place = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % 100;
        place < u64::from(self.share)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(share: &u8) -> bool {
    *share == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: ConnectionId = ConnectionId::from_bytes([1; 16]);

    fn people(names: &[&str]) -> Pilot {
        Pilot { people: names.iter().filter_map(|name| Pilot::canonical(name)).collect(), ..Pilot::default() }
    }

    fn share(share: u8) -> Pilot {
        Pilot { share, ..Pilot::default() }
    }

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    #[test]
    fn who_takes_part() {
        let (kim, zoe) = (address("kim@acme.test"), address("zoe@acme.test"));
        let name = Username::parse("kim").unwrap();
        let staff = ["Staff".to_owned()];
        let by_address = Participant { address: Some(&kim), ..Participant::default() };
        let by_name = Participant { username: Some(&name), ..Participant::default() };
        let by_group = Participant { groups: &staff, ..Participant::default() };
        let groups = |group: &str| Pilot { groups: vec![group.to_owned()], ..Pilot::default() };
        let table = [
            (people(&["Kim@ACME.test"]), by_address, true),
            (people(&["kim@acme.test"]), Participant { address: Some(&zoe), ..by_address }, false),
            (people(&["kim@acme.test"]), Participant::default(), false),
            (people(&["Kim"]), by_name, true),
            (people(&["kim"]), by_address, false),
            (groups("Staff"), by_group, true),
            (groups("staff"), by_group, false),
            (groups("Staff"), by_address, false),
            (share(100), by_address, true),
            (share(100), by_name, false),
            (share(100), by_group, false),
            (share(0), by_address, false),
            (Pilot::default(), by_address, false),
        ];
        for (pilot, who, takes_part) in table {
            assert_eq!(pilot.includes(HERE, who), takes_part, "{pilot:?} {who:?}");
        }
    }

    #[test]
    fn what_is_typed_leads_whom_it_names() {
        let table = [
            (people(&["kim@acme.test"]), " KIM@acme.test ", true),
            (people(&["kim@acme.test"]), "zoe@acme.test", false),
            (people(&["kim@acme.test"]), "acme", false),
            (people(&["kim"]), "kim", true),
            (share(100), "zoe@acme.test", true),
            (share(100), "acme", false),
            (share(100), "kim@acme", false),
            (share(0), "zoe@acme.test", false),
        ];
        for (pilot, typed, leads) in table {
            assert_eq!(pilot.leads(HERE, typed), leads, "{pilot:?} {typed:?}");
        }
    }

    #[test]
    fn a_share_is_even_stays_and_grows() {
        let everybody: Vec<String> = (0..2_000).map(|n| format!("person{n}@acme.test")).collect();
        let taking = |share_: u8, connection| -> Vec<&String> {
            everybody.iter().filter(|it| share(share_).leads(connection, it)).collect()
        };
        let (ten, thirty) = (taking(10, HERE), taking(30, HERE));
        assert!((140..260).contains(&ten.len()) && (500..700).contains(&thirty.len()), "{}", ten.len());
        assert!(ten.iter().all(|person| thirty.contains(person)));
        assert_ne!(ten, taking(10, ConnectionId::from_bytes([2; 16])));
    }
}
