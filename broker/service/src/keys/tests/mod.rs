//! Tests of keys and sealing, named after the rules of the threat model where they prove one.
