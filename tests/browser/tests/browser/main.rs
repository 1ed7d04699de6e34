//! What people go through, in a real browser. Every test ends with a look at the console: a page
//! that violates a Content Security Policy, its own or another's, fails it.

mod companies;
mod consent;
mod console;
mod keyboard;
mod languages;
mod look;
mod passkey;
mod popup;
mod sign_in;
mod sign_in_page;
mod sign_out;
mod trouble;
