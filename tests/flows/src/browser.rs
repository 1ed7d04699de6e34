//! A browser without pictures: cookies by host, redirects, forms.

use std::collections::BTreeMap;

use doorward_net::{Request, Response};
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use url::{Url, form_urlencoded};

use crate::transport::Network;
use crate::world::ISSUER;

/// A browser with its own cookies.
#[derive(Clone)]
pub struct Browser {
    network: Network,
    cookies: BTreeMap<Cookie, String>,
    /// Headers that go with every request.
    pub headers: HeaderMap,
}

/// What tells a cookie from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cookie {
    host: String,
    path: String,
    name: String,
}

/// The broker's session cookie.
pub const SESSION: &str = "__Host-doorward";
/// How the names of the broker's transaction cookies start.
pub const TRANSACTION: &str = "__Host-doorward-tx-";

/// Browsers ignore a cookie whose name and value are longer (RFC 6265bis section 5.7).
const LARGEST_COOKIE: usize = 4096;

/// What the browser shows after the last request.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it is.
    pub url: Url,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The document.
    pub body: String,
}

impl Browser {
    /// A browser without cookies.
    pub fn new(network: &Network) -> Self {
        Self { network: network.clone(), cookies: BTreeMap::new(), headers: HeaderMap::new() }
    }

    /// Opens a URL and follows redirects to the first page, or to a host that is not on the network.
    pub async fn open(&mut self, url: &str) -> Page {
        let first = self.get(url).await;
        self.follow(first).await
    }

    /// Opens a URL and follows no redirect.
    pub async fn get(&mut self, url: &str) -> Page {
        self.send(Method::GET, url, None).await
    }

    /// Submits form fields and follows no redirect.
    pub async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.send(Method::POST, url, Some(encode(fields))).await
    }

    /// Submits the form on `page` with these values in place of its own, and follows redirects.
    pub async fn submit(&mut self, page: &Page, values: &[(&str, &str)]) -> Page {
        let first = self.submit_unfollowed(page, values).await;
        self.follow(first).await
    }

    /// Submits the form on `page` with these values in place of its own, and follows no redirect.
    pub async fn submit_unfollowed(&mut self, page: &Page, values: &[(&str, &str)]) -> Page {
        let form = page.form();
        let mut fields: BTreeMap<String, String> = form.hidden.into_iter().collect();
        fields.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let url = page.url.join(&form.action).unwrap();
        self.post(url.as_str(), &fields).await
    }

    /// Follows redirects as long as they lead to hosts on the network.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            let Some(next) = page.location() else { return page };
            let mut there = self.get(next.as_str()).await;
            if there.status == StatusCode::MISDIRECTED_REQUEST {
                // Nobody lives there: this is where a test ends, such as an app's callback.
                there.url = next;
                return there;
            }
            page = there;
        }
        panic!("more than ten redirects, the last to {}", page.url);
    }

    /// Sends a request of a page of the same site.
    pub async fn send(&mut self, method: Method, url: &str, body: Option<String>) -> Page {
        let mut request = http::Request::builder().method(method).uri(url);
        if body.is_some() {
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin");
        }
        self.request(request.body(body.unwrap_or_default().into_bytes()).unwrap()).await
    }

    /// Sends any request with this browser's cookies, and keeps those of the answer.
    pub async fn request(&mut self, mut request: Request) -> Page {
        let url = Url::parse(&request.uri().to_string()).unwrap();
        let host = host_of(&url);
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .filter(|(it, _)| it.host == host && url.path().starts_with(&it.path))
            .map(|(it, value)| format!("{}={value}", it.name))
            .collect();
        if !cookies.is_empty() {
            request.headers_mut().append(COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().extend(self.headers.clone());
        let response = self.network.send(request).await.unwrap_or_else(nobody_lives_there);
        self.keep_cookies(&host, response.headers());
        Page {
            url,
            status: response.status(),
            headers: response.headers().clone(),
            body: String::from_utf8_lossy(response.body()).into_owned(),
        }
    }

    fn keep_cookies(&mut self, host: &str, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let path = attributes.split(';').find_map(|it| it.trim().strip_prefix("Path="));
            let key =
                Cookie { host: host.to_owned(), path: path.unwrap_or("/").to_owned(), name: name.to_owned() };
            if name.len() + value.len() > LARGEST_COOKIE {
                continue;
            }
            if attributes.contains("Max-Age=0;") {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }

    /// The value of the broker's session cookie.
    pub fn session(&self) -> Option<String> {
        self.broker_cookies(SESSION).into_iter().find(|(name, _)| name == SESSION).map(|(_, value)| value)
    }

    /// Names and values of the broker's cookies whose names start like this.
    pub fn broker_cookies(&self, name: &str) -> Vec<(String, String)> {
        let found = self.cookies.iter().filter(|(it, _)| it.is_broker_s(name));
        found.map(|(it, value)| (it.name.clone(), value.clone())).collect()
    }

    /// Plants a cookie of the broker.
    pub fn plant(&mut self, name: &str, value: &str) {
        let host = Url::parse(ISSUER).as_ref().map(host_of).unwrap();
        self.cookies.insert(Cookie { host, path: "/".to_owned(), name: name.to_owned() }, value.to_owned());
    }

    /// Forgets the broker's cookies whose names start like this.
    pub fn forget(&mut self, name: &str) {
        self.cookies.retain(|it, _| !it.is_broker_s(name));
    }
}

impl Cookie {
    fn is_broker_s(&self, name: &str) -> bool {
        Url::parse(ISSUER).is_ok_and(|url| host_of(&url) == self.host) && self.name.starts_with(name)
    }
}

/// A form: where it goes, and what it carries unseen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The action.
    pub action: String,
    /// Hidden fields.
    pub hidden: Vec<(String, String)>,
}

impl Page {
    /// Where the answer redirects to.
    pub fn location(&self) -> Option<Url> {
        let location = self.headers.get(LOCATION)?.to_str().unwrap();
        Some(self.url.join(location).unwrap())
    }

    /// A query parameter of where the browser is redirected to, or has ended up at, outside of the
    /// broker: what our own pages were asked for is no answer.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = self.location().unwrap_or_else(|| self.url.clone());
        if url.as_str().starts_with(ISSUER) {
            return None;
        }
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The login under way that the page's first form belongs to.
    pub fn transaction(&self) -> String {
        let hidden = self.form().hidden.into_iter().find(|(name, _)| name == "tx");
        hidden.unwrap_or_else(|| panic!("no login under way: {self:?}")).1
    }

    /// The first form of the page that posts.
    pub fn form(&self) -> Form {
        let start =
            self.body.find("<form").unwrap_or_else(|| panic!("no form on {}: {}", self.url, self.body));
        let end = self.body[start..].find("</form>").unwrap() + start;
        let form = &self.body[start..end];
        let tag = &form[..form.find('>').unwrap()];
        let hidden = form
            .split("<input")
            .skip(1)
            .map(|rest| &rest[..rest.find('>').unwrap()])
            .filter(|input| input.contains("type=\"hidden\"") || input.contains("type=hidden"))
            .map(|input| (attribute(input, "name").unwrap(), attribute(input, "value").unwrap_or_default()))
            .collect();
        Form { action: attribute(tag, "action").unwrap_or_else(|| self.url.to_string()), hidden }
    }
}

/// The value of an attribute, as a browser reads it.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let quoted = format!(" {name}=\"");
    let start = tag.find(&quoted)? + quoted.len();
    let value = &tag[start..start + tag[start..].find('"')?];
    Some(value.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&#39;", "'"))
}

/// Form-encodes fields.
pub fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn host_of(url: &Url) -> String {
    url[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
}

fn nobody_lives_there() -> Response {
    http::Response::builder().status(StatusCode::MISDIRECTED_REQUEST).body(Vec::new()).unwrap()
}
