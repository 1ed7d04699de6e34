//! Okta.

mod claims;
mod client;
mod discovery;
mod errors;
mod limits;
mod logout;
mod tokens;
mod world;
