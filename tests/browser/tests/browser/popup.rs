//! An app that opens the sign-in in a popup hears of its end there (`display=popup`).

use anyhow::Context as _;
use doorward_browser_tests::{Authorize, Person, play};

#[tokio::test]
async fn a_popup_keeps_its_opener_all_the_way_back_to_the_app() -> anyhow::Result<()> {
    let app = Authorize { client_id: "spa-demo", scope: "openid email", prompt: "" };
    play(async |stage| {
        let mut url = app.url(stage)?;
        url.query_pairs_mut().append_pair("display", "popup");
        stage.open(&stage.playground.hosts.app).await?;
        let opener = stage.browser.window().await?;
        let open = "window.popup = open(arguments[0], '', 'popup,width=500,height=600')";
        stage.browser.execute(open, vec![url.as_str().into()]).await?;
        let windows = stage.browser.windows().await?;
        let popup = windows.into_iter().find(|window| *window != opener).context("no popup")?;
        stage.browser.switch_to_window(popup).await?;

        stage.pass_sign_in(Person::ALICE).await?;
        assert!(!stage.answered("code").await?.is_empty());
        let tied = stage.browser.execute("return window.opener?.popup === window", Vec::new()).await?;
        assert_eq!(tied.json(), true);
        stage.browser.close_window().await?;
        Ok(stage.browser.switch_to_window(opener).await?)
    })
    .await
}
