//! Who somebody is here: [`link`] decides which user a verified identity belongs to, [`accounts`] finds
//! and writes users and identities, [`session`] remembers in a browser that they signed in, and [`ending`]
//! is the one way in which that ends.

pub mod accounts;
pub mod ending;
pub mod link;
pub mod local;
mod person;
pub mod session;

pub use ending::{Endings, Participation};
pub use link::{Arrival, LinkDecision, NotAdmitted};
pub use person::Person;
pub use session::Sessions;
