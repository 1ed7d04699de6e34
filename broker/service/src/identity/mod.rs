//! Who somebody is here: [`link`] decides which user a verified identity belongs to, [`accounts`] finds
//! and writes users and identities, and [`session`] remembers in a browser that they signed in.

pub mod accounts;
pub mod link;
mod person;
pub mod session;

pub use link::{Arrival, LinkDecision, NotAdmitted};
pub use person::Person;
pub use session::Sessions;
