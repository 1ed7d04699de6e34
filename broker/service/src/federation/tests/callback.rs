use doorward_domain::{ConnectionId, Stage, Subject};
use serde_json::json;

use super::idp::Idp;
use super::world::{NOW, World, connection, seconds, tenant, trail};
use crate::federation::{Ask, CallbackResponse, FederationError, IdTokenError, Leg, WhoMends};

async fn refused(world: &World, leg: &Leg, response: &CallbackResponse) -> FederationError {
    world.federation.callback(world.connection.id, leg, response, &mut trail(), NOW).await.unwrap_err()
}

#[tokio::test]
async fn a_person_comes_back_verified() {
    let world = World::new().await;
    let verified = world
        .login(|claims| {
            claims.insert("auth_time".into(), json!(NOW.as_secs() - 100));
            claims.insert("acr".into(), json!("urn:mfa"));
            claims.insert("amr".into(), json!(["pwd", "otp"]));
        })
        .await
        .unwrap();
    assert_eq!(verified.connection, world.connection);
    assert_eq!(verified.subject, Subject { issuer: world.idp.issuer.clone(), subject: "kim-1".into() });
    assert_eq!(verified.profile.name.as_deref(), Some("Kim Example"));
    assert_eq!(verified.profile.email.as_deref(), Some("kim@acme.test"));
    assert!(verified.profile.email_verified && verified.notes.is_empty());
    assert_eq!(verified.authentication.time, NOW - seconds(100));
    assert_eq!(verified.authentication.acr.as_deref(), Some("urn:mfa"));
    assert_eq!(verified.authentication.amr, ["pwd", "otp"]);
}

#[tokio::test]
async fn what_the_provider_does_not_say_of_the_sign_in_is_not_invented() {
    let world = World::new().await;
    let authentication = world.login(|_| ()).await.unwrap().authentication;
    assert_eq!((authentication.time, authentication.acr, authentication.amr), (NOW, None, vec![]));
}

#[tokio::test]
async fn a_warm_login_asks_the_provider_once() {
    let world = World::new().await;
    world.login(|_| ()).await.unwrap();
    let before = world.outbound.requests().len();
    world.login(|_| ()).await.unwrap();
    assert_eq!(world.outbound.requests().len(), before + 1);
}

#[tokio::test]
async fn up_01_a_response_for_another_sign_in_is_refused_before_anything_is_asked() {
    let world = World::new().await;
    let (theirs, mine) = (world.expecting(|_| ()).await, world.expecting(|_| ()).await);
    let right = world.response(&mine);
    for state in [None, Some(String::new()), Some(theirs.state.clone()), Some(mine.state[..40].to_owned())] {
        let response = CallbackResponse { state, ..right.clone() };
        assert_eq!(refused(&world, &mine, &response).await, FederationError::StateMismatch);
    }
    assert_eq!(world.idp.codes_redeemed(), 0);
    world.come_back(&mine, NOW).await.unwrap();
}

#[tokio::test]
async fn up_02_who_comes_back_too_late_starts_anew() {
    let world = World::new().await;
    let leg = world.expecting(|_| ()).await;
    let late = world.come_back(&leg, NOW + Leg::LIFETIME + seconds(1)).await.unwrap_err();
    assert_eq!((late.who(), late), (WhoMends::Person, FederationError::TooLate));
    assert_eq!(world.idp.codes_redeemed(), 0);
}

#[tokio::test]
async fn up_04_the_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere() {
    let world = World::new().await;
    let leg = world.expecting(|_| ()).await;
    let expected = world.idp.issuer.clone();
    for got in ["https://good.test", "https://idp.acme.test/", "https://IDP.acme.test", ""] {
        let response = CallbackResponse { iss: Some(got.to_owned()), ..world.response(&leg) };
        let mismatch =
            FederationError::IssuerMismatch { expected: expected.clone(), got: Some(got.to_owned()) };
        assert_eq!(refused(&world, &leg, &response).await, mismatch);
    }
    assert_eq!(world.idp.codes_redeemed(), 0);
}

#[tokio::test]
async fn up_04_iss_may_be_missing_only_where_the_provider_never_sends_it() {
    let world = World::new().await;
    let leg = world.expecting(|_| ()).await;
    let without = CallbackResponse { iss: None, ..world.response(&leg) };
    world.federation.callback(world.connection.id, &leg, &without, &mut trail(), NOW).await.unwrap();

    let world = World::new().await;
    let mut metadata = world.idp.metadata();
    metadata["authorization_response_iss_parameter_supported"] = json!(true);
    world.idp.publish(&metadata);
    let leg = world.expecting(|_| ()).await;
    let missing = FederationError::IssuerMismatch { expected: world.idp.issuer.clone(), got: None };
    let without = CallbackResponse { iss: None, ..world.response(&leg) };
    assert_eq!(refused(&world, &leg, &without).await, missing);
    assert_eq!(world.idp.codes_redeemed(), 0);
}

#[tokio::test]
async fn up_05_two_connections_at_one_issuer_are_kept_apart() {
    let world = World::new().await;
    let second = connection(2, &world.tenant, &world.idp.issuer);
    world.save(&second).await;
    let leg = world.expecting(|_| ()).await;
    let response = world.response(&leg);
    let swapped = world.federation.callback(second.id, &leg, &response, &mut trail(), NOW).await.unwrap_err();
    assert_eq!(swapped, FederationError::OtherConnection);
    assert_eq!(world.idp.codes_redeemed(), 0);

    let for_the_other =
        world.login(|claims| drop(claims.insert("aud".into(), json!(second.client_id)))).await;
    assert_eq!(for_the_other.unwrap_err(), IdTokenError::AudienceMismatch.into());
}

#[tokio::test]
async fn up_06_a_leg_of_one_tenant_ends_at_no_other() {
    let world = World::new().await;
    let other = tenant(2, "other", "other.test");
    world.save_tenant(&other).await;
    world.save(&connection(2, &other, &world.idp.issuer)).await;
    let mut leg = world.expecting(|_| ()).await;
    leg.tenant = other.id;
    let refused = world.come_back(&leg, NOW).await.unwrap_err();
    assert_eq!(refused, FederationError::ConnectionNotInUse, "there is no such connection in that tenant");
}

#[tokio::test]
async fn up_08_an_injected_code_lacks_our_nonce_and_our_verifier() {
    let world = World::new().await;
    let stolen = world.login(|claims| drop(claims.insert("nonce".into(), json!("bobs-nonce")))).await;
    assert_eq!(stolen.unwrap_err(), IdTokenError::NonceMismatch.into());
    let without = world.login(|claims| drop(claims.remove("nonce"))).await;
    assert_eq!(without.unwrap_err(), IdTokenError::NonceMismatch.into());

    let leg = world.expecting(|_| ()).await;
    world.come_back(&leg, NOW).await.unwrap();
    let (_, form) = world.idp.last_token_request();
    assert!(form.contains(&("code_verifier".into(), leg.code_verifier.clone().unwrap())));
}

#[tokio::test]
async fn up_09_another_issuers_name_in_a_token_is_refused() {
    let world = World::new().await;
    let forged = world.login(|claims| drop(claims.insert("iss".into(), json!("https://good.test")))).await;
    let mismatch =
        IdTokenError::IssuerMismatch { expected: world.idp.issuer.clone(), got: "https://good.test".into() };
    assert_eq!(forged.unwrap_err(), mismatch.into());
}

#[tokio::test]
async fn up_13_a_connection_that_leads_elsewhere_by_now_is_refused() {
    let mut world = World::new().await;
    let evil = Idp::new(world.outbound.clone(), "https://evil.test");
    let leg = world.expecting(|_| ()).await;
    world.change(|connection| connection.client_id = "another".into()).await;
    assert_eq!(world.come_back(&leg, NOW).await.unwrap_err(), FederationError::ConnectionChanged);
    world.change(|connection| connection.client_id = "client-1".into()).await;
    world.change(|connection| connection.issuer = evil.issuer.clone()).await;
    assert_eq!(world.come_back(&leg, NOW).await.unwrap_err(), FederationError::ConnectionChanged);
    assert_eq!((world.idp.codes_redeemed(), evil.codes_redeemed()), (0, 0));
}

#[tokio::test]
async fn up_14_a_connection_out_of_use_takes_nobody_back() {
    let mut world = World::new().await;
    let leg = world.expecting(|_| ()).await;
    for stage in [Stage::Paused, Stage::Draft] {
        world.change(|connection| connection.stage = stage).await;
        assert_eq!(world.come_back(&leg, NOW).await.unwrap_err(), FederationError::ConnectionNotInUse);
    }
    world.change(|connection| connection.stage = Stage::Live).await;
    world.tenant.enabled = false;
    world.save(&world.tenant).await;
    assert_eq!(world.come_back(&leg, NOW).await.unwrap_err(), FederationError::ConnectionNotInUse);

    let gone = ConnectionId::from_bytes([9; 16]);
    let mut leg = leg;
    leg.connection = gone;
    let response = world.response(&leg);
    let refused = world.federation.callback(gone, &leg, &response, &mut trail(), NOW).await.unwrap_err();
    assert_eq!(refused, FederationError::ConnectionNotInUse);
    assert_eq!(world.idp.codes_redeemed(), 0);
}

#[tokio::test]
async fn the_providers_refusal_is_kept_for_the_operator_and_never_shown() {
    let world = World::new().await;
    let leg = world.expecting(|_| ()).await;
    for (error, who) in [
        ("access_denied", WhoMends::Person),
        ("login_required", WhoMends::Person),
        ("temporarily_unavailable", WhoMends::Later),
        ("invalid_scope", WhoMends::TenantAdmin),
        ("<script>alert(1)</script>", WhoMends::TenantAdmin),
    ] {
        let response = CallbackResponse {
            code: None,
            error: Some(error.to_owned()),
            error_description: Some(format!("why\n{}", "x".repeat(1000))),
            ..world.response(&leg)
        };
        let refused = refused(&world, &leg, &response).await;
        assert_eq!(refused.who(), who, "{error}");
        let FederationError::UpstreamRefused { error: code, description } = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(code, error);
        assert!(description.is_some_and(|text| text.starts_with("whyxx") && text.len() == 200));
    }
    let neither = CallbackResponse { code: None, ..world.response(&leg) };
    assert_eq!(refused(&world, &leg, &neither).await, FederationError::NoCode);
    assert_eq!(world.idp.codes_redeemed(), 0);
}

#[tokio::test]
async fn max_age_is_measured_from_when_the_person_was_sent() {
    let world = World::new().await;
    for (auth_time, fresh) in [(NOW, true), (NOW - seconds(300), true), (NOW - seconds(361), false)] {
        let leg = world.start(&Ask { max_age: Some(300), ..Ask::default() }).await.leg;
        let mut claims = world.idp.claims(&world.connection.client_id, &leg.nonce);
        claims.insert("auth_time".into(), json!(auth_time.as_secs()));
        world.idp.answer_code_with(&world.idp.sign(&claims));
        let outcome = world.come_back(&leg, NOW + seconds(240)).await;
        assert_eq!(outcome.is_ok(), fresh, "{auth_time}");
        if let Err(error) = outcome {
            assert_eq!(error, IdTokenError::AuthenticationTooOld.into());
        }
    }
}
