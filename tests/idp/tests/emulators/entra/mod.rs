//! Microsoft Entra.

mod admin_consent;
mod claims;
mod client;
mod discovery;
mod errors;
mod graph;
mod groups;
mod keys;
mod logout;
mod refresh;
mod sign_in;
mod token;
mod world;
