//! Who somebody is here: [`link`] decides which user a verified identity belongs to, and
//! [`session`] remembers in a browser that they signed in.

pub mod link;
pub mod session;

pub use link::{LinkDecision, NotAdmitted, resolve};
pub use session::Sessions;
