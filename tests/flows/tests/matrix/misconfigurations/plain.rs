//! At any OpenID Provider.

use doorward_domain::{Algorithm, Connection, Stage};
use doorward_flows::World;
use doorward_flows::world::IDP;
use doorward_store::records::at;
use doorward_test_idp::{Arm, Endpoint, Fault, GenericSwitch, Switch};
use rstest::rstest;

use super::{Told, assert_told, tried};

fn at_endpoint(fault: Fault, endpoint: Endpoint) -> Arm {
    Arm::from(fault).endpoint(endpoint)
}

fn refused_with(error: &str) -> Arm {
    Arm::from(Switch::AuthorizeError).value(error)
}

fn token_refused_with(error: &str) -> Arm {
    Arm::from(Switch::TokenError).value(error)
}

#[rustfmt::skip]
#[rstest]
#[case::another_apps_token(Switch::WrongAudience, Told("id_token.audience", "tenant_admin", "doorward"))]
#[case::another_issuers_token(Switch::WrongIssuer, Told("id_token.issuer", "tenant_admin", "https://idp.test/good"))]
#[case::a_token_without_signature(Switch::Unsigned, Told("id_token.algorithm", "tenant_admin", "RS256"))]
#[case::a_token_signed_with_the_secret(Switch::SignedWithSecret, Told("id_token.algorithm", "tenant_admin", "asymmetric"))]
#[case::a_wrong_signature(Switch::BadSignature, Told("id_token.signature", "tenant_admin", "issuer"))]
#[case::a_key_nobody_published(Switch::UnknownKey, Told("id_token.unknown_key", "provider", "few minutes"))]
#[case::a_clock_behind(Switch::ExpiredToken, Told("id_token.expired", "operator", "clock"))]
#[case::a_clock_ahead(Switch::IssuedInFuture, Told("id_token.future", "operator", "clock"))]
#[case::no_nonce(Switch::NonceMissing, Told("id_token.nonce", "person", "nonce"))]
#[case::plain_oauth(Switch::NoIdToken, Told("token.no_id_token", "tenant_admin", "openid"))]
#[case::the_wrong_secret(Switch::TokenError, Told("oidc/invalid-client", "tenant_admin", "secret"))]
#[case::no_code_flow(token_refused_with("unauthorized_client"), Told("oidc/unauthorized-client", "tenant_admin", "code flow"))]
#[case::a_code_that_ran_out(token_refused_with("invalid_grant"), Told("oidc/invalid-grant", "person", "again"))]
#[case::the_person_may_not(refused_with("access_denied"), Told("oidc/access-denied", "person", "administrator"))]
#[case::a_scope_too_many(refused_with("invalid_scope"), Told("oidc/invalid-scope", "tenant_admin", "scope"))]
#[case::no_response_type_code(refused_with("unsupported_response_type"), Told("oidc/unsupported-response-type", "tenant_admin", "code flow"))]
#[case::the_provider_fails(refused_with("server_error"), Told("oidc/server-error", "provider", "few minutes"))]
#[case::an_error_of_its_own(refused_with("made_up"), Told("provider.unknown_error", "tenant_admin", "/callback"))]
#[case::the_answer_of_another_provider(GenericSwitch::IssParameterWrong, Told("callback.issuer", "tenant_admin", "redirect URI"))]
#[case::a_page_for_a_token(at_endpoint(Fault::HtmlInsteadOfJson, Endpoint::Token), Told("token.malformed", "tenant_admin", "OpenID Provider"))]
#[case::a_token_endpoint_that_is_down(at_endpoint(Fault::Status, Endpoint::Token), Told("provider.unavailable", "provider", "few minutes"))]
#[case::a_page_for_metadata(at_endpoint(Fault::HtmlInsteadOfJson, Endpoint::Discovery), Told("metadata.malformed", "tenant_admin", ".well-known"))]
#[case::an_issuer_that_redirects(at_endpoint(Fault::Redirect, Endpoint::Discovery), Told("net.redirected", "tenant_admin", ""))]
#[case::an_issuer_that_is_nowhere(at_endpoint(Fault::Status, Endpoint::Discovery).value("404"), Told("metadata.status", "tenant_admin", "https://idp.test/good"))]
#[tokio::test]
async fn what_a_provider_gets_wrong(#[case] wrong: impl Into<Arm>, #[case] told: Told) {
    let world = World::new().await;
    world.idp.issuer("good").unwrap().switches().arm(wrong.into());
    let page = tried(&world, "victim", "alice").await;
    assert_told(&world, "victim", &page, told).await;
}

#[rustfmt::skip]
#[rstest]
#[case::an_algorithm_that_is_not_used(|it: &mut Connection| it.algorithms = vec![Algorithm::EdDSA], Told("id_token.algorithm", "tenant_admin", "algorithm"))]
#[case::an_issuer_with_a_typing_error(|it: &mut Connection| it.issuer = format!("{IDP}/goof"), Told("metadata.status", "tenant_admin", "https://idp.test/goof"))]
#[case::an_issuer_with_a_slash(|it: &mut Connection| it.issuer = format!("{IDP}/good/"), Told("metadata.issuer", "tenant_admin", "https://idp.test/good/"))]
#[case::an_issuer_of_nobody(|it: &mut Connection| it.issuer = "https://nowhere.test".to_owned(), Told("net.unreachable", "operator", "name"))]
#[tokio::test]
async fn what_a_connection_gets_wrong(#[case] wrong: fn(&mut Connection), #[case] told: Told) {
    let world = World::new().await;
    world.change(&at::connection(world.victim, world.k1), wrong).await;
    let page = tried(&world, "victim", "alice").await;
    assert_told(&world, "victim", &page, told).await;
}

#[tokio::test]
async fn a_connection_that_is_paused_while_somebody_signs_in() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.open(&world.relying("c1").authorize(&world, &[])).await;
    let page = browser.submit(&page, &[("username", "victim")]).await;
    let pause = |it: &mut Connection| it.stage = Stage::Paused;
    world.change(&at::connection(world.victim, world.k1), pause).await;
    let page = browser.submit(&page, &[("username", "alice"), ("password", "test")]).await;
    let told = Told("connection.not_in_use", "tenant_admin", "live");
    assert_told(&world, "victim", &page, told).await;
}

#[tokio::test]
async fn a_secret_with_a_typing_error() {
    let world = World::new().await;
    let secret = world.upstream_secret(world.victim, world.k1, "another-secret-than-theirs");
    let wrong = |it: &mut Connection| {
        let secrets = doorward_domain::connection::Slots::new(secret);
        it.authentication =
            doorward_domain::connection::UpstreamAuthentication::ClientSecretBasic { secrets };
    };
    world.change(&at::connection(world.victim, world.k1), wrong).await;
    let page = tried(&world, "victim", "alice").await;
    assert_told(&world, "victim", &page, Told("oidc/invalid-client", "tenant_admin", "doorward")).await;
}
