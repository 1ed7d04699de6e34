//! Tokens that are exchanged for others (RFC 8693): rows TX-01 and TX-03.

use doorward_domain::audit::Action;
use doorward_domain::{ClientTrust, Consent, GrantType, ScopeSet, Session};
use doorward_flows::app::{Answer, claims, userinfo};
use doorward_flows::{Relying, World};
use doorward_store::Record as _;
use http::StatusCode;
use serde_json::{Value, json};

use crate::ending::End;
use crate::support::{code, jwt, reregister, signed_in};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A world in which `c1` exchanges its tokens for such that are meant for `c2`, which exchanges them on.
async fn world() -> (World, [Relying; 2]) {
    let world = World::new().await;
    for (id, resources) in [("c1", ["c2", "https://api.test"]), ("c2", ["https://files.test", "c3"])] {
        reregister(&world, id, |client| {
            client.grant_types.extend([GrantType::TokenExchange, GrantType::ClientCredentials]);
            client.resources = resources.map(str::to_owned).to_vec();
            client.scope = ScopeSet::parse("openid profile email offline_access read").unwrap();
        })
        .await;
    }
    let apps = ["c1", "c2"].map(|id| world.relying(id));
    (world, apps)
}

/// What `c1` has for alice.
async fn tokens(world: &World) -> Answer {
    let (mut browser, app) = (signed_in(world, "alice").await, world.relying("c1"));
    let scope = [("scope", "openid email read offline_access")];
    app.redeem_code(world, &code(world, &mut browser, &app, &scope).await, &[]).await
}

async fn exchange(world: &World, app: &Relying, token: &str, more: &[(&str, &str)]) -> Answer {
    let plain = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS_TOKEN)];
    let kept = plain.iter().filter(|(name, _)| !more.iter().any(|(changed, _)| changed == name));
    let fields: Vec<_> = kept.chain(more.iter().filter(|(_, value)| !value.is_empty())).copied().collect();
    app.token(world, &fields).await
}

async fn client_token(world: &World, app: &Relying) -> String {
    app.token(world, &[("grant_type", "client_credentials")]).await.str("access_token").to_owned()
}

#[tokio::test]
async fn a_service_that_calls_another_gets_a_token_for_that() {
    let (world, [app, service]) = world().await;
    let tokens = tokens(&world).await;
    let first =
        exchange(&world, &app, tokens.str("access_token"), &[("audience", "c2"), ("scope", "read")]).await;
    assert_eq!((first.status, first.str("issued_token_type")), (StatusCode::OK, ACCESS_TOKEN), "{first:?}");
    assert_eq!((first.str("token_type"), first.str("scope")), ("Bearer", "read"));
    assert!(first.json.get("id_token").is_none() && first.json.get("refresh_token").is_none());
    let token = first.claims("access_token");
    let original = tokens.claims("access_token");
    assert_eq!((&token["sub"], &token["sid"]), (&original["sub"], &original["sid"]));
    assert_eq!((&token["aud"], &token["client_id"]), (&json!("c2"), &json!("c1")));
    assert!(token.get("act").is_none());
    // Its service goes on with it, for itself.
    world.pass(60);
    let actor = client_token(&world, &service).await;
    let acting = [("actor_token", actor.as_str()), ("actor_token_type", ACCESS_TOKEN)];
    let more = [&acting[..], &[("resource", "https://files.test")]].concat();
    let second = exchange(&world, &service, first.str("access_token"), &more).await;
    assert_eq!(second.json["expires_in"], 540, "no longer than what it comes from: {second:?}");
    let token = claims(second.str("access_token"));
    assert_eq!((&token["aud"], &token["act"]), (&json!("https://files.test"), &json!({"sub": "c2"})));
    assert_eq!(token["exp"], original["exp"]);
    let about = service.call(&world, "/introspect", &[("token", second.str("access_token"))]).await.json;
    assert_eq!((&about["active"], &about["act"]), (&json!(true), &json!({"sub": "c2"})));
    assert_eq!(world.audited(world.victim, Action::TokenExchanged).await, 2);
    world.pass(540);
    assert!(!service.is_active(&world, second.str("access_token")).await);
}

#[tokio::test]
async fn every_actor_stays_in_the_chain_which_has_an_end() {
    let (world, [app, _]) = world().await;
    let mut token = tokens(&world).await.str("access_token").to_owned();
    let actor = client_token(&world, &app).await;
    let acting = [("actor_token", actor.as_str()), ("actor_token_type", ACCESS_TOKEN)];
    let mut chain = Value::Null;
    for _ in 0..8 {
        token = exchange(&world, &app, &token, &acting).await.str("access_token").to_owned();
        chain = if chain.is_null() { json!({"sub": "c1"}) } else { json!({"sub": "c1", "act": chain}) };
        assert_eq!(claims(&token)["act"], chain);
    }
    exchange(&world, &app, &token, &acting).await.assert_error(400, "invalid_request");
    // Nobody drops out of it by keeping silent.
    let silent = exchange(&world, &app, &token, &[]).await;
    assert_eq!(silent.claims("access_token")["act"], chain);
}

#[tokio::test]
async fn a_logout_ends_what_was_exchanged() {
    let (world, [app, _]) = world().await;
    let mut browser = signed_in(&world, "alice").await;
    let tokens = app.redeem_code(&world, &code(&world, &mut browser, &app, &[]).await, &[]).await;
    let exchanged = exchange(&world, &app, tokens.str("access_token"), &[]).await;
    let token = exchanged.str("access_token");
    assert_eq!(userinfo(&world, token).await.status, StatusCode::OK);
    let page = browser.open(&world.url("/end-session")).await;
    browser.submit(&page, &[]).await;
    assert!(world.all::<Session>(world.victim).await.is_empty());
    userinfo(&world, token).await.assert_error(401, "invalid_token");
    assert!(!app.is_active(&world, token).await);
}

#[tokio::test]
async fn tk_02_only_confidential_clients_that_are_registered_for_it_exchange() {
    let (world, _) = world().await;
    let tokens = tokens(&world).await;
    reregister(&world, "public", |client| client.grant_types.push(GrantType::TokenExchange)).await;
    let before = world.digest().await;
    for stranger in ["public", "native", "third", "cx"] {
        let answer = exchange(&world, &world.relying(stranger), tokens.str("access_token"), &[]).await;
        answer.assert_error(400, "unauthorized_client");
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn tx_01_a_foreign_or_dead_token_gets_nothing() {
    let (world, [app, other]) = world().await;
    let tokens = tokens(&world).await;
    let good = tokens.str("access_token");
    let unsigned = jwt(&json!({"alg": "none", "typ": "at+jwt"}), &claims(good), "");
    let swapped = format!("{}.{}", &good[..good.rfind('.').unwrap()], "A".repeat(86));
    let mallory = world.tokens(&world.relying("cx"), "attacker", "alice").await;
    let own = client_token(&world, &app).await;
    let before = world.digest().await;
    for token in [
        &unsigned,
        &swapped,
        "x",
        tokens.str("id_token"),
        tokens.str("refresh_token"),
        mallory.str("access_token"),
        mallory.str("id_token"),
        &own,
    ] {
        exchange(&world, &app, token, &[]).await.assert_error(400, "invalid_request");
    }
    // Another client's token is for its audience alone.
    exchange(&world, &other, good, &[]).await.assert_error(400, "invalid_request");
    for changes in [
        [("subject_token", "")],
        [("subject_token_type", "")],
        [("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")],
        [("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")],
        [("requested_token_type", "urn:ietf:params:oauth:token-type:saml2")],
        [("actor_token", good)],
        [("actor_token_type", ACCESS_TOKEN)],
    ] {
        exchange(&world, &app, good, &changes).await.assert_error(400, "invalid_request");
    }
    for actor in
        [&unsigned, mallory.str("access_token"), tokens.str("id_token"), &client_token(&world, &other).await]
    {
        let acting = [("actor_token", actor), ("actor_token_type", ACCESS_TOKEN)];
        exchange(&world, &app, good, &acting).await.assert_error(400, "invalid_request");
    }
    assert_eq!(world.digest().await, before);
    world.pass(600);
    exchange(&world, &app, good, &[]).await.assert_error(400, "invalid_request");
    let fresh = app.refresh(&world, tokens.str("refresh_token"), &[]).await;
    assert_eq!(exchange(&world, &app, fresh.str("access_token"), &[]).await.status, StatusCode::OK);
    app.call(&world, "/revoke", &[("token", fresh.str("access_token"))]).await;
    exchange(&world, &app, fresh.str("access_token"), &[]).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn tx_03_whoever_may_not_sign_in_is_not_exchanged_for() {
    for end in [
        End::TenantDisabled,
        End::TenantDeleted,
        End::UserDisabled,
        End::UserDeleted,
        End::ClientNoLongerServesTheTenant,
        End::ConnectionPaused,
        End::ConnectionDeleted,
    ] {
        println!("{end:?}");
        // It comes to the client of the token, and to the one that asks.
        for app in ["c1", "c2"] {
            let (world, [first, second]) = world().await;
            let token = tokens(&world).await.str("access_token").to_owned();
            let passed = exchange(&world, &first, &token, &[("audience", "c2")]).await;
            let passed = passed.str("access_token");
            assert_eq!(exchange(&world, &second, passed, &[]).await.status, StatusCode::OK);
            end.come_to(&world, app).await;
            let before = world.digest().await;
            let answer = exchange(&world, &second, passed, &[]).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
            let error = answer.json["error"].as_str().unwrap();
            assert!(["invalid_request", "invalid_grant"].contains(&error), "{answer:?}");
            assert_eq!(world.digest().await, before);
        }
    }
}

#[tokio::test]
async fn tx_03_scope_and_audience_never_grow() {
    let (world, [app, _]) = world().await;
    let tokens = tokens(&world).await;
    let token = tokens.str("access_token");
    let before = world.digest().await;
    for scope in
        ["profile", "openid profile", "read admin", "offline_access", "re\"ad", "openid email read groups"]
    {
        exchange(&world, &app, token, &[("scope", scope)]).await.assert_error(400, "invalid_scope");
    }
    for (name, value) in [
        ("resource", "https://files.test"),
        ("resource", "https://evil.test"),
        ("audience", "c1"),
        ("audience", "https://api.test/"),
    ] {
        exchange(&world, &app, token, &[(name, value)]).await.assert_error(400, "invalid_target");
    }
    assert_eq!(world.digest().await, before);
    assert_eq!(exchange(&world, &app, token, &[]).await.str("scope"), "openid email read");
    reregister(&world, "c1", |client| client.scope = ScopeSet::parse("openid email").unwrap()).await;
    exchange(&world, &app, token, &[("scope", "read")]).await.assert_error(400, "invalid_scope");
    let narrow = exchange(&world, &app, token, &[("scope", "email")]).await;
    assert_eq!(narrow.str("scope"), "email");
    let again = exchange(&world, &app, narrow.str("access_token"), &[("scope", "openid")]).await;
    again.assert_error(400, "invalid_scope");
}

#[tokio::test]
async fn tx_03_a_third_party_gets_what_the_person_allowed_it() {
    let (world, [first, second]) = world().await;
    reregister(&world, "c2", |client| client.trust = ClientTrust::ThirdParty).await;
    let token = tokens(&world).await.str("access_token").to_owned();
    let passed = exchange(&world, &first, &token, &[("audience", "c2")]).await;
    let passed = passed.str("access_token");
    exchange(&world, &second, passed, &[("scope", "read")]).await.assert_error(400, "invalid_grant");
    let session = world.all::<Session>(world.victim).await.remove(0);
    let consent = Consent {
        tenant: session.tenant,
        user: session.user,
        client: doorward_domain::ClientId::new("c2"),
        scope: ScopeSet::parse("email read").unwrap(),
        resources: vec!["c2".to_owned()],
        given_at: session.used_at,
    };
    world.put(&consent).await;
    assert_eq!(exchange(&world, &second, passed, &[("scope", "read")]).await.status, StatusCode::OK);
    exchange(&world, &second, passed, &[("scope", "openid read")]).await.assert_error(400, "invalid_grant");
    world.remove(consent.key()).await;
    exchange(&world, &second, passed, &[("scope", "read")]).await.assert_error(400, "invalid_grant");
}
