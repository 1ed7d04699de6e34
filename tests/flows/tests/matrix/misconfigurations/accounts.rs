//! The provider lets somebody in, and the connection's own rules do not.

use doorward_domain::connection::{ClaimMapping, Field};
use doorward_domain::{Admission, Connection, Domain, Provisioning, User};
use doorward_flows::World;
use doorward_store::records::at;
use rstest::rstest;

use super::{Told, assert_told, tried};

fn nobody_new(it: &mut Connection) {
    it.provisioning = Provisioning::KnownOnly;
}

fn another_domain(it: &mut Connection) {
    it.admission = Admission { domains: vec![Domain::parse("other.test").unwrap()], ..Admission::default() };
}

fn another_group(it: &mut Connection) {
    it.admission = Admission { groups: vec!["Doctors".to_owned()], ..Admission::default() };
}

fn another_country(it: &mut Connection) {
    let claims = [("country".to_owned(), vec!["AU".to_owned()])].into();
    it.admission = Admission { claims, ..Admission::default() };
}

fn a_claim_that_is_missing(it: &mut Connection) {
    let source = serde_json::json!({ "claim": "staff_number", "required": true });
    let source = serde_json::from_value(source).unwrap();
    it.mapping = ClaimMapping::new([(Field::PreferredUsername, source)].into());
}

#[rustfmt::skip]
#[rstest]
#[case::nobody_new(nobody_new, Told("account.unknown", "tenant_admin", "just_in_time"))]
#[case::another_domain(another_domain, Told("account.domain", "tenant_admin", "staff"))]
#[case::another_group(another_group, Told("account.group", "tenant_admin", "admission.groups"))]
#[case::another_country(another_country, Told("account.claim", "tenant_admin", "country"))]
#[case::a_claim_that_is_missing(a_claim_that_is_missing, Told("account.claim_missing", "tenant_admin", "staff_number"))]
#[tokio::test]
async fn somebody_whom_a_rule_keeps_out(#[case] rule: fn(&mut Connection), #[case] told: Told) {
    let world = World::new().await;
    world.change(&at::connection(world.victim, world.k1), rule).await;
    let page = tried(&world, "victim", "alice").await;
    assert_told(&world, "victim", &page, told).await;
}

#[tokio::test]
async fn somebody_who_was_disabled() {
    let world = World::new().await;
    tried(&world, "victim", "alice").await;
    let user = world.all::<User>(world.victim).await.remove(0);
    world.change(&at::user(world.victim, user.id), |it: &mut User| it.enabled = false).await;
    let page = tried(&world, "victim", "alice").await;
    assert_told(&world, "victim", &page, Told("account.disabled", "tenant_admin", "Enable")).await;
}
