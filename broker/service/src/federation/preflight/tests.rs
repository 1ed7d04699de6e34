//! Answers to an authorization request as providers give them, and what each says of our redirect URI.

use doorward_net::Response;
use http::header::{HeaderValue, LOCATION};
use rstest::rstest;
use url::Url;

use super::redirect::Asked;
use crate::federation::catalogue::Product;
use crate::federation::check::Outcome::{self, Accepted, Refused, Unclear};

const AUTHORIZE: &str = "https://idp.example/realms/a/authorize?client_id=doorward&prompt=none";
const CALLBACK: &str = "https://id.test/federation/c/callback";

/// The probes that come of an answer: their names, what came of them, and the rows about them.
fn judged(product: Product, answer: &Response) -> Vec<(&'static str, Outcome, Option<String>)> {
    let (url, callback) = (Url::parse(AUTHORIZE).unwrap(), Url::parse(CALLBACK).unwrap());
    let probes = Asked { url: &url, callback: &callback, product }.judge(answer);
    probes.into_iter().map(|it| (it.name, it.outcome, it.finding.map(|it| it.id()))).collect()
}

fn answer(status: u16, body: &str) -> Response {
    http::Response::builder().status(status).body(body.into()).unwrap()
}

fn redirect(location: &str) -> Response {
    let mut answer = answer(302, "");
    answer.headers_mut().insert(LOCATION, HeaderValue::from_str(location).unwrap());
    answer
}

const SO_FAR: Option<&str> = Some("probe.redirect_uri_so_far");
const NOT: Option<&str> = Some("probe.redirect_uri");

#[rstest]
#[case::silent("https://id.test/federation/c/callback?error=login_required&state=s", Accepted, None)]
#[case::in_a_fragment("https://id.test/federation/c/callback#error=interaction_required", Accepted, None)]
#[case::another_callback("https://id.test/federation/d/callback?code=x", Unclear, None)]
#[case::a_longer_path("https://id.test/federation/c/callback/x", Unclear, None)]
#[case::by_plain_http("http://id.test/federation/c/callback", Unclear, None)]
#[case::somebody_elses_host("https://id.test.evil.example/federation/c/callback", Unclear, None)]
#[case::sign_in("/realms/a/login?ReturnUrl=%2Fauthorize%3Ferror%3D1", Accepted, SO_FAR)]
#[case::sign_in_elsewhere("https://login.example/", Unclear, None)]
#[case::error_path("/home/error?errorId=CfDJ8", Refused, NOT)]
#[case::error_parameter(
    "https://idp.example/oops?error=server_error&tracking=1",
    Refused,
    Some("oidc/server-error")
)]
#[case::nowhere("http://[", Unclear, None)]
fn a_redirect_is_judged_by_where_it_leads(
    #[case] location: &str,
    #[case] outcome: Outcome,
    #[case] row: Option<&str>,
) {
    let judged = judged(Product::Oidc, &redirect(location));
    assert_eq!(judged, [("redirect_uri", outcome, row.map(str::to_owned))]);
}

#[test]
fn an_error_at_our_callback_is_about_something_else() {
    let denied = redirect(&format!("{CALLBACK}?error=invalid_scope&error_description=x&state=s"));
    let row = Some("oidc/invalid-scope".to_owned());
    let expected = [("redirect_uri", Accepted, None), ("authorization_request", Refused, row)];
    assert_eq!(judged(Product::Oidc, &denied), expected);
}

#[rstest]
#[case::unpadded(
    "https://accounts.google.com/signin/oauth/error/v2?authError=ChVyZWRpcmVjdF91cmlfbWlzbWF0Y2gSIUdvb2dsZSBDbG91ZCBDb25zb2xlLiBSZWdpc3RlciBpdA"
)]
#[case::padded(
    "https://accounts.google.com/signin/oauth/error?authError=ChVyZWRpcmVjdF91cmlfbWlzbWF0Y2gSIUdvb2dsZSBDbG91ZCBDb25zb2xlLiBSZWdpc3RlciBpdA%3D%3D&flowName=GeneralOAuthFlow"
)]
fn googles_error_is_unpacked(#[case] location: &str) {
    let row = Some("google/redirect-uri".to_owned());
    assert_eq!(judged(Product::Google, &redirect(location)), [("redirect_uri", Refused, row)]);
}

#[rstest]
#[case::sign_in(Product::Oidc, 200, "<input type=\"password\" name=\"p\">", Accepted, SO_FAR)]
#[case::words_of_a_script(Product::Oidc, 200, "<script>let e = 'invalid_request'</script>", Unclear, None)]
#[case::numbered(Product::Entra, 200, "AADSTS50011: The redirect URI …", Refused, Some("entra/redirect-uri"))]
#[case::a_form_to_us(
    Product::Oidc,
    200,
    "<form method=post action='https://id.test/federation/c/callback'>",
    Accepted,
    None
)]
#[case::refused(Product::Oidc, 400, "Invalid parameter: redirect_uri", Refused, NOT)]
#[case::broken(Product::Oidc, 503, "sorry", Unclear, None)]
#[case::a_redirect_to_nowhere(Product::Oidc, 302, "", Unclear, None)]
fn a_page_is_judged_by_its_status_and_by_numbers(
    #[case] product: Product,
    #[case] status: u16,
    #[case] page: &str,
    #[case] outcome: Outcome,
    #[case] row: Option<&str>,
) {
    let judged = judged(product, &answer(status, page));
    assert_eq!(judged, [("redirect_uri", outcome, row.map(str::to_owned))]);
}
