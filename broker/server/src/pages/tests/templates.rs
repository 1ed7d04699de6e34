use std::fs;
use std::path::Path;

use axum::body::to_bytes;
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::pages::{FormPostPage, Href};
use crate::words::Words;

/// What no template may have: ways around escaping, code, styles, and addresses of other hosts.
const FORBIDDEN: [&str; 16] = [
    "|safe",
    "escape",
    "<script",
    "<style",
    "<iframe",
    "<base",
    "<img",
    "http-equiv",
    " style=",
    "={{",
    "='",
    "http:",
    "https:",
    "\"//",
    "javascript:",
    "data:",
];

/// What is wrong with a template.
fn faults(template: &str) -> Vec<String> {
    let text = template.to_lowercase().replace("| ", "|");
    let mut faults: Vec<_> =
        FORBIDDEN.into_iter().filter(|word| text.contains(word)).map(str::to_owned).collect();
    // An event handler: a word that begins with `on` and is given a value.
    let words = text.split_whitespace().filter_map(|word| word.split_once('='));
    faults.extend(words.map(|(name, _)| name).filter(|name| name.starts_with("on")).map(str::to_owned));
    faults
}

/// The one picture of the house, which is a `data:` URL.
const LOGO: &str = "<img class=\"logo\" src=\"{{ logo }}\" alt=\"\">";

/// What a signed-out browser loads of apps: they can neither lead the page away nor be seen.
const LOGOUT_FRAME: &str =
    r#"<iframe src="{{ frame }}" sandbox="allow-forms allow-same-origin allow-scripts" hidden></iframe>"#;

/// The one script of a page that asks for a passkey, which is a file of ours.
const PASSKEY_SCRIPT: &str =
    r#"<script type="module" src="{{ doorward_admin_ui::passkey_script_href() }}"></script>"#;

/// The one script in a page.
const FORM_POST_SCRIPT: &str = "<script>document.forms[0].submit()</script>";

#[tokio::test]
async fn az_04_the_page_that_posts_an_answer_runs_that_script_alone() {
    let fields = vec![("state", "'\"><script>x()</script>".to_owned())];
    let page = FormPostPage { words: Words::default(), action: Href::here("/cb"), fields }.into_response();
    let hash = STANDARD.encode(Sha256::digest("document.forms[0].submit()"));
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.ends_with(&format!("; script-src 'sha256-{hash}'")), "{policy}");
    let html = to_bytes(page.into_body(), usize::MAX).await.unwrap();
    let html = String::from_utf8(html.to_vec()).unwrap();
    assert_eq!(html.matches("<script").count(), 1, "{html}");
    assert!(html.contains(FORM_POST_SCRIPT), "{html}");
}

/// Names and texts of all templates.
fn templates() -> Vec<(String, String)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for (directory, at_least) in [("templates", 8), ("../../admin-ui/templates", 2)] {
        let files: Vec<_> =
            fs::read_dir(here.join(directory)).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(files.len() >= at_least, "{directory} has {}", files.len());
        for file in files {
            let text = fs::read_to_string(&file).unwrap().replace(FORM_POST_SCRIPT, "").replace(LOGO, "");
            let text = text.replace(LOGOUT_FRAME, "").replace(PASSKEY_SCRIPT, "");
            found.push((file.display().to_string(), text));
        }
    }
    found
}

#[test]
fn ad_05_no_template_has_code_styles_or_raw_data() {
    for (name, template) in templates() {
        let found = faults(&template);
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

/// The text of a template that is not a sentence of `locales/`: what stands between tags, or in an
/// attribute that people read.
fn texts(template: &str) -> Vec<String> {
    let mut rest = template;
    let mut text = String::new();
    let mut found = Vec::new();
    while let Some(at) = rest.find(['<', '{']) {
        text.push_str(&rest[..at]);
        let end = ["{{", "{%", "{#", "<"].into_iter().zip(["}}", "%}", "#}", ">"]);
        let (_, end) = end.into_iter().find(|(begin, _)| rest[at..].starts_with(begin)).unwrap();
        let length = rest[at..].find(end).unwrap() + end.len();
        for name in ["alt", "title", "placeholder", "aria-label"] {
            let value = rest[at..at + length].split_once(&format!(" {name}=\""));
            // A word has small letters; the form of a code has none.
            let value = value.and_then(|(_, value)| value.split('"').next());
            let value = value.filter(|it| !it.starts_with("{{") && it.contains(char::is_lowercase));
            found.extend(value.map(str::to_owned));
        }
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    found.extend(text.split_whitespace().filter(|it| it.contains(char::is_alphabetic)).map(str::to_owned));
    found
}

#[test]
fn no_template_has_text_of_its_own() {
    for (name, template) in templates() {
        // The class of a body is a block, and no text.
        let template = template.replace("card-page", "");
        assert!(texts(&template).is_empty(), "{name}: {:?}", texts(&template));
    }
    assert_eq!(texts("<p title=\"One\">Two {{ three }} <b>vier</b>, {% if five %}6{% endif %}").len(), 3);
}

#[test]
fn the_scan_sees_what_it_looks_for() {
    let bad = [
        "{{ name | safe }}",
        "{{ name|safe }}",
        "{% autoescape false %}",
        "<p onclick=\"x\">",
        "<p\nONLOAD=x>",
        "<p style=\"x\">",
        "<a href={{ x }}>",
        "<a href='{{ x }}'>",
        "<a href=\"//x\">",
        "<SCRIPT src=x>",
        "<a href=\"https://x\">",
    ];
    for template in bad {
        assert!(!faults(template).is_empty(), "{template}");
    }
    assert!(faults("<a class=\"btn\" href=\"{{ href }}\">only one</a>").is_empty());
}
