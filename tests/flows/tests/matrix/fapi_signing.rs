//! FAPI 2.0 Message Signing, requests and responses: the questions of the conformance suite's plans with
//! `signed_non_repudiation` and with `jarm` that no other file answers.

use doorward_domain::{Algorithm, Client, ClientKeys, ClientProfile, ClientTrust, Clock as _};
use doorward_flows::app::claims;
use doorward_flows::world::ISSUER;
use doorward_flows::{Browser, Page, World};
use http::StatusCode;
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::rsa::RsaKeyPair;
use josekit::jws::RS256;
use serde_json::{Value, json};

use crate::fapi::Fapi;
use crate::par::bring;
use crate::support::{jwt, signed_in, signed_jwt};

/// A client of the profile that signs its requests.
async fn signing(world: &World) -> Fapi {
    Fapi::with(world, "fapi", |client| {
        client.profile = ClientProfile::Fapi2MessageSigning;
        client.requests.require_signed = true;
    })
    .await
}

/// One that gets signed responses instead.
async fn answered(world: &World, trust: ClientTrust) -> Fapi {
    Fapi::with(world, "fapi", |client| {
        client.profile = ClientProfile::Fapi2MessageSigning;
        client.tokens.authorization = Some(Algorithm::ES256);
        client.trust = trust;
    })
    .await
}

/// The claims of a plain request object, changed like this; null leaves one out.
fn request_claims(world: &World, client: &Fapi, changes: &[(&str, Value)]) -> Value {
    let now = world.clock.now().as_secs();
    let mut claims = json!({"iss": client.app.id, "aud": ISSUER, "nbf": now, "exp": now + 300});
    for (name, value) in client.app.parameters() {
        claims[name] = value.into();
    }
    for (name, value) in changes {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(*name)),
            value => claims[*name] = value.clone(),
        }
    }
    claims
}

fn header() -> Value {
    json!({"alg": "ES256", "kid": "one", "typ": "oauth-authz-req+jwt"})
}

async fn browser(world: &World) -> Browser {
    signed_in(world, "alice").await
}

/// What a signed response says.
fn response(page: &Page) -> Value {
    let answer = page.location().unwrap_or_else(|| page.url.clone());
    let fields: Vec<_> = answer.query_pairs().collect();
    assert_eq!(fields.len(), 1, "{answer}");
    assert_eq!(fields[0].0, "response");
    claims(&fields[0].1)
}

#[tokio::test]
async fn fapi_a_signed_request_is_answered() {
    let world = World::new().await;
    let (client, mut browser) = (signing(&world).await, browser(&world).await);
    let now = world.clock.now().as_secs();
    for changes in [
        &[][..],
        &[("aud", json!([ISSUER, "https://other.test"]))],
        &[("nbf", json!(now + 8))],
        &[("state", json!(null))],
        &[("response_mode", json!("jwt"))],
    ] {
        let object = client.sign(&header(), &request_claims(&world, &client, changes));
        let pushed = client.call(&world, "/par", &[], &[("request", &object)]).await;
        assert_eq!(pushed.status, StatusCode::CREATED, "{pushed:?}");
        // What stands beside the request_uri has no say.
        let beside =
            format!("{}&state=beside&nonce=beside", bring(&world, "fapi", pushed.str("request_uri")));
        let page = browser.get(&beside).await;
        let (code, state) = match changes {
            [("response_mode", _)] => {
                let said = response(&page);
                assert_eq!((&said["aud"], &said["iss"]), (&json!("fapi"), &json!(ISSUER)));
                assert!(said["exp"].as_i64().unwrap() > now, "{said}");
                (said["code"].as_str().unwrap().to_owned(), said["state"].as_str().map(str::to_owned))
            }
            _ => (page.parameter("code").unwrap(), page.parameter("state")),
        };
        let expected = (!changes.iter().any(|(name, _)| *name == "state")).then_some("the-state");
        assert_eq!(state.as_deref(), expected);
        assert_eq!(client.tokens(&world, &code).await.claims("id_token")["nonce"], "the-nonce");
    }
}

#[tokio::test]
async fn pj_02_what_is_not_signed_as_the_profile_wants_is_refused_where_it_is_pushed() {
    let world = World::new().await;
    let (client, now) = (signing(&world).await, world.clock.now().as_secs());
    let other = Fapi::new(&world, "other").await;
    let mut rsa = RsaKeyPair::generate(2048).unwrap();
    rsa.set_key_id(Some("rsa"));
    let keys = ClientKeys::Inline(json!({"keys": [client.key.to_jwk_public_key(), rsa.to_jwk_public_key()]}));
    world.change::<Client>(&crate::support::client("fapi"), |client| client.keys = keys).await;
    client.push(&world, &[], &[]).await.assert_error(400, "invalid_request");
    let changed =
        |changes: &[(&str, Value)]| client.sign(&header(), &request_claims(&world, &client, changes));
    let plain = request_claims(&world, &client, &[]);
    let rs256 = RS256.signer_from_jwk(&rsa.to_jwk_private_key()).unwrap();
    let good = changed(&[]);
    for object in [
        changed(&[("exp", json!(null))]),
        changed(&[("exp", json!(now - 60))]),
        changed(&[("exp", json!(now + 70 * 60))]),
        changed(&[("nbf", json!(null))]),
        changed(&[("nbf", json!(now - 70 * 60))]),
        changed(&[("nbf", json!(now + 70))]),
        changed(&[("aud", json!("https://other.test"))]),
        changed(&[("aud", json!(world.url("/par")))]),
        changed(&[("request_uri", json!("https://fapi.test/request.jwt"))]),
        jwt(&json!({"alg": "none"}), &plain, ""),
        signed_jwt(&rs256, &json!({"alg": "RS256", "kid": "rsa"}), &plain),
        other.sign(&header(), &plain),
        format!("{}AAAAA", &good[..good.len() - 5]),
    ] {
        let answer = client.call(&world, "/par", &[], &[("request", &object)]).await;
        answer.assert_error(400, "invalid_request_object");
    }
    let without = changed(&[("redirect_uri", json!(null))]);
    let answer = client.call(&world, "/par", &[], &[("request", &without)]).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(client.call(&world, "/par", &[], &[("request", &good)]).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn fapi_a_client_of_signed_responses_gets_no_others() {
    let world = World::new().await;
    let client = answered(&world, ClientTrust::FirstParty).await;
    let mut browser = browser(&world).await;
    for mode in ["", "query", "form_post"] {
        client.push(&world, &[], &[("response_mode", mode)]).await.assert_error(400, "invalid_request");
    }
    let pushed = client.push(&world, &[], &[("response_mode", "jwt")]).await;
    let page = browser.get(&bring(&world, "fapi", pushed.str("request_uri"))).await;
    let code = response(&page)["code"].as_str().unwrap().to_owned();
    client.tokens(&world, &code).await;
}

#[tokio::test]
async fn fapi_an_error_is_signed_as_well() {
    let world = World::new().await;
    let client = answered(&world, ClientTrust::ThirdParty).await;
    let mut browser = browser(&world).await;
    let pushed = client.push(&world, &[], &[("response_mode", "jwt")]).await;
    let question = browser.open(&bring(&world, "fapi", pushed.str("request_uri"))).await;
    let page = browser.submit_unfollowed(&question, &[("decision", "deny")]).await;
    let said = response(&page);
    assert_eq!((&said["error"], &said["state"]), (&json!("access_denied"), &json!("the-state")), "{said}");
    assert_eq!((&said["aud"], &said["iss"]), (&json!("fapi"), &json!(ISSUER)));
    let asked = [("response_mode", "jwt"), ("prompt", "none")];
    let pushed = client.push(&world, &[], &asked).await;
    let page = world.browser().get(&bring(&world, "fapi", pushed.str("request_uri"))).await;
    assert_eq!(response(&page)["error"], "login_required");
}
