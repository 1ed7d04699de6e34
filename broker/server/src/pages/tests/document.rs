//! Reads a page into its pieces, more strictly than a browser would.

/// A piece of a document, its text and attribute values unescaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `<name attribute="value">`
    Open(String, Vec<(String, String)>),
    /// `</name>`
    Close(String),
    /// What stands between tags.
    Text(String),
}

impl Piece {
    /// The value of an attribute of an opening tag called `tag`.
    pub fn attribute(&self, tag: &str, attribute: &str) -> Option<&str> {
        match self {
            Self::Open(name, attributes) if name == tag => {
                attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
            }
            _ => None,
        }
    }
}

/// The pieces of `html`.
///
/// # Panics
/// When a tag is left open, an attribute is not in double quotes, or a `<`, `&` or quote stands where
/// it should be escaped.
pub fn read(html: &str) -> Vec<Piece> {
    let mut rest = html.strip_prefix("<!doctype html>").expect("a doctype");
    let mut pieces = Vec::new();
    let mut open = Vec::new();
    while !rest.is_empty() {
        let (piece, after) = match rest.strip_prefix('<') {
            Some(tag) => read_tag(tag),
            None => {
                let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
                assert!(!text.contains('>'), "a bare > in {text:?}");
                (Piece::Text(unescape(text)), after)
            }
        };
        match &piece {
            Piece::Open(name, _) if !VOID.contains(&name.as_str()) => open.push(name.clone()),
            Piece::Close(name) => assert_eq!(open.pop().as_ref(), Some(name), "closes what is not open"),
            _ => {}
        }
        pieces.push(piece);
        rest = after;
    }
    assert!(open.is_empty(), "left open: {open:?}");
    pieces
}

const VOID: [&str; 4] = ["meta", "link", "input", "img"];

fn read_tag(tag: &str) -> (Piece, &str) {
    if let Some(closing) = tag.strip_prefix('/') {
        let (name, after) = closing.split_once('>').expect("a closing tag ends");
        return (Piece::Close(word(name)), after);
    }
    let (name, mut rest) = tag.split_at(tag.find([' ', '>']).expect("a tag ends"));
    let mut attributes = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix('>') {
            return (Piece::Open(word(name), attributes), after);
        }
        rest = rest.strip_prefix(' ').expect("attributes stand apart");
        let (name, after) = rest.split_at(rest.find(['=', ' ', '>']).expect("a tag ends"));
        rest = after;
        let mut value = "";
        if let Some(quoted) = rest.strip_prefix("=\"") {
            (value, rest) = quoted.split_once('"').expect("a value ends");
        }
        attributes.push((word(name), unescape(value)));
    }
}

fn word(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    assert!(!name.is_empty() && name.bytes().all(plain), "not a name: {name:?}");
    name.to_owned()
}

fn unescape(text: &str) -> String {
    assert!(!text.contains(['<', '"']), "unescaped: {text:?}");
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, after) = part.strip_prefix('#').and_then(|code| code.split_once(';')).expect("an escape");
        plain.push(code.parse().ok().and_then(char::from_u32).expect("a character"));
        plain.push_str(after);
    }
    plain
}
