//! Proof Key for Code Exchange: rows PK.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_flows::World;
use doorward_flows::app::VERIFIER;
use http::StatusCode;
use sha2::{Digest as _, Sha256};

use crate::support::{authorize, code, reregister, signed_in};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test]
async fn pk_01_no_code_without_a_challenge() {
    let world = World::new().await;
    // Whatever its registration says: a public client has no other proof.
    reregister(&world, "native", |client| client.require_pkce = false).await;
    let mut browser = signed_in(&world, "alice").await;
    let before = world.digest().await;
    for id in ["public", "c1", "third", "native"] {
        let app = world.relying(id);
        for method in ["", "S256", "plain"] {
            let changes = [("code_challenge", ""), ("code_challenge_method", method)];
            authorize(&world, &app, &changes).await.assert_sent_back(&app, "invalid_request");
            browser.get(&app.authorize(&world, &changes)).await.assert_sent_back(&app, "invalid_request");
        }
    }
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn pk_02_no_method_but_s256() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("public"));
    let before = world.digest().await;
    for method in ["plain", "", "s256", "SHA256", "S512", "S256 ", " S256", "S256,plain", "none"] {
        let page = browser.get(&app.authorize(&world, &[("code_challenge_method", method)])).await;
        page.assert_sent_back(&app, "invalid_request");
    }
    let absent = app.authorize(&world, &[("code_challenge_method", "")]);
    browser.get(&format!("{absent}&code_challenge_method=")).await.assert_sent_back(&app, "invalid_request");
    assert_eq!(world.digest().await, before);
    let metadata = world.browser().get(&world.url("/.well-known/openid-configuration")).await;
    assert!(metadata.body.contains(r#""code_challenge_methods_supported":["S256"]"#), "{}", metadata.body);
}

#[tokio::test]
async fn pk_03_no_downgrade_in_either_direction() {
    let world = World::new().await;
    reregister(&world, "c2", |client| client.require_pkce = false).await;
    let mut browser = signed_in(&world, "alice").await;
    let without = [("code_challenge", ""), ("code_challenge_method", "")];

    let may_omit = world.relying("c2");
    let omitted = code(&world, &mut browser, &may_omit, &without).await;
    may_omit.redeem_code(&world, &omitted, &[]).await.assert_error(400, "invalid_grant");

    for app in [may_omit.clone(), world.relying("public")] {
        let bound = code(&world, &mut browser, &app, &[]).await;
        app.redeem_code(&world, &bound, &[("code_verifier", "")]).await.assert_error(400, "invalid_grant");
        // The code was lost with the attempt.
        app.redeem_code(&world, &bound, &[]).await.assert_error(400, "invalid_grant");
    }

    let omitted = code(&world, &mut browser, &may_omit, &without).await;
    let answer = may_omit.redeem_code(&world, &omitted, &[("code_verifier", "")]).await;
    assert_eq!(answer.status, StatusCode::OK, "an app that may omit it may: {answer:?}");
}

#[tokio::test]
async fn pk_04_only_the_verifier_itself_fits() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("public"));
    let changed = VERIFIER.replace('a', "b");
    let challenge = app.parameters().into_iter().find(|(name, _)| name == "code_challenge").unwrap().1;
    let wrong = [
        changed.as_str(),
        &challenge,
        &VERIFIER[..VERIFIER.len() - 1],
        &format!("{VERIFIER}0"),
        &VERIFIER.to_uppercase(),
        &VERIFIER[..42],
        &"a".repeat(129),
        "a verifier with blanks, which RFC 7636 does not allow",
    ];
    for verifier in wrong {
        let code = code(&world, &mut browser, &app, &[]).await;
        let answer = app.redeem_code(&world, &code, &[("code_verifier", verifier)]).await;
        answer.assert_error(400, "invalid_grant");
        app.redeem_code(&world, &code, &[]).await.assert_error(400, "invalid_grant");
    }
    // A verifier that is too short does not fit its own challenge either.
    let short = "a".repeat(42);
    let challenge = BASE64.encode(Sha256::digest(&short));
    let code = code(&world, &mut browser, &app, &[("code_challenge", &challenge)]).await;
    app.redeem_code(&world, &code, &[("code_verifier", &short)]).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn pk_05_a_challenge_is_43_characters_of_base64url() {
    let world = World::new().await;
    let (mut browser, app) = (signed_in(&world, "alice").await, world.relying("public"));
    let before = world.digest().await;
    for challenge in [
        &CHALLENGE[..42],
        &format!("{CHALLENGE}A"),
        &format!("{CHALLENGE}="),
        &CHALLENGE.replace('-', "+"),
        &CHALLENGE.replace('-', "="),
        &CHALLENGE.replace('-', " "),
        &CHALLENGE.replace('-', "ü"),
        &"A".repeat(7_000),
    ] {
        let page = browser.get(&app.authorize(&world, &[("code_challenge", challenge)])).await;
        page.assert_sent_back(&app, "invalid_request");
    }
    let url = app.authorize(&world, &[("code_challenge", "")]);
    let page = browser.post(&url, &[("code_challenge", &"A".repeat(1 << 20))]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(world.digest().await, before);
}
