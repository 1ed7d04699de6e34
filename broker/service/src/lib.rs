//! What the broker does. Toward apps it is an OpenID Provider ([`provider`]), toward tenants'
//! identity providers a Relying Party ([`federation`]); the two never import each other.
//! [`login`] is the way of a login through both, [`identity`] says who somebody is here, and [`jobs`] does
//! what is left to do. [`audit`] makes the audit log tell whether somebody changed it, and [`trace`]
//! keeps what became of every attempt to sign in.

pub mod audit;
pub mod federation;
pub mod identity;
pub mod jobs;
pub mod keys;
pub mod login;
pub mod management;
pub mod provider;
pub mod settings;
pub mod trace;

pub use settings::{Lifetimes, Settings};
