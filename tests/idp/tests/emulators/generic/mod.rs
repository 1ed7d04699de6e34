//! The generic provider.

mod flow;
mod lies;
mod logout;
mod products;
mod refusals;
mod sessions;
mod switches;
mod world;
