//! Who somebody is here, whatever their provider says (rows UP-09 to UP-16).

use doorward_domain::{Connection, ConnectionId, Identity, Stage, Tenant, User};
use doorward_flows::app::userinfo;
use doorward_flows::{Page, Setup, World};
use doorward_store::records::at;
use doorward_test_idp::{Endpoint, IssuerConfig, Mode, Persona, Setting, Switch};
use rstest::rstest;
use serde_json::{Value, json};

use crate::journey::{OnTheWay, at_the_idp, sent_back};

/// A world whose issuers know these people beside the usual ones.
async fn with_people(good: Vec<Persona>, evil: Vec<Persona>) -> World {
    let issuer = |name: &str, people: Vec<Persona>| {
        let mut issuer = IssuerConfig::new(name);
        issuer.personas.extend(people);
        issuer
    };
    let issuers = vec![issuer("good", good), issuer("evil", evil)];
    World::with(Setup { issuers, ..Setup::default() }).await
}

/// Somebody whose claims are said to be these.
fn mallory(claims: &[(&str, Value)]) -> Persona {
    let nobody = Persona::new("mallory", Persona::PASSWORD, "mallory").with("name", "Mallory");
    claims.iter().fold(nobody, |person, (name, value)| person.with(name, value.clone()))
}

async fn sign_in(world: &World, company: &str, person: &str) -> Page {
    world.sign_in(&mut world.browser(), &world.relying("c1"), company, person).await
}

/// What the app learns of somebody who signs in, from ID token and userinfo alike.
async fn learnt(world: &World, company: &str, person: &str) -> Value {
    let app = world.relying("c1");
    let mut browser = world.browser();
    let asked = app.authorize(world, &[("scope", "openid profile email groups")]);
    let page = browser.open(&asked).await;
    let page = world.go_on(&mut browser, page, company, person).await;
    let tokens = app.redeem(world, &page).await;
    let (id_token, info) =
        (tokens.claims("id_token"), userinfo(world, tokens.str("access_token")).await.json);
    for (name, value) in info.as_object().unwrap() {
        assert_eq!(&id_token[name], value, "{name}");
    }
    id_token
}

#[tokio::test]
async fn up_09_a_hostile_provider_names_nobody_but_its_own() {
    let claims = [
        ("sub", json!("good-alice")),
        ("email", json!("alice@good.example")),
        ("email_verified", json!(true)),
        ("preferred_username", json!("alice")),
        ("upn", json!("alice@victim.test")),
        ("oid", json!("good-alice")),
        ("tid", json!("victim")),
        ("groups", json!(["platform-admins", "staff"])),
    ];
    let world = with_people(vec![], vec![mallory(&claims)]).await;
    let alice = learnt(&world, "victim", "alice").await;
    let before = world.digest_of(world.victim).await;
    let impostor = learnt(&world, "attacker", "mallory").await;
    assert_ne!(impostor["sub"], alice["sub"]);
    assert_eq!((&impostor["tenant"], &alice["tenant"]), (&json!("attacker"), &json!("victim")));
    assert_eq!(world.digest_of(world.victim).await, before);
    assert_eq!(world.all::<User>(world.attacker).await.len(), 1);

    // The same, in the name of the other issuer.
    let value = Some("https://idp.test/good".to_owned());
    let switches = world.idp.issuer("evil").unwrap().switches();
    switches.set(Setting { switch: Switch::WrongIssuer, mode: Mode::Once, value }).unwrap();
    let before = world.digest().await;
    sign_in(&world, "attacker", "mallory").await.assert_told(400);
    assert_eq!((switches.fired(Switch::WrongIssuer), world.digest().await), (1, before));
}

#[tokio::test]
async fn up_09_one_subject_at_one_issuer_is_another_person_in_another_tenant() {
    let world = World::new().await;
    let shared = ConnectionId::new(doorward_domain::Clock::now(&*world.clock), &*world.entropy);
    world.remove(at::connection(world.attacker, world.ke)).await;
    let client_id = "doorward-of-the-attacker".to_owned();
    let connection = Connection { client_id, ..world.connection(world.attacker, shared, "good") };
    world.put(&connection).await;
    world.idp.issuer("good").unwrap().register(doorward_test_idp::Client {
        client_id: connection.client_id,
        client_secret: Some("upstream-secret".to_owned()),
        redirect_uris: vec![format!("https://id.test/federation/{shared}/callback")],
        ..Default::default()
    });
    let here = learnt(&world, "victim", "alice").await;
    let there = learnt(&world, "attacker", "alice").await;
    assert_eq!(here["email"], there["email"]);
    assert_ne!(here["sub"], there["sub"]);
    for tenant in [world.victim, world.attacker] {
        assert_eq!(world.all::<Identity>(tenant).await.len(), 1);
    }
}

#[tokio::test]
async fn up_09_an_address_leads_to_nobodys_account() {
    let same_address = [
        ("sub", json!("somebody-else")),
        ("email", json!("alice@good.example")),
        ("email_verified", json!(true)),
    ];
    let world = with_people(vec![mallory(&same_address)], vec![]).await;
    let alice = learnt(&world, "victim", "alice").await;
    let other = learnt(&world, "victim", "mallory").await;
    assert_ne!(alice["sub"], other["sub"]);
    assert_eq!(world.all::<User>(world.victim).await.len(), 2);
    assert_eq!(learnt(&world, "victim", "alice").await["sub"], alice["sub"]);
}

#[rstest]
#[case::absent(Value::Null)]
#[case::no(json!(false))]
#[case::yes_in_words(json!("true"))]
#[case::no_in_words(json!("false"))]
#[case::a_number(json!(1))]
#[case::a_list(json!([true]))]
#[case::an_object(json!({"verified": true}))]
#[tokio::test]
async fn up_10_nothing_but_true_is_verified(#[case] verified: Value) {
    let claims = [("email", json!("mallory@victim.test")), ("email_verified", verified)];
    let world = with_people(vec![mallory(&claims)], vec![]).await;
    let page = sign_in(&world, "victim", "mallory").await;
    if page.parameter("code").is_none() {
        page.assert_told(400);
        assert_eq!(world.left_behind().await, 0);
        return;
    }
    let learnt = learnt(&world, "victim", "mallory").await;
    assert_eq!(learnt["email_verified"], json!(false));
    assert!(!world.all::<User>(world.victim).await[0].profile.email_verified);
}

#[rstest]
#[case::a_list(json!(["alice@victim.test"]))]
#[case::two_signs(json!("alice@victim.test@evil.test"))]
#[case::a_display_name(json!("Alice <alice@victim.test>"))]
#[case::quoted(json!("\"alice@victim.test\"@evil.test"))]
#[case::a_comment(json!("alice(comment)@victim.test"))]
#[case::a_nul(json!("alice@victim.test\u{0}.evil.test"))]
#[case::a_line_break(json!("alice@victim.test\r\nBcc: x@evil.test"))]
#[case::two_addresses(json!("alice@victim.test, mallory@evil.test"))]
#[case::empty(json!(""))]
#[case::absent(Value::Null)]
#[case::a_number(json!(7))]
#[tokio::test]
async fn up_10_what_is_no_address_is_left_out(#[case] email: Value) {
    let claims = [("email", email), ("email_verified", json!(true))];
    let world = with_people(vec![mallory(&claims)], vec![]).await;
    let page = sign_in(&world, "victim", "mallory").await;
    if page.parameter("code").is_none() {
        page.assert_told(400);
        assert_eq!(world.left_behind().await, 0);
        return;
    }
    let learnt = learnt(&world, "victim", "mallory").await;
    assert_eq!((learnt.get("email"), learnt.get("email_verified")), (None, None));
}

#[tokio::test]
async fn up_13_another_issuer_has_other_people() {
    let same_subject = [("sub", json!("good-alice")), ("email", json!("alice@good.example"))];
    let world = with_people(vec![], vec![mallory(&same_subject)]).await;
    let alice = learnt(&world, "victim", "alice").await;
    let k1 = at::connection(world.victim, world.k1);
    let lead_to = async |issuer: &str| {
        world.connect(world.victim, world.k1, issuer).await;
        world.change(&k1, |it: &mut Connection| it.issuer = format!("https://idp.test/{issuer}")).await;
    };
    lead_to("evil").await;
    let impostor = learnt(&world, "victim", "mallory").await;
    assert_ne!(impostor["sub"], alice["sub"]);
    lead_to("good").await;
    assert_eq!(learnt(&world, "victim", "alice").await["sub"], alice["sub"], "and back");
    assert_eq!(world.all::<User>(world.victim).await.len(), 2);
}

#[tokio::test]
async fn up_13_who_is_under_way_does_not_arrive_elsewhere() {
    for change in [
        |it: &mut Connection| it.issuer = "https://idp.test/evil".to_owned(),
        |it: &mut Connection| it.client_id = "another".to_owned(),
    ] {
        let world = World::new().await;
        let mut alice = OnTheWay::new(&world, "victim", "alice").await;
        world.change(&at::connection(world.victim, world.k1), change).await;
        alice.browser.get(alice.callback.as_str()).await.assert_told(400);
        assert_eq!(world.left_behind().await, 0);
        let asked: u64 = world.idp.issuers().map(|issuer| issuer.requests(Endpoint::Token)).sum();
        assert_eq!(asked, 0);
    }
}

#[tokio::test]
async fn up_13_nobody_gets_a_deleted_persons_place() {
    let world = World::new().await;
    let alice = learnt(&world, "victim", "alice").await;
    let user = world.all::<User>(world.victim).await.remove(0);
    world.remove(at::user(world.victim, user.id)).await;
    sign_in(&world, "victim", "alice").await.assert_told(403);
    assert_eq!(world.all::<User>(world.victim).await, []);
    // The same identifier in another tenant is another user.
    world.put(&User { tenant: world.attacker, ..user }).await;
    sign_in(&world, "victim", "alice").await.assert_told(403);
    let other = learnt(&world, "attacker", "alice").await;
    assert_ne!(other["sub"], alice["sub"]);
}

/// What takes a connection out of use.
#[derive(Clone, Copy)]
enum Out {
    Paused,
    InDraft,
    Deleted,
    WithItsTenant,
}

#[rstest]
#[tokio::test]
async fn up_14_no_way_leads_through_a_connection_out_of_use(
    #[values(Out::Paused, Out::InDraft, Out::Deleted, Out::WithItsTenant)] out: Out,
) {
    let world = World::new().await;
    let mut alice = OnTheWay::new(&world, "victim", "alice").await;
    let (k1, tenant) = (at::connection(world.victim, world.k1), at::tenant(world.victim));
    match out {
        Out::Paused => world.change(&k1, |it: &mut Connection| it.stage = Stage::Paused).await,
        Out::InDraft => world.change(&k1, |it: &mut Connection| it.stage = Stage::Draft).await,
        Out::Deleted => world.remove(k1).await,
        Out::WithItsTenant => world.change(&tenant, |it: &mut Tenant| it.enabled = false).await,
    }
    alice.browser.get(alice.callback.as_str()).await.assert_told(403);
    assert_nobody_leaves(&world).await;
}

async fn assert_nobody_leaves(world: &World) {
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(world, &[])).await;
    for hint in ["victim", "kim@victim.test", "victim.test"] {
        let page = browser.submit(&page, &[("username", hint)]).await;
        assert!(page.url.as_str().starts_with("https://id.test/"), "{}", page.url);
    }
    let asked = world.relying("c1").authorize(world, &[("login_hint", "kim@victim.test")]);
    assert_eq!(world.browser().get(&asked).await.location(), None);
    assert_eq!(world.left_behind().await, 0);
    let good = world.idp.issuer("good").unwrap();
    assert_eq!(good.requests(Endpoint::Token), 0);
}

#[tokio::test]
async fn up_16_userinfo_about_somebody_else_signs_nobody_in() {
    let mut issuer = IssuerConfig::new("good");
    issuer.thin_id_token = true;
    let issuers = vec![issuer, IssuerConfig::new("evil")];
    let world = World::with(Setup { issuers, ..Setup::default() }).await;
    let good = world.idp.issuer("good").unwrap();
    good.switches().once(Switch::UserinfoSubMismatch);
    sign_in(&world, "victim", "alice").await.assert_told(400);
    assert_eq!((good.switches().fired(Switch::UserinfoSubMismatch), world.left_behind().await), (1, 0));
    assert_eq!(learnt(&world, "victim", "alice").await["name"], "Alice Archer");
}

#[tokio::test]
async fn up_16_claims_of_the_protocol_and_of_power_are_nobodys_to_say() {
    let claims = [
        ("tenant", json!("victim")),
        ("tenant_id", json!("ten_00000000000000000000000000000000")),
        ("roles", json!(["admin"])),
        ("platform_admin", json!(true)),
        ("scope", json!("openid admin")),
        ("client_id", json!("c2")),
        ("gid", json!("gra_00000000000000000000000000000000")),
        ("acr", json!("urn:mfa")),
        ("updated_at", json!(1)),
        ("email_verified", json!(true)),
    ];
    let world = with_people(vec![], vec![mallory(&claims)]).await;
    let learnt = learnt(&world, "attacker", "mallory").await;
    assert_eq!(learnt["tenant"], "attacker");
    assert_eq!(learnt["iss"], "https://id.test");
    assert_eq!(learnt["aud"], "c1");
    assert_eq!(learnt["updated_at"], json!(1_800_000_000));
    for none in ["tenant_id", "roles", "platform_admin", "scope", "client_id", "gid", "email_verified"] {
        assert_eq!(learnt.get(none), None, "{none}");
    }
    assert_eq!(learnt["acr"], "urn:mfa", "how they signed in is theirs to say");
}

#[rstest]
#[case::too_many_groups("groups", json!((0..501).map(|n| format!("group-{n}")).collect::<Vec<_>>()))]
#[case::very_many_groups("groups", json!((0..100_000).map(|n| format!("g{n}")).collect::<Vec<_>>()))]
#[case::groups_with_long_names("groups", json!((0..200).map(|n| format!("{n:0>200}")).collect::<Vec<_>>()))]
#[case::groups_with_wide_names(
    "groups",
    json!((0..150).map(|n| format!("{n}{}", "\u{1F600}".repeat(60))).collect::<Vec<_>>())
)]
#[case::a_long_name("name", json!("x".repeat(257)))]
#[case::a_megabyte_of_a_name("name", json!("x".repeat(1 << 20)))]
#[tokio::test]
async fn up_16_more_than_a_profile_holds_is_refused_in_words(#[case] claim: &str, #[case] value: Value) {
    let world = with_people(vec![mallory(&[(claim, value)])], vec![]).await;
    let page = sign_in(&world, "victim", "mallory").await;
    page.assert_told(400);
    assert!(page.body.contains("Your IT team"), "{}", page.body);
    assert_eq!(world.left_behind().await, 0);
}

#[tokio::test]
async fn up_16_what_fits_comes_through_as_it_is() {
    let markup = "<script>x()</script>\"'>&amp;<svg onload=x()>";
    let groups: Vec<_> = (0..200).map(|n| format!("00000000-0000-0000-0000-{n:0>12}")).collect();
    let claims = [
        ("name", json!(markup)),
        ("groups", json!(groups)),
        ("picture", json!("javascript:alert(1)")),
        ("locale", json!("de\u{202e}")),
    ];
    let world = with_people(vec![mallory(&claims)], vec![]).await;
    let learnt = learnt(&world, "victim", "mallory").await;
    assert_eq!((&learnt["name"], &learnt["groups"]), (&json!(markup), &json!(groups)));
    assert_eq!(learnt.get("picture"), None);

    // On a page it is text.
    let mut browser = world.browser();
    let third = world.relying("third");
    let page = at_the_idp(&world, &mut browser, &third, "victim").await;
    let callback = sent_back(&mut browser, &page, "mallory").await;
    let page = browser.get(callback.as_str()).await;
    assert!(page.body.contains("id=\"allow\"") && page.body.contains("&#60;svg onload"), "{}", page.body);
}
