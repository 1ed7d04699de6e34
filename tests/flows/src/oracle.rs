//! What must be true of every answer, whatever was asked: the standing oracles of the attack matrix.
//! A broker in a [`crate::World`] stands behind [`watched`], so no test can forget them. The outcomes
//! that single rows demand are methods of [`Page`] and [`crate::app::Answer`].

use std::io;
use std::sync::Once;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::app::Relying;
use crate::browser::Page;

/// Parts of secrets that are planted in every world and come out of none.
pub const CANARIES: [&str; 2] = ["secret-of-", "upstream-secret"];

/// What every answer carries.
const EVERY_ANSWER: [(&str, &str); 2] =
    [("x-content-type-options", "nosniff"), ("strict-transport-security", "max-age=31536000")];

/// What every page carries.
const PAGE_HEADERS: [(&str, &str); 7] = [
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "unsafe-none"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("permissions-policy", "camera=()"),
];

/// The same broker, each of whose answers is checked.
pub fn watched(broker: Router) -> Router {
    watch_the_log();
    broker.layer(from_fn(watch))
}

async fn watch(request: Request, next: Next) -> Response {
    let asked = format!("{} {}", request.method(), request.uri().path());
    let (head, body) = next.run(request).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    check(&asked, &head, &body);
    Response::from_parts(head, Body::from(body))
}

const SUBMITS_ITSELF: &str = "<script>document.forms[0].submit()</script>";
const ASKS_FOR_A_PASSKEY: &str = "<script type=\"module\" src=\"/assets/passkey-";

/// Panics unless an answer of the broker is as all of them must be.
fn check(asked: &str, head: &Parts, body: &Bytes) {
    let headers = &head.headers;
    // Nothing may fail but for a while.
    let for_a_while = head.status == StatusCode::SERVICE_UNAVAILABLE && headers.contains_key(RETRY_AFTER);
    let text = String::from_utf8_lossy(body);
    assert!(!head.status.is_server_error() || for_a_while, "{asked} failed: {head:?} {text}");
    for (name, part) in EVERY_ANSWER {
        assert!(values(headers, name).any(|value| value.contains(part)), "{asked} lacks {name}: {head:?}");
    }
    for canary in CANARIES {
        assert!(!text.contains(canary) && !format!("{headers:?}").contains(canary), "{asked} tells a secret");
    }
    let has = |name: &str, part: &str| values(headers, name).any(|value| value.contains(part));
    let media_type = values(headers, CONTENT_TYPE.as_str()).next().unwrap_or_default();
    if media_type.starts_with("text/html") {
        let missing = PAGE_HEADERS.iter().find(|(name, part)| !has(name, part));
        assert_eq!(missing, None, "{asked}: {head:?}");
        assert!(has("content-security-policy", "default-src 'none'"), "{asked}: {head:?}");
        assert!(has("content-security-policy", "frame-ancestors 'none'"), "{asked}: {head:?}");
        assert!(!has("content-security-policy", "unsafe"), "{asked}: {head:?}");
        // A page has the one script that its policy names: the one that posts an answer to an app by its hash.
        let known = [("script-src 'sha256-", SUBMITS_ITSELF), ("script-src 'self'", ASKS_FOR_A_PASSKEY)];
        let known = known.into_iter().find(|(policy, _)| has("content-security-policy", policy));
        let known = known.map_or("\0", |(_, script)| script);
        assert!(!text.replacen(known, "", 1).contains("<script"), "{asked}: {text}");
    }
    let public = ["/.well-known/", "/jwks"].iter().any(|path| asked.contains(path));
    if media_type.starts_with("application/json") && !public {
        assert!(has("cache-control", "no-store"), "{asked}: {head:?}");
    }
    if head.status.is_redirection() {
        assert_eq!(head.status, StatusCode::SEE_OTHER, "{asked}: a form's body must not be repeated");
        assert!(
            has("cache-control", "no-store") && has("referrer-policy", "no-referrer"),
            "{asked}: {head:?}"
        );
    }
    for cookie in values(headers, SET_COOKIE.as_str()) {
        let guarded = ["; Path=/;", "; HttpOnly", "; Secure", "; SameSite=Lax"];
        assert!(cookie.starts_with("__Host-") && guarded.iter().all(|it| cookie.contains(it)), "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap())
}

/// Lets a planted secret in a log line fail the request that wrote it.
fn watch_the_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| LogLine);
        log.init();
    });
}

struct LogLine;

impl io::Write for LogLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        assert!(!CANARIES.iter().any(|canary| text.contains(canary)), "a secret in the log");
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Page {
    /// PAGE400 and its like: the person is told with this status, and nobody is sent anywhere.
    #[track_caller]
    pub fn assert_told(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{} {}", self.url, self.body);
        assert!(self.headers.get(LOCATION).is_none(), "{self:?}");
        assert!(self.headers[CONTENT_TYPE].to_str().unwrap().starts_with("text/html"), "{self:?}");
        assert!(self.body.contains("class=\"reference\""), "{}", self.body);
    }

    /// The person is asked who they are, here and not at an identity provider.
    #[track_caller]
    pub fn assert_asks_to_sign_in(&self) {
        let here = self.url.as_str().starts_with(crate::world::ISSUER) && self.location().is_none();
        assert!(here && self.status == StatusCode::OK && self.body.contains("id=\"username\""), "{self:?}");
    }

    /// REDIR(error): the app is told, with the `state` of its plain request.
    #[track_caller]
    pub fn assert_sent_back(&self, app: &Relying, error: &str) {
        self.assert_sent_back_with_state(app, error, Some("the-state"));
    }

    /// REDIR(error) with this `state`.
    #[track_caller]
    pub fn assert_sent_back_with_state(&self, app: &Relying, error: &str, state: Option<&str>) {
        let to = self.location().unwrap_or_else(|| self.url.clone());
        assert!(to.as_str().starts_with(&format!("{}?", app.redirect_uri)), "{to} {}", self.body);
        assert_eq!(self.parameter("error").as_deref(), Some(error), "{to}");
        assert_eq!(self.parameter("state").as_deref(), state, "{to}");
        assert_eq!(self.parameter("iss").as_deref(), Some(crate::world::ISSUER), "{to}");
        for gift in ["code", "id_token", "access_token", "token"] {
            assert_eq!(self.parameter(gift), None, "{to}");
        }
    }
}
