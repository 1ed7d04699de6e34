//! The generic provider (upstreams.md 7.4).

mod flow;
mod lies;
mod logout;
mod products;
mod refusals;
mod sessions;
mod switches;
mod world;
