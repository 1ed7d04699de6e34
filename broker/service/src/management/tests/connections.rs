//! The kinds of connections in documents, and what people paste in the wrong place.

use std::sync::Arc;

use doorward_domain::Timestamp;
use doorward_domain::connection::ConnectionKind;
use doorward_net::NetError;
use doorward_net::double::ScriptedOutbound;
use doorward_store::MemoryStore;
use rstest::rstest;

use super::{empty, now, only_problem, parse, problems, with_net};
use crate::management::Management;

const GUID: &str = "2c1f0e1d-4b1a-4c3a-9d6e-0a1b2c3d4e5f";

fn document(connection: &str) -> String {
    format!(
        "[[tenant]]\nslug = \"acme\"\nname = \"Acme\"\n[[tenant.connection]]\nname = \"staff\"\n{connection}\n"
    )
}

fn entra(more: &str) -> String {
    document(&format!(
        "kind = \"entra\"\ndirectory = \"{GUID}\"\nclient_id = \"{GUID}\"\nclient_secret = \"abc8Q~value\"\n{more}"
    ))
}

fn okta(org: &str) -> String {
    document(&format!("kind = \"okta\"\norg = \"{org}\"\nclient_id = \"0oa1\"\nclient_secret = \"s\""))
}

async fn applied(document: &str) -> Management {
    let management = empty();
    management.apply(&parse(document), "tests").await.unwrap();
    let again = management.apply(&parse(document), "tests").await.unwrap();
    assert!(again.changes.is_empty(), "{again:?}");
    let exported = management.export().await.unwrap();
    let kept = management.plan(&exported, "tests").await.unwrap();
    assert!(kept.changes.is_empty(), "an export says the same: {kept:?}");
    management
}

#[rstest]
#[case(entra("graph_groups = true\ndomain_hint = \"acme.test\""), format!("https://login.microsoftonline.com/{GUID}/v2.0"))]
#[case(entra("authority = \"https://login.microsoftonline.us/\""), format!("https://login.microsoftonline.us/{GUID}/v2.0"))]
#[case(okta("https://acme.okta.com/"), "https://acme.okta.com".to_owned())]
#[case(format!("{}authorization_server = \"default\"\n", okta("https://acme.okta.com")), "https://acme.okta.com/oauth2/default".to_owned())]
#[case(document("kind = \"halopsa\"\nauthorization_server = \"https://acme.halopsa.com/auth\"\nclient_id = \"x\""), "https://acme.halopsa.com/auth".to_owned())]
#[case(document("kind = \"halopsa\"\nauthorization_server = \"https://acme.halopsa.com/auth\"\nexpected_issuer = \"https://acme.halopsa.com/auth/\"\ntenant_parameter = \"acme\"\nclient_id = \"x\""), "https://acme.halopsa.com/auth/".to_owned())]
#[case(document("kind = \"google\"\nhosted_domains = [\"acme.test\"]\nclient_id = \"x\"\nclient_secret = \"s\""), "https://accounts.google.com".to_owned())]
#[case(document("kind = \"oidc\"\nissuer = \"https://idp.test\"\nclient_id = \"x\"\nresponse_mode = \"form_post\"\nauthorize_parameters = { audience = \"a\" }"), "https://idp.test".to_owned())]
#[tokio::test]
async fn each_kind_has_the_issuer_that_follows_from_its_fields(
    #[case] document: String,
    #[case] issuer: String,
) {
    let management = applied(&document).await;
    let connection = management.stored_connection("acme", "staff").await;
    assert_eq!(connection.issuer, issuer);
    let view = serde_json::to_value(management.connection("acme", "staff").await.unwrap().0).unwrap();
    assert_eq!((&view["issuer"], &view["kind"]), (&issuer.into(), &connection.kind.as_str().into()));
}

#[tokio::test]
async fn a_draft_has_its_redirect_uri_before_the_provider_has_given_anything_away() {
    let begun = document(&format!("kind = \"entra\"\ndirectory = \"{GUID}\""));
    let management = applied(&begun).await;
    let view = serde_json::to_value(management.connection("acme", "staff").await.unwrap().0).unwrap();
    assert!(view["callback_url"].as_str().is_some_and(|url| url.ends_with("/callback")), "{view}");
    let live = parse(&format!("{begun}stage = \"live\"\n"));
    let found = problems(management.plan(&live, "tests").await);
    assert_eq!(found.len(), 2, "a client ID and a secret are missing: {found:?}");
}

#[rstest]
#[case::for_everybody(entra("").replace(&format!("directory = \"{GUID}\""), "directory = \"common\""), "directory", "common and organizations")]
#[case::personal(entra("").replace(&format!("directory = \"{GUID}\""), "directory = \"9188040d-6c67-4c5b-b112-36a304b66dad\""), "directory", "everybody's accounts")]
#[case::a_url(entra("").replace(&format!("directory = \"{GUID}\""), "directory = \"https://login.microsoftonline.com/x\""), "directory", "neither a Directory (tenant) ID")]
#[case::the_name_of_the_app(entra("").replace(&format!("client_id = \"{GUID}\""), "client_id = \"Doorward\""), "client_id", "Application (client) ID")]
#[case::the_secret_s_id(entra("").replace("abc8Q~value", GUID), "client_secret", "form of an identifier")]
#[case::blanks(entra("").replace("abc8Q~value", "abc8Q~value "), "client_secret", "")]
#[case::no_secret(entra("").replace("client_secret = \"abc8Q~value\"", "stage = \"live\""), "authentication", "a secret or a certificate")]
#[case::plain_http(entra("authority = \"http://login.test\""), "authority", "http://login.test")]
#[case::admin_console(okta("https://acme-admin.okta.com"), "org", "-admin")]
#[case::issuer_as_org(okta("https://acme.okta.com/oauth2/default"), "org", "authorization_server")]
#[case::plain_okta(okta("http://acme.okta.com"), "org", "http://acme.okta.com")]
#[case::nobody_s(
    document("kind = \"google\"\nclient_id = \"x\"\nclient_secret = \"s\""),
    "hosted_domains",
    "\"any\""
)]
#[case::offline(
    document(
        "kind = \"google\"\nhosted_domains = \"any\"\nscopes = [\"openid\", \"offline_access\"]\nclient_id = \"x\"\nclient_secret = \"s\""
    ),
    "scopes",
    "no scope of Google's"
)]
#[case::v1(
    document("kind = \"oidc\"\nissuer = \"https://sts.windows.net/x/\"\nclient_id = \"x\""),
    "issuer",
    "/v2.0"
)]
#[case::v1_too(
    document("kind = \"oidc\"\nissuer = \"https://login.microsoftonline.com/x\"\nclient_id = \"x\""),
    "issuer",
    "/v2.0"
)]
#[case::template(
    document(
        "kind = \"oidc\"\nissuer = \"https://login.microsoftonline.com/common/v2.0\"\nclient_id = \"x\""
    ),
    "issuer",
    "Directory (tenant) ID"
)]
#[case::ours(
    document(
        "kind = \"oidc\"\nissuer = \"https://idp.test\"\nclient_id = \"x\"\nauthorize_parameters = { state = \"x\" }"
    ),
    "authorize_parameters",
    "doorward says itself"
)]
#[case::inside(
    document(
        "kind = \"oidc\"\nissuer = \"https://idp.test\"\nclient_id = \"x\"\njwks_uri = \"http://169.254.169.254/\""
    ),
    "jwks_uri",
    "169.254"
)]
#[case::no_key_there(
    document(
        "kind = \"google\"\nhosted_domains = \"any\"\nclient_id = \"x\"\nauthentication = \"private_key_jwt\""
    ),
    "authentication",
    "client_secret_post"
)]
#[tokio::test]
async fn the_usual_mistakes_are_told_with_what_to_do(
    #[case] document: String,
    #[case] field: &str,
    #[case] says: &str,
) {
    let problem = only_problem(empty().plan(&parse(&document), "tests").await);
    assert_eq!(problem.path, format!("tenant[acme].connection[staff].{field}"), "{problem}");
    assert!(problem.message.contains(says) && !problem.message.is_empty(), "{problem}");
}

#[tokio::test]
async fn a_field_of_another_kind_is_named() {
    let wrong =
        entra("org = \"https://acme.okta.com\"\nhosted_domains = \"any\"\nissuer = \"https://x.test\"");
    let found = problems(empty().plan(&parse(&wrong), "tests").await);
    let told: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().any(|it| it.contains("].org: is a field of \"okta\"")), "{told:?}");
}

#[tokio::test]
async fn a_domain_nobody_knows_is_no_directory() {
    let named = entra("").replace(&format!("directory = \"{GUID}\""), "directory = \"acme.test\"");
    let problem = only_problem(empty().plan(&parse(&named), "tests").await);
    assert!(problem.message.contains("leads to no directory"), "{problem}");
}

#[tokio::test]
async fn a_key_of_our_own_is_made_once() {
    let with_key =
        entra("authentication = \"private_key_jwt\"").replace("client_secret = \"abc8Q~value\"", "");
    let management = applied(&with_key).await;
    let before = management.stored_connection("acme", "staff").await;
    management.rotate_connection_key("acme", "staff", "tests").await.unwrap();
    let after = management.stored_connection("acme", "staff").await;
    let (before, after) =
        (before.authentication.keys().unwrap().clone(), after.authentication.keys().unwrap().clone());
    assert_eq!(after.older.as_ref(), Some(&before.newest));
    assert_ne!(after.newest.public_jwk["x5t#S256"], before.newest.public_jwk["x5t#S256"]);
    assert_eq!(after.newest.public_jwk["alg"], "PS256");
}

#[tokio::test]
async fn what_runs_out_is_forecast_and_so_is_what_nobody_knows() {
    let dated = entra("client_secret_expires = \"2027-02-01\"").replace("acme", "early");
    let unknown = entra("").replace("acme", "late");
    let never = okta("https://acme.okta.com");
    let management = empty();
    management.apply(&parse(&[dated, unknown, never].concat()), "tests").await.unwrap();
    let forecast = management.expiries().await.unwrap().items;
    let told: Vec<_> = forecast.iter().map(|it| (it.tenant.as_str(), it.ends_at, it.days_left)).collect();
    let end = Timestamp::from_secs(1_801_440_000);
    assert_eq!(told, [("early", Some(end), Some(end.since(now()).as_secs() / 86_400)), ("late", None, None)]);
}

#[tokio::test]
async fn two_kinds_are_two_places() {
    let management = applied(&okta("https://acme.okta.com")).await;
    let before = management.stored_connection("acme", "staff").await;
    assert!(matches!(before.kind, ConnectionKind::Okta(_)));
    let other = document(
        "kind = \"oidc\"\nissuer = \"https://other.test\"\nclient_id = \"x\"\nauthentication = \"client_secret_basic\"",
    );
    let problem = only_problem(management.plan(&parse(&other), "tests").await);
    assert!(problem.message.contains("leads elsewhere"), "{problem}");
}

#[tokio::test]
async fn ss_10_a_check_tells_nothing_of_the_network() {
    let store = Arc::new(MemoryStore::new());
    let mut told = Vec::new();
    for failure in [NetError::Unreachable, NetError::TimedOut] {
        let net = Arc::new(ScriptedOutbound::new());
        net.fail("https://acme.okta.com/.well-known/openid-configuration", failure);
        let management = with_net(store.clone(), net);
        management.apply(&parse(&okta("https://acme.okta.com")), "tests").await.unwrap();
        told.push(management.check_connection("acme", "staff").await.unwrap());
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(
        (told[0].outcome, told[0].advice.as_ref().unwrap().id.as_str()),
        ("unreachable", "net.unreachable")
    );
}
