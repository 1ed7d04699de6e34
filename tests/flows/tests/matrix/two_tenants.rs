//! Random walks of people and an attacker through two tenants whose providers know people by the same
//! subjects and addresses: whatever is opened where, nobody becomes somebody else (UP-01 to UP-09).
//!
//! The attacker runs the second tenant's provider, administers that tenant, and sees every URL, but no cookie of
//! other browsers.
//! Whatever code comes out of a browser must be of somebody whose password was given in it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use doorward_domain::{Tenant, User};
use doorward_flows::browser::{SESSION, TRANSACTION};
use doorward_flows::{Browser, Page, Setup, World};
use doorward_test_idp::{IssuerConfig, Persona};
use http::Method;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::{Value, json};
use url::Url;

use crate::admin::Operator;
use crate::journey::{sent_back, with};

/// Two people, and two browsers of the attacker.
const BROWSERS: usize = 4;
/// Who is known by the same subject and address at both providers; the last is the attacker's own.
const PEOPLE: [&str; 3] = ["p0", "p1", "p2"];
const TENANTS: [&str; 2] = ["victim", "attacker"];
/// The operator says whose the first is; the first tenant has claimed the second, and its record stands.
const DOMAINS: [&str; 3] = ["victim.test", "new.victim.test", "own.attacker.test"];

#[derive(Clone, Debug)]
enum Step {
    /// A browser goes to a tenant's provider.
    Start { browser: usize, tenant: usize },
    /// A person signs in there, as somebody whose password they have.
    SignIn { started: usize, person: usize },
    /// A browser, or the one it was made for, opens a way back, changed like this.
    Open { browser: Option<usize>, way: usize, change: Change },
    /// The attacker's second browser gets the cookies of the first.
    CopyCookies { sessions: bool },
    /// The attacker's second browser puts the value of one login's cookie under another's name.
    SwapTransactions,
    /// A browser's session ends.
    SignOut { browser: usize },
    /// The administrator of the second tenant tries to say something of it, or of the first.
    Administer { what: usize },
    /// They claim a domain, prove it, or release it, while its owner's record stands; the last is their own.
    Domain { domain: usize, act: usize },
}

/// What the administrator of the second tenant writes into its document, in the entry of its connection or in
/// its own.
fn sayings() -> Vec<(bool, &'static str, Value)> {
    vec![
        (true, "linking", json!("verified_email")),
        (true, "linking", json!("verified_email_and_name")),
        (true, "linking", json!("never")),
        (true, "issuer", json!("https://idp.test/good")),
        (true, "issuer", json!("https://idp.test/evil")),
        (true, "claims", json!({"email": "sub", "groups": "name"})),
        (true, "claims", json!({})),
        (true, "provisioning", json!("known_only")),
        (true, "provisioning", json!("just_in_time")),
        (false, "domains", json!(["victim.test"])),
        (false, "parent", json!("victim")),
        (false, "slug", json!("victim")),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Nothing,
    OtherConnection,
    StateOf(usize),
    CodeOf(usize),
    IssuerOf(usize),
    WithoutIssuer,
}

fn step() -> impl Strategy<Value = Step> {
    // Counted from the latest.
    let (browser, some) = (0..BROWSERS, 0..6_usize);
    let change = prop_oneof![
        14 => Just(Change::Nothing),
        2 => Just(Change::OtherConnection),
        2 => some.clone().prop_map(Change::StateOf),
        2 => some.clone().prop_map(Change::CodeOf),
        1 => some.clone().prop_map(Change::IssuerOf),
        1 => Just(Change::WithoutIssuer),
    ];
    prop_oneof![
        3 => (browser.clone(), 0..TENANTS.len()).prop_map(|(browser, tenant)| Step::Start { browser, tenant }),
        4 => (some.clone(), 0..PEOPLE.len()).prop_map(|(started, person)| Step::SignIn { started, person }),
        6 => (prop::option::of(browser.clone()), some, change)
            .prop_map(|(browser, way, change)| Step::Open { browser, way, change }),
        1 => any::<bool>().prop_map(|sessions| Step::CopyCookies { sessions }),
        1 => Just(Step::SwapTransactions),
        1 => browser.prop_map(|browser| Step::SignOut { browser }),
        2 => (0..sayings().len() + 2).prop_map(|what| Step::Administer { what }),
        2 => (0..DOMAINS.len(), 0..4_usize).prop_map(|(domain, act)| Step::Domain { domain, act }),
    ]
}

/// A person as an app sees them: tenant and name, which no two share.
type Seen = (String, String);

struct Walk {
    world: World,
    browsers: Vec<Browser>,
    /// Whose password was given in which browser. The attacker's two count as one.
    proven: [BTreeSet<Seen>; BROWSERS],
    started: Vec<(usize, usize, Page)>,
    /// Ways back to us, each with the browser it was made for.
    ways: Vec<(usize, Url)>,
    /// Which `sub` is whose.
    subjects: BTreeMap<String, Seen>,
    /// How often somebody came through to the app.
    signed_in: u32,
    /// The token of the second tenant's administrator.
    administrator: String,
}

fn latest<T>(all: &[T], n: usize) -> &T {
    &all[all.len() - 1 - n % all.len()]
}

fn is_attackers(browser: usize) -> bool {
    browser >= 2
}

fn issuer(name: &str) -> IssuerConfig {
    let person = |id: &&str| {
        Persona::new(id, Persona::PASSWORD, &format!("subject-of-{id}"))
            .with("name", format!("{id} of {name}"))
            .with("email", format!("{id}@victim.test"))
            .with("email_verified", true)
    };
    IssuerConfig { personas: PEOPLE.iter().map(person).collect(), ..IssuerConfig::new(name) }
}

impl Walk {
    async fn new() -> Self {
        let issuers = vec![issuer("good"), issuer("evil")];
        let world = World::with(Setup { issuers, ..Setup::default() }).await;
        let administrator = Operator::of(&world).administrator_of("attacker").await.token;
        for domain in &DOMAINS[..2] {
            let claim = json!({ "domain": domain });
            let claimed = Operator::of(&world).post("/tenants/victim/domains", &claim).await;
            let record = &claimed.json["record"];
            world.records.publish(record["name"].as_str().unwrap(), record["value"].as_str().unwrap());
        }
        let browsers = (0..BROWSERS).map(|_| world.browser()).collect();
        Self {
            world,
            browsers,
            proven: Default::default(),
            started: Vec::new(),
            ways: Vec::new(),
            subjects: BTreeMap::new(),
            signed_in: 0,
            administrator,
        }
    }

    async fn go(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Start { browser, tenant } => {
                let app = self.world.relying("c1");
                // Somebody who is signed in is asked anew.
                let mut page =
                    self.browsers[browser].open(&app.authorize(&self.world, &[("prompt", "login")])).await;
                if page.url.as_str().starts_with("https://id.test/") {
                    page = self.browsers[browser].submit(&page, &[("username", TENANTS[tenant])]).await;
                }
                self.started.push((browser, tenant, page));
            }
            Step::SignIn { started, person } => self.sign_in(started, person).await,
            Step::Open { browser, way, change } => self.open(browser, way, change).await?,
            Step::CopyCookies { sessions } => {
                let name = if sessions { SESSION } else { TRANSACTION };
                for (name, value) in self.browsers[2].broker_cookies(name) {
                    self.browsers[3].plant(&name, &value);
                }
            }
            Step::SwapTransactions => {
                let cookies = self.browsers[3].broker_cookies(TRANSACTION);
                for (at, (name, _)) in cookies.iter().enumerate() {
                    self.browsers[3].plant(name, &cookies[(at + 1) % cookies.len()].1);
                }
            }
            Step::SignOut { browser } => {
                let page = self.browsers[browser].get(&self.world.url("/end-session")).await;
                if page.body.contains("id=\"sign-out\"") {
                    self.browsers[browser].submit(&page, &[]).await;
                }
                let silent = self.world.relying("c1").authorize(&self.world, &[("prompt", "none")]);
                prop_assert_eq!(self.browsers[browser].get(&silent).await.parameter("code"), None);
            }
            Step::Administer { what } => self.administer(what).await?,
            Step::Domain { domain, act } => self.prove(DOMAINS[domain], act).await?,
        }
        Ok(())
    }

    /// Nothing that the administrator of one tenant says concerns the other.
    async fn administer(&self, what: usize) -> Result<(), TestCaseError> {
        let own = Operator { world: &self.world, token: self.administrator.clone() };
        let before = self.world.digest_of(self.world.victim).await;
        let list = "subject,account\nsubject-of-p0,p0@victim.test\nsubject-of-p1,p1@victim.test\n";
        let answer = match sayings().into_iter().nth(what) {
            Some((of_connection, field, value)) => {
                let mut document = own.get("/tenants/attacker/export").await.json;
                let tenant = &mut document["tenant"][0];
                let entry = if of_connection { &mut tenant["connection"][0] } else { tenant };
                entry[field] = value;
                own.post("/tenants/attacker/apply", &document).await
            }
            None => {
                let tenant = TENANTS[what % TENANTS.len()];
                let path = format!("/tenants/{tenant}/connections/staff/identities");
                own.post(&path, &json!({"list": list})).await
            }
        };
        prop_assert!(answer.status.as_u16() < 500, "{:?}", answer);
        prop_assert_eq!(self.world.digest_of(self.world.victim).await, before);
        Ok(())
    }

    /// No domain is the administrator's whose DNS is not.
    async fn prove(&self, domain: &str, act: usize) -> Result<(), TestCaseError> {
        let own = Operator { world: &self.world, token: self.administrator.clone() };
        let before = self.world.digest_of(self.world.victim).await;
        let path = format!("/tenants/attacker/domains/{domain}");
        let answer = match act {
            0 => own.post("/tenants/attacker/domains", &json!({ "domain": domain })).await,
            1 => own.ask(Method::DELETE, &path, &[], &Value::Null).await,
            _ => own.post(&format!("{path}/check"), &Value::Null).await,
        };
        if act == 0 && domain == DOMAINS[2] {
            let record = &answer.json["record"];
            self.world.records.publish(record["name"].as_str().unwrap(), record["value"].as_str().unwrap());
        }
        prop_assert!(answer.status.as_u16() < 500, "{:?}", answer);
        prop_assert_eq!(self.world.digest_of(self.world.victim).await, before);
        for tenant in self.world.all::<Tenant>(self.world.attacker).await {
            prop_assert!(
                tenant.proven.iter().all(|proven| proven.name.as_str() == DOMAINS[2]),
                "{:?}",
                tenant
            );
        }
        Ok(())
    }

    async fn sign_in(&mut self, started: usize, person: usize) {
        if self.started.is_empty() {
            return;
        }
        let (browser, tenant, page) = latest(&self.started, started).clone();
        // Everybody has a password of their own; the attacker has all of its own provider's.
        let person = match is_attackers(browser) {
            true if TENANTS[tenant] == "attacker" => person,
            true => 2,
            false => browser,
        };
        let way = sent_back(&mut self.browsers[browser], &page, PEOPLE[person]).await;
        self.ways.push((browser, way));
        let issuer = ["good", "evil"][tenant];
        let seen = (TENANTS[tenant].to_owned(), format!("{} of {issuer}", PEOPLE[person]));
        for (other, proven) in self.proven.iter_mut().enumerate() {
            if other == browser || (is_attackers(other) && is_attackers(browser)) {
                proven.insert(seen.clone());
            }
        }
    }

    async fn open(
        &mut self,
        browser: Option<usize>,
        way: usize,
        change: Change,
    ) -> Result<(), TestCaseError> {
        if self.ways.is_empty() {
            return Ok(());
        }
        let of = |n: usize, name: &str| {
            let found = latest(&self.ways, n).1.query_pairs().find(|(known, _)| known == name);
            found.map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        let (made_for, url) = latest(&self.ways, way);
        let browser = browser.unwrap_or(*made_for);
        let url = match change {
            Change::Nothing => url.to_string(),
            Change::OtherConnection => {
                let (k1, ke) = (self.world.k1.to_string(), self.world.ke.to_string());
                match url.as_str().contains(&k1) {
                    true => url.as_str().replace(&k1, &ke),
                    false => url.as_str().replace(&ke, &k1),
                }
            }
            Change::StateOf(n) => with(url, &[("state", &of(n, "state"))]),
            Change::CodeOf(n) => with(url, &[("code", &of(n, "code"))]),
            Change::IssuerOf(n) => with(url, &[("iss", &of(n, "iss"))]),
            Change::WithoutIssuer => with(url, &[("iss", "")]),
        };
        let page = self.browsers[browser].get(&url).await;
        self.check(browser, &page).await
    }

    /// Redeems the code that came out of a browser, and checks whose it is.
    async fn check(&mut self, browser: usize, page: &Page) -> Result<(), TestCaseError> {
        let Some(code) = page.parameter("code") else { return Ok(()) };
        let tokens = self.world.relying("c1").redeem_code(&self.world, &code, &[]).await;
        let claims = tokens.claims("id_token");
        let text = |name: &str| claims[name].as_str().map(str::to_owned).unwrap_or_default();
        let seen = (text("tenant"), text("name"));
        self.signed_in += 1;
        prop_assert!(self.proven[browser].contains(&seen), "browser {} became {:?}", browser, seen);
        let known = self.subjects.entry(text("sub")).or_insert_with(|| seen.clone());
        prop_assert_eq!(&*known, &seen, "one subject, two people");
        if seen.0 == TENANTS[0] {
            prop_assert_eq!(&claims["email_verified"], &Value::Bool(true));
        }
        Ok(())
    }

    /// Who is signed in in each browser, and who is known in each tenant.
    async fn check_all(&mut self) -> Result<(), TestCaseError> {
        let silent = self.world.relying("c1").authorize(&self.world, &[("prompt", "none")]);
        for browser in 0..BROWSERS {
            let page = self.browsers[browser].get(&silent).await;
            self.check(browser, &page).await?;
        }
        for (tenant, issuer) in [(self.world.victim, "good"), (self.world.attacker, "evil")] {
            let mut names: Vec<_> =
                self.world.all::<User>(tenant).await.into_iter().filter_map(|it| it.profile.name).collect();
            let many = names.len();
            prop_assert!(names.iter().all(|name| name.ends_with(issuer)), "{:?}", names);
            names.sort_unstable();
            names.dedup();
            prop_assert_eq!(names.len(), many, "one person, two users");
        }
        Ok(())
    }
}

#[test]
fn up_09_whatever_is_opened_where_nobody_becomes_somebody_else() {
    const WALKS: u32 = 96;
    let config = ProptestConfig { cases: WALKS, failure_persistence: None, ..ProptestConfig::default() };
    let signed_in = Cell::new(0);
    let walks = TestRunner::new(config).run(&prop::collection::vec(step(), 20..80), |steps| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut walk = Walk::new().await;
            for step in &steps {
                walk.go(step).await?;
            }
            walk.check_all().await?;
            signed_in.set(signed_in.get() + walk.signed_in);
            Ok(())
        })
    });
    walks.unwrap();
    assert!(signed_in.get() > WALKS, "people do sign in on the way: {signed_in:?}");
}
