//! A real browser in front of a whole playground: Chromium, driven by chromedriver, signs in at the
//! sample app through the broker and the test IdP, all of them processes as they are shipped.
//!
//! Nothing is skipped: without a browser, or without the `playground` binary beside the test, the
//! test fails and says what to run.

mod chromium;
mod look;
mod playground;
mod stage;
mod steps;

pub use playground::{Company, Hosts, Playground, binary};
pub use stage::{Stage, play};
pub use steps::{Authorize, Person};
