//! The kinds of cookies: the session, one for each login under way and each test of a connection, and what
//! a browser is known by.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use doorward_service::login::{TransactionCookie, TransactionId};

/// How cookies are named and guarded, which depends on the issuer's scheme. With https they are
/// `__Host-` cookies, which no sibling domain can plant (SE-01).
#[derive(Clone, Debug)]
pub struct CookiePolicy {
    prefix: &'static str,
    guard: &'static str,
    session_seconds: u64,
    transaction_seconds: u64,
}

/// A browser keeps this many logins under way; beyond it the oldest are dropped.
const MOST_TRANSACTIONS: usize = 8;
/// No more are dropped by one answer, whose headers have to pass a proxy.
const MOST_DROPPED: usize = 8;

const SESSION: &str = "doorward";
/// What a browser is known by that somebody has signed in with.
const DEVICE: &str = "doorward-device";
const DEVICE_SECONDS: u64 = 180 * 24 * 60 * 60;
/// Where somebody belongs who has signed in with a browser.
const HOME: &str = "doorward-home";
const HOME_SECONDS: u64 = 180 * 24 * 60 * 60;
/// Where the start link leads that a browser has just come by.
const START: &str = "doorward-start";
const START_SECONDS: u64 = 5 * 60;
/// Where a browser goes on to that signs out at a provider.
const LEAVING: &str = "doorward-leaving";
const LEAVING_SECONDS: u64 = 10 * 60;
const TRANSACTION: &str = "doorward-tx-";
/// What a browser carries that tests a connection.
const TEST: &str = "doorward-test-";
const TEST_SECONDS: u64 = 15 * 60;

impl CookiePolicy {
    /// The policy for an issuer.
    pub fn new(issuer: &str, lifetimes: &doorward_service::Lifetimes) -> Self {
        let secure = issuer.starts_with("https:");
        Self {
            prefix: if secure { "__Host-" } else { "" },
            guard: if secure {
                "Path=/; HttpOnly; SameSite=Lax; Secure"
            } else {
                "Path=/; HttpOnly; SameSite=Lax"
            },
            session_seconds: lifetimes.session.as_secs(),
            transaction_seconds: lifetimes.transaction.as_secs(),
        }
    }

    /// The value of the session cookie.
    pub fn session<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.find(headers, SESSION)
    }

    /// The value of a login's cookie.
    pub fn transaction<'a>(&self, headers: &'a HeaderMap, id: TransactionId) -> Option<&'a str> {
        self.find(headers, &format!("{TRANSACTION}{id}"))
    }

    /// Puts a session into the browser.
    pub fn set_session(&self, response: &mut HeaderMap, value: &str) {
        self.set(response, SESSION, value, self.session_seconds);
    }

    /// Takes the session out of the browser.
    pub fn clear_session(&self, response: &mut HeaderMap) {
        self.set(response, SESSION, "", 0);
    }

    /// Puts a login under way into the browser, and drops the oldest when there are many.
    pub fn set_transaction(&self, request: &HeaderMap, response: &mut HeaderMap, cookie: &TransactionCookie) {
        let name = format!("{TRANSACTION}{}", cookie.id);
        self.set(response, &name, cookie.value.expose(), self.transaction_seconds);
        let mut known: Vec<&str> = self.all(request).map(|(name, _)| name).collect();
        known.retain(|known| known.starts_with(TRANSACTION) && *known != name);
        known.sort_unstable_by_key(|name| started(name));
        let surplus = (known.len() + 1).saturating_sub(MOST_TRANSACTIONS);
        for oldest in known.into_iter().take(surplus.min(MOST_DROPPED)) {
            self.set(response, oldest, "", 0);
        }
    }

    /// Whether the browser tests a connection.
    pub fn has_test(&self, headers: &HeaderMap) -> bool {
        self.all(headers).any(|(name, _)| name.starts_with(TEST))
    }

    /// The value of a test's cookie.
    pub fn test<'a>(&self, headers: &'a HeaderMap, id: &str) -> Option<&'a str> {
        self.find(headers, &format!("{TEST}{id}"))
    }

    /// Lets a browser carry that it tests a connection.
    pub fn set_test(&self, response: &mut HeaderMap, id: &str, value: &str) {
        self.set(response, &format!("{TEST}{id}"), value, TEST_SECONDS);
    }

    /// What a browser carries that somebody has signed in with.
    pub fn device<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.find(headers, DEVICE)
    }

    /// Lets a browser carry that somebody has signed in with it.
    pub fn set_device(&self, response: &mut HeaderMap, value: &str) {
        self.set(response, DEVICE, value, DEVICE_SECONDS);
    }

    /// The note of where somebody belongs who has signed in with a browser.
    pub fn home<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.find(headers, HOME)
    }

    /// Lets a browser remember where somebody belongs who has signed in with it.
    pub fn set_home(&self, response: &mut HeaderMap, value: &str) {
        self.set(response, HOME, value, HOME_SECONDS);
    }

    /// Lets a browser forget that.
    pub fn clear_home(&self, response: &mut HeaderMap) {
        self.set(response, HOME, "", 0);
    }

    /// The note of the start link that a browser has just come by.
    pub fn start<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.find(headers, START)
    }

    /// Lets a browser carry it to the app and back to us.
    pub fn set_start(&self, response: &mut HeaderMap, value: &str) {
        self.set(response, START, value, START_SECONDS);
    }

    /// Takes it out of the browser.
    pub fn clear_start(&self, response: &mut HeaderMap) {
        self.set(response, START, "", 0);
    }

    /// Where a browser goes on to that has signed out at a provider.
    pub fn leaving<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.find(headers, LEAVING)
    }

    /// Lets a browser carry that to the provider and back.
    pub fn set_leaving(&self, response: &mut HeaderMap, value: &str) {
        self.set(response, LEAVING, value, LEAVING_SECONDS);
    }

    /// Takes it out of the browser.
    pub fn clear_leaving(&self, response: &mut HeaderMap) {
        self.set(response, LEAVING, "", 0);
    }

    /// Takes a login that is over out of the browser.
    pub fn clear_transaction(&self, response: &mut HeaderMap, id: TransactionId) {
        self.set(response, &format!("{TRANSACTION}{id}"), "", 0);
    }

    fn set(&self, response: &mut HeaderMap, name: &str, value: &str, seconds: u64) {
        let seconds = seconds.to_string();
        let text = [self.prefix, name, "=", value, "; Max-Age=", &seconds, "; ", self.guard].concat();
        // Names and values are base64url and fixed text, which is always a header value.
        if let Ok(header) = HeaderValue::from_str(&text) {
            response.append(SET_COOKIE, header);
        }
    }

    /// A cookie's value; `None` when it was sent twice, for then one of them was planted.
    fn find<'a>(&self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let mut found = self.all(headers).filter(|(known, _)| *known == name).map(|(_, value)| value);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn all<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = (&'a str, &'a str)> {
        headers
            .get_all(COOKIE)
            .into_iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter_map(|(name, value)| Some((name.strip_prefix(self.prefix)?, value)))
    }
}

/// When a login began: the first bytes of its identifier.
fn started(name: &str) -> Option<[u8; 16]> {
    TransactionId::parse(name.strip_prefix(TRANSACTION)?).map(|id| id.0)
}

#[cfg(test)]
mod tests {
    use doorward_domain::Plain;

    use super::*;

    fn policy(issuer: &str) -> CookiePolicy {
        CookiePolicy::new(issuer, &doorward_service::Lifetimes::default())
    }

    fn request(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookies).unwrap())])
    }

    #[test]
    fn se_01_with_https_a_cookie_without_the_host_prefix_is_not_ours() {
        let policy = policy("https://id.test");
        assert_eq!(policy.session(&request("doorward=planted")), None);
        assert_eq!(policy.session(&request("a=b; __Host-doorward=ours")), Some("ours"));
        let mut response = HeaderMap::new();
        policy.set_session(&mut response, "x");
        let set = response[SET_COOKIE].to_str().unwrap();
        assert!(
            set.starts_with("__Host-doorward=x;") && set.contains("Secure") && set.contains("HttpOnly"),
            "{set}"
        );
        assert!(!set.contains("Domain"), "{set}");
    }

    #[test]
    fn se_01_a_cookie_that_came_twice_is_none() {
        assert_eq!(policy("http://localhost").session(&request("doorward=a; doorward=b")), None);
    }

    #[test]
    fn a_browser_keeps_a_few_logins_and_drops_the_oldest() {
        let policy = policy("http://localhost");
        let cookie = |n: u8| TransactionCookie { id: TransactionId([n; 16]), value: Plain::new("v") };
        let older: Vec<_> = (1..=8).map(|n| format!("{TRANSACTION}{}=v", cookie(n).id)).collect();
        let mut response = HeaderMap::new();
        policy.set_transaction(&request(&older.join("; ")), &mut response, &cookie(9));
        let dropped: Vec<_> = response
            .get_all(SET_COOKIE)
            .iter()
            .map(|it| it.to_str().unwrap())
            .filter(|it| it.contains("=;"))
            .collect();
        assert_eq!(dropped.len(), 1);
        assert!(dropped[0].contains(&cookie(1).id.to_string()));
    }
}
