//! A browser without pictures, and an app's back end: both speak to routers.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{JwsVerifier, RS256};
use serde_json::Value;
use tower::ServiceExt;
use url::{Url, form_urlencoded};

/// The pair of RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A browser: cookies, redirects, forms. Hosts that are not on its network are where it ends.
#[derive(Clone)]
pub struct Browser {
    hosts: Vec<(String, Router)>,
    cookies: BTreeMap<(String, String), String>,
}

/// What the browser shows, or an app got for an answer.
#[derive(Clone, Debug)]
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Page {
    /// A parameter that came along to where the browser is, in query or fragment.
    pub fn returned(&self, name: &str) -> Option<String> {
        let fragment = self.url.fragment().unwrap_or_default();
        let pairs = self.url.query_pairs().chain(form_urlencoded::parse(fragment.as_bytes()));
        let mut pairs = pairs.into_iter();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The authorization code that came along.
    #[track_caller]
    pub fn code(&self) -> String {
        self.returned("code").unwrap_or_else(|| panic!("no code: {} {}", self.url, self.body))
    }

    /// The tokens that were granted.
    #[track_caller]
    pub fn granted(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
    }

    /// The answer as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    /// Whether the page says this.
    #[track_caller]
    pub fn assert_says(&self, text: &str) -> &Self {
        let body = self.body.replace("&#39;", "'").replace("&#34;", "\"").replace("&#38;", "&");
        assert!(body.contains(text), "{text:?} is not on {} {}: {body}", self.status, self.url);
        self
    }

    /// Whether the app heard this error, with this in its description.
    #[track_caller]
    pub fn assert_returned(&self, error: &str, description: &str) -> &Self {
        assert_eq!(self.returned("error").as_deref(), Some(error), "{} {}", self.url, self.body);
        let told = self.returned("error_description").unwrap_or_default();
        assert!(told.contains(description), "{told}");
        self
    }

    /// Whether the endpoint refused so.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, error: &str, description: &str) -> &Self {
        let body = self.json();
        assert_eq!((self.status.as_u16(), body["error"].as_str()), (status, Some(error)), "{body}");
        let told = body["error_description"].as_str().unwrap_or_default();
        assert!(told.contains(description), "{told}");
        self
    }

    /// The action of the first form.
    fn action(&self) -> Url {
        let form = self.body.split("<form").nth(1).unwrap_or_else(|| panic!("no form: {}", self.body));
        let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
        self.url.join(&action.replace("&#38;", "&").replace("&amp;", "&").replace("&#39;", "'")).unwrap()
    }
}

impl Browser {
    pub fn new(hosts: &[(&str, Router)]) -> Self {
        let hosts = hosts.iter().map(|(origin, router)| ((*origin).to_owned(), router.clone())).collect();
        Self { hosts, cookies: BTreeMap::new() }
    }

    /// Sends one request.
    pub async fn send(&mut self, request: Request<Body>) -> Page {
        let url = Url::parse(&request.uri().to_string()).unwrap();
        let origin = url.origin().ascii_serialization();
        let Some((_, router)) = self.hosts.iter().find(|(host, _)| *host == origin) else {
            // Nobody lives there: this is where a test ends, such as an app's callback.
            let (status, headers) = (StatusCode::MISDIRECTED_REQUEST, HeaderMap::new());
            return Page { url, status, headers, body: String::new() };
        };
        let (mut parts, body) = request.into_parts();
        parts.uri = url[url::Position::BeforePath..url::Position::AfterQuery].parse().unwrap();
        let own = self.cookies.iter().filter(|((host, _), _)| *host == origin);
        let cookies: Vec<_> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            parts.headers.insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let response = router.clone().oneshot(Request::from_parts(parts, body)).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert((origin.clone(), name.to_owned()), value.to_owned());
        }
        let body = String::from_utf8(to_bytes(body, 8 << 20).await.unwrap().to_vec()).unwrap();
        Page { url, status: parts.status, headers: parts.headers, body }
    }

    /// Opens a URL and follows redirects.
    pub async fn open(&mut self, url: &str) -> Page {
        let page = self.send(Request::get(url).body(Body::empty()).unwrap()).await;
        self.follow(page).await
    }

    /// Opens a URL with a token, as an app does.
    pub async fn get_with(&mut self, url: &str, token: &str) -> Page {
        let request = Request::get(url).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Posts a form and follows no redirect.
    pub async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(url, fields, &[]).await
    }

    /// Posts a form with these headers.
    pub async fn post_with(&mut self, url: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let mut request = Request::builder().method(Method::POST).uri(url);
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(encoded(fields))).unwrap()).await
    }

    /// Submits the first form of a page and follows redirects.
    pub async fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let page = self.post(page.action().as_str(), fields).await;
        self.follow(page).await
    }

    async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            let Some(location) = page.headers.get(header::LOCATION) else { return page };
            let next = page.url.join(location.to_str().unwrap()).unwrap();
            page = self.send(Request::get(next.as_str()).body(Body::empty()).unwrap()).await;
            // A request has no fragment, the place where the browser ends has.
            page.url = next;
        }
        panic!("more than ten redirects, the last to {}", page.url);
    }
}

/// Form-encodes fields.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// `usual` parameters with changes; one that is changed to nothing is left out.
pub fn changed(usual: &[(&str, &str)], changes: &[(&str, &str)]) -> String {
    encoded(&said(&merged(usual, changes)))
}

/// What is usual, but for the changes.
pub fn merged<'a>(usual: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes).copied().collect()
}

/// Those that say something: a parameter is left out by changing it to nothing.
pub fn said<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().filter(|(_, value)| !value.is_empty()).collect()
}

/// A part of a JWT, whoever signed it: 0 is the header, 1 the claims.
pub fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The published key that signed this token by RS256, looked for by `kid`.
pub fn signer<'a>(token: &str, jwks: &'a Value) -> Option<&'a Value> {
    let kid = part(token, 0)["kid"].clone();
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid)?;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let jwk = Jwk::from_map(key.as_object().unwrap().clone()).unwrap();
    let verifier = RS256.verifier_from_jwk(&jwk).unwrap();
    verifier.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).ok()?;
    Some(key)
}
