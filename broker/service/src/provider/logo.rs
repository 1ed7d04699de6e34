//! Logos of apps. They are fetched here, for a person who is signed in, and shown as part of the page: a
//! browser that fetched one itself would tell the app, or whoever its logo lies with, of a person who has
//! allowed nothing yet.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::Client;
use doorward_net::Limits;
use http::StatusCode;
use moka::sync::Cache;
use url::Url;

use super::Provider;

/// A logo is small, and nobody waits for it for long.
const LIMITS: Limits = Limits { max_body: 32 * 1024, total: Duration::from_secs(2), ..Limits::DOCUMENT };

/// How long one is remembered, and also that there is none.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);

/// What pictures begin with. SVG is not among them: it is a document that can hold more than a picture.
const KINDS: [(&str, &[u8]); 5] = [
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/gif", b"GIF87a"),
    ("image/gif", b"GIF89a"),
    ("image/webp", b"RIFF"),
];

/// The picture that an app shows of itself (`logo_uri`, RFC 7591 section 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// What it is, by its first bytes.
    pub media_type: &'static str,
    /// The picture.
    pub bytes: Arc<[u8]>,
}

impl Logo {
    /// The logo that these bytes are, if they are one.
    fn of(bytes: &[u8]) -> Option<Self> {
        let (media_type, _) = KINDS.iter().find(|(_, first)| bytes.starts_with(first))?;
        let whole = *media_type != "image/webp" || bytes.get(8..12) == Some(b"WEBP");
        whole.then(|| Self { media_type, bytes: bytes.into() })
    }
}

pub(super) fn cache() -> Cache<String, Option<Logo>> {
    Cache::builder().max_capacity(100).time_to_live(REMEMBERED).build()
}

impl Provider {
    /// The logo of an app, if it has one that can be had.
    pub(crate) async fn logo(&self, client: &Client) -> Option<Logo> {
        let uri = client.presentation.logo_uri.as_deref()?;
        if let Some(known) = self.logos.get(uri) {
            return known;
        }
        let logo = self.fetch_logo(uri).await;
        self.logos.insert(uri.to_owned(), logo.clone());
        logo
    }

    async fn fetch_logo(&self, uri: &str) -> Option<Logo> {
        let peer = format!("logo of {}", Url::parse(uri).ok()?.origin().ascii_serialization());
        let request = http::Request::get(uri).body(Vec::new()).ok()?;
        let answer = self.net.send(&peer, request, LIMITS).await.ok()?;
        (answer.status() == StatusCode::OK).then(|| Logo::of(answer.body()))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        let kind = |bytes: &[u8]| Logo::of(bytes).map(|logo| logo.media_type);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in ["<svg xmlns='http://www.w3.org/2000/svg'/>", "<!doctype html>", "RIFF....WAVE", ""] {
            assert_eq!(kind(other.as_bytes()), None, "{other}");
        }
    }
}
