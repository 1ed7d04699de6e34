//! Redirect URIs: which are fit to be registered, and when a requested one matches.
//!
//! The rule is byte equality with a registered one (RFC 9700 section 2.1). The only exception is
//! the port of a native app's literal loopback address (RFC 8252 section 7.3).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

/// A redirect URI that may be registered, kept as the exact string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why a redirect URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not an absolute URI in ASCII.
    #[error("is not an absolute URI")]
    NotAbsolute,
    /// Longer than 1,024 bytes.
    #[error("is longer than 1024 characters")]
    TooLong,
    /// Carries a fragment (RFC 6749 section 3.1.2).
    #[error("has a fragment")]
    Fragment,
    /// Carries a user name or password.
    #[error("has user information before the host")]
    UserInfo,
    /// Carries `*`: there are no wildcards.
    #[error("has a wildcard; register every URI in full")]
    Wildcard,
    /// A scheme that runs code, or is local to the browser.
    #[error("has a scheme that is not allowed")]
    Scheme,
    /// `http` to another machine.
    #[error("must use https, except on a loopback address")]
    Insecure,
}

impl RedirectUri {
    /// Vets a URI for registration.
    ///
    /// # Errors
    /// [`Unfit`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        if text.len() > 1024 {
            return Err(Unfit::TooLong);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) || text.contains('\\') {
            return Err(Unfit::NotAbsolute);
        }
        let url = Url::parse(text).map_err(|_| Unfit::NotAbsolute)?;
        if text.contains('#') {
            return Err(Unfit::Fragment);
        }
        if text.contains('*') {
            return Err(Unfit::Wildcard);
        }
        if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
            return Err(Unfit::UserInfo);
        }
        vet_scheme(&url).map(|()| Self(text.to_owned()))
    }

    /// Whether a request's `redirect_uri` is this one. For a `native` app the port of a literal
    /// loopback address may differ; nothing else may.
    pub fn matches(&self, requested: &str, native: bool) -> bool {
        self.0 == requested || (native && self.matches_on_another_port(requested))
    }

    fn matches_on_another_port(&self, requested: &str) -> bool {
        match (LoopbackUri::parse(&self.0), LoopbackUri::parse(requested)) {
            (Some(registered), Some(requested)) => registered == requested,
            _ => false,
        }
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A plain-HTTP URI on a literal loopback address, its port left out.
#[derive(PartialEq, Eq)]
struct LoopbackUri<'a> {
    host: &'a str,
    rest: &'a str,
}

impl<'a> LoopbackUri<'a> {
    fn parse(uri: &'a str) -> Option<Self> {
        let (host, rest) = ["http://127.0.0.1", "http://[::1]"]
            .into_iter()
            .find_map(|host| uri.strip_prefix(host).map(|rest| (&uri[..host.len()], rest)))?;
        let rest = match rest.strip_prefix(':') {
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                rest[..end].parse::<u16>().ok()?;
                &rest[end..]
            }
            None => rest,
        };
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(Self { host, rest })
    }
}

fn vet_scheme(url: &Url) -> Result<(), Unfit> {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(()),
        ("http", Some(host)) if is_loopback(&host) => Ok(()),
        ("http", _) => Err(Unfit::Insecure),
        // RFC 8252 section 7.1: a private-use scheme is a reversed domain name, so it has a dot.
        (scheme, _) if scheme.contains('.') => Ok(()),
        _ => Err(Unfit::Scheme),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn authority(text: &str) -> &str {
    let after = text.split_once("://").map_or("", |(_, rest)| rest);
    &after[..after.find(['/', '?', '#']).unwrap_or(after.len())]
}

/// SHA-256 of a list of redirect URIs in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UrisDigest([u8; 32]);

impl UrisDigest {
    /// The digest of these URIs.
    pub fn of(uris: &[RedirectUri]) -> Self {
        let mut digest = Sha256::new();
        for uri in uris {
            // No URI has a blank in it.
            digest.update(uri.as_str());
            digest.update(b" ");
        }
        Self(digest.finalize().into())
    }
}

impl From<UrisDigest> for String {
    fn from(digest: UrisDigest) -> Self {
        BASE64.encode(digest.0)
    }
}

impl TryFrom<String> for UrisDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = BASE64.decode(text).map_err(|_| "a digest is not base64url")?;
        bytes.try_into().map(Self).map_err(|_| "a digest is not 32 bytes long")
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = Unfit;

    fn try_from(text: String) -> Result<Self, Unfit> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ru_01_only_the_registered_bytes_match() {
        let registered = RedirectUri::parse("https://app.test/cb").unwrap();
        assert!(registered.matches("https://app.test/cb", false));
        for near in [
            "https://app.test/cb/",
            "https://app.test/CB",
            "https://APP.test/cb",
            "https://app.test/cb?x=1",
            "https://app.test/cb#",
            "https://app.test:443/cb",
            "https://app.test/./cb",
            "https://app.test/%63b",
            "https://app.test/cb ",
            " https://app.test/cb",
            "http://app.test/cb",
            "https://app.test/..;/cb",
            "",
        ] {
            assert!(!registered.matches(near, true), "{near}");
        }
    }

    #[test]
    fn ru_02_authority_and_userinfo_tricks_never_match() {
        let registered = RedirectUri::parse("https://app.test/cb").unwrap();
        for trick in [
            "https://app.test@evil.test/cb",
            "https://evil.test@app.test/cb",
            "https://a@b@app.test/cb",
            "https://app.test%40evil.test/cb",
            "https://app.test\\@evil.test/cb",
            "https://app.test:443@evil.test/cb",
            "https://app.test#@evil.test/cb",
        ] {
            assert!(!registered.matches(trick, true), "{trick}");
        }
        for unfit in
            ["https://u:p@app.test/cb", "https://u@app.test/", "https://@app.test/", "https://app.test/#"]
        {
            assert!(RedirectUri::parse(unfit).is_err(), "{unfit}");
        }
    }

    #[test]
    fn ru_03_every_character_is_literal_and_wildcards_are_refused() {
        let registered = RedirectUri::parse("https://app.test/cb").unwrap();
        for near in ["https://app.test.evil.test/cb", "https://appxtest/cb", "https://äpp.test/cb"] {
            assert!(!registered.matches(near, true), "{near}");
        }
        assert_eq!(RedirectUri::parse("https://*.test/cb"), Err(Unfit::Wildcard));
        assert_eq!(RedirectUri::parse("https://app.test*"), Err(Unfit::Wildcard));
    }

    #[test]
    fn ru_04_only_the_port_of_a_literal_loopback_address_may_differ() {
        let registered = RedirectUri::parse("http://127.0.0.1/cb").unwrap();
        assert!(registered.matches("http://127.0.0.1:51004/cb", true));
        assert!(!registered.matches("http://127.0.0.1:51004/cb", false), "a web app has no exception");
        for other in [
            "http://localhost:51004/cb",
            "http://127.1:51004/cb",
            "http://0177.0.0.1:51004/cb",
            "http://2130706433:51004/cb",
            "http://[::ffff:127.0.0.1]:51004/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:51004/cb?x=1",
            "https://127.0.0.1:51004/cb",
            "http://127.0.0.1:51004@evil.test/cb",
            "http://127.0.0.1:99999/cb",
            "http://[::1]:51004/cb",
        ] {
            assert!(!registered.matches(other, true), "{other}");
        }
        let v6 = RedirectUri::parse("http://[::1]:1/cb").unwrap();
        assert!(v6.matches("http://[::1]:2/cb", true));
    }

    #[test]
    fn ru_05_schemes_that_run_code_or_leave_the_machine_in_clear_are_refused() {
        for unfit in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "blob:https://app.test/1",
            "http://app.test/cb",
            "/cb",
            "cb",
            "//app.test/cb",
            "myapp:/cb",
            "https://",
        ] {
            assert!(RedirectUri::parse(unfit).is_err(), "{unfit}");
        }
        for fit in
            ["https://app.test/cb", "com.example.app:/cb", "http://localhost:3000/cb", "http://[::1]/cb"]
        {
            assert!(RedirectUri::parse(fit).is_ok(), "{fit}");
        }
    }
}
