//! What `tests/conformance` has for those who let the suite itself ask: it can be applied, and the suite's
//! browser finds its way by it.

use std::path::PathBuf;

use doorward::config::{Config, Mode};
use doorward_flows::world::ISSUER;
use doorward_flows::{Browser, Page, Setup, World};
use http::StatusCode;
use rstest::rstest;
use serde_json::Value;

use crate::admin::Operator;

/// Where suite and broker run in these files, and where the suite does here.
const HOSTS: [&str; 2] = ["https://localhost.emobix.co.uk:8443", "https://sso.example.org"];
const SUITE: &str = "https://suite.test";

fn read(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../conformance");
    std::fs::read_to_string(folder.join(name)).unwrap().replace(HOSTS[0], SUITE).replace(HOSTS[1], ISSUER)
}

fn configuration(name: &str) -> Value {
    serde_json::from_str(&read(name)).unwrap()
}

/// A broker that the document was applied to.
async fn applied() -> World {
    let world = World::with(Setup::default()).await;
    let document: Value = toml::from_str(&read("document.toml")).unwrap();
    let answer = Operator::of(&world).post("/apply", &document).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    world
}

#[test]
fn the_brokers_configuration_is_one() {
    // The certificate lies where the suite runs.
    let text = read("doorward.toml").replace("extra_roots = [\"/etc/doorward/suite.crt\"]", "");
    let config = Config::parse(&text, Default::default()).unwrap();
    assert_eq!((config.issuer.as_str(), config.registration.mode), (ISSUER, Mode::Open));
    let policy = config.registration.policy().unwrap().unwrap();
    assert!(policy.token_endpoint_audience && !policy.require_pkce);
    assert!(config.egress.ports.contains(&8443));
}

/// The clients that a configuration names, wherever in it.
fn clients(configuration: &Value) -> Vec<&Value> {
    match configuration {
        Value::Object(members) => {
            let own = configuration.get("client_id").is_some().then_some(configuration);
            own.into_iter().chain(members.values().flat_map(clients)).collect()
        }
        Value::Array(items) => items.iter().flat_map(clients).collect(),
        _ => Vec::new(),
    }
}

#[rstest]
#[case("oidcc.json", 5)]
#[case("private_key_jwt.json", 2)]
#[case("fapi2_security.json", 2)]
#[case("fapi2_message_signing.json", 2)]
fn the_clients_are_those_of_the_document(#[case] file: &str, #[case] number: usize) {
    let document: toml::Table = toml::from_str(&read("document.toml")).unwrap();
    let registered = document["client"].as_array().unwrap();
    let configuration = configuration(file);
    let found = clients(&configuration);
    assert_eq!(found.len(), number);
    for client in found {
        let id = client["client_id"].as_str().unwrap();
        let entry = registered.iter().find(|it| it["client_id"].as_str() == Some(id)).unwrap();
        let secret = entry.get("client_secret").and_then(toml::Value::as_str);
        assert_eq!(client.get("client_secret").and_then(Value::as_str), secret);
        let keys = entry.get("jwks").map(|keys| keys["keys"][0]["x"].as_str().unwrap());
        assert_eq!(client["jwks"]["keys"][0]["x"].as_str(), keys, "{id}");
        let alias = configuration["alias"].as_str().unwrap();
        let callback = format!("{SUITE}/test/a/{alias}/callback");
        assert_eq!(entry["redirect_uris"][0].as_str(), Some(callback.as_str()));
    }
}

/// The suite's browser: what is typed stays until a button is pressed.
struct Scripted {
    browser: Browser,
    page: Page,
    typed: Vec<(String, String)>,
}

impl Scripted {
    /// Does the tasks that belong to where it is.
    async fn run(&mut self, tasks: &Value) {
        for task in tasks.as_array().unwrap() {
            let here = task["match"].as_str().is_none_or(|glob| matches(glob, self.page.url.as_str()));
            assert!(here || task["optional"] == true, "{task} at {}", self.page.url);
            let commands = task["commands"].as_array().into_iter().flatten();
            for command in commands.filter(|_| here) {
                self.obey(command).await;
            }
        }
    }

    async fn obey(&mut self, command: &Value) {
        let word = |n: usize| command[n].as_str().unwrap_or_default();
        match (word(0), word(1)) {
            ("text", "id") => {
                assert!(self.element(word(2)).is_some(), "{command}: {:?}", self.page);
                self.typed.push((word(2).to_owned(), word(3).to_owned()));
            }
            ("click", "id") => match self.element(word(2)) {
                Some(element) => self.click(&element).await,
                None => assert_eq!(word(3), "optional", "{command}: {:?}", self.page),
            },
            // A picture of what is there, by id, class or element; or the suite's own page.
            ("wait", "css") => {
                let marks = [format!("id=\"{}\"", &word(2)[1..]), format!("class=\"{}\"", &word(2)[1..])];
                let there = marks.iter().any(|mark| self.page.body.contains(mark));
                assert!(there || self.page.body.contains(&format!("<{}>", word(2))), "{command}");
                assert!(word(4) == "\\S" || self.page.body.contains(word(4)), "{command}: {:?}", self.page);
            }
            ("wait", _) => {}
            _ => panic!("{command}"),
        }
    }

    /// The tag with this id.
    fn element(&self, id: &str) -> Option<String> {
        let at = self.page.body.find(&format!(" id=\"{id}\""))?;
        let start = self.page.body[..at].rfind('<')?;
        Some(self.page.body[start..].split('>').next()?.to_owned())
    }

    async fn click(&mut self, element: &str) {
        let attribute = |name: &str| {
            let (_, rest) = element.split_once(&format!(" {name}=\""))?;
            Some(rest.split('"').next()?.replace("&#38;", "&"))
        };
        self.page = match attribute("href") {
            Some(href) => self.browser.open(self.page.url.join(&href).unwrap().as_str()).await,
            None => {
                let own = attribute("name").zip(attribute("value"));
                let typed: Vec<_> = self.typed.drain(..).chain(own).collect();
                let values: Vec<_> =
                    typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                self.browser.submit(&self.page, &values).await
            }
        };
    }
}

/// As Spring's simple patterns have it: `*` is anything.
fn matches(glob: &str, url: &str) -> bool {
    let parts: Vec<_> = glob.split('*').collect();
    let mut rest = Some(url);
    for (n, part) in parts.iter().enumerate() {
        rest = rest.and_then(|rest| match n {
            0 => rest.strip_prefix(part),
            _ => rest.find(part).map(|at| &rest[at + part.len()..]),
        });
    }
    rest.is_some_and(|rest| rest.is_empty() || glob.ends_with('*'))
}

/// The tasks for an address, of a module or of all.
fn tasks<'c>(configuration: &'c Value, module: Option<&str>, url: &str) -> &'c Value {
    let browser = module.map_or(&configuration["browser"], |it| &configuration["override"][it]["browser"]);
    let fits = |it: &&Value| matches(it["match"].as_str().unwrap(), url);
    &browser.as_array().unwrap().iter().find(fits).unwrap_or_else(|| panic!("nothing for {url}"))["tasks"]
}

async fn visit(
    scripted: &mut Scripted,
    configuration: &Value,
    module: Option<&str>,
    path: &str,
    fields: &[(&str, &str)],
) {
    let url = format!("{ISSUER}{path}?{}", doorward_flows::browser::encode(fields));
    scripted.page = scripted.browser.open(&url).await;
    scripted.run(tasks(configuration, module, &url)).await;
}

#[tokio::test]
async fn the_suites_browser_finds_its_way() {
    let (world, configuration) = (applied().await, configuration("oidcc.json"));
    let page = Page {
        url: ISSUER.parse().unwrap(),
        status: StatusCode::OK,
        headers: Default::default(),
        body: String::new(),
    };
    let mut scripted = Scripted { browser: world.browser(), page, typed: Vec::new() };
    let callback = format!("{SUITE}/test/a/doorward/callback");
    let asked = [
        ("client_id", "suite-one"),
        ("redirect_uri", callback.as_str()),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
    ];
    for module in [None, None, Some("oidcc-max-age-1"), Some("oidcc-prompt-login")] {
        let more = if module.is_some() { &[("prompt", "login")][..] } else { &[] };
        visit(&mut scripted, &configuration, module, "/authorize", &[&asked[..], more].concat()).await;
        assert!(scripted.page.parameter("code").is_some(), "{:?}", scripted.page);
    }
    let wrong = [("client_id", "suite-one"), ("redirect_uri", "https://localhost/bad"), ("scope", "openid")];
    let module = Some("oidcc-ensure-registered-redirect-uri");
    visit(&mut scripted, &configuration, module, "/authorize", &wrong).await;
    let module = Some("oidcc-rp-initiated-logout-no-id-token-hint");
    let after = [("post_logout_redirect_uri", "https://localhost/bad")];
    visit(&mut scripted, &configuration, module, "/end-session", &after).await;
    assert!(scripted.browser.session().is_some());
    let module = Some("oidcc-rp-initiated-logout-no-params");
    visit(&mut scripted, &configuration, module, "/end-session", &[]).await;
    assert!(scripted.browser.session().is_none());
}
