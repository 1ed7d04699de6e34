use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::Language;
use super::locales::sentences;

/// The files that may ask for sentences: our templates and our code.
fn sources() -> Vec<(PathBuf, String)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> =
        ["templates", "src", "../../admin-ui/templates"].iter().map(|it| here.join(it)).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true if path.ends_with("tests") => {}
                true => folders.push(path),
                false => files.push((path.clone(), fs::read_to_string(path).unwrap())),
            }
        }
    }
    files
}

/// The first words in quotes after each `call`.
fn asked_for<'a>(text: &'a str, call: &'a str) -> impl Iterator<Item = String> + 'a {
    text.split(call)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .map(String::from)
}

/// The failures that the table of errors knows.
fn failures() -> BTreeSet<String> {
    let table = include_str!("../../routes/failure.rs");
    let literals: BTreeSet<_> = table.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    &literals - &BTreeSet::from(["access_denied".to_owned()])
}

fn keys() -> BTreeSet<String> {
    sentences(Language::English).into_keys().map(|(_, key)| key).collect()
}

/// The failure or the list that an attribute belongs to.
fn with_attributes() -> BTreeSet<String> {
    keys().iter().filter_map(|key| key.split_once('.')).map(|(message, _)| message.to_owned()).collect()
}

#[test]
fn every_sentence_that_is_asked_for_exists_and_every_other_is_a_failures() {
    let mut asked = BTreeSet::new();
    for (path, text) in sources() {
        for call in ["words.say(", "words.with(", "words.with_all("] {
            for key in asked_for(&text, call) {
                assert!(keys().contains(&key), "{} asks for {key}", path.display());
                asked.insert(key);
            }
        }
    }
    assert!(asked.len() > 30, "{asked:?}");
    let referred: BTreeSet<_> = sentences(Language::English).into_values().flatten().collect();
    for key in keys().iter().filter(|key| !key.contains('.') && !with_attributes().contains(*key)) {
        assert!(asked.contains(key) || referred.contains(key), "nobody reads {key}");
    }
}

#[test]
fn every_failure_is_explained_and_somebody_can_mend_it() {
    let known = failures();
    assert!(known.len() > 20, "{known:?}");
    let mut described = with_attributes();
    assert!(described.remove("who"));
    assert_eq!(described, known);
    let who = crate::pages::WHO;
    for failure in known {
        assert!(keys().contains(&failure) && keys().contains(&format!("{failure}.explanation")), "{failure}");
        let attributes = keys().into_iter().filter_map(|key| {
            key.strip_prefix(&format!("{failure}."))
                .filter(|attribute| *attribute != "explanation")
                .map(str::to_owned)
        });
        let attributes: Vec<_> = attributes.collect();
        assert!(!attributes.is_empty(), "nobody can mend {failure}");
        assert!(attributes.iter().all(|it| who.contains(&it.as_str())), "{failure}: {attributes:?}");
    }
    for who in who {
        assert!(keys().contains(&format!("who.{who}")), "{who}");
    }
}
