//! What the handle of every emulator offers beside what its product has.

/// Lets tests at the common part of an emulator, whose handle is `Name(Arc<State>)`.
macro_rules! handle {
    ($Name:ident) => {
        impl $Name {
            /// Its switches.
            pub fn switches(&self) -> &$crate::common::switches::Switches {
                &self.0.common.switches
            }

            /// Its clock.
            pub fn clock(&self) -> &$crate::common::clock::Clock {
                &self.0.common.clock
            }

            /// How many requests `endpoint` has seen, refused ones included.
            pub fn requests(&self, endpoint: $crate::common::log::Endpoint) -> u64 {
                self.0.common.log.count(endpoint)
            }

            /// The last requests, with all that came with them.
            pub fn log(&self) -> Vec<$crate::common::log::Recorded> {
                self.0.common.log.since(0)
            }

            /// The control plane, for a port of its own.
            pub fn control(&self) -> axum::Router {
                $crate::common::control::router(self.0.common.clone())
            }
        }
    };
}
pub(crate) use handle;
