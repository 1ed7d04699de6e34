//! The store's tests: both backends against the contract, and sled against crashes.

#![expect(clippy::unwrap_used, reason = "tests")]

mod backends;
mod barriers;
mod contract;
mod dice;
mod durability;
mod kill;
mod opening;
mod power_loss;
mod records;
mod triples;
