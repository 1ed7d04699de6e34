use std::sync::{Arc, Mutex};
use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{AuditEvent, Clock as _, Domain, ManualClock, ProvenDomain};
use doorward_net::double::ScriptedRecords;
use doorward_net::{DnsError, Texts};
use doorward_store::records::{TenantOf, at};
use doorward_store::{Batch, Kind, MemoryStore, Range, StoreExt as _};

use super::apply::Contended;
use super::{ACME, Management, now, over, parse, problems, with_acme};
use crate::management::domains::{DomainCheck, DomainError, DomainView, NewDomain};
use crate::management::own::Behalf;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NAME: &str = "_doorward-challenge.acme.example";
const RIVAL: &str = "[[tenant]]\nslug = \"rival\"\nname = \"Rival\"";

/// Acme and a rival, the records of a DNS, and a clock.
struct World {
    management: Management,
    records: Arc<ScriptedRecords>,
    clock: Arc<ManualClock>,
}

impl std::ops::Deref for World {
    type Target = Management;

    fn deref(&self) -> &Management {
        &self.management
    }
}

impl World {
    async fn new() -> Self {
        let world = Self::around(with_acme().await);
        world.apply(&parse(RIVAL), "tests").await.unwrap();
        world
    }

    fn around(management: Management) -> Self {
        let (records, clock) = (Arc::<ScriptedRecords>::default(), Arc::new(ManualClock::new(now())));
        let management = Management { names: records.clone(), clock: clock.clone(), ..management };
        Self { management, records, clock }
    }

    async fn claim(&self, tenant: &str, domain: &str) -> Result<DomainView, DomainError> {
        self.claim_domain(tenant, &NewDomain { domain: domain.to_owned() }, "somebody").await
    }

    async fn check(&self, tenant: &str, domain: &str) -> Result<DomainCheck, DomainError> {
        self.check_domain(tenant, domain, (Behalf::Tenant, "somebody")).await
    }

    /// Claims a domain and publishes what was asked for.
    async fn publish(&self, tenant: &str, domain: &str) {
        let record = self.claim(tenant, domain).await.unwrap().record.unwrap();
        self.records.publish(&record.name, &record.value);
    }

    async fn prove(&self, tenant: &str, domain: &str) {
        self.publish(tenant, domain).await;
        assert_eq!(self.check(tenant, domain).await.unwrap().outcome, "proven");
    }

    /// To whom a domain leads.
    async fn leads(&self, domain: &str) -> Option<String> {
        let found = self.store.tenant_by_domain(&Domain::parse(domain).unwrap(), self.clock.now()).await;
        found.unwrap().map(|found| found.record.slug.to_string())
    }

    async fn proof(&self, tenant: &str) -> ProvenDomain {
        self.stored_tenant(tenant).await.proven[0].clone()
    }

    async fn state(&self, tenant: &str, domain: &str) -> &'static str {
        let domains = self.domains(tenant).await.unwrap().items;
        domains.iter().find(|view| view.domain.as_str() == domain).map_or("none", |view| view.state)
    }

    async fn audited(&self, tenant: &str) -> Vec<Action> {
        let range = Range::of(self.stored_tenant(tenant).await.id, Kind::Audit);
        let events = self.store.read_range::<AuditEvent>(&range, 100, now()).await.unwrap();
        let actions = events.into_iter().map(|event| event.record.action);
        actions.filter(|action| *action != Action::Applied).collect()
    }
}

#[tokio::test]
async fn a_domain_is_proven_by_its_record() {
    let world = World::new().await;
    let claimed = world.claim("acme", " ACME.example ").await.unwrap();
    assert_eq!((claimed.state, claimed.record.as_ref().unwrap().name.as_str()), ("claimed", NAME));
    assert_eq!(
        world.claim("acme", "acme.example").await.unwrap(),
        claimed,
        "the same for whoever asks again"
    );
    assert_eq!(world.check("acme", "acme.example").await.unwrap().outcome, "no_name");
    assert_eq!(world.leads("acme.example").await, None);

    world.publish("acme", "acme.example").await;
    let checked = world.check("acme", "acme.example").await.unwrap();
    assert_eq!((checked.outcome, checked.domain.state), ("proven", "proven"));
    assert_eq!(checked.domain.proven_by, ["dns"]);
    assert!(checked.asked.is_empty(), "a tenant learns nothing of the broker's name servers");
    assert_eq!(world.leads("acme.example").await.as_deref(), Some("acme"));
    let tenant = world.stored_tenant("acme").await;
    assert!(world.store.get(&at::domain_claims(tenant.id)).await.unwrap().is_none(), "the claim is over");
    assert_eq!(world.audited("acme").await, [Action::DomainClaimed, Action::DomainProven]);
    assert_eq!(world.check("acme", "acme.example").await.unwrap().outcome, "proven");
    assert_eq!(world.audited("acme").await.len(), 2, "nothing is written again");

    world.release_domain("acme", "acme.example", "somebody").await.unwrap();
    assert_eq!(
        (world.leads("acme.example").await, world.state("acme", "acme.example").await),
        (None, "none")
    );
    let again = world.claim("acme", "acme.example").await.unwrap();
    assert_ne!(again.record, claimed.record, "what stood there before proves nothing any more");
    assert_eq!(world.check("acme", "acme.example").await.unwrap().outcome, "other_claim");
}

#[tokio::test]
async fn up_12_only_what_somebody_can_have_for_themselves_is_claimed() {
    let world = World::new().await;
    let long = format!("{0}.{0}.{0}.{0}.example", "a".repeat(58));
    for wrong in [
        "",
        "acme",
        "localhost",
        "com",
        "10.0.0.1",
        "[::1]",
        "0x7f.1",
        "acme.example.",
        "acme..example",
        "*.acme.example",
        "-acme.example",
        "a_b.example",
        "kim@acme.example",
        "https://acme.example",
        "acme.example/x",
        "gmail.com",
        "GMail.com",
        "outlook.com",
        "a b.example",
        "acme.example\u{0}",
        "acme。",
        &long,
    ] {
        let refused = world.claim("acme", wrong).await;
        assert!(matches!(refused, Err(DomainError::Unfit(_))), "{wrong}: {refused:?}");
    }
    let claimed = world.claim("acme", "Bücher.EXAMPLE").await.unwrap();
    assert_eq!(claimed.domain.as_str(), "xn--bcher-kva.example");
    assert_eq!(world.claim("acme", "xn--bcher-kva.example").await.unwrap(), claimed);
    // What looks the same is another name, with a record of its own.
    let lookalike = world.claim("acme", "bücһer.example").await.unwrap();
    assert_ne!((lookalike.domain, lookalike.record), (claimed.domain, claimed.record));
}

#[tokio::test]
async fn claims_are_few_and_end() {
    let world = World::new().await;
    for n in 0..50 {
        world.claim("acme", &format!("n{n}.example")).await.unwrap();
    }
    assert_eq!(world.claim("acme", "one-more.example").await, Err(DomainError::TooMany));
    assert_eq!(world.claim("acme", "n7.example").await.unwrap().state, "claimed");
    assert!(world.claim("rival", "one-more.example").await.is_ok(), "each has its own");
    world.clock.advance(14 * DAY);
    assert_eq!(world.domains("acme").await.unwrap().items.len(), 1);
    assert!(matches!(world.check("acme", "n7.example").await, Err(DomainError::View(_))));
    assert!(world.claim("acme", "one-more.example").await.is_ok());
}

#[tokio::test]
async fn ad_10_dns_is_not_asked_without_end() {
    let world = World::new().await;
    world.claim("acme", "acme.example").await.unwrap();
    for _ in 0..6 {
        world.check("acme", "acme.example").await.unwrap();
    }
    let asked = world.records.asked().len();
    assert_eq!(world.check("acme", "acme.example").await, Err(DomainError::TooOften));
    assert_eq!(world.records.asked().len(), asked);
    world.clock.advance(Duration::from_secs(60));
    assert!(world.check("acme", "acme.example").await.is_ok());
}

#[tokio::test]
async fn ad_01_a_domain_of_another_is_not_had_by_whoever_proves_it_too() {
    let world = World::new().await;
    world.publish("rival", "acme.test").await;
    assert_eq!(world.check("rival", "acme.test").await, Err(DomainError::Taken));
    assert!(!DomainError::Taken.to_string().contains("acme"), "nobody is told whose it is");
    assert_eq!(world.leads("acme.test").await.as_deref(), Some("acme"));
    assert!(world.stored_tenant("rival").await.proven.is_empty());
    // Nor one that another has proven.
    world.prove("acme", "acme.example").await;
    world.publish("rival", "acme.example").await;
    assert_eq!(world.check("rival", "acme.example").await, Err(DomainError::Taken));
    // Nobody releases what is another's, or the operator's.
    assert!(matches!(world.release_domain("rival", "acme.example", "r").await, Ok(())), "its own claim");
    assert!(matches!(world.release_domain("rival", "acme.example", "r").await, Err(DomainError::View(_))));
    let operators = world.release_domain("acme", "acme.test", "somebody").await;
    assert!(matches!(operators, Err(DomainError::Operators(_))), "{operators:?}");
    assert_eq!(world.leads("acme.example").await.as_deref(), Some("acme"));
}

#[tokio::test]
async fn ad_01_of_two_who_prove_a_domain_at_once_one_gets_it() {
    let store = Arc::new(MemoryStore::new());
    let first = World::around(over(store.clone()));
    first.apply(&parse(ACME), "tests").await.unwrap();
    first.apply(&parse(RIVAL), "tests").await.unwrap();
    first.publish("acme", "acme.example").await;
    first.publish("rival", "acme.example").await;
    // Between the other's last look and its commit.
    let acme = first.stored_tenant("acme").await.id;
    let leads = TenantOf { name: Domain::parse("acme.example").unwrap(), tenant: acme };
    let faster = Mutex::new(Some(Batch::new().insert(&leads).unwrap()));
    let slower = Management {
        names: first.records.clone(),
        clock: first.clock.clone(),
        ..over(Arc::new(Contended { store, faster }))
    };
    let checked = slower.check_domain("rival", "acme.example", (Behalf::Tenant, "r")).await;
    assert_eq!(checked, Err(DomainError::Taken));
    assert_eq!(first.leads("acme.example").await.as_deref(), Some("acme"));
    assert!(first.stored_tenant("rival").await.proven.is_empty());
}

#[tokio::test]
async fn what_was_proven_is_no_wish_of_a_documents() {
    let world = World::new().await;
    world.prove("acme", "acme.example").await;
    let before = world.stored_tenant("acme").await;
    let text = toml::to_string(&world.export().await.unwrap()).unwrap();
    assert!(!text.contains("acme.example"), "{text}");
    assert!(world.apply(&parse(&text), "tests").await.unwrap().changes.is_empty());
    world.apply(&parse(&ACME.replace("Acme Dental", "Acme")), "tests").await.unwrap();
    assert_eq!(world.stored_tenant("acme").await.proven, before.proven);
    assert_eq!(world.leads("acme.example").await.as_deref(), Some("acme"));

    // The operator may say it too, and stop saying it.
    let both = ACME.replace("\"acme.test\"", "\"acme.test\", \"acme.example\"");
    world.apply(&parse(&both), "tests").await.unwrap();
    let view = &world.domains("acme").await.unwrap().items[0];
    assert_eq!((view.state, view.proven_by.as_slice()), ("vouched", ["operator", "dns"].as_slice()));
    world.apply(&parse(ACME), "tests").await.unwrap();
    assert_eq!(world.leads("acme.example").await.as_deref(), Some("acme"));

    // Nobody else gets it by a document; the operator says first that it is wrong.
    let rival = format!("{ACME}{RIVAL}\ndomains = [\"acme.example\"]");
    let [problem] = &problems(world.apply(&parse(&rival), "tests").await)[..] else { panic!() };
    assert_eq!(problem.path, "tenant[rival].domains");
    assert!(problem.message.contains("doorward domain release acme acme.example"), "{problem}");
    world.release_domain("acme", "acme.example", "operator").await.unwrap();
    world.apply(&parse(&rival), "tests").await.unwrap();
    assert_eq!(world.leads("acme.example").await.as_deref(), Some("rival"));
}

#[tokio::test]
async fn a_proof_lapses_only_when_dns_says_for_a_week_that_it_is_gone() {
    let world = World::new().await;
    world.prove("acme", "acme.example").await;
    let proven = world.proof("acme").await;
    // Nothing follows from silence, however long it lasts.
    for error in [DnsError::Failed, DnsError::Refused, DnsError::TimedOut, DnsError::Unreachable] {
        world.records.answer(NAME, Err(error));
        world.clock.advance(30 * DAY);
        world.examine_domains().await.unwrap();
        assert_eq!(world.proof("acme").await, proven, "{error}");
    }
    for (answer, days, state, days_left) in [
        (Ok(Texts::None), 0, "missing", Some(7)),
        (Err(DnsError::TimedOut), 3, "missing", Some(4)),
        (Ok(Texts::Found(vec!["v=spf1 -all".to_owned()])), 3, "missing", Some(1)),
        (Ok(Texts::NoName), 1, "lapsed", Some(0)),
        (Ok(Texts::NoName), 1, "lapsed", Some(0)),
        (Ok(Texts::Found(vec![proven.token.value()])), 1, "proven", None),
    ] {
        world.clock.advance(days * DAY);
        world.records.answer(NAME, answer.clone());
        world.examine_domains().await.unwrap();
        assert_eq!(world.state("acme", "acme.example").await, state, "{answer:?}");
        let forecast = world.expiries().await.unwrap().items;
        let told = forecast.iter().find(|it| it.domain.is_some()).map(|it| it.days_left.unwrap());
        assert_eq!(told, days_left, "{answer:?}");
        let owns = world.stored_tenant("acme").await.owns(&proven.name);
        assert_eq!(owns, state != "lapsed", "{answer:?}");
        assert_eq!(world.leads("acme.example").await.as_deref(), Some("acme"), "people are led on");
    }
    let told = [Action::DomainClaimed, Action::DomainProven, Action::DomainLapsed, Action::DomainProven];
    assert_eq!(world.audited("acme").await, told);
}

#[tokio::test]
async fn a_proof_that_has_lapsed_is_good_again_as_soon_as_its_record_is_back() {
    let world = World::new().await;
    world.prove("acme", "acme.example").await;
    let value = world.proof("acme").await.token.value();
    world.records.withdraw(NAME);
    for _ in 0..2 {
        world.examine_domains().await.unwrap();
        world.clock.advance(7 * DAY);
    }
    assert_eq!(world.state("acme", "acme.example").await, "lapsed");
    let told = world.claim("acme", "acme.example").await.unwrap();
    assert_eq!(told.record.unwrap().value, value, "what is to be put back");
    assert_eq!(world.check("acme", "acme.example").await.unwrap().outcome, "no_name");
    world.records.publish(NAME, &value);
    assert_eq!(world.check("acme", "acme.example").await.unwrap().domain.state, "proven");
}

#[tokio::test]
async fn name_servers_that_are_silent_are_not_asked_for_every_domain() {
    let world = World::new().await;
    for n in 0..6 {
        world.prove("acme", &format!("n{n}.example")).await;
        world.clock.advance(Duration::from_secs(60));
        world.records.answer(&format!("_doorward-challenge.n{n}.example"), Err(DnsError::TimedOut));
    }
    let asked = world.records.asked().len();
    world.examine_domains().await.unwrap();
    assert_eq!(world.records.asked().len() - asked, 3);
}
