use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::CommandFactory as _;
use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::config::{Admin, Tls};
use crate::listen::Files;
use crate::listen::tests::pki::{Folder, Pair};
use crate::serve::Broker;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split(' '))
}

/// A broker's state in a folder of its own, and nobody who listens.
fn alone() -> (TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::in_folder(&folder.path().join("state"));
    config.listen = SocketAddr::from(([127, 0, 0, 1], 1));
    (folder, config)
}

fn demo(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/demo").join(file)
}

/// A demo document as the playground reads it, except that its issuers are real ones.
fn demo_document() -> Document {
    let mut all = Document::default();
    for file in ["acme.toml", "northwind.toml", "benji.toml", "apps.toml"] {
        let text = fs::read_to_string(demo(file)).unwrap();
        let text = text.replace("{idp}", "https://idp.example").replace("{app}", "http://localhost:8082");
        all.merge(documents::parse(&text, false).unwrap());
    }
    all
}

#[test]
fn the_grammar_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn commands_are_a_noun_and_a_verb() {
    for line in [
        "doorward serve --config doorward.toml",
        "doorward --config doorward.toml serve",
        "doorward plan a.toml b.toml",
        "doorward apply a.toml -o json",
        "doorward export",
        "doorward tenant list -o json",
        "doorward tenant show acme",
        "doorward connection list acme",
        "doorward connection show acme staff",
        "doorward connection test acme staff",
        "doorward connection test acme staff --show x",
        "doorward connection explain acme staff AADSTS50011",
        "doorward trace list",
        "doorward trace list acme --connection staff --outcome failed",
        "doorward trace show calm-otter-4821",
        "doorward trace open acme staff",
        "doorward connection stage acme staff",
        "doorward connection pilot acme staff --person kim@acme.test --person zoe --group Staff --share 10",
        "doorward connection pilot acme staff",
        "doorward connection live acme staff",
        "doorward connection require acme staff --dry-run",
        "doorward connection pause acme staff",
        "doorward connection history acme staff -o json",
        "doorward connection revert acme staff 7 --credential secret.txt --dry-run",
        "doorward tenant history acme",
        "doorward tenant revert acme 2 --dry-run",
        "doorward client show app",
        "doorward client list --search shop --tenant acme --enabled true",
        "doorward client create app.toml -o json",
        "doorward client update app -",
        "doorward client rotate-secret app --overlap 7d",
        "doorward client delete app",
        "doorward token create pipeline --scope clients:read --scope clients:write --expires-in 30d",
        "doorward client preview app acme usr_0193 --scope openid",
        "doorward registration-token create partner --uses 3 --tenant acme --expires-in 2d",
        "doorward registration-token list -o json",
        "doorward registration-token revoke reg_0193",
        "doorward token list",
        "doorward token revoke adm_0193",
        "doorward user list acme --url https://sso.example.org",
        "doorward key rotate --algorithm RS256",
        "doorward doctor",
        "doorward backup create copy.jsonl",
        "doorward backup verify copy.jsonl",
        "doorward backup restore copy.jsonl",
        "doorward health",
    ] {
        assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
    }
    for line in [
        "doorward",
        "doorward apply",
        "doorward tenant",
        "doorward key rotate --algorithm HS256",
        "doorward client rotate-secret app",
        "doorward token create pipeline",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn sr_01_no_argument_takes_a_secret() {
    fn walk(command: &clap::Command) {
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str();
            assert!(!["secret", "token", "password", "key"].iter().any(|word| name.contains(word)), "{name}");
        }
        command.get_subcommands().for_each(walk);
    }
    walk(&Cli::command());
}

#[tokio::test]
async fn without_a_running_broker_the_store_is_opened_for_the_command() {
    let (_folder, config) = alone();
    let api = Api::connect(&config, None).await.unwrap();
    let document = serde_json::to_value(demo_document()).unwrap();
    let plan: Plan = serde_json::from_value(api.post(&["apply"], &document).await.unwrap()).unwrap();
    assert_eq!(plan.changes.len(), 3 + 3 + 4 + 2);
    assert_eq!(plan.warnings, [""; 0]);
    api.close().await;

    let api = Api::connect(&config, None).await.unwrap();
    assert_eq!(api.list(&["tenants"]).await.unwrap().len(), 3);
    let again: Plan = serde_json::from_value(api.post(&["apply"], &document).await.unwrap()).unwrap();
    assert!(again.changes.is_empty(), "{again:?}");
    let missing = api.get(&["tenants", "no/such tenant?"]).await.unwrap_err();
    assert_eq!(missing.to_string(), "there is no tenant `no/such tenant?`");
    api.close().await;
}

#[tokio::test]
async fn a_client_is_managed_without_a_secret_among_the_arguments() {
    let (folder, config) = alone();
    let api = Api::connect(&config, None).await.unwrap();
    let file = folder.path().join("app.toml");
    fs::write(folder.path().join("secret.txt"), "a-secret-that-lies-in-a-file\n").unwrap();
    let entry =
        "client_id = \"shop\"\nname = \"Shop\"\ntenants = \"all\"\nclient_secret = { file = \"secret.txt\" }";
    fs::write(&file, entry).unwrap();
    clients::create(&api, &file).await.unwrap();
    let secrets = api.get(&["clients", "shop"]).await.unwrap()["client_secrets"].as_array().unwrap().len();
    assert_eq!(secrets, 1);

    let changes = folder.path().join("changes.json");
    fs::write(&changes, "{\"name\": \"The shop\", \"scope\": \"openid email\"}").unwrap();
    let changed = clients::update(&api, "shop", &changes).await.unwrap();
    assert_eq!((&changed["name"], &changed["scope"]), (&json!("The shop"), &json!("openid email")));
    assert!(changed.get("client_secret").is_none());
    fs::write(&changes, "{\"client_secret\": {\"file\": \"secret.txt\"}, \"scope\": null}").unwrap();
    let changed = clients::update(&api, "shop", &changes).await.unwrap();
    assert_eq!(changed["scope"], "openid");
    let rotated = api.post(&["clients", "shop", "secrets"], &json!({"overlap": 60})).await.unwrap();
    assert!(rotated["client_secret"].is_string());

    let found = api.search(&["clients"], &[("search", "SHOP".to_owned())]).await.unwrap();
    assert_eq!(found.len(), 1);
    fs::write(&file, entry.replace("client_id", "clientid")).unwrap();
    let refused = format!("{:#}", clients::create(&api, &file).await.unwrap_err());
    assert!(refused.contains("did you mean `client_id`?"), "{refused}");
    api.delete(&["clients", "shop"]).await.unwrap();
    let missing = api.get(&["clients", "shop"]).await.unwrap_err();
    assert_eq!(missing.to_string(), "there is no client `shop`");
    api.close().await;
}

#[tokio::test]
async fn a_token_opens_what_it_is_for() {
    let (_folder, mut config) = alone();
    let api = Api::connect(&config, None).await.unwrap();
    let body = json!({"name": "pipeline", "scopes": ["tenants:read"], "expires_in": 3600});
    let made = api.post(&["tokens"], &body).await.unwrap();
    api.close().await;

    let own = config.data_dir().join("pipeline.token");
    fs::write(&own, made["token"].as_str().unwrap()).unwrap();
    config.admin.token_file = Some(own);
    let operators = config.data_dir().join("admin.token");
    let serving = Config { admin: Admin { token_file: Some(operators) }, ..config.clone() };
    let broker = Broker::open(&serving).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    config.listen = listener.local_addr().unwrap();
    let router = broker.admin();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let api = Api::connect(&config, None).await.unwrap();
    assert!(api.list(&["tenants"]).await.is_ok());
    let refused = api.list(&["clients"]).await.unwrap_err().to_string();
    assert_eq!(refused, "this takes a token with the scope `clients:read`");
    server.abort();
    broker.close().await;
}

#[tokio::test]
async fn a_running_broker_is_asked_over_http() {
    let (_folder, mut config) = alone();
    let broker = Broker::open(&config).await.unwrap();
    let router = broker.admin();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    config.listen = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let api = Api::connect(&config, None).await.unwrap();
    let document = serde_json::to_value(demo_document()).unwrap();
    api.post(&["apply"], &document).await.unwrap();
    assert_eq!(api.list(&["clients"]).await.unwrap().len(), 4);

    fs::write(config.admin_token_file(), "another-token-of-the-operator").unwrap();
    let stranger = Api::connect(&config, None).await.unwrap();
    let refused = stranger.get(&["tenants"]).await.unwrap_err().to_string();
    assert!(refused.contains("does not know the admin token"), "{refused}");
    server.abort();
    broker.close().await;
}

/// Behind a proxy or with TLS of its own, a broker answers to its issuer's name alone.
#[tokio::test]
async fn a_running_broker_is_asked_by_its_name() {
    let certificate = Folder::of(&Pair::new());
    for tls in [false, true] {
        let (_folder, mut config) = alone();
        config.issuer = "https://id.test".to_owned();
        config.listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let Files { certificate, key } = certificate.files.clone();
        config.tls = tls.then_some(Tls { certificate, key });
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let broker = Broker::open(&config).await.unwrap();
        let serving = tokio::spawn(broker.serve(async move { drop(stopped.await) }));
        while !api::somebody_listens(&config).await {
            assert!(!serving.is_finished());
        }
        api::health(&config, None).await.unwrap();
        let api = Api::connect(&config, None).await.unwrap();
        assert!(!api.list(&["keys"]).await.unwrap().is_empty(), "{tls}");
        drop((api, stop));
        serving.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_token_never_leaves_this_machine_in_clear() {
    let (_folder, config) = alone();
    config.secrets(&crate::system::SystemEntropy).unwrap();
    let url = "http://sso.example.org".parse().unwrap();
    let api = Api::connect(&config, Some(&url)).await.unwrap();
    let refused = format!("{:#}", api.get(&["tenants"]).await.unwrap_err());
    assert!(refused.contains("only https"), "{refused}");
}

#[test]
fn a_list_has_a_place_for_every_thing() {
    let things = [
        json!({"slug": "acme", "domains": ["acme.test", "acme.example"], "created_at": 1_700_000_000_000_i64}),
        json!({"slug": "northwind-traders", "domains": [], "created_at": null}),
    ];
    assert_eq!(
        print::columns(&things, &["slug", "domains", "created_at"]),
        "SLUG               DOMAINS                  CREATED_AT\n\
         acme               acme.test, acme.example  2023-11-14T22:13:20Z\n\
         northwind-traders                           -\n"
    );
}

#[test]
fn sr_05_a_name_cannot_steer_the_terminal() {
    let cell = print::cell(Some(&Value::from("\u{1b}[2JKim\r\nadmin\u{9b}1m")));
    assert_eq!(cell, "\\u{1b}[2JKim\\r\\nadmin\\u{9b}1m");
}

#[test]
fn a_plan_reads_like_a_difference() {
    let plan: Plan = serde_json::from_value(json!({
        "changes": [
            {"path": "tenant[acme]", "action": "create", "fields": [{"field": "name", "after": "Acme"}]},
            {"path": "client[app]", "action": "update", "fields": [
                {"field": "require_pkce", "before": true, "after": false},
                {"field": "client_secret", "before": "set"},
            ]},
        ],
        "warnings": ["client[app].client_secret: is short"],
    }))
    .unwrap();
    assert_eq!(
        diff::text(&plan, false),
        "+ tenant[acme]\n    name  Acme\n\
         ~ client[app]\n    require_pkce   true → false\n    client_secret  set → nothing\n\
         warning: client[app].client_secret: is short\n\
         1 to create, 1 to change. Nothing is deleted.\n"
    );
    assert_eq!(diff::text(&Plan::default(), true), "Nothing to change.\n");
}

#[test]
fn references_start_from_the_folder_of_their_document() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret.txt"), "the-secret-in-the-file\n").unwrap();
    let client = "[[client]]\nclient_id = \"a\"\nname = \"A\"\ntenants = \"all\"\n";
    let file = folder.path().join("apps.toml");
    fs::write(&file, format!("{client}client_secret = {{ file = \"secret.txt\" }}")).unwrap();
    let resolved = documents::read(&file).unwrap();
    assert!(resolved.literals.is_empty());
    let sent = serde_json::to_value(&resolved.document).unwrap();
    assert_eq!(sent["client"][0]["client_secret"], "the-secret-in-the-file");

    fs::write(&file, format!("{client}client_secret = {{ file = \"missing.txt\" }}")).unwrap();
    let refused = format!("{:#}", documents::read(&file).unwrap_err());
    assert!(
        refused.contains("apps.toml: client[a].client_secret: ") && refused.contains("missing.txt"),
        "{refused}"
    );
}

#[test]
fn an_unknown_field_of_a_document_is_named_with_a_suggestion() {
    let toml = "[[tenant]]\nslug = \"acme\"\nname = \"Acme\"\ndomain = [\"acme.test\"]";
    let refused = documents::parse(toml, false).unwrap_err().to_string();
    assert!(refused.contains("line 4") && refused.ends_with("did you mean `domains`?"), "{refused}");
    let json = "{\"client\": [{\"client_id\": \"a\", \"scopes\": \"openid\"}]}";
    let refused = documents::parse(json, true).unwrap_err().to_string();
    assert!(
        refused.starts_with("client[0].scopes") && refused.ends_with("did you mean `scope`?"),
        "{refused}"
    );
}

#[tokio::test]
async fn r_11_a_backup_brings_back_everything_but_what_could_have_been_revoked() {
    let (folder, config) = alone();
    let broker = Broker::open(&config).await.unwrap();
    broker.management().apply(&demo_document(), "test").await.unwrap();
    let before = broker.management().export().await.unwrap();
    let jwks = broker.keys().jwks();
    broker.close().await;

    let copy = folder.path().join("copy.jsonl");
    let api = Api::connect(&config, None).await.unwrap();
    let written = backup::create(&api, &copy).await.unwrap();
    assert!(backup::create(&api, &copy).await.is_err(), "an older copy is not overwritten");
    api.close().await;
    assert!(backup::restore_into(&config, &copy).await.is_err(), "only a new store takes a backup");

    let mut elsewhere = Config::in_folder(&folder.path().join("new"));
    elsewhere.listen = config.listen;
    elsewhere.keys.master_key = Some(config.data_dir().join("master.key"));
    assert_eq!(backup::restore_into(&elsewhere, &copy).await.unwrap(), written);
    let restored = Broker::open(&elsewhere).await.unwrap();
    assert_eq!(restored.management().export().await.unwrap(), before);
    assert_eq!(restored.keys().jwks(), jwks);
    restored.close().await;
    let api = Api::connect(&elsewhere, None).await.unwrap();
    let verified = api.get(&["audit", "verification"]).await.unwrap();
    assert!(verified["whole"] == true && verified["events"].as_u64() > Some(0), "{verified}");
    api.close().await;
}

#[tokio::test]
async fn r_11_a_copy_that_was_cut_or_altered_is_noticed() {
    let (folder, config) = alone();
    let copy = folder.path().join("copy.jsonl");
    let api = Api::connect(&config, None).await.unwrap();
    backup::create(&api, &copy).await.unwrap();
    api.close().await;
    let whole = fs::read_to_string(&copy).unwrap();
    let lines: Vec<_> = whole.lines().collect();
    let without_end = lines[..lines.len() - 1].join("\n");
    let without_first = lines[1..].join("\n");
    for damaged in [without_end, without_first, whole.replacen('1', "2", 1), String::new()] {
        fs::write(&copy, damaged).unwrap();
        assert!(backup::verify(&copy).is_err());
    }
}
