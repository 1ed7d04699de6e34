//! Tests of federation over a memory store, a scripted network and an identity provider that signs
//! what it is told to. Those that prove a rule of the threat model are named after it.

mod callback;
mod catalogue;
mod choose;
mod claims;
mod exchange;
mod id_token;
mod idp;
mod keys;
mod metadata;
mod start;
mod userinfo;
mod world;
