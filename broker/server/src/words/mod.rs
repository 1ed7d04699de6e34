//! What people read, in their language. The sentences are in `locales/`, a folder for each language
//! and a file for each page, written in Fluent (projectfluent.org); here is how a page gets at them.

mod language;
mod phrase;

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::http::HeaderMap;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

pub use language::Language;
pub use phrase::Phrase;

/// The words of one language: what a page speaks with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words(Language);

impl Words {
    /// The words for a reader: see [`Language::of_reader`].
    pub fn for_reader(ui_locales: Option<&str>, headers: &HeaderMap) -> Self {
        Self(Language::of_reader(ui_locales, headers))
    }

    /// The language's tag, for `lang` and `Content-Language`.
    pub const fn tag(self) -> &'static str {
        self.0.tag()
    }

    /// The sentence under a key of `locales/`.
    pub fn say(self, key: &str) -> Phrase {
        self.with_all(key, &[])
    }

    /// The sentence with a name in it.
    pub fn with(self, key: &str, name: &str, value: &str) -> Phrase {
        self.with_all(key, &[(name, value)])
    }

    /// The sentence with these names in it.
    pub fn with_all(self, key: &str, names: &[(&str, &str)]) -> Phrase {
        self.find(key, names).unwrap_or_else(|| {
            tracing::error!(key, language = self.tag(), "a sentence is missing");
            Phrase(Cow::Owned(key.to_owned()))
        })
    }

    /// The sentence if there is one. `failure.you` is the attribute `you` of `failure`.
    pub fn find(self, key: &str, names: &[(&str, &str)]) -> Option<Phrase> {
        let bundle = bundle(self.0);
        let pattern = match key.split_once('.') {
            Some((key, attribute)) => bundle.get_message(key)?.get_attribute(attribute)?.value(),
            None => bundle.get_message(key)?.value()?,
        };
        let args: FluentArgs = names.iter().map(|(name, value)| (*name, phrase::isolated(value))).collect();
        let mut faults = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut faults);
        debug_assert!(faults.is_empty(), "{key}: {faults:?}");
        Some(Phrase(text))
    }
}

impl From<Language> for Words {
    fn from(language: Language) -> Self {
        Self(language)
    }
}

type Bundle = FluentBundle<FluentResource>;

/// The files of a language. A new one needs its name here.
fn files(language: Language) -> [&'static str; 14] {
    macro_rules! files {
        ($language:literal: $($file:literal),*) => {
            [$(include_str!(concat!("../../locales/", $language, "/", $file, ".ftl"))),*]
        };
        ($language:literal) => {
            files!(
                $language: "account", "back", "connection-test", "consent", "device", "errors", "frame", "local",
                "mail", "prove", "sign-in", "sign-out", "start", "welcome"
            )
        };
    }
    match language {
        Language::English => files!("en"),
        Language::German => files!("de"),
        Language::French => files!("fr"),
        Language::Spanish => files!("es"),
    }
}

/// A language is read when somebody first needs it, and never again.
fn bundle(language: Language) -> &'static Bundle {
    static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| read(Language::English));
    static GERMAN: LazyLock<Bundle> = LazyLock::new(|| read(Language::German));
    static FRENCH: LazyLock<Bundle> = LazyLock::new(|| read(Language::French));
    static SPANISH: LazyLock<Bundle> = LazyLock::new(|| read(Language::Spanish));
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
    }
}

fn read(language: Language) -> Bundle {
    let tag = language.tag();
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    for file in files(language) {
        // The tests find every fault in the files; whatever is left costs a sentence, not a login.
        let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(good, faults)| {
            tracing::error!(language = tag, ?faults, "sentences cannot be read");
            good
        });
        if let Err(faults) = bundle.add_resource(resource) {
            tracing::error!(language = tag, ?faults, "sentences are there twice");
        }
    }
    bundle
}

#[cfg(test)]
mod tests;
