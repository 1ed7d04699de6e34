//! The plans of the OpenID Foundation's conformance suite for providers, module by module: the requests that
//! each module sends, and the conditions that it holds the answers to. What its plans for FAPI ask is in
//! `fapi.rs`, `fapi_signing.rs`, `par.rs`, `dpop.rs` and `request_object.rs`.

mod basic;
mod configuration;
mod discovery;
mod dynamic;
mod logout;
mod suite;
