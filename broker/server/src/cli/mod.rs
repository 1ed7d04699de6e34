//! The command line: noun and verb.
