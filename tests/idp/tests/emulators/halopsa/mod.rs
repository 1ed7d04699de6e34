//! HaloPSA (upstreams.md 5.1, 7.3).

mod oddities;
mod refusals;
mod variants;
mod world;
