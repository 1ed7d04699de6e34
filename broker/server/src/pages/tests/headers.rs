use axum::body::to_bytes;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use url::Url;

use super::samples::every_page;
use crate::pages::{Href, SignedOutPage};
use crate::words::Words;

#[tokio::test]
async fn se_04_no_page_can_be_framed_sniffed_stored_or_traced() {
    for page in every_page("Kim").await {
        let header = |name: &str| page.headers[name].to_str().unwrap();
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{}", page.name);
        assert_eq!(header("x-frame-options"), "DENY", "{}", page.name);
        assert_eq!(header("x-content-type-options"), "nosniff", "{}", page.name);
        assert_eq!(header("referrer-policy"), "no-referrer", "{}", page.name);
        assert_eq!(header("cross-origin-opener-policy"), "unsafe-none", "popups: {}", page.name);
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{}", page.name);
        assert_eq!(header("cache-control"), "no-store", "{}", page.name);
        assert_eq!(header("content-language"), page.language.tag(), "{}", page.name);
        assert_eq!(header("vary"), "accept-language", "{}", page.name);
        let on: Vec<_> =
            header("permissions-policy").split(", ").filter(|feature| !feature.ends_with("=()")).collect();
        let passkeys = ["publickey-credentials-create=(self)", "publickey-credentials-get=(self)"];
        let expected = if page.html.contains("<script") { &passkeys[..] } else { &[] };
        assert_eq!(on, expected, "{}", page.name);
    }
}

#[tokio::test]
async fn se_04_the_content_policy_allows_our_styles_and_scripts_only_where_passkeys_need_one() {
    for page in every_page("Kim").await {
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        let directives: Vec<_> = policy.split("; ").collect();
        for directive in
            ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'self'"]
        {
            assert!(directives.contains(&directive), "{} lacks {directive}", page.name);
        }
        assert!(!policy.contains("unsafe"), "{}", page.name);
        let name = page.name.split(',').next().unwrap().trim_end_matches(" again");
        let by_stage = ["second factor, passkey", "prove", "prove again, wrong", "prove again, too soon"];
        let asks = ["sign-in", "password", "new passkey"].contains(&name)
            || by_stage.contains(&page.name)
            || page.name == "prove, second factor";
        let script = format!("<script type=\"module\" src=\"{}\">", doorward_admin_ui::passkey_script_href());
        assert_eq!(directives.contains(&"script-src 'self'"), asks, "{}", page.name);
        assert_eq!(policy.contains("script-src"), page.html.contains("<script"), "{}", page.name);
        assert_eq!(page.html.matches("<script").count(), page.html.matches(&script).count(), "{}", page.name);
    }
}

#[tokio::test]
async fn ad_05_a_logo_is_part_of_the_page_and_of_no_other() {
    for page in every_page("Kim").await {
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        let shown = page.html.contains("<img");
        assert_eq!(shown, page.name == "consent, published", "{}", page.name);
        assert_eq!(policy.contains("img-src 'self' data:;"), shown, "{}", page.name);
        assert!(!shown || page.html.contains("src=\"data:image/png;base64,"), "{}", page.html);
    }
}

#[tokio::test]
async fn only_forms_that_may_end_at_an_app_go_without_form_action() {
    let to_apps =
        ["sign-in", "choose", "consent", "sign-out", "password", "second factor", "connection test", "prove"];
    for page in every_page("Kim").await {
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        let name = page.name.split(',').next().unwrap().trim_end_matches(" again");
        let to_app = to_apps.contains(&name);
        assert_eq!(policy.contains("form-action 'self'"), !to_app, "{}", page.name);
        assert_eq!(policy.contains("form-action"), !to_app, "{}", page.name);
    }
}

#[tokio::test]
async fn lo_the_page_after_a_sign_out_loads_the_apps_it_names_and_nothing_else() {
    let url = |text: &str| Url::parse(text).unwrap();
    let frames = vec![
        url("https://b.test:8443/out?x='\"><script>"),
        url("https://a.test/one"),
        url("https://a.test/two"),
    ];
    let next = Some(Href::app(&url("https://a.test/bye?state=1")));
    let page = SignedOutPage { words: Words::default(), app: None, frames, next }.into_response();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let alone = SignedOutPage { words: Words::default(), app: None, frames: Vec::new(), next: None };
    let usual = alone.into_response().headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert_eq!(policy, format!("{usual}; frame-src https://a.test https://b.test:8443"));
    assert_eq!(page.headers()["refresh"], "2; url=https://a.test/bye?state=1");
    let html = to_bytes(page.into_body(), usize::MAX).await.unwrap();
    let html = String::from_utf8(html.to_vec()).unwrap();
    assert_eq!(html.matches("<iframe").count(), 3, "{html}");
    assert!(!html.contains("<script"), "{html}");
}

#[tokio::test]
async fn an_error_page_keeps_its_status() {
    for page in every_page("Kim").await {
        let status = match page.name {
            "error" => StatusCode::FORBIDDEN,
            "device code again, too many"
            | "password again, too soon"
            | "second factor again, too soon"
            | "account again, too soon"
            | "prove again, too soon" => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::OK,
        };
        assert_eq!(page.status, status, "{}", page.name);
    }
}
