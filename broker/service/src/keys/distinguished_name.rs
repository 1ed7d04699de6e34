//! Distinguished names as text (RFC 4514), to be compared with those of certificates.

use std::cmp::Ordering;

use openssl::x509::{X509Name, X509NameRef};

/// The longest name that is read, in bytes.
const LONGEST: usize = 1024;

/// What is known by another name than OpenSSL's, or in another spelling.
const KINDS: [(&str, &str); 17] = [
    ("CN", "CN"),
    ("L", "L"),
    ("ST", "ST"),
    ("S", "ST"),
    ("O", "O"),
    ("OU", "OU"),
    ("C", "C"),
    ("STREET", "street"),
    ("DC", "DC"),
    ("UID", "UID"),
    ("SN", "SN"),
    ("GN", "GN"),
    ("T", "title"),
    ("E", "emailAddress"),
    ("EMAILADDRESS", "emailAddress"),
    ("SERIALNUMBER", "serialNumber"),
    ("ORGANIZATIONIDENTIFIER", "organizationIdentifier"),
];

/// A distinguished name.
pub(super) struct DistinguishedName(X509Name);

impl DistinguishedName {
    /// Reads a name as RFC 4514 writes it, the last part of it first; `None` for anything else, and for
    /// one with several values in one part, which no certificate of an app has.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let parts: Option<Vec<_>> = parts(text)?.into_iter().map(attribute).collect();
        let mut name = X509Name::builder().ok()?;
        for (kind, value) in parts?.iter().rev() {
            name.append_entry_by_text(kind, value).ok()?;
        }
        Some(Self(name.build()))
    }

    /// Whether the two are the same, as RFC 5280 section 7.1 compares them: in which case they are written
    /// does not count, nor how many spaces stand between words.
    pub fn is_the_same_as(&self, other: &X509NameRef) -> bool {
        self.0.try_cmp(other).is_ok_and(Ordering::is_eq)
    }
}

/// The parts between the commas that are not escaped.
fn parts(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut begin, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            '+' | '"' | ';' | '<' | '>' => return None,
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    (!escaped).then_some(parts)
}

/// The type and the value of a part.
fn attribute(part: &str) -> Option<(String, String)> {
    let (kind, value) = part.trim_start().split_once('=')?;
    let kind = kind.trim_end();
    let kind =
        kind.get(..4).filter(|it| it.eq_ignore_ascii_case("OID.")).map_or(kind, |it| &kind[it.len()..]);
    let known = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|(_, known)| *known);
    let value = value.trim_start_matches(' ');
    let value = match value.strip_prefix('#') {
        Some(digits) => encoded(digits)?,
        None => unescaped(value)?,
    };
    (!kind.is_empty() && !value.is_empty()).then(|| (known.unwrap_or(kind).to_owned(), value))
}

/// A value as it is, without what protects single characters of it (RFC 4514 section 2.4).
fn unescaped(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    let mut kept = 0;
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            kept = if byte == b' ' { kept } else { bytes.len() };
            continue;
        }
        let first = rest.next()?;
        bytes.push(match hex(first) {
            Some(high) => high << 4 | hex(rest.next()?)?,
            None if b" \"#+,;<=>\\".contains(&first) => first,
            None => return None,
        });
        kept = bytes.len();
    }
    // Spaces at the end that nothing protects are no part of it.
    bytes.truncate(kept);
    String::from_utf8(bytes).ok()
}

/// A value that is given as its DER in hexadecimal: one of the usual kinds of text.
fn encoded(digits: &str) -> Option<String> {
    let digits: Vec<_> = digits.trim_end_matches(' ').bytes().map(hex).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let der: Vec<_> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    const TEXTS: [u8; 3] = [0x0c, 0x13, 0x16];
    match der.as_slice() {
        [kind, length, text @ ..]
            if TEXTS.contains(kind) && *length < 0x80 && usize::from(*length) == text.len() =>
        {
            String::from_utf8(text.to_vec()).ok()
        }
        _ => None,
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the certificate's name with these parts, the first of it first, is the one that `text` says.
    fn is(text: &str, parts: &[(&str, &str)]) -> Option<bool> {
        let mut name = X509Name::builder().unwrap();
        for (kind, value) in parts {
            name.append_entry_by_text(kind, value).unwrap();
        }
        DistinguishedName::parse(text).map(|parsed| parsed.is_the_same_as(&name.build()))
    }

    #[test]
    fn a_name_is_written_from_its_end() {
        let parts = [("C", "DE"), ("O", "Acme"), ("CN", "app.acme.test")];
        for text in [
            "CN=app.acme.test,O=Acme,C=DE",
            "cn=app.acme.test, o=Acme, c=DE",
            "CN = app.acme.test , O=  Acme  ,C=DE",
            "CN=APP.acme.test,O=ACME,C=de",
            "2.5.4.3=app.acme.test,OID.2.5.4.10=Acme,2.5.4.6=DE",
            r"CN=app\.acme\.test,O=Acme,C=DE".replace(r"\.", r"\2e").as_str(),
            "CN=#130d6170702e61636d652e74657374,O=Acme,C=DE",
        ] {
            assert_eq!(is(text, &parts), Some(true), "{text}");
        }
        for text in [
            "C=DE,O=Acme,CN=app.acme.test",
            "CN=app.acme.test",
            "CN=app.acme.test,O=Acme",
            "O=Acme,C=DE",
            "CN=app.acme.test,OU=Acme,C=DE",
            "CN=app.acme.test,O=Acme,O=Acme,C=DE",
            "CN=app.acme.tes,O=Acme,C=DE",
        ] {
            assert_eq!(is(text, &parts), Some(false), "{text}");
        }
    }

    #[test]
    fn what_is_escaped_is_part_of_a_value() {
        assert_eq!(is(r"CN=a\,b,O=c\=d", &[("O", "c=d"), ("CN", "a,b")]), Some(true));
        assert_eq!(is(r"CN=L\C3\BC\2c,UID=\#1", &[("UID", "#1"), ("CN", "Lü,")]), Some(true));
        assert_eq!(is(r"CN=a\,O=b", &[("O", "b"), ("CN", "a")]), Some(false));
        assert_eq!(is("CN=a,E=x@acme.test", &[("emailAddress", "x@acme.test"), ("CN", "a")]), Some(true));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            " ",
            "app.acme.test",
            "CN=",
            "=a",
            "CN=a,",
            ",CN=a",
            "CN=a,,O=b",
            "CN=a+OU=b",
            "CN=\"a\"",
            "CN=a\\",
            "CN=a\\x",
            "CN=a\\f",
            "CN=#",
            "CN=#13",
            "CN=#1302",
            "CN=#0c01ff",
            "CN=#3000",
            "CN=a;O=b",
            "nonsense=a",
            "C=Germany",
        ] {
            assert!(DistinguishedName::parse(text).is_none(), "{text}");
        }
        assert!(DistinguishedName::parse(&format!("CN={}", "a".repeat(LONGEST))).is_none());
    }
}
