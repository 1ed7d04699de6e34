//! Every page at once: what goes in comes out as text, in the same frame, with the same headers.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod document;
mod escaping;
mod frame;
mod headers;
mod samples;
mod templates;
