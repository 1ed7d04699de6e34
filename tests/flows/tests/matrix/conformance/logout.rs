//! `oidcc-rp-initiated-logout-`, `oidcc-backchannel-rp-initiated-logout-` and
//! `oidcc-frontchannel-rp-initiated-logout-certification-test-plan`.

use doorward_flows::app::{Answer, claims};
use doorward_flows::browser::encode;
use doorward_flows::{Browser, Page};
use http::header::REFRESH;
use rstest::rstest;
use serde_json::{Value, json};

use super::suite::{SUITE, Suite, TestClient, assert_code, assert_refused, key, sign};
use crate::support::jwt;

const STATE: &str = "a-state-of-the-end";

struct SignedIn {
    suite: Suite,
    client: TestClient,
    browser: Browser,
    tokens: Answer,
}

impl SignedIn {
    async fn new(changes: Value) -> Self {
        let suite = Suite::new().await;
        let mut metadata = json!({"post_logout_redirect_uris": [format!("{SUITE}/post_logout_redirect")]});
        metadata.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let client = suite.register("client_secret_basic", &metadata).await;
        for (name, value) in metadata.as_object().unwrap() {
            assert_eq!(&client.registered[name], value);
        }
        let mut browser = suite.world.browser();
        let tokens = suite.tokens(&mut browser, &client, &[]).await;
        Self { suite, client, browser, tokens }
    }

    /// What the module sends to the end session endpoint, changed like this.
    async fn leave(&mut self, changes: &[(&str, &str)]) -> Page {
        let after = format!("{SUITE}/post_logout_redirect");
        let plain = [
            ("id_token_hint", self.tokens.str("id_token")),
            ("post_logout_redirect_uri", &after),
            ("state", STATE),
        ];
        let kept = plain.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let fields: Vec<_> =
            kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
        self.browser.get(&self.suite.world.url(&format!("/end-session?{}", encode(&fields)))).await
    }

    /// What every module that signs out does at its end.
    async fn assert_signed_out(&mut self) {
        let callback = self.suite.authorize(&mut self.browser, &self.client, &[("prompt", "none")]).await;
        assert_refused(&callback, &["login_required", "interaction_required"]);
    }
}

#[rstest]
#[case::oidcc_rp_initiated_logout(&[], "?state=a-state-of-the-end")]
#[case::oidcc_rp_initiated_logout_no_state(&[("state", "")], "")]
#[tokio::test]
async fn the_browser_comes_back(#[case] changes: &[(&str, &str)], #[case] query: &str) {
    let mut it = SignedIn::new(json!({})).await;
    let page = it.leave(changes).await;
    let expected = format!("{SUITE}/post_logout_redirect{query}");
    assert_eq!(page.location().unwrap().as_str(), expected);
    it.assert_signed_out().await;
}

/// The suite wants a picture of the page that says that they are signed out.
#[rstest]
#[case::oidcc_rp_initiated_logout_no_params(&[("id_token_hint", ""), ("post_logout_redirect_uri", ""), ("state", "")])]
#[case::oidcc_rp_initiated_logout_only_state(&[("id_token_hint", ""), ("post_logout_redirect_uri", "")])]
#[case::oidcc_rp_initiated_logout_no_post_logout_redirect_uri(&[("post_logout_redirect_uri", "")])]
#[tokio::test]
async fn nobody_is_sent_anywhere(#[case] changes: &[(&str, &str)]) {
    let mut it = SignedIn::new(json!({})).await;
    let mut page = it.leave(changes).await;
    if page.body.contains("id=\"sign-out\"") {
        page = it.browser.submit_unfollowed(&page, &[]).await;
    }
    assert!(page.location().is_none() && page.body.contains("You are signed out"), "{page:?}");
    it.assert_signed_out().await;
}

/// Whatever is wrong: the browser is not sent back without a question, and nobody is signed out.
#[rstest]
#[case::oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(
    "post_logout_redirect_uri",
    "https://suite.test/bad"
)]
#[case::oidcc_rp_initiated_logout_query_added(
    "post_logout_redirect_uri",
    "https://suite.test/test/a/doorward/post_logout_redirect?foo=bar"
)]
#[case::oidcc_rp_initiated_logout_no_id_token_hint("id_token_hint", "")]
#[case::oidcc_rp_initiated_logout_modified_id_token_hint("id_token_hint", "unsigned")]
#[case::oidcc_rp_initiated_logout_bad_id_token_hint("id_token_hint", "of-the-suite")]
#[tokio::test]
async fn nobody_is_sent_back_unasked(#[case] parameter: &str, #[case] value: &str) {
    let mut it = SignedIn::new(json!({})).await;
    let said = it.tokens.claims("id_token");
    let forged = match value {
        "unsigned" => jwt(&json!({"alg": "none"}), &said, ""),
        "of-the-suite" => sign(&key(), &said),
        other => other.to_owned(),
    };
    let page = it.leave(&[(parameter, &forged)]).await;
    assert!(page.location().is_none(), "{page:?}");
    assert!(page.body.contains("id=\"sign-out\"") || page.body.contains("class=\"reference\""), "{page:?}");
    let callback = it.suite.authorize(&mut it.browser, &it.client, &[("prompt", "none")]).await;
    assert_code(&callback);
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let mut it = SignedIn::new(json!({
        "backchannel_logout_uri": format!("{SUITE}/backchannel_logout"),
        "backchannel_logout_session_required": true,
    }))
    .await;
    let page = it.leave(&[]).await;
    assert!(page.location().unwrap().as_str().ends_with("/post_logout_redirect?state=a-state-of-the-end"));
    it.suite.world.work().await;
    let posted = it.suite.posted.lock().unwrap().clone();
    let [(path, body)] = &posted[..] else { panic!("{posted:?}") };
    assert!(path.ends_with("/backchannel_logout"));
    let token = body.strip_prefix("logout_token=").unwrap();
    let token = it.suite.verified(token).await;
    let said = it.tokens.claims("id_token");
    for same in ["iss", "aud", "sub", "sid"] {
        assert_eq!(token[same], said[same], "{token}");
    }
    let events = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    assert!(token["events"] == events && token["jti"].is_string() && token.get("nonce").is_none(), "{token}");
    it.assert_signed_out().await;
}

#[tokio::test]
async fn oidcc_frontchannel_rp_initiated_logout() {
    let uri = format!("{SUITE}/frontchannel_logout");
    let mut it = SignedIn::new(json!({
        "frontchannel_logout_uri": uri,
        "frontchannel_logout_session_required": true,
    }))
    .await;
    let page = it.leave(&[]).await;
    let sid = claims(it.tokens.str("id_token"))["sid"].as_str().unwrap().to_owned();
    let frame = format!("<iframe src=\"{uri}?iss=https%3A%2F%2Fid.test&#38;sid={sid}\"");
    assert!(page.body.contains(&frame), "{page:?}");
    let after = format!("{SUITE}/post_logout_redirect?state={STATE}");
    assert_eq!(page.headers[REFRESH], format!("2; url={after}"));
    assert!(page.body.contains(&format!("id=\"continue\" href=\"{after}\"")), "{page:?}");
    it.assert_signed_out().await;
}
