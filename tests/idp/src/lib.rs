//! Identity providers for development and tests, all in one process: people to pick instead of
//! accounts to create, and switches that make a provider misbehave on purpose.
//!
//! `generic` is any OpenID Provider. Microsoft Entra, Okta, HaloPSA and Google have emulators of
//! their own that refuse what the real service refuses, in its words.
//!
//! ```
//! use std::sync::Arc;
//! use doorward_test_idp::{Algorithm, Config, IssuerConfig, Switch, TestIdp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let idp = TestIdp::new(Config {
//!     base_url: "http://localhost:8081".into(),
//!     issuers: vec![IssuerConfig { algorithm: Algorithm::Rs256, ..IssuerConfig::new("acme") }],
//!     now: Arc::new(|| 1_700_000_000),
//! })?;
//! let _serve_this: axum::Router = idp.router();
//!
//! let acme = idp.issuer("acme").ok_or("no such issuer")?;
//! assert_eq!(acme.url(), "http://localhost:8081/acme");
//! assert_eq!(acme.switches().fired(Switch::WrongNonce), 0);
//! # Ok(())
//! # }
//! ```

mod common;
mod demo;
pub mod entra;
mod generic;
pub mod google;
pub mod halopsa;
pub mod okta;

pub use common::certificate::Certificate;
pub use common::clock::{Clock, Move, Now};
pub use common::keys::Algorithm;
pub use common::known_error::{KnownError, Source};
pub use common::log::{Endpoint, Recorded};
pub use common::names::{Fault, Named, Switch};
pub use common::scope::Scope;
pub use common::switches::{Arm, Mode, NotANumber, Setting, SwitchReport, Switches};
pub use demo::Demo;
pub use generic::{
    Alterations, Client, Config, GenericSwitch, Issuer, IssuerConfig, LogoutCall, Manners, Persona,
    SetupError, TestIdp,
};
