//! How people get to the accounts that they have already, and who becomes a user (rows UP-09 to UP-12).

use doorward_domain::audit::Action;
use doorward_domain::{Admission, Clock as _, Connection, ConnectionId, Domain, Linking, User};
use doorward_flows::app::{Answer, send};
use doorward_flows::world::ADMIN_TOKEN;
use doorward_flows::{Page, Setup, World};
use doorward_store::records::at;
use doorward_test_idp::{IssuerConfig, Persona};
use http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

/// Kim as both of the company's providers know her, and what the second one says otherwise.
pub async fn with_kim(linking: Linking, at_the_second: &[(&str, Value)]) -> (World, ConnectionId) {
    let kim = |name: &str, sub: &str| {
        Persona::new(name, Persona::PASSWORD, sub)
            .with("email", "Kim@victim.test")
            .with("email_verified", true)
            .with("given_name", "Kim")
            .with("family_name", "Doe")
            .with("groups", vec!["staff"])
            .with("country", "AU")
    };
    let second = kim("kim", "kim-2");
    let second = at_the_second.iter().fold(second, |kim, (name, value)| kim.with(name, value.clone()));
    let issuer = |name: &str, people: [Persona; 2]| {
        let mut issuer = IssuerConfig::new(name);
        issuer.personas.extend(people);
        issuer
    };
    let renamed = kim("renamed", "kim-1").with("email", "kim.new@victim.test");
    let issuers = vec![
        issuer("good", [kim("kim", "kim-1"), renamed]),
        issuer("evil", [second, kim("successor", "kim-3")]),
    ];
    let world = World::with(Setup { issuers, ..Setup::default() }).await;
    let k2 = ConnectionId::new(world.clock.now(), &*world.entropy);
    world.connect(world.victim, k2, "evil").await;
    let change = |connection: &mut Connection| {
        connection.name = "second".to_owned();
        connection.linking = linking;
    };
    world.change(&at::connection(world.victim, k2), change).await;
    (world, k2)
}

/// Kim signs in through the company's connection of this name.
pub async fn arrive(world: &World, connection: &str) -> Page {
    arrive_as(world, connection, "kim").await
}

async fn arrive_as(world: &World, connection: &str, persona: &str) -> Page {
    let (app, mut browser) = (world.relying("c1"), world.browser());
    let hints = [("tenant", "victim"), ("connection", connection), ("scope", "openid profile email groups")];
    let page = browser.open(&app.authorize(world, &hints)).await;
    world.go_on(&mut browser, page, "victim", persona).await
}

pub async fn sub(world: &World, page: &Page) -> String {
    let tokens = world.relying("c1").redeem(world, page).await;
    tokens.claims("id_token")["sub"].as_str().unwrap().to_owned()
}

#[rstest]
#[case::by_address(Linking::VerifiedEmail, &[])]
#[case::in_other_case(Linking::VerifiedEmail, &[("email", json!("kim@VICTIM.test"))])]
#[case::whatever_the_name(Linking::VerifiedEmail, &[("family_name", json!("Smith"))])]
#[case::by_address_and_name(Linking::VerifiedEmailAndName, &[("given_name", json!(" KIM "))])]
#[tokio::test]
async fn a_second_provider_leads_to_the_account_that_there_is(
    #[case] linking: Linking,
    #[case] says: &[(&str, Value)],
) {
    let (world, _) = with_kim(linking, says).await;
    let first = sub(&world, &arrive(&world, "staff").await).await;
    let second = sub(&world, &arrive(&world, "second").await).await;
    assert_eq!(first, second);
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 1);
    assert_eq!(sub(&world, &arrive(&world, "second").await).await, first, "from then on");
    assert_eq!(world.audited(world.victim, Action::IdentityLinked).await, 1);
}

/// UP-09 to UP-12: what the provider says of an address suffices only inside a domain of the tenant.
#[rstest]
#[case::not_verified(Linking::VerifiedEmail, &[("email_verified", json!(false))])]
#[case::verified_as_a_text(Linking::VerifiedEmail, &[("email_verified", json!("true"))])]
#[case::another_name(Linking::VerifiedEmailAndName, &[("family_name", json!("Smith"))])]
#[case::no_name(Linking::VerifiedEmailAndName, &[("family_name", json!(""))])]
#[tokio::test]
async fn up_09_an_address_without_proof_leads_to_nobodys_account(
    #[case] linking: Linking,
    #[case] says: &[(&str, Value)],
) {
    let (world, _) = with_kim(linking, says).await;
    sub(&world, &arrive(&world, "staff").await).await;
    let before = world.digest().await;
    let page = arrive(&world, "second").await;
    page.assert_told(403);
    assert!(page.body.contains("There is an account with your email address already"), "{}", page.body);
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn up_09_an_address_outside_the_tenants_domains_proves_nothing() {
    let (world, _) = with_kim(Linking::VerifiedEmail, &[]).await;
    sub(&world, &arrive(&world, "staff").await).await;
    let moved = |tenant: &mut doorward_domain::Tenant| {
        tenant.domains = vec![Domain::parse("other.test").unwrap()];
    };
    world.change(&at::tenant(world.victim), moved).await;
    arrive(&world, "second").await.assert_told(403);
}

#[tokio::test]
async fn without_a_rule_an_address_means_nothing() {
    let (world, _) = with_kim(Linking::Never, &[]).await;
    let first = sub(&world, &arrive(&world, "staff").await).await;
    assert_ne!(sub(&world, &arrive(&world, "second").await).await, first);
}

/// Somebody new who got the address of somebody who left gets nothing of theirs.
#[tokio::test]
async fn up_11_an_address_that_was_given_to_somebody_new_leads_to_nobody() {
    let (world, k2) = with_kim(Linking::VerifiedEmail, &[]).await;
    sub(&world, &arrive(&world, "second").await).await;
    arrive_as(&world, "second", "successor").await.assert_told(403);
    let users: Vec<User> = world.all(world.victim).await;
    assert_eq!(users.len(), 1);
    // Where the rule lets them be two accounts, the address leads to neither.
    let rule = |linking| move |connection: &mut Connection| connection.linking = linking;
    world.change(&at::connection(world.victim, k2), rule(Linking::Never)).await;
    sub(&world, &arrive_as(&world, "second", "successor").await).await;
    world.change(&at::connection(world.victim, world.k1), rule(Linking::VerifiedEmail)).await;
    arrive(&world, "staff").await.assert_told(403);
}

#[tokio::test]
async fn a_disabled_account_is_not_linked() {
    let (world, _) = with_kim(Linking::VerifiedEmail, &[]).await;
    sub(&world, &arrive(&world, "staff").await).await;
    let user: User = world.all(world.victim).await.remove(0);
    world.change(&at::user(world.victim, user.id), |user: &mut User| user.enabled = false).await;
    let page = arrive(&world, "second").await;
    page.assert_told(403);
    assert!(page.body.contains("switched off"), "{}", page.body);
}

#[tokio::test]
async fn an_account_is_found_by_the_address_that_it_has_now() {
    let (world, _) = with_kim(Linking::VerifiedEmail, &[("email", json!("kim.new@victim.test"))]).await;
    let first = sub(&world, &arrive(&world, "staff").await).await;
    arrive_as(&world, "staff", "renamed").await;
    assert_eq!(sub(&world, &arrive(&world, "second").await).await, first);
}

#[rstest]
#[case::all_of_it("victim.test", "staff", "AU", true)]
#[case::another_domain("other.test", "staff", "AU", false)]
#[case::another_group("victim.test", "admins", "AU", false)]
#[case::another_country("victim.test", "staff", "FR", false)]
#[tokio::test]
async fn who_lacks_what_a_connection_demands_does_not_become_a_user(
    #[case] domain: &str,
    #[case] group: &str,
    #[case] country: &str,
    #[case] comes_in: bool,
) {
    let (world, _) = with_kim(Linking::Never, &[]).await;
    let admission = Admission {
        domains: vec![Domain::parse(domain).unwrap()],
        groups: vec![group.to_owned()],
        claims: [("country".to_owned(), vec![country.to_owned()])].into(),
    };
    let strict = |connection: &mut Connection| {
        connection.scopes.push("groups".to_owned());
        connection.admission = admission;
    };
    world.change(&at::connection(world.victim, world.k1), strict).await;
    let page = arrive(&world, "staff").await;
    assert_eq!(page.parameter("code").is_some(), comes_in, "{page:?}");
    if !comes_in {
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.body.contains("lets in only some of its accounts"), "{}", page.body);
        assert!(world.all::<User>(world.victim).await.is_empty());
    }
}

/// What the operator's admin API answers.
async fn admin(world: &World, path: &str, body: &Value) -> Answer {
    let request = http::Request::post(world.url(&format!("/admin/v1/tenants/victim{path}")))
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
        .header("content-type", "application/json");
    send(world, request.body(body.to_string().into_bytes()).unwrap()).await
}

async fn make(world: &World, email: &str) -> String {
    let made = admin(world, "/users", &json!({"email": email, "username": "kimberly"})).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    made.str("id").to_owned()
}

#[tokio::test]
async fn an_account_that_an_operator_made_is_found_by_its_address() {
    let (world, _) = with_kim(Linking::VerifiedEmail, &[]).await;
    let made = make(&world, "kim@victim.test").await;
    assert_eq!(sub(&world, &arrive(&world, "second").await).await, made);
}

#[tokio::test]
async fn a_list_says_whose_account_a_subject_is_before_anybody_comes() {
    let (world, _) = with_kim(Linking::Never, &[]).await;
    let made = make(&world, "somebody@victim.test").await;
    for account in ["kimberly", "Somebody@victim.test", made.as_str()] {
        let list = json!({"list": format!("subject,account\nkim-2, {account}\n"), "dry_run": true});
        let looked = admin(&world, "/connections/second/identities", &list).await;
        assert_eq!(looked.json["lines"][0]["outcome"], "linked", "{looked:?}");
        assert_eq!(looked.json["written"], false);
    }
    let list = json!({"list": "subject,account\nkim-2,kimberly\n"});
    let loaded = admin(&world, "/connections/second/identities", &list).await;
    assert_eq!(loaded.json["written"], true, "{loaded:?}");
    assert_eq!(sub(&world, &arrive(&world, "second").await).await, made);
    let again = admin(&world, "/connections/second/identities", &list).await;
    assert_eq!(again.json["lines"][0]["outcome"], "unchanged");
}

#[tokio::test]
async fn a_list_with_a_conflict_is_not_loaded_and_each_line_says_why() {
    let (world, _) = with_kim(Linking::Never, &[]).await;
    let other = sub(&world, &arrive(&world, "second").await).await;
    make(&world, "somebody@victim.test").await;
    let list = "subject,account\nkim-9,kimberly\nkim-2,kimberly\nkim-9,kimberly\nkim-8,nobody\n,kimberly\n";
    let before = world.digest().await;
    let answer = admin(&world, "/connections/second/identities", &json!({ "list": list })).await;
    let lines = answer.json["lines"].as_array().unwrap();
    let told: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(told, ["linked", "conflict", "conflict", "conflict", "conflict"], "{answer:?}");
    assert_eq!(lines[1]["line"], 3);
    assert_eq!(answer.json["written"], false);
    assert_eq!(world.digest().await, before);
    assert_eq!(sub(&world, &arrive(&world, "second").await).await, other);
    for nonsense in ["", "subject,account\n", "subject\nkim-9\n", "subject,account,role\na,b,c\n"] {
        let answer = admin(&world, "/connections/second/identities", &json!({ "list": nonsense })).await;
        assert_eq!(answer.json["errors"][0]["pointer"], "/list", "{nonsense:?} {answer:?}");
    }
}

#[tokio::test]
async fn who_is_unlinked_is_out_and_unknown() {
    let (world, k2) = with_kim(Linking::Never, &[]).await;
    let page = arrive(&world, "second").await;
    let tokens = world.relying("c1").redeem(&world, &page).await;
    let id = tokens.claims("id_token")["sub"].as_str().unwrap().to_owned();
    let which = json!({"connection": k2.to_string(), "subject": "kim-2"});
    let answer = admin(&world, &format!("/users/{id}/identities/unlink"), &which).await;
    assert_eq!(answer.json, json!([]), "{answer:?}");
    assert!(!world.relying("c1").is_active(&world, tokens.str("access_token")).await);
    assert_ne!(sub(&world, &arrive(&world, "second").await).await, id);
    let again = admin(&world, &format!("/users/{id}/identities/unlink"), &which).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}
