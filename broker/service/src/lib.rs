//! What the broker does. Toward apps it is an OpenID Provider ([`provider`]), toward tenants'
//! identity providers a Relying Party ([`federation`]); the two never import each other.
//! [`login`] is the way of a login through both, [`identity`] says who somebody is here.

pub mod federation;
pub mod identity;
pub mod keys;
pub mod login;
pub mod management;
pub mod provider;
pub mod settings;

pub use settings::{Lifetimes, Settings};
