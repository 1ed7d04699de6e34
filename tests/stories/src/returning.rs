//! Somebody who comes back, by plain HTTP: with the cookies of the real browser, and in a hurry.

use anyhow::{Context as _, bail};
use doorward_browser_tests::Stage;
use reqwest::Client;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use url::Url;

use crate::site::http_client;

/// More redirects than a sign-in has.
const MOST: usize = 12;

/// A browser that follows redirects and shows where they end.
pub struct Returning {
    http: Client,
    cookies: Vec<Cookie>,
    way: Vec<String>,
}

/// All hosts of a story are `localhost`, so a cookie is known by its name and path.
struct Cookie {
    name: String,
    value: String,
    path: String,
}

impl Returning {
    /// With all cookies that the person's browser has.
    ///
    /// # Errors
    /// When the browser does not tell them.
    pub async fn with_cookies_of(person: &Stage) -> anyhow::Result<Self> {
        let told = person.browser.cdp().send_raw("Network.getAllCookies", json!({})).await?;
        let text = |cookie: &Value, name: &str| cookie[name].as_str().unwrap_or_default().to_owned();
        let cookie = |it| Cookie { name: text(it, "name"), value: text(it, "value"), path: text(it, "path") };
        let cookies = told["cookies"].as_array().context("no cookies")?.iter().map(cookie).collect();
        Ok(Self { http: http_client()?, cookies, way: Vec::new() })
    }

    /// Takes these cookies away.
    pub fn forget(&mut self, names: &[&str]) {
        self.cookies.retain(|cookie| !names.contains(&cookie.name.as_str()));
    }

    /// Follows a link to where it leads without anybody doing anything: the URL, and the page there.
    ///
    /// # Errors
    /// When it leads nowhere.
    pub async fn follow(&mut self, link: &str) -> anyhow::Result<(String, String)> {
        let mut url = Url::parse(link)?;
        self.way.clear();
        for _ in 0..MOST {
            self.way.push(url.to_string());
            let request = self.http.get(url.clone()).header(COOKIE, self.cookies_for(&url));
            let response = request.send().await?;
            for header in response.headers().get_all(SET_COOKIE) {
                self.keep(header.to_str()?, &url);
            }
            match response.headers().get(LOCATION) {
                Some(location) => url = url.join(location.to_str()?)?,
                None => return Ok((url.into(), response.text().await?)),
            }
        }
        bail!("there is no end: {:#?}", self.way)
    }

    /// Whether the last way led past a URL that begins so.
    pub fn passed(&self, beginning: &str) -> bool {
        self.way.iter().any(|url| url.starts_with(beginning))
    }

    fn cookies_for(&self, url: &Url) -> String {
        let within = |path: &str| path == "/" || url.path().starts_with(path);
        let pairs = self.cookies.iter().filter(|it| within(&it.path));
        pairs.map(|it| format!("{}={}", it.name, it.value)).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, header: &str, url: &Url) {
        let (pair, attributes) = header.split_once(';').unwrap_or((header, ""));
        let Some((name, value)) = pair.split_once('=') else { return };
        let attributes = attributes.split(';').filter_map(|it| it.trim().split_once('='));
        let mut path = url.path().to_owned();
        let mut over = false;
        for (attribute, value) in attributes {
            match attribute.to_ascii_lowercase().as_str() {
                "path" => value.clone_into(&mut path),
                "max-age" => over = value == "0",
                _ => {}
            }
        }
        self.cookies.retain(|known| known.name != name || known.path != path);
        if !over {
            self.cookies.push(Cookie { name: name.to_owned(), value: value.to_owned(), path });
        }
    }
}
