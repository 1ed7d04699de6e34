//! The console is really watched: otherwise every other test here would prove less than it says.

use doorward_browser_tests::play;

#[tokio::test]
async fn a_violated_policy_fails_a_test() {
    let played = play(async |stage| {
        stage.open(&stage.playground.hosts.issuer).await?;
        stage.browser.execute("document.body.setAttribute('style', 'color: red')", Vec::new()).await?;
        Ok(())
    });
    let complaint = played.await.unwrap_err().to_string();
    assert!(complaint.contains("Content Security Policy"), "{complaint}");
}
