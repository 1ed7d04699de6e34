//! HaloPSA.

mod oddities;
mod refusals;
mod variants;
mod world;
