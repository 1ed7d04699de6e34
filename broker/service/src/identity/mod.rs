//! Who somebody is here: [`resolve`] decides which user a verified identity belongs to, and
//! [`session`] remembers in a browser that they signed in.

pub mod resolve;
pub mod session;

pub use resolve::{LinkDecision, NotAdmitted, resolve};
pub use session::Sessions;
