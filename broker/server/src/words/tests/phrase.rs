use super::super::{Language, Words};

#[test]
fn a_name_is_set_apart() {
    let phrase = Words::default().with("sign-in-app", "app", "Söhne & <Co>");
    assert_eq!(phrase.to_string(), "Sign in to <bdi>Söhne &#38; &#60;Co&#62;</bdi>");
    assert_eq!(phrase.plain(), "Sign in to \u{2068}Söhne & <Co>\u{2069}");
}

#[test]
fn ad_05_a_name_does_not_leave_its_marks() {
    let hostile = "\u{2069}</bdi>\u{202e}moc.live\u{2066}\u{2067}\u{2068}{ $app }";
    for language in Language::ALL {
        let phrase = Words::from(language).with("consent", "app", hostile);
        let html = phrase.to_string();
        assert_eq!((html.matches("<bdi>").count(), html.matches("</bdi>").count()), (1, 1), "{html}");
        assert!(html.contains("<bdi>&#60;/bdi&#62;\u{202e}moc.live{ $app }</bdi>"), "{html}");
    }
}

#[test]
fn a_sentence_that_does_not_exist_shows_its_key() {
    let words = Words::default();
    assert_eq!(words.say("no-such-key").plain(), "no-such-key");
    assert!(words.find("expired.support", &[]).is_none() && words.find("expired.you", &[]).is_some());
}
