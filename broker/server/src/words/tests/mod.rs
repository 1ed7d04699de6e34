//! The sentences: complete in every language, all of them used, and chosen for the right reader.

mod language;
mod locales;
mod phrase;
mod usage;
