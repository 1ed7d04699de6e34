//! Tokens that are bound to the client's certificate (RFC 8705 section 3).

use doorward_domain::{Client, ClientAuthentication, ClientProfile, GrantType, ScopeSet};
use doorward_flows::World;
use doorward_flows::app::{Answer, VERIFIER};
use http::StatusCode;
use serde_json::json;

use crate::certificates::{MUTUAL, Shown, asking, post, userinfo};
use crate::client_authentication::basic;
use crate::dpop::{DPOP, Key, at_token, but};
use crate::support::{code, reregister, signed_in};

/// A world in which the tokens of `c1` and of `public` are bound to their certificates.
async fn bound() -> World {
    let world = asking().await;
    for id in ["c1", "public"] {
        reregister(&world, id, |client| client.tokens.certificate_bound = true).await;
    }
    world
}

/// Calls the token endpoint as a client, showing a certificate or none.
async fn token(world: &World, id: &str, shown: Option<&Shown>, fields: &[(&str, &str)]) -> Answer {
    match id {
        "public" => post(world, shown, "/token", &[], &[fields, &[("client_id", id)]].concat()).await,
        id => post(world, shown, "/token", &[basic(id, &format!("secret-of-{id}"))], fields).await,
    }
}

async fn redeem(world: &World, id: &str, shown: Option<&Shown>, code: &str) -> Answer {
    let redirect_uri = format!("https://{id}.test/cb");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    token(world, id, shown, &fields).await
}

async fn refresh(world: &World, id: &str, shown: Option<&Shown>, text: &str) -> Answer {
    token(world, id, shown, &[("grant_type", "refresh_token"), ("refresh_token", text)]).await
}

async fn tokens(world: &World, id: &str, shown: &Shown) -> Answer {
    let mut browser = signed_in(world, "alice").await;
    let code = code(world, &mut browser, &world.relying(id), &[]).await;
    let tokens = redeem(world, id, Some(shown), &code).await;
    assert_eq!(tokens.json["token_type"], "Bearer", "{tokens:?}");
    assert_eq!(tokens.claims("access_token")["cnf"], json!({"x5t#S256": shown.thumbprint()}));
    tokens
}

#[tokio::test]
async fn a_bound_token_is_used_with_its_certificate() {
    let world = bound().await;
    let (shown, other) = (Shown::new(&world), Shown::new(&world));
    for id in ["c1", "public"] {
        let tokens = tokens(&world, id, &shown).await;
        let token = tokens.str("access_token");
        let answer = userinfo(&world, Some(&shown), "Bearer", token).await;
        assert_eq!(answer.json["sub"], tokens.claims("id_token")["sub"], "{answer:?}");
        for (shown, scheme) in
            [(None, "Bearer"), (Some(&other), "Bearer"), (Some(&shown), "DPoP"), (None, "DPoP")]
        {
            userinfo(&world, shown, scheme, token).await.assert_error(401, "invalid_token");
        }
    }
    // One that is bound to nothing is used by anybody, with a certificate or without.
    let plain = world.tokens(&world.relying("c2"), "victim", "alice").await;
    for shown in [None, Some(&shown)] {
        let answer = userinfo(&world, shown, "Bearer", plain.str("access_token")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
}

#[tokio::test]
async fn without_a_certificate_such_a_client_gets_nothing() {
    let world = bound().await;
    let (shown, key) = (Shown::new(&world), Key::new());
    for id in ["c1", "public"] {
        let code = code(&world, &mut signed_in(&world, "alice").await, &world.relying(id), &[]).await;
        redeem(&world, id, None, &code).await.assert_error(400, "invalid_request");
        // The code is not lost: nobody knows yet who it was that asked.
        let tokens = redeem(&world, id, Some(&shown), &code).await;
        refresh(&world, id, None, tokens.str("refresh_token")).await.assert_error(400, "invalid_request");
        // A DPoP key is no certificate.
        let headers = [(DPOP, key.proof(&world, id)), basic("c1", "secret-of-c1")];
        let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.str("refresh_token"))];
        let (headers, fields) = match id {
            "c1" => (&headers[..], fields.to_vec()),
            id => (&headers[..1], [&fields[..], &[("client_id", id)]].concat()),
        };
        post(&world, Some(&shown), "/token", headers, &fields).await.assert_error(400, "invalid_dpop_proof");
        assert_eq!(
            refresh(&world, id, Some(&shown), tokens.str("refresh_token")).await.status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn a_refresh_token_of_a_public_client_is_bound_to_its_certificate() {
    let world = bound().await;
    let (shown, other) = (Shown::new(&world), Shown::new(&world));
    let before = tokens(&world, "public", &shown).await;
    let text = before.str("refresh_token");
    refresh(&world, "public", Some(&other), text).await.assert_error(400, "invalid_grant");
    let next = refresh(&world, "public", Some(&shown), text).await;
    assert_eq!(next.claims("access_token")["cnf"], json!({"x5t#S256": shown.thumbprint()}));
    // Nor does it come loose when the registration changes.
    reregister(&world, "public", |client| client.tokens.certificate_bound = false).await;
    refresh(&world, "public", None, next.str("refresh_token")).await.assert_error(400, "invalid_grant");

    // That of a confidential client is bound to its authentication: its certificate may be renewed.
    let before = tokens(&world, "c1", &shown).await;
    let next = refresh(&world, "c1", Some(&other), before.str("refresh_token")).await;
    assert_eq!(next.claims("access_token")["cnf"], json!({"x5t#S256": other.thumbprint()}));
    let token = next.str("access_token");
    userinfo(&world, Some(&shown), "Bearer", token).await.assert_error(401, "invalid_token");
    assert_eq!(userinfo(&world, Some(&other), "Bearer", token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn introspection_tells_of_the_certificate() {
    let world = bound().await;
    let shown = Shown::new(&world);
    let tokens = tokens(&world, "c1", &shown).await;
    let about =
        world.relying("c1").call(&world, "/introspect", &[("token", tokens.str("access_token"))]).await;
    assert_eq!(about.json["cnf"], json!({"x5t#S256": shown.thumbprint()}), "{about:?}");
    assert_eq!((&about.json["active"], &about.json["token_type"]), (&json!(true), &json!("Bearer")));
}

#[tokio::test]
async fn a_client_s_own_token_is_bound_as_well() {
    let world = asking().await;
    let shown = Shown::new(&world).certified();
    let subject = doorward_domain::client::CertificateName::SubjectDn("CN=app.test,C=DE".to_owned());
    let mut client = Client {
        authentication: ClientAuthentication::TlsClientAuth { subject },
        profile: ClientProfile::Fapi2Security,
        grant_types: vec![GrantType::ClientCredentials],
        scope: ScopeSet::parse("read").unwrap(),
        ..world.client("service")
    };
    client.tokens.certificate_bound = true;
    world.put(&client).await;
    let fields = [("grant_type", "client_credentials"), ("client_id", "service")];
    let answer = post(&world, Some(&shown), "/token", &[], &fields).await;
    assert_eq!(answer.claims("access_token")["cnf"], json!({"x5t#S256": shown.thumbprint()}));
    post(&world, None, "/token", &[], &fields).await.assert_error(401, "invalid_client");
    // Its profile wants a bound token; without the registration for certificates that takes a DPoP proof.
    client.tokens.certificate_bound = false;
    world.put(&client).await;
    post(&world, Some(&shown), "/token", &[], &fields).await.assert_error(400, "invalid_dpop_proof");
    let key = Key::new();
    let proof = key.proof(&world, "1");
    let answer = post(&world, Some(&shown), "/token", &[(DPOP, proof)], &fields).await;
    assert_eq!(answer.claims("access_token")["cnf"], json!({"jkt": key.thumbprint()}));
}

#[tokio::test]
async fn a_dpop_proof_may_be_for_the_address_with_certificates() {
    let (world, key) = (asking().await, Key::new());
    let app = world.relying("public");
    let code = code(&world, &mut signed_in(&world, "alice").await, &app, &[]).await;
    let proof_for = |world: &World, htu: &str, jti: &str| {
        key.sign(&key.header(), &but(at_token(world, jti), "htu", json!(htu)))
    };
    let redeemed = async |world: &World, htu: &str, jti: &str| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &app.redirect_uri),
            ("code_verifier", VERIFIER),
            ("client_id", "public"),
        ];
        post(world, None, "/token", &[(DPOP, proof_for(world, htu, jti))], &fields).await
    };
    for (jti, htu) in
        ["https://mtls.id.test/par", "http://mtls.id.test/token", "https://mtls.id.test:8443/token"]
            .into_iter()
            .enumerate()
    {
        redeemed(&world, htu, &jti.to_string()).await.assert_error(400, "invalid_dpop_proof");
    }
    let answer = redeemed(&world, &format!("{MUTUAL}/token"), "good").await;
    assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
    let elsewhere = World::new().await;
    let answer = redeemed(&elsewhere, &format!("{MUTUAL}/token"), "1").await;
    answer.assert_error(400, "invalid_dpop_proof");
}
