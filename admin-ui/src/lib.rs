//! The look of doorward: what every page shares, whoever serves it.
//!
//! - `templates/document.html` is the frame of a page: head, skip link, mark, one `main`. Crates with
//!   pages find it through their `askama.toml` and extend it.
//! - `assets/` is the design system: one hand-made stylesheet and the icon, and the script of pages that ask
//!   for a passkey; nothing from elsewhere, no build step. [`router`] serves them under names that carry their hash.

mod assets;

pub use assets::{icon_href, passkey_script_href, router, stylesheet_href};
