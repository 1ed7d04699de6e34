//! Rate limits and moments.

use doorward_test_idp::okta::OktaSwitch;
use doorward_test_idp::{Fault, Switch};
use serde_json::json;

use super::world::{ORG, ORG_SERVER, World};
use crate::party::START;

#[tokio::test]
async fn s3_9_three_headers_and_no_retry_after() {
    let mut world = World::new();
    let page = world.authorize(ORG_SERVER, &[]).await;
    let header = |name: &str| page.headers[name].to_str().unwrap().parse::<i64>().unwrap();
    assert!(header("x-rate-limit-remaining") < header("x-rate-limit-limit"));
    assert!(header("x-rate-limit-reset") > START);
    let page = world.browser.open(&format!("{ORG}/.well-known/openid-configuration")).await;
    assert!(!page.headers.contains_key("x-rate-limit-limit"), "documents are not limited");
    world.okta.switches().once(OktaSwitch::RateLimited);
    let page = world.ask(&format!("{ORG_SERVER}/token"), &[]).await;
    assert_eq!((page.status.as_u16(), page.json()["errorCode"].clone()), (429, json!("E0000047")));
    assert_eq!(page.headers["x-rate-limit-reset"], (START + 30).to_string().as_str());
    assert!(!page.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn s7_2_the_window_may_be_over_already() {
    let mut world = World::new();
    world.okta.switches().once(OktaSwitch::RateLimitedInThePast);
    let page = world.ask(&format!("{ORG_SERVER}/token"), &[]).await;
    assert_eq!(page.headers["x-rate-limit-reset"], (START - 60).to_string().as_str());
}

#[tokio::test]
async fn s3_8_read_only_mode_is_e0000010() {
    let mut world = World::new();
    world.okta.switches().once(OktaSwitch::ReadOnlyMode);
    let page = world.ask(&format!("{ORG_SERVER}/token"), &[]).await;
    assert_eq!((page.status.as_u16(), page.json()["errorCode"].clone()), (503, json!("E0000010")));
    let body = page.json();
    for name in ["errorSummary", "errorLink", "errorId", "errorCauses"] {
        assert!(body.get(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn s7_0_common_switches_work_here_too() {
    let mut world = World::new();
    world.okta.switches().once(Switch::AuthorizeError);
    world.authorize(ORG_SERVER, &[]).await.assert_returned("access_denied", "");
    world.okta.switches().once(Switch::TokenError);
    world.ask(&format!("{ORG_SERVER}/token"), &[]).await.assert_refused(400, "invalid_client", "");
    world.okta.switches().once(Fault::Status);
    assert_eq!(world.authorize(ORG_SERVER, &[]).await.status, 503);
}
