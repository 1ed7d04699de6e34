use doorward_domain::connection::Field;
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Map, Value, json};

use super::world::{World, mapping};
use crate::federation::{FederationError, UserinfoError};

/// An ID token that says who, and no more.
fn thin(claims: &mut Map<String, Value>) {
    for name in ["name", "email", "email_verified"] {
        claims.remove(name);
    }
}

fn asked(world: &World) -> usize {
    world.outbound.count(&world.idp.at("userinfo"))
}

#[tokio::test]
async fn userinfo_fills_what_the_id_token_lacks() {
    let world = World::new().await;
    world.idp.answer_userinfo(&json!({
        "sub": "kim-1", "name": "Kim", "email": "kim@acme.test", "email_verified": true, "zoneinfo": "Europe/Berlin",
    }));
    let profile = world.login(thin).await.unwrap().profile;
    assert_eq!(profile.name.as_deref(), Some("Kim"));
    assert_eq!(profile.email.as_deref(), Some("kim@acme.test"));
    assert_eq!(profile.zoneinfo.as_deref(), Some("Europe/Berlin"));
    assert!(profile.email_verified);
    let request = world.outbound.requests().pop().unwrap();
    assert_eq!(request.headers()[AUTHORIZATION], "Bearer an-access-token");
    assert!(request.headers()[AUTHORIZATION].is_sensitive());
}

#[tokio::test]
async fn userinfo_is_asked_for_what_the_mapping_wants_and_not_otherwise() {
    let mut world = World::new().await;
    world.login(|_| ()).await.unwrap();
    assert_eq!(asked(&world), 0);
    world.change(|connection| connection.mapping = mapping(&[(Field::Groups, "team")])).await;
    world.idp.answer_userinfo(&json!({ "sub": "kim-1", "team": ["door"] }));
    assert_eq!(world.login(|_| ()).await.unwrap().profile.groups, ["door"]);
    assert_eq!(asked(&world), 1);
}

#[tokio::test]
async fn without_a_userinfo_endpoint_the_id_token_is_all_there_is() {
    let world = World::new().await;
    let mut metadata = world.idp.metadata();
    metadata.as_object_mut().unwrap().remove("userinfo_endpoint");
    world.idp.publish(&metadata);
    assert_eq!(world.login(thin).await.unwrap().profile.email, None);
}

#[tokio::test]
async fn up_16_userinfo_about_somebody_else_refuses_the_login() {
    let world = World::new().await;
    for sub in [json!("bob-1"), json!("KIM-1"), json!(["kim-1"]), json!(null)] {
        world.idp.answer_userinfo(&json!({ "sub": sub, "email": "kim@acme.test" }));
        assert_eq!(world.login(thin).await.unwrap_err(), UserinfoError::SubjectMismatch.into(), "{sub}");
    }
    world.idp.answer_userinfo(&json!({ "email": "kim@acme.test" }));
    assert_eq!(world.login(thin).await.unwrap_err(), UserinfoError::SubjectMismatch.into());
}

#[tokio::test]
async fn up_16_the_id_token_wins_and_the_protocol_is_its_alone() {
    let world = World::new().await;
    world.idp.answer_userinfo(&json!({
        "sub": "kim-1", "iss": "https://good.test", "name": "Somebody Else", "email": "kim@acme.test",
        "auth_time": 1, "acr": "urn:mfa", "amr": ["mfa"], "tenant": "other", "roles": ["admin"],
    }));
    let verified = world.login(|claims| drop(claims.remove("email"))).await.unwrap();
    assert_eq!(verified.subject.issuer, world.idp.issuer);
    assert_eq!(verified.profile.name.as_deref(), Some("Kim Example"));
    assert_eq!(verified.profile.email.as_deref(), Some("kim@acme.test"));
    assert_eq!((verified.authentication.acr, verified.authentication.amr), (None, vec![]));
    assert_eq!(verified.authentication.time, super::world::NOW);
    assert!(verified.profile.groups.is_empty());
}

#[tokio::test]
async fn up_10_what_was_verified_of_one_address_does_not_hold_for_another() {
    let world = World::new().await;
    world.idp.answer_userinfo(
        &json!({ "sub": "kim-1", "name": "Kim", "email": "kim@evil.test", "email_verified": true }),
    );
    let told_by_the_id_token = world
        .login(|claims| {
            thin(claims);
            claims.insert("email".into(), json!("alice@victim.test"));
        })
        .await
        .unwrap()
        .profile;
    assert_eq!(told_by_the_id_token.email.as_deref(), Some("alice@victim.test"));
    assert!(!told_by_the_id_token.email_verified);

    world.idp.answer_userinfo(&json!({ "sub": "kim-1", "email": "alice@victim.test" }));
    let told_by_userinfo = world.login(|claims| drop(claims.remove("email"))).await.unwrap().profile;
    assert_eq!(told_by_userinfo.email.as_deref(), Some("alice@victim.test"));
    assert!(!told_by_userinfo.email_verified, "the ID token verified no address");
}

#[tokio::test]
async fn a_null_in_the_id_token_is_no_answer() {
    let world = World::new().await;
    world.idp.answer_userinfo(&json!({ "sub": "kim-1", "name": "Kim", "email": "kim@acme.test" }));
    let with_nulls = world
        .login(|claims| {
            claims.insert("name".into(), json!(null));
            claims.insert("email".into(), json!(null));
            claims.insert("email_verified".into(), json!(null));
        })
        .await
        .unwrap()
        .profile;
    assert_eq!(with_nulls.name.as_deref(), Some("Kim"));
    assert_eq!(with_nulls.email.as_deref(), Some("kim@acme.test"));
    assert!(!with_nulls.email_verified);
}

#[tokio::test]
async fn userinfo_that_cannot_be_had_is_told_apart() {
    let world = World::new().await;
    world.outbound.status(&world.idp.at("userinfo"), StatusCode::FORBIDDEN);
    assert_eq!(world.login(thin).await.unwrap_err(), UserinfoError::Status(403).into());
    let twice = r#"{"sub":"bob-1","sub":"kim-1"}"#;
    for body in ["", "[]", "eyJhbGciOiJub25lIn0.e30.", twice] {
        world.outbound.json(&world.idp.at("userinfo"), body);
        assert_eq!(world.login(thin).await.unwrap_err(), FederationError::from(UserinfoError::Malformed));
    }
}
