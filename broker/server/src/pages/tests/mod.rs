//! Every page at once: what goes in comes out as text, in the same frame, with the same headers.

mod document;
mod escaping;
mod frame;
mod headers;
mod samples;
mod templates;
