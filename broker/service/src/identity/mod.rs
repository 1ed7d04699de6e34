//! Who somebody is here: [`link`] decides which user a verified identity belongs to, [`accounts`] finds
//! and writes users and identities, [`session`] remembers in a browser that they signed in, and [`ending`]
//! is the one way in which that ends.

pub mod accounts;
pub mod ending;
pub mod link;
pub mod local;
mod person;
pub mod session;

#[cfg(test)]
mod tests;

pub use ending::{Endings, Participation};
pub use link::{Arrival, LinkDecision, NotAdmitted, Proofs, Unproven};
pub use person::Person;
pub use session::Sessions;
