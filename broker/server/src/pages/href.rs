//! Links whose target is safe to follow: escaping alone does not make `javascript:` harmless.

use std::fmt;

use url::Url;

/// The target of a link: a path here, or an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// A path on this server with its query; the front page when it is no such path.
    pub fn here(path: &str) -> Self {
        // `//host` and `/\host` are other machines; browsers drop tabs and line breaks in between.
        let leaves = path[path.len().min(1)..].starts_with(['/', '\\']);
        let plain = path.bytes().all(|byte| byte.is_ascii_graphic());
        Self(if path.starts_with('/') && plain && !leaves { path } else { "/" }.to_owned())
    }

    /// An app's own address; the front page when the scheme runs code or reads files.
    pub fn app(url: &Url) -> Self {
        // RFC 8252 section 7.1: a private-use scheme is a reversed domain name, so it has a dot.
        let fit = matches!(url.scheme(), "https" | "http") || url.scheme().contains('.');
        Self(if fit { url.as_str() } else { "/" }.to_owned())
    }
}

impl fmt::Display for Href {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_here() {
        assert_eq!(Href::here("/authorize?state=a%20b&x='").to_string(), "/authorize?state=a%20b&x='");
        let elsewhere =
            ["", "x", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x()", "/é"];
        for path in elsewhere {
            assert_eq!(Href::here(path).to_string(), "/", "{path:?}");
        }
    }

    #[test]
    fn an_app_is_a_web_address_or_a_private_use_scheme() {
        for url in ["https://app.example/out?state=1", "http://localhost:8082/", "com.example.app:/out"] {
            assert_eq!(Href::app(&Url::parse(url).unwrap()).to_string(), url);
        }
        for url in ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd"] {
            assert_eq!(Href::app(&Url::parse(url).unwrap()).to_string(), "/");
        }
    }
}
