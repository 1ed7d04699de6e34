//! Authorization responses: the URL that takes the browser back to the app
//! (RFC 6749 section 4.1.2, with `iss` of RFC 9207).

use doorward_domain::Plain;
use url::Url;

use super::error::ErrorCode;

/// Where an authorization response goes, and what it always carries.
#[derive(Clone, Copy, Debug)]
pub struct ResponseTarget<'a> {
    /// The matched redirect URI.
    pub redirect_uri: &'a str,
    /// The request's `state`.
    pub state: Option<&'a str>,
    /// Our issuer identifier.
    pub issuer: &'a str,
}

impl ResponseTarget<'_> {
    /// The answer with a code.
    pub fn code(&self, code: &Plain) -> Option<Url> {
        self.with(&[("code", code.expose())])
    }

    /// The answer with an error.
    pub fn error(&self, code: ErrorCode, description: &str) -> Option<Url> {
        self.with(&[("error", code.as_str()), ("error_description", description)])
    }

    /// `None` only when the redirect URI is no URL, which its registration rules out.
    fn with(&self, pairs: &[(&str, &str)]) -> Option<Url> {
        let mut url = Url::parse(self.redirect_uri).ok()?;
        url.query_pairs_mut()
            .extend_pairs(pairs)
            .extend_pairs(self.state.map(|state| ("state", state)))
            .append_pair("iss", self.issuer);
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn az_09_what_came_in_goes_back_percent_encoded() {
        let target = ResponseTarget {
            redirect_uri: "https://app.test/cb?tenant=1",
            state: Some("a\r\nSet-Cookie: x=1&code=y\"><svg onload>"),
            issuer: "https://id.test",
        };
        let url = target.error(ErrorCode::AccessDenied, "no").unwrap();
        let text = url.as_str();
        assert!(text.starts_with("https://app.test/cb?tenant=1&error=access_denied&"), "{text}");
        assert!(!text.contains(['\r', '\n', '"', '<', ' ']), "{text}");
        assert_eq!(url.query_pairs().filter(|(name, _)| name == "code").count(), 0);
        assert!(text.ends_with("&iss=https%3A%2F%2Fid.test"), "{text}");
    }
}
