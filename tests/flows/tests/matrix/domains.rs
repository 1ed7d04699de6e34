//! A company proves its e-mail domain by DNS, and nobody else's.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{Domain, Linking, Tenant};
use doorward_flows::name_server::Answer as Dns;
use doorward_flows::{NameServer, Setup, World};
use doorward_net::NameServers;
use doorward_store::records::{TenantOf, at};
use hickory_resolver::proto::op::ResponseCode;
use http::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::admin::{Operator, assert_problem};
use crate::kept_log::KeptLog;
use crate::linking::{arrive, sub, with_kim};

const NAME: &str = "_doorward-challenge.acme.example";

/// Claims a domain; the record's value.
async fn claim(of: &Operator<'_>, tenant: &str, domain: &str) -> String {
    let claimed = of.post(&format!("/tenants/{tenant}/domains"), &json!({ "domain": domain })).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    assert_eq!(claimed.json["record"]["name"], format!("_doorward-challenge.{domain}"));
    claimed.json["record"]["value"].as_str().unwrap().to_owned()
}

async fn check(of: &Operator<'_>, tenant: &str, domain: &str) -> doorward_flows::app::Answer {
    of.post(&format!("/tenants/{tenant}/domains/{domain}/check"), &Value::Null).await
}

/// To whom a domain leads.
async fn leads(world: &World, domain: &str) -> Option<doorward_domain::TenantId> {
    let index = world.read::<TenantOf<Domain>>(&at::domain(&Domain::parse(domain).unwrap())).await;
    index.map(|index| index.tenant)
}

/// Lets the broker look at the proofs, as it does every day.
async fn examine(world: &World) {
    world.management.get().unwrap().examine_domains().await.unwrap();
}

async fn with_name_server() -> (World, NameServer) {
    let server = NameServer::start().await;
    let names = NameServers::new(vec![server.address]).within(Duration::from_millis(600));
    (World::with(Setup { names: Some(Arc::new(names)), ..Setup::default() }).await, server)
}

#[tokio::test]
async fn a_companys_administrator_proves_its_domain_over_real_dns() {
    let (world, server) = with_name_server().await;
    let own = Operator::of(&world).administrator_of("victim").await;
    let value = claim(&own, "victim", "acme.example").await;
    assert_eq!(check(&own, "victim", "acme.example").await.str("outcome"), "no_name");
    // A record in pieces, as longer ones are, beside others.
    let (one, two) = value.split_at(9);
    let pieces = vec![one.to_owned(), two.to_owned()];
    server.set(NAME, Dns::Txt(vec![vec!["v=spf1 -all".to_owned()], pieces]));
    let proven = check(&own, "victim", "acme.example").await;
    assert_eq!((proven.str("outcome"), &proven.json["asked"]), ("proven", &Value::Null), "{proven:?}");
    assert_eq!(leads(&world, "acme.example").await, Some(world.victim));
    assert_eq!(world.audited(world.victim, Action::DomainProven).await, 1);
    // Addresses in it lead there, those below and above it do not.
    let app = world.relying("c1");
    for (domain, is_known) in [("acme.example", true), ("eu.acme.example", false), ("example.com", false)] {
        let page = world.browser().get(&app.authorize(&world, &[("domain_hint", domain)])).await;
        let led = page.location().is_some_and(|to| to.as_str().starts_with("https://idp.test/good/"));
        assert_eq!(led, is_known, "{domain}: {page:?}");
    }
    let seen = Operator::of(&world).get("/tenants/victim").await;
    assert_eq!(seen.json["proven_domains"], json!(["acme.example"]));
    assert_eq!(seen.json["domains"], json!(["victim.test"]), "the operator's stay the operator's");
}

#[rstest]
#[case::nothing(Dns::Code(ResponseCode::NXDomain), "no_name")]
#[case::no_text(Dns::Txt(Vec::new()), "no_record")]
#[case::others(Dns::Txt(vec![vec!["v=spf1 -all".to_owned()]]), "other_values")]
#[case::failure(Dns::Code(ResponseCode::ServFail), "no_answer")]
#[case::refusal(Dns::Code(ResponseCode::Refused), "no_answer")]
#[case::silence(Dns::Silence, "no_answer")]
#[tokio::test]
async fn what_dns_says_is_told_in_words(#[case] answer: Dns, #[case] outcome: &str) {
    let (world, server) = with_name_server().await;
    let operator = Operator::of(&world);
    claim(&operator, "victim", "acme.example").await;
    server.set(NAME, answer);
    let checked = check(&operator, "victim", "acme.example").await;
    assert_eq!(checked.str("outcome"), outcome, "{checked:?}");
    assert_eq!(checked.json["asked"], json!([server.address.to_string()]), "the operator is told");
    assert_eq!(leads(&world, "acme.example").await, None);
}

#[tokio::test]
async fn a_record_that_was_put_in_the_wrong_place_is_found() {
    let world = World::new().await;
    let own = Operator::of(&world).administrator_of("victim").await;
    let value = claim(&own, "victim", "acme.example").await;
    world.records.publish(&format!("{NAME}.acme.example"), &value);
    let checked = check(&own, "victim", "acme.example").await;
    assert_eq!(checked.str("outcome"), "misplaced", "{checked:?}");
    assert!(checked.json["told"][1].as_str().unwrap().contains("enter `_doorward-challenge` there"));
    assert_eq!(leads(&world, "acme.example").await, None, "it proves nothing there");
}

/// The core rule: a record proves a domain for the one company that was told its value.
#[tokio::test]
async fn ad_01_the_record_of_one_company_proves_nothing_for_another() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let (victim, attacker) =
        (operator.administrator_of("victim").await, operator.administrator_of("attacker").await);
    let value = claim(&victim, "victim", "acme.example").await;
    world.records.publish(NAME, &value);
    assert_ne!(claim(&attacker, "attacker", "acme.example").await, value);
    let checked = check(&attacker, "attacker", "acme.example").await;
    assert_eq!(checked.str("outcome"), "other_claim", "{checked:?}");
    assert!(!checked.json.to_string().contains("victim"), "nobody is told whose: {checked:?}");
    assert_eq!(leads(&world, "acme.example").await, None);
    // Of another domain of its own it proves nothing either.
    claim(&attacker, "attacker", "other.example").await;
    world.records.publish("_doorward-challenge.other.example", &value);
    assert_eq!(check(&attacker, "attacker", "other.example").await.str("outcome"), "other_claim");
    assert_eq!(check(&victim, "victim", "acme.example").await.str("outcome"), "proven");
    assert_eq!(leads(&world, "acme.example").await, Some(world.victim));
    // Nor of a domain above or below.
    for other in ["example.com", "eu.acme.example"] {
        let value = claim(&attacker, "attacker", other).await;
        world.records.publish(NAME, &value);
        assert_ne!(check(&attacker, "attacker", other).await.str("outcome"), "proven");
    }
}

#[tokio::test]
async fn ad_01_a_domain_that_leads_elsewhere_is_refused_without_telling_where() {
    let world = World::new().await;
    let attacker = Operator::of(&world).administrator_of("attacker").await;
    let before = world.digest_of(world.victim).await;
    let value = claim(&attacker, "attacker", "victim.test").await;
    world.records.publish("_doorward-challenge.victim.test", &value);
    let refused = check(&attacker, "attacker", "victim.test").await;
    assert_problem(&refused, 409, "conflict");
    assert!(refused.str("detail").contains("ask whoever runs this broker"), "{refused:?}");
    assert!(!refused.json.to_string().replace("victim.test", "").contains("victim"), "{refused:?}");
    let gone = attacker.ask(Method::DELETE, "/tenants/attacker/domains/victim.test", &[], &Value::Null).await;
    assert_eq!(gone.status, 204, "its own claim");
    let gone = attacker.ask(Method::DELETE, "/tenants/attacker/domains/victim.test", &[], &Value::Null).await;
    assert_problem(&gone, 404, "not_found");
    let own =
        attacker.ask(Method::DELETE, "/tenants/attacker/domains/attacker.test", &[], &Value::Null).await;
    assert_problem(&own, 409, "conflict");
    assert_eq!(leads(&world, "victim.test").await, Some(world.victim));
    assert_eq!(world.digest_of(world.victim).await, before);
}

#[tokio::test]
async fn ad_a_claim_takes_its_scope_and_a_domain() {
    let world = World::new().await;
    let reader = Operator::of(&world).delegate(&["domains:read"]).await;
    assert_eq!(reader.get("/tenants/victim/domains").await.json["items"][0]["state"], "vouched");
    let asked = json!({"domain": "acme.example"});
    assert_problem(&reader.post("/tenants/victim/domains", &asked).await, 403, "insufficient_scope");
    assert_problem(&check(&reader, "victim", "acme.example").await, 403, "insufficient_scope");
    let operator = Operator::of(&world);
    for wrong in ["gmail.com", "localhost", "192.0.2.1", "acme.example."] {
        let refused = operator.post("/tenants/victim/domains", &json!({ "domain": wrong })).await;
        assert_problem(&refused, 422, "invalid_body");
        assert_eq!(refused.json["errors"][0]["pointer"], "/domain", "{refused:?}");
    }
    assert_problem(&check(&operator, "victim", "acme.example").await, 404, "not_found");
}

/// SR-05: what strangers publish reaches neither the answer nor the log as it is.
#[tokio::test]
async fn sr_05_what_strangers_publish_steers_nothing() {
    let (log, _guard) = KeptLog::begin();
    let (world, server) = with_name_server().await;
    let operator = Operator::of(&world);
    claim(&operator, "victim", "acme.example").await;
    server.publish(NAME, "\u{1b}[2J\r\n2027-01-01T00:00:00Z ERROR forged\u{202e}");
    let checked = check(&operator, "victim", "acme.example").await;
    assert_eq!(checked.str("outcome"), "other_values");
    let shown = checked.json["values"][0].as_str().unwrap();
    assert!(shown.starts_with("\\u{1b}[2J\\r\\n2027") && shown.is_ascii(), "{shown:?}");
    for line in log.text().lines() {
        assert!(line.starts_with("20") && !line.starts_with("2027"), "a forged line: {line:?}");
        assert!(!line.contains(|c: char| c.is_control()), "what steers a terminal: {line:?}");
    }
}

/// What a proof is for: an address in the domain leads to the account that there is. When the record is gone
/// for long, it does not, and people are led to their company all the same.
#[tokio::test]
async fn up_09_an_address_leads_to_an_account_as_long_as_the_domains_proof_stands() {
    const DAY: u64 = 24 * 60 * 60;
    let (world, _) = with_kim(Linking::VerifiedEmail, &[]).await;
    let domain = Domain::parse("victim.test").unwrap();
    world.remove(at::domain(&domain)).await;
    world.change::<Tenant>(&at::tenant(world.victim), |tenant| tenant.domains.clear()).await;
    sub(&world, &arrive(&world, "staff").await).await;
    arrive(&world, "second").await.assert_told(403);

    let own = Operator::of(&world).administrator_of("victim").await;
    let value = claim(&own, "victim", "victim.test").await;
    arrive(&world, "second").await.assert_told(403);
    let name = "_doorward-challenge.victim.test";
    world.records.publish(name, &value);
    assert_eq!(check(&own, "victim", "victim.test").await.str("outcome"), "proven");

    world.records.withdraw(name);
    examine(&world).await;
    world.pass(7 * DAY);
    examine(&world).await;
    let listed = own.get("/tenants/victim/domains").await;
    assert_eq!(listed.json["items"][0]["state"], "lapsed", "{listed:?}");
    arrive(&world, "second").await.assert_told(403);
    assert_eq!(leads(&world, "victim.test").await, Some(world.victim), "led there still");

    world.records.publish(name, &value);
    examine(&world).await;
    let first = sub(&world, &arrive(&world, "staff").await).await;
    assert_eq!(sub(&world, &arrive(&world, "second").await).await, first);
}
