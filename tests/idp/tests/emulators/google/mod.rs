//! Google.

mod errors;
mod sign_in;
mod world;
