use std::fs;
use std::path::Path;

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

#[test]
fn ad_05_no_template_has_code_styles_or_raw_data() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (directory, at_least) in [("templates", 8), ("../../admin-ui/templates", 2)] {
        let files: Vec<_> =
            fs::read_dir(here.join(directory)).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(files.len() >= at_least, "{directory} has {}", files.len());
        for file in files {
            let found = faults(&fs::read_to_string(&file).unwrap());
            assert!(found.is_empty(), "{}: {found:?}", file.display());
        }
    }
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
