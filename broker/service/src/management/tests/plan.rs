use doorward_domain::connection::UpstreamAuthentication;
use doorward_domain::{Client, ClientAuthentication, Connection, Plain};
use doorward_store::Kind;
use serde_json::{Value, json};

use super::{ACME, CANARY, acme_with, empty, only_problem, parse, problems, with_acme};
use crate::keys::Place;
use crate::management::Management;
use crate::management::plan::{Action, Plan};

impl Management {
    fn opened(&self, connection: &Connection) -> Option<String> {
        let secret = &connection.authentication.secrets()?.newest.value;
        let place = Place {
            tenant: connection.tenant,
            kind: Kind::Connection,
            id: connection.id.as_bytes(),
            field: "client_secret",
        };
        Some(String::from_utf8(self.sealer.open(&place, secret).unwrap().to_vec()).unwrap())
    }
}

fn has_secret(client: &Client, secret: &str) -> bool {
    match &client.authentication {
        ClientAuthentication::ClientSecretBasic { secrets } => {
            secrets.iter().any(|kept| kept.value.matches(&Plain::new(secret)))
        }
        _ => false,
    }
}

/// What happens to which field, as `path.field: before -> after`.
fn told(plan: &Plan) -> Vec<String> {
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
    let fields =
        plan.changes.iter().flat_map(|change| change.fields.iter().map(move |field| (change, field)));
    fields
        .map(|(c, f)| format!("{}.{}: {} -> {}", c.path, f.field, text(&f.before), text(&f.after)))
        .collect()
}

#[tokio::test]
async fn a_plan_names_what_it_creates() {
    let plan = empty().plan(&parse(ACME), "tests").await.unwrap();
    let named: Vec<_> = plan.changes.iter().map(|change| (change.path.as_str(), change.action)).collect();
    assert_eq!(
        named,
        [
            ("tenant[acme]", Action::Create),
            ("tenant[acme].connection[staff]", Action::Create),
            ("client[app]", Action::Create),
        ]
    );
}

#[tokio::test]
async fn a_plan_tells_each_field_that_changes() {
    let management = with_acme().await;
    let document = acme_with("\"Acme Dental\"", "\"Acme Dental Inc\"");
    let plan = management.plan(&document, "tests").await.unwrap();
    assert_eq!(told(&plan), ["tenant[acme].name: \"Acme Dental\" -> \"Acme Dental Inc\""]);
    assert_eq!(plan.changes[0].action, Action::Update);
}

#[tokio::test]
async fn what_a_document_does_not_name_stays() {
    let management = with_acme().await;
    let other = parse("[[tenant]]\nslug = \"acme\"\nname = \"Acme Dental\"\ndomains = [\"acme.test\"]");
    assert!(management.plan(&other, "tests").await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn sr_01_a_plan_shows_no_secret() {
    let management = with_acme().await;
    let replaced = parse(&ACME.replace("canary-of", "another-canary-of"));
    for plan in [
        empty().plan(&parse(ACME), "tests").await.unwrap(),
        management.plan(&replaced, "tests").await.unwrap(),
    ] {
        assert!(told(&plan).iter().any(|line| line.contains("client_secret")));
        assert!(!format!("{plan:?}").contains(CANARY));
        assert!(!serde_json::to_string(&plan).unwrap().contains(CANARY));
    }
    let plan = management.plan(&replaced, "tests").await.unwrap();
    assert_eq!(
        told(&plan),
        [
            "tenant[acme].connection[staff].client_secret: \"set\" -> \"replaced\"",
            "client[app].client_secret: \"set\" -> \"replaced\"",
        ]
    );
}

#[tokio::test]
async fn a_secret_that_is_left_out_is_kept_when_its_method_is_named() {
    let management = with_acme().await;
    let text = ACME
        .replace("client_secret = \"canary-of-the-connection\"", "authentication = \"client_secret_basic\"")
        .replace(
            "client_secret = \"canary-of-the-client-app\"",
            "token_endpoint_auth_method = \"client_secret_basic\"",
        );
    let plan = management.apply(&parse(&text), "tests").await.unwrap();
    assert!(plan.changes.is_empty(), "{plan:?}");
    let connection = management.stored_connection("acme", "staff").await;
    assert_eq!(management.opened(&connection).unwrap(), "canary-of-the-connection");
    assert!(has_secret(&management.stored_client("app").await, "canary-of-the-client-app"));

    let paths: Vec<_> =
        problems(empty().plan(&parse(&text), "tests").await).into_iter().map(|p| p.path).collect();
    assert_eq!(paths, ["tenant[acme].connection[staff].client_secret", "client[app].client_secret"]);
}

#[tokio::test]
async fn a_replaced_secret_takes_the_place_of_the_old_one() {
    let management = with_acme().await;
    management.apply(&parse(&ACME.replace("canary-of", "successor-of")), "tests").await.unwrap();
    let connection = management.stored_connection("acme", "staff").await;
    assert_eq!(management.opened(&connection).unwrap(), "successor-of-the-connection");
    let client = management.stored_client("app").await;
    assert!(
        has_secret(&client, "successor-of-the-client-app")
            && !has_secret(&client, "canary-of-the-client-app")
    );
}

#[tokio::test]
async fn ad_08_a_stored_secret_never_goes_to_another_issuer() {
    let management = with_acme().await;
    let moved = ACME.replace("idp.acme.test", "idp.mallory.test");
    let without = moved
        .replace("client_secret = \"canary-of-the-connection\"", "authentication = \"client_secret_basic\"");
    let problem = only_problem(management.apply(&parse(&without), "mallory").await);
    assert_eq!(problem.path, "tenant[acme].connection[staff].client_secret");
    assert_eq!(management.stored_connection("acme", "staff").await.issuer, "https://idp.acme.test");

    let public = without.replace("client_secret_basic", "none");
    management.apply(&parse(&public), "mallory").await.unwrap();
    let connection = management.stored_connection("acme", "staff").await;
    assert_eq!(connection.authentication, UpstreamAuthentication::None);

    let plan = management.apply(&parse(&moved), "mallory").await.unwrap();
    assert!(told(&plan).contains(&"tenant[acme].connection[staff].client_secret: - -> \"set\"".to_owned()));
}

#[tokio::test]
async fn ad_08_a_mask_never_overwrites_a_secret() {
    let management = with_acme().await;
    for mask in ["********", "••••••••", "[secret]", ""] {
        for canary in ["canary-of-the-connection", "canary-of-the-client-app"] {
            let problem = only_problem(management.apply(&acme_with(canary, mask), "mallory").await);
            assert!(problem.message.contains("mask"), "{problem}");
        }
    }
}

#[tokio::test]
async fn the_server_follows_no_references() {
    let text = ACME
        .replace("\"canary-of-the-connection\"", "{ file = \"/etc/shadow\" }")
        .replace("\"canary-of-the-client-app\"", "{ env = \"HOME\" }");
    let document = toml::from_str(&text).unwrap();
    let found = problems(empty().plan(&document, "mallory").await);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|problem| problem.message.contains("follows no references")));
}

#[tokio::test]
async fn a_domain_has_one_tenant() {
    let management = with_acme().await;
    let rival = "[[tenant]]\nslug = \"rival\"\nname = \"Rival\"\ndomains = [\"ACME.test\"]\n";
    let problem = only_problem(management.plan(&parse(rival), "tests").await);
    assert_eq!(problem.path, "tenant[rival].domains");
    assert!(problem.message.contains("`acme`"), "{problem}");
    let both = problems(empty().plan(&parse(&format!("{ACME}{rival}")), "tests").await);
    assert_eq!(both[0].message, "`acme.test` stands in the document twice");
}

#[tokio::test]
async fn whatever_stands_twice_is_refused() {
    for twice in [
        format!("{ACME}\n[[tenant]]\nslug = \"acme\"\nname = \"Acme\""),
        format!("{ACME}\n[[client]]\nclient_id = \"app\"\nname = \"App\"\ntenants = \"all\""),
        ACME.replace(
            "[[client]]",
            "[[tenant.connection]]\nname = \"staff\"\nkind = \"oidc\"\nissuer = \"https://a.test\"\nclient_id = \"x\"\n[[client]]",
        ),
    ] {
        let found = problems(empty().plan(&parse(&twice), "tests").await);
        assert!(found.iter().any(|problem| problem.message == "stands in the document twice"), "{found:?}");
    }
}

#[tokio::test]
async fn all_problems_are_told_at_once_and_nothing_is_written() {
    let management = empty();
    let text = ACME
        .replace("\"Acme Dental\"", "\"\"")
        .replace("\"staff\"", "\"Staff of Acme\"")
        .replace("\"https://idp.acme.test\"", "\"http://idp.acme.test\"")
        .replace("\"canary-of-the-client-app\"", "\"short\"")
        .replace("[\"acme\"]", "[\"amce\"]");
    let found = problems(management.apply(&parse(&text), "tests").await);
    let paths: Vec<_> = found.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "tenant[acme].name",
            "tenant[acme].connection[Staff of Acme].name",
            "tenant[acme].connection[Staff of Acme].issuer",
            "client[app].tenants",
            "client[app].client_secret",
        ]
    );
    assert!(management.tenant("acme").await.is_err());
}

#[tokio::test]
async fn an_issuer_must_be_one_that_the_egress_policy_lets_us_reach() {
    for issuer in [
        "http://idp.acme.test",
        "https://10.0.0.1",
        "https://idp.acme.test:8443",
        "https://a.test/?x",
        "acme",
    ] {
        let problem = only_problem(empty().plan(&acme_with("https://idp.acme.test", issuer), "tests").await);
        assert_eq!(problem.path, "tenant[acme].connection[staff].issuer", "{issuer}");
    }
}

#[tokio::test]
async fn a_public_client_must_use_pkce() {
    let text = "[[client]]\nclient_id = \"spa\"\nname = \"SPA\"\ntenants = \"all\"\nrequire_pkce = false";
    let problem = only_problem(empty().plan(&parse(text), "tests").await);
    assert_eq!(problem.path, "client[spa].require_pkce");
}

#[tokio::test]
async fn assertions_for_the_token_endpoint_are_a_choice_that_fapi_does_not_have() {
    let with = |profile: &str| {
        let text = format!(
            "[[client]]\nclient_id = \"bank\"\nname = \"Bank\"\ntenants = \"all\"\nprofile = \"{profile}\"\n\
             token_endpoint_audience = true\n[client.jwks]\nkeys = [{{ kty = \"EC\", crv = \"P-256\", \
             x = \"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\", \
             y = \"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\" }}]"
        );
        parse(&text)
    };
    let problem = only_problem(empty().plan(&with("fapi2-security"), "tests").await);
    assert_eq!(problem.path, "client[bank].token_endpoint_audience");
    let plan = empty().plan(&with("oidc"), "tests").await.unwrap();
    assert!(plan.warnings[0].starts_with("client[bank].token_endpoint_audience"), "{:?}", plan.warnings);
}

#[tokio::test]
async fn a_short_secret_is_allowed_with_a_warning() {
    let plan = empty().plan(&acme_with("canary-of-the-client-app", "demo-secret"), "tests").await.unwrap();
    assert!(plan.warnings[0].starts_with("client[app].client_secret"), "{:?}", plan.warnings);
}

#[tokio::test]
async fn only_public_keys_that_fit_are_registered() {
    // The example key of RFC 7517 appendix A.1.
    let public = json!({
        "kty": "EC", "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    });
    let mut private = public.clone();
    private["d"] = json!("canary");
    for (keys, algorithm, message) in [
        (vec![public.clone()], "ES256", None),
        (vec![public], "RS256", Some("no usable RS256 key")),
        (vec![private], "ES256", Some("private")),
        (vec![json!({"kty": "oct", "k": "canary"})], "ES256", Some("private")),
        (vec![], "ES256", Some("no usable")),
    ] {
        let document = json!({"client": [{
            "client_id": "machine", "name": "Machine", "tenants": "all",
            "jwks": {"keys": keys}, "token_endpoint_auth_signing_alg": algorithm,
        }]});
        let outcome = empty().plan(&serde_json::from_value(document).unwrap(), "tests").await;
        match message {
            None => assert!(outcome.is_ok(), "{outcome:?}"),
            Some(message) => assert!(only_problem(outcome).message.contains(message)),
        }
    }
}

#[tokio::test]
async fn a_public_mail_domain_leads_to_nobody() {
    let document = acme_with("acme.test\"]", "acme.test\", \"gmail.com\"]");
    assert_eq!(only_problem(empty().plan(&document, "tests").await).path, "tenant[acme].domains");
}
