//! Signing keys and the sealing of secrets at rest.
