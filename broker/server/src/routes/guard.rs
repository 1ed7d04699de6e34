//! What every request and every answer passes.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use doorward_service::provider::discovery;
use doorward_service::settings::Settings;
use url::{Position, Url};

use super::problem;
use crate::app::App;

/// No honest request has a longer target (path and query), in bytes.
const LONGEST_TARGET: usize = 8 * 1024;

/// Refuses what could be read in two ways, and what is meant for another host than the issuer's
/// (HD-02, PW-03). The host is compared and used for nothing else: every URL starts with the issuer.
pub async fn request(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    match named_host(&request).map(|host| whose(&app.settings, host)) {
        None => StatusCode::BAD_REQUEST.into_response(),
        Some(Name::Strangers) => {
            const HINT: &str = "This is another host. A proxy in front has to pass the Host header on.\n";
            (StatusCode::MISDIRECTED_REQUEST, HINT).into_response()
        }
        Some(Name::ForCertificates) if !takes_certificates(request.uri().path()) => {
            StatusCode::NOT_FOUND.into_response()
        }
        Some(_) if target.len() > LONGEST_TARGET => StatusCode::URI_TOO_LONG.into_response(),
        Some(_) => match app.proxies.identify(&mut request) {
            Ok(()) => next.run(request).await,
            Err(unclear) => (StatusCode::BAD_REQUEST, format!("{unclear}\n")).into_response(),
        },
    }
}

/// Whose name a host is.
enum Name {
    /// The issuer's.
    Issuers,
    /// That of the place where clients are asked for certificates.
    ForCertificates,
    /// Somebody else's.
    Strangers,
}

fn whose(settings: &Settings, host: &str) -> Name {
    let other = settings.mutual_tls.as_ref().and_then(|mutual| mutual.base_url.as_ref());
    match other {
        _ if is_ours(settings.base_url(), host) => Name::Issuers,
        Some(other) if is_ours(other, host) => Name::ForCertificates,
        _ => Name::Strangers,
    }
}

/// Nothing that people see is there: a browser would ask them for a certificate.
fn takes_certificates(path: &str) -> bool {
    discovery::WITH_CERTIFICATE.iter().any(|(_, known)| *known == path)
}

/// The one host that a request names (RFC 9112 section 3.2).
fn named_host(request: &Request) -> Option<&str> {
    let mut headers = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (headers.next(), headers.next()) else { return None };
    let host = host.to_str().ok()?;
    let target = request.uri().authority();
    target.is_none_or(|target| target.as_str() == host).then_some(host)
}

fn is_ours(issuer: &Url, host: &str) -> bool {
    let default_port = if issuer.scheme() == "https" { ":443" } else { ":80" };
    let host = match issuer.port() {
        Some(_) => host,
        None => host.strip_suffix(default_port).unwrap_or(host),
    };
    let ours = &issuer[Position::BeforeHost..Position::AfterPort];
    // A development broker is the same machine by each of its loopback names.
    host.eq_ignore_ascii_case(ours)
        || ours.strip_prefix("localhost").is_some_and(|port| {
            ["127.0.0.1", "[::1]"].iter().any(|name| host.strip_prefix(name) == Some(port))
        })
}

/// What an answer carries unless its maker said otherwise: nobody frames, sniffs, keeps or refers to it.
const UNLESS_SAID_OTHERWISE: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// A browser that has seen this speaks https with us for a year (RFC 6797).
const ONLY_HTTPS: (HeaderName, &str) =
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");

/// Gives an answer the headers that it lacks. Errors of the router and of its layers pass here too.
pub async fn answer(State(app): State<Arc<App>>, mut response: Response) -> Response {
    let add = |headers: &mut HeaderMap, (name, value): (HeaderName, &'static str)| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    let headers = response.headers_mut();
    UNLESS_SAID_OTHERWISE.into_iter().for_each(|header| add(headers, header));
    if app.settings.base_url().scheme() == "https" {
        add(headers, ONLY_HTTPS);
    }
    response
}

/// Where a GET does something, no HEAD may: axum would answer it by the GET.
pub async fn no_head() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
}

/// A path where nothing is.
pub async fn nothing_here(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    problem::nothing_here(&app, &headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pw_03_only_the_issuers_own_host_is_ours() {
        let ours = |issuer: &str, host: &str| is_ours(&Url::parse(issuer).unwrap(), host);
        for host in ["id.test", "ID.test", "id.test:443"] {
            assert!(ours("https://id.test", host), "{host}");
        }
        for host in ["", "evil.test", "id.test.evil.test", "id.test:80", "good:pw@id.test", "id.test."] {
            assert!(!ours("https://id.test", host), "{host}");
        }
        assert!(ours("http://localhost:8080", "localhost:8080"));
        assert!(ours("http://localhost:8080", "127.0.0.1:8080"));
        assert!(!ours("http://localhost:8080", "localhost"));
        assert!(!ours("https://id.test", "127.0.0.1"));
    }
}
