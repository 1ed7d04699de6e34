//! Texts of a provider's, without what could be a secret or somebody's address.

/// Words of secrets are longer than those of any language.
const LONGEST_WORD: usize = 24;
/// `8-4-4-4-12`: what products number their tenants, apps and incidents with.
const GUID: [usize; 5] = [8, 4, 4, 4, 12];

/// The text on one line, with blots in place of addresses, of long words, and of what stands in queries.
pub fn blotted(text: &str) -> String {
    let words = text.split_whitespace().map(|word| match word.split_once("://") {
        Some(_) => word.split(['?', '#']).next().unwrap_or_default().to_owned(),
        None if word.contains('@') => "[address]".to_owned(),
        None if is_long(word) => "[…]".to_owned(),
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_long(word: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=".contains(c);
    word.split(|c: char| !letters(c)).any(|part| {
        let part = part.trim_matches('.');
        let words = part.split(['_', '-', '.']).map(str::len).max().unwrap_or_default();
        let spoken =
            words <= 16 && part.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-.".contains(&byte));
        part.len() > LONGEST_WORD && !spoken && !is_guid(part)
    })
}

fn is_guid(part: &str) -> bool {
    part.split('-').map(str::len).eq(GUID)
        && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sr_01_secrets_and_addresses_are_blotted_and_words_are_not() {
        for (said, kept) in [
            ("User account 'kim@acme.test' does not exist", "User account [address] does not exist"),
            ("bad code SplxlOBeZQQYbYS6WxSbIA_and_more", "bad code […]"),
            ("secret abc8Q~the.value_of-a~secret!", "secret […]"),
            ("code=0.AXoAJ8z-Q4Yl1kC7yRJ_aaaaaaaa", "[…]"),
            ("see https://a.test/cb?code=SplxlOBeZQQYbYS6WxSbIA&x=1 now", "see https://a.test/cb now"),
            (
                "Trace ID: 7f3a2c1e-9b1d-4c55-8a3e-2d10207d5f0a",
                "Trace ID: 7f3a2c1e-9b1d-4c55-8a3e-2d10207d5f0a",
            ),
            ("unmet_authentication_requirements", "unmet_authentication_requirements"),
            ("two\r\nlines", "two lines"),
        ] {
            assert_eq!(blotted(said), kept);
        }
    }
}
