//! The client against real sockets on this machine, by the rules of outbound HTTP.
#![expect(clippy::unwrap_used, reason = "tests")]

mod addresses;
mod answers;
mod contract;
mod logs;
mod peers;
mod support;
mod tls;
