use std::collections::HashSet;

use super::document::{Piece, read};
use super::samples::every_page;

/// The values that `attribute` has on tags called `tag`.
fn all<'a>(pieces: &'a [Piece], tag: &str, attribute: &str) -> Vec<&'a str> {
    pieces.iter().filter_map(|piece| piece.attribute(tag, attribute)).collect()
}

/// The values that `attribute` has on any tag.
fn anywhere<'a>(pieces: &'a [Piece], attribute: &str) -> Vec<&'a str> {
    let attributes = pieces.iter().flat_map(|piece| match piece {
        Piece::Open(_, attributes) => attributes.as_slice(),
        _ => &[],
    });
    attributes.filter(|(name, _)| name == attribute).map(|(_, value)| value.as_str()).collect()
}

fn text_after<'a>(pieces: &'a [Piece], tag: &str) -> &'a str {
    let opens = |piece: &Piece| matches!(piece, Piece::Open(name, _) if name == tag);
    match pieces.iter().position(opens).and_then(|at| pieces.get(at + 1)) {
        Some(Piece::Text(text)) => text.trim(),
        _ => "",
    }
}

#[tokio::test]
async fn every_page_has_language_title_skip_link_landmark_and_one_heading() {
    for page in every_page("Kim").await {
        let pieces = read(&page.html);
        let count = |tag: &str| {
            pieces.iter().filter(|piece| matches!(piece, Piece::Open(name, _) if name == tag)).count()
        };
        assert_eq!(all(&pieces, "html", "lang"), [page.language.tag()], "{}", page.name);
        assert_eq!(all(&pieces, "main", "id"), ["main"], "{}", page.name);
        assert_eq!(all(&pieces, "a", "href").first(), Some(&"#main"), "{}", page.name);
        assert_eq!((count("title"), count("h1")), (1, 1), "{}", page.name);
        assert!(
            !text_after(&pieces, "title").is_empty() && !text_after(&pieces, "h1").is_empty(),
            "{}",
            page.name
        );
    }
}

#[tokio::test]
async fn every_page_loads_our_stylesheet_and_icon_and_nothing_else() {
    let ours = [doorward_admin_ui::icon_href(), doorward_admin_ui::stylesheet_href()];
    for page in every_page("Kim").await {
        let pieces = read(&page.html);
        assert_eq!(all(&pieces, "link", "href"), ours, "{}", page.name);
        // A logo is part of the page, and the script for passkeys is ours.
        let ours =
            |src: &str| src.starts_with("data:image/png;") || src == doorward_admin_ui::passkey_script_href();
        let loaded = anywhere(&pieces, "src").into_iter().filter(|src| !ours(src));
        assert_eq!(loaded.count(), 0, "{}", page.name);
        for target in [anywhere(&pieces, "href"), anywhere(&pieces, "action")].concat() {
            assert!(target.starts_with(['/', '#']), "{} leads to {target}", page.name);
        }
    }
}

#[tokio::test]
async fn every_id_is_unique_and_every_reference_to_one_is_met() {
    for page in every_page("Kim").await {
        let pieces = read(&page.html);
        let ids = anywhere(&pieces, "id");
        let known: HashSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{}", page.name);
        for reference in [anywhere(&pieces, "for"), anywhere(&pieces, "aria-describedby")].concat() {
            assert!(known.contains(reference), "{} has no {reference}", page.name);
        }
    }
}

#[tokio::test]
async fn every_field_that_people_see_has_a_label() {
    for page in every_page("Kim").await {
        let pieces = read(&page.html);
        let labelled = all(&pieces, "label", "for");
        for field in pieces.iter().filter(|piece| matches!(piece, Piece::Open(name, _) if name == "input")) {
            let unseen = field.attribute("input", "type") == Some("hidden")
                || field.attribute("input", "aria-hidden") == Some("true");
            let has_label = field.attribute("input", "id").is_some_and(|id| labelled.contains(&id));
            assert!(unseen || has_label, "{}: {field:?}", page.name);
        }
    }
}

#[tokio::test]
async fn forms_carry_what_their_routes_read() {
    let answer = vec!["id", "client_data", "authenticator_data", "signature", "user_handle"];
    let signed = [vec!["tx"], answer.clone()].concat();
    let expected = [
        (
            "sign-in",
            vec!["/sign-in", "/sign-in/passkey"],
            [vec!["tx", "username", "password"], signed].concat(),
        ),
        (
            "prove",
            vec!["/sign-in/prove/mail", "/sign-in/prove/password", "/sign-in/prove/passkey"],
            [vec!["tx", "arrived", "tx", "arrived", "username", "password", "tx", "arrived"], answer]
                .concat(),
        ),
        ("choose", vec!["/sign-in/connection"], vec!["tx", "connection", "connection"]),
        ("consent", vec!["/consent"], vec!["tx", "decision", "decision"]),
        ("sign-out", vec!["/end-session/confirm"], vec!["Kim"]),
        ("new passkey", vec!["/account/passkey/new"], vec!["client_data", "attestation_object", "name"]),
        (
            "account",
            vec!["/account/passkey", "/account/password"],
            vec!["password", "username", "password", "new", "id", "id"],
        ),
    ];
    let pages = every_page("Kim").await;
    for (name, actions, fields) in expected {
        let page = pages.iter().find(|page| page.name == name).unwrap();
        let pieces = read(&page.html);
        let names = [all(&pieces, "input", "name"), all(&pieces, "button", "name")].concat();
        assert_eq!(
            (all(&pieces, "form", "method"), all(&pieces, "form", "action")),
            (vec!["post"; actions.len()], actions)
        );
        assert_eq!(names, fields, "{name}");
    }
}

#[tokio::test]
async fn a_problem_is_announced_and_tied_to_its_field() {
    for page in every_page("Kim").await {
        let pieces = read(&page.html);
        let again = page.name.contains(" again");
        let shown = |piece: &&Piece| piece.attribute("p", "hidden").is_none();
        let alerts =
            pieces.iter().filter(shown).filter(|piece| piece.attribute("p", "role") == Some("alert"));
        let no_passkey = page.name.contains("no such passkey");
        assert_eq!(alerts.count(), usize::from(again || no_passkey), "{}", page.name);
        assert_eq!(all(&pieces, "input", "aria-invalid"), if again { vec!["true"] } else { vec![] });
    }
}
