use super::document::{Piece, read};
use super::samples::every_page;

/// A word that no template has.
const PLAIN: &str = "Qwertyuiop";

const HOSTILE: [&str; 12] = [
    "'\"><svg onload=alert(1)>",
    "</title></style></textarea></script><script>alert(1)</script>",
    "javascript:/*--><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' accesskey=x onclick=alert(1) '",
    "<!--<img src=x onerror=alert(1)>",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "{{ 7 * 7 }}{% include \"x\" %}{# #}",
    "line\r\nSet-Cookie: a=b\r\n\r\n<p>",
    "\0\u{202e}txt.exe\u{200b}\u{feff}",
    "`${alert(1)}` \\\" \\x3c ]]>",
    "Ωμέγα 🦦 \u{1f1e9}\u{1f1ea} o'Neill & <Söhne>",
];

#[tokio::test]
async fn ad_05_whatever_is_in_the_data_only_the_text_changes() {
    for hostile in HOSTILE {
        let pages = every_page(PLAIN).await.into_iter().zip(every_page(hostile).await);
        for (plain, page) in pages {
            let expected: Vec<_> = read(&plain.html).into_iter().map(|piece| with(piece, hostile)).collect();
            assert_eq!(read(&page.html), expected, "{} with {hostile:?}", page.name);
        }
    }
}

#[tokio::test]
async fn every_text_is_shown() {
    for page in every_page(PLAIN).await {
        let names_nobody = ["signed-out, by nobody", "device, not let in"].contains(&page.name);
        assert_eq!(page.html.contains(PLAIN), !names_nobody, "{}", page.name);
    }
}

#[tokio::test]
async fn az_09_a_link_target_cannot_leave_its_attribute() {
    for page in every_page(PLAIN).await.iter().filter(|page| page.html.contains("/next")) {
        let target = |piece: &Piece| piece.attribute("a", "href") == Some("/next?a='\">");
        assert!(read(&page.html).iter().any(target), "{}", page.name);
    }
}

/// The same piece with the plain word replaced.
fn with(piece: Piece, hostile: &str) -> Piece {
    let replaced = |text: String| text.replace(PLAIN, hostile);
    match piece {
        Piece::Open(name, attributes) => {
            Piece::Open(name, attributes.into_iter().map(|(name, value)| (name, replaced(value))).collect())
        }
        Piece::Close(name) => Piece::Close(name),
        Piece::Text(text) => Piece::Text(replaced(text)),
    }
}
