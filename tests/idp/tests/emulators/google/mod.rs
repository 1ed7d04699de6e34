//! Google (upstreams.md 5.2, 7.4).

mod errors;
mod sign_in;
mod world;
