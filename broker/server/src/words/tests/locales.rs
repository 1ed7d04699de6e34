use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser::parse;

use super::super::{Language, files};

/// What a sentence refers to: names such as `$app`, and other sentences.
type Placeables = BTreeSet<String>;
/// Sentences by file and key; an attribute's key is `message.attribute`.
pub type Sentences = BTreeMap<(String, String), Placeables>;

fn folder(language: Language) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.tag())
}

fn read(language: Language) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder(language)).unwrap().map(|entry| entry.unwrap().path());
    let mut texts: Vec<_> = entries
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    texts.sort();
    texts
}

/// Every sentence of a language.
pub fn sentences(language: Language) -> Sentences {
    let mut found = Sentences::new();
    for (file, text) in read(language) {
        let resource = parse(text.as_str()).unwrap_or_else(|(_, faults)| panic!("{file}: {faults:?}"));
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            let mut add = |key: String, pattern: &Pattern<&str>| {
                let twice = found.insert((file.clone(), key.clone()), placeables(pattern));
                assert!(twice.is_none(), "{file} has {key} twice");
            };
            if let Some(value) = &message.value {
                add(message.id.name.to_owned(), value);
            }
            for attribute in &message.attributes {
                add(format!("{}.{}", message.id.name, attribute.id.name), &attribute.value);
            }
        }
    }
    found
}

fn placeables(pattern: &Pattern<&str>) -> Placeables {
    let mut found = Placeables::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression: Expression::Inline(expression) } => {
                found.insert(reference(expression));
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                found.insert(reference(selector));
                found.extend(variants.iter().flat_map(|variant| placeables(&variant.value)));
            }
        }
    }
    found
}

fn reference(expression: &InlineExpression<&str>) -> String {
    match expression {
        InlineExpression::VariableReference { id } => format!("${}", id.name),
        InlineExpression::MessageReference { id, attribute } => {
            let attribute = attribute.as_ref().map(|it| format!(".{}", it.name)).unwrap_or_default();
            format!("{}{attribute}", id.name)
        }
        other => panic!("what pages do not use: {other:?}"),
    }
}

#[test]
fn every_language_has_the_same_files_and_all_are_built_in() {
    let names = |language| read(language).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    for language in Language::ALL {
        assert_eq!(names(language), names(Language::English), "{}", language.tag());
        let texts: Vec<_> = read(language).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, files(language), "{}", language.tag());
    }
    let folders = fs::read_dir(folder(Language::English).parent().unwrap()).unwrap();
    assert_eq!(folders.count(), Language::ALL.len());
}

#[test]
fn every_language_has_the_same_sentences_with_the_same_names_in_them() {
    let english = sentences(Language::English);
    for language in Language::ALL {
        let other = sentences(language);
        for (key, names) in &english {
            assert_eq!(other.get(key), Some(names), "{key:?} in {}", language.tag());
        }
        let more: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(more.is_empty(), "{} has {more:?}", language.tag());
    }
}

#[test]
fn no_sentence_is_left_in_english() {
    // A language may say the same, but not with the same words.
    for language in [Language::German, Language::French, Language::Spanish] {
        for ((file, english), (_, translated)) in read(Language::English).into_iter().zip(read(language)) {
            let lines = |text: &str| -> BTreeSet<String> {
                let sentences = text.lines().filter(|line| !line.starts_with('#') && !line.contains("= {"));
                sentences.filter(|line| line.contains(" = ")).map(str::to_owned).collect()
            };
            let same: Vec<_> = lines(&english).intersection(&lines(&translated)).cloned().collect();
            assert!(same.is_empty(), "{}/{file}: {same:?}", language.tag());
        }
    }
}

#[test]
fn french_keeps_its_signs_with_their_words() {
    for (file, text) in read(Language::French) {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(![" :", " ;", " ?", " !"].iter().any(|sign| line.contains(sign)), "{file}: {line}");
        }
    }
}
