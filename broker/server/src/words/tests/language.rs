use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::{HeaderMap, HeaderValue};

use super::super::{Language, Words};

fn browser(lines: &[&str]) -> HeaderMap {
    lines.iter().map(|line| (ACCEPT_LANGUAGE, HeaderValue::from_bytes(line.as_bytes()).unwrap())).collect()
}

fn tag(ui_locales: Option<&str>, accept_language: &[&str]) -> &'static str {
    Words::for_reader(ui_locales, &browser(accept_language)).tag()
}

#[test]
fn the_app_names_the_languages_in_order() {
    for (ui_locales, expected) in [
        ("de", "de"),
        ("de-CH", "de"),
        ("DE-latn-ch-1996", "de"),
        ("it fr-CA de", "fr"),
        ("  es-419 ", "es"),
        ("en-GB de", "en"),
    ] {
        assert_eq!(tag(Some(ui_locales), &["fr;q=0.9"]), expected, "{ui_locales}");
    }
}

#[test]
fn otherwise_the_browser_has_a_say_and_english_is_for_everybody_else() {
    for (accept_language, expected) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("it,pt;q=0.9,fr;q=0.2,en;q=0.1", "fr"),
        ("en;q=0.5, es;q=0.7, de ; q = 0.7", "es"),
        ("de;q=0, fr;q=0.001", "fr"),
        ("*", "en"),
        ("*;q=0.5,de;q=0.1", "de"),
        ("de;q=2,de;q=-1,de;q=NaN,de;q=inf,de;q=,de;level=1", "en"),
        ("deutsch,d,de_CH,,;;;=,-", "en"),
        ("\u{e9}", "en"),
        ("", "en"),
    ] {
        assert_eq!(tag(None, &[accept_language]), expected, "{accept_language}");
        assert_eq!(tag(Some("it x-klingon"), &[accept_language]), expected, "{accept_language}");
    }
    assert_eq!(tag(None, &["it", "fr;q=0.5"]), "fr");
    assert_eq!(tag(None, &[]), "en");
}

#[test]
fn az_09_a_hundred_thousand_languages_leave_nothing_behind() {
    const ROUND: usize = 20_000;
    let ask = |n: usize| {
        let made_up = format!("x{n}-{n} {}", "de-".repeat(n % 50));
        let words = Words::for_reader(Some(&made_up), &browser(&[&made_up]));
        assert!(!words.with("sign-in-app", "app", &made_up).plain().is_empty());
    };
    let grown = |round: usize| {
        let before = resident();
        (round * ROUND..(round + 1) * ROUND).for_each(ask);
        resident().saturating_sub(before)
    };
    // Other tests of this process allocate meanwhile. What is kept is kept in every round: the values
    // of one are 2 MB.
    let least = (0..5).map(grown).min();
    assert!(least < Some(500_000), "{least:?} bytes");
}

/// The memory of this process, in bytes (proc_pid_statm(5)).
fn resident() -> usize {
    const PAGE: usize = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * PAGE
}

#[test]
fn every_language_has_its_own_words() {
    let greetings: Vec<_> = Language::ALL.map(|it| Words::from(it).say("sign-in").to_string()).into();
    assert_eq!(greetings, ["Sign in", "Anmelden", "Se connecter", "Iniciar sesión"]);
}
