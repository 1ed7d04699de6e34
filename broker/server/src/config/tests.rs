use std::fs;
use std::path::Path;

use doorward_domain::{Algorithm, Entropy};
use doorward_service::management::DocumentHosts;

use super::*;

struct Seven;

impl Entropy for Seven {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Map::new())
}

fn with_environment(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::parse(
        text,
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    )
}

fn secrets_refusal(config: &Config) -> String {
    config.secrets(&Seven).err().unwrap().to_string()
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn without_any_configuration_a_broker_runs_here() {
    let config = parse("").unwrap();
    assert!(config.settings().unwrap().mutual_tls.is_none());
    assert_eq!(config.issuer, "http://localhost:8080");
    assert!(config.listen.ip().is_loopback());
    assert_eq!(config.data_dir(), Path::new("data/state"));
    assert_eq!(config.egress.plain_http, PlainHttp::Nowhere);
    let lifetimes = config.settings().unwrap().lifetimes;
    assert_eq!(
        (lifetimes.session_idle, lifetimes.session),
        (Duration::from_secs(3600), Duration::from_secs(43_200))
    );
}

#[test]
fn every_key_can_be_set_in_the_file() {
    let config = parse(
        r#"
        issuer = "https://sso.example.org"
        listen = "0.0.0.0:443"
        store = "sled:/var/lib/doorward"
        [tls]
        certificate = "/etc/tls.crt"
        key = "/etc/tls.key"
        [mtls]
        listen = "0.0.0.0:8443"
        url = "https://mtls.example.org"
        ca = "/etc/clients.crt"
        [proxy]
        trusted = ["10.0.0.0/8"]
        client_certificate_header = "Client-Cert"
        [keys]
        master_key = "/run/secrets/master"
        older_master_keys = ["/run/secrets/older"]
        algorithms = ["ES256"]
        rotate_every = "30d"
        [egress]
        allowed_networks = ["10.20.0.0/16"]
        ports = [443, 8443]
        [dns]
        servers = ["9.9.9.9", "[::1]:5353"]
        [sessions]
        idle = "30m"
        absolute = "8h"
        [admin]
        token_file = "/run/secrets/admin"
        [mail]
        [traces]
        memory = "512 KiB"
        kept_for = "2d"
        "#,
    )
    .unwrap();
    let traces = config.settings().unwrap().traces;
    assert_eq!((traces.memory, traces.kept_for.as_secs()), (512 * 1024, 2 * 86_400));
    assert_eq!(config.store, StoreChoice::Sled("/var/lib/doorward/records".into()));
    assert_eq!(config.tls.as_ref().unwrap().key, Path::new("/etc/tls.key"));
    let mutual = config.settings().unwrap().mutual_tls.unwrap();
    assert_eq!(mutual.base_url.unwrap().as_str(), "https://mtls.example.org/");
    assert!(mutual.has_authorities);
    assert_eq!(config.proxy.client_certificate_header.as_ref().unwrap(), "client-cert");
    assert_eq!(config.keys.algorithms, [Algorithm::ES256]);
    assert_eq!(config.keys.schedule().period, Duration::from_secs(30 * 86_400));
    assert_eq!(config.egress_policy().allowed_networks[0].to_string(), "10.20.0.0/16");
    assert_eq!(config.admin_token_file(), Path::new("/run/secrets/admin"));
    assert_eq!(
        config.dns.servers.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["9.9.9.9:53", "[::1]:5353"]
    );
}

#[test]
fn a_number_of_bytes_says_its_unit() {
    let memory = |text: &str| parse(&format!("traces.memory = \"{text}\"")).map(|it| it.traces.memory);
    assert_eq!(memory("2GiB").unwrap(), 2 << 30);
    assert_eq!(parse("").unwrap().traces.memory, 6 << 20);
    for wrong in ["", "6", "0 MiB", "-1 MiB", "1.5 MiB", "6 MB", "99999999999999 GiB"] {
        assert!(memory(wrong).unwrap_err().to_string().contains("512 KiB"), "{wrong}");
    }
}

#[test]
fn the_environment_stands_over_the_file() {
    let file = "issuer = \"https://file.example.org\"\nlisten = \"127.0.0.1:1\"\n[sessions]\nidle = \"1m\"";
    let config = with_environment(
        file,
        &[
            ("DOORWARD__ISSUER", "https://environment.example.org"),
            ("DOORWARD__SESSIONS__IDLE", "2m"),
            ("DOORWARD__EGRESS__ALLOWED_NETWORKS", "10.0.0.0/8,192.168.0.0/16"),
            ("DOORWARD__EGRESS__PORTS", "443,8443"),
            ("DOORWARD__KEYS__ALGORITHMS", "ES256"),
            ("DOORWARD_LOG", "debug"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.issuer, "https://environment.example.org");
    assert_eq!(config.listen.port(), 1);
    assert_eq!(config.sessions.idle, Duration::from_secs(120));
    assert_eq!(config.egress.allowed_networks.len(), 2);
    assert_eq!(config.egress.ports, [443, 8443]);
}

#[test]
fn a_list_in_the_environment_may_have_one_item_or_none() {
    for (text, ports) in [("8443", vec![8443]), ("443, 8443,", vec![443, 8443]), ("", vec![])] {
        let config = with_environment("", &[("DOORWARD__EGRESS__PORTS", text)]).unwrap();
        assert_eq!(config.egress.ports, ports, "{text}");
    }
    let config = with_environment(
        "[egress]\nports = [1, 2]",
        &[
            ("DOORWARD__EGRESS__PORTS", "3"),
            ("DOORWARD__EGRESS__ALLOWED_NETWORKS", "10.0.0.0/8"),
            ("DOORWARD__KEYS__OLDER_MASTER_KEYS", "1234"),
            ("DOORWARD__KEYS__ALGORITHMS", "RS256"),
            ("DOORWARD__KEYS__MASTER_KEY", "5678"),
            ("DOORWARD__MAX_CONNECTIONS", "9"),
        ],
    )
    .unwrap();
    assert_eq!(config.egress.ports, [3], "not merged with those of the file");
    assert_eq!(config.egress.allowed_networks.len(), 1);
    assert_eq!(config.keys.older_master_keys, [Path::new("1234")]);
    assert_eq!(config.keys.algorithms, [Algorithm::RS256]);
    assert_eq!(config.keys.master_key.unwrap(), Path::new("5678"));
    assert_eq!(config.max_connections.get(), 9);
    for wrong in ["443;8443", "-1", "70000", "true", "4.5"] {
        let told = with_environment("", &[("DOORWARD__EGRESS__PORTS", wrong)]).unwrap_err().to_string();
        assert!(told.starts_with(&format!("`egress.ports`: `{wrong}` is not a port")), "{told}");
    }
}

#[test]
fn an_unknown_key_is_an_error_with_a_suggestion() {
    assert_eq!(refusal("isuer = \"x\""), "`isuer` is not known; did you mean `issuer`?");
    assert_eq!(
        refusal("[egress]\nallowed_network = []"),
        "`egress.allowed_network` is not known; did you mean `egress.allowed_networks`?"
    );
    assert_eq!(refusal("[mail]\nsmtp = \"x\""), "`mail.smtp` is not known");
    assert_eq!(refusal("[egress]\nplain_http = \"Loopback\""), "`egress.plain_http` is not known");
    let typo = with_environment("", &[("DOORWARD__LISTENS", "127.0.0.1:1")]).unwrap_err().to_string();
    assert_eq!(typo, "`listens` is not known; did you mean `listen`?");
}

#[test]
fn a_wrong_value_names_its_key_and_how_to_mend_it() {
    for (text, key, mending) in [
        ("issuer = \"http://sso.example.org\"", "issuer", "https://sso.example.org"),
        ("issuer = \"https://sso.example.org/\"", "issuer", "https://sso.example.org"),
        ("issuer = \"https://sso.example.org/x?y\"", "issuer", "https://sso.example.org"),
        ("issuer = \"sso.example.org\"", "issuer", "https://sso.example.org"),
        ("issuer = \"https://u:p@sso.example.org\"", "issuer", "https://sso.example.org"),
        ("listen = \"8080\"", "listen", "127.0.0.1:8080"),
        ("max_connections = 0", "max_connections", "nonzero"),
        ("store = \"postgres://localhost/doorward\"", "store", "later release"),
        ("store = \"memory\"", "store", "sled:data/state"),
        ("[tls]\ncertificate = \"c\"", "tls", "key"),
        ("[tls]\ncertificate = \"c\"\nkey = \"k\"", "tls", "https:"),
        ("[mtls]\nlisten = \"8443\"", "mtls.listen", "0.0.0.0:8080"),
        ("[mtls]\nlisten = \"0.0.0.0:8443\"", "mtls.listen", "[tls]"),
        ("[mtls]\nurl = \"http://mtls.example.org\"", "mtls.url", "https://mtls.example.org"),
        ("[mtls]\nurl = \"https://mtls.example.org/\"", "mtls.url", "https://mtls.example.org"),
        ("[mtls]\nurl = \"https://mtls.example.org\"", "mtls", "mtls.listen"),
        ("[mtls]\nca = \"ca\"", "mtls", "mtls.listen"),
        ("[proxy]\nclient_certificate_header = \"Client-Cert\"", "proxy.trusted", "believed"),
        (
            "[proxy]\nclient_certificate_header = \"Client Cert\"",
            "proxy.client_certificate_header",
            "Client-Cert",
        ),
        ("[proxy]\ntrusted = [\"10.0.0.1/33\"]", "proxy.trusted[0]", "10.20.0.0/16"),
        ("[sessions]\nidle = \"soon\"", "sessions.idle", "12h"),
        ("[sessions]\nidle = \"0s\"", "sessions.idle", "12h"),
        ("[keys]\nalgorithms = [\"HS256\"]", "keys.algorithms[0]", "HS256"),
        ("[egress]\nallowed_networks = [\"10.0.0.1/33\"]", "egress.allowed_networks[0]", "10.20.0.0/16"),
        ("[egress]\nports = [70000]", "egress.ports[0]", "70000"),
    ] {
        let told = refusal(text);
        assert!(told.starts_with(&format!("`{key}`: ")) && told.contains(mending), "{text}\n{told}");
    }
    assert!(refusal("issuer = ").contains("TOML"));
    assert!(refusal("[egress]\nextra_roots = [\"/nowhere/ca.pem\"]").starts_with("/nowhere/ca.pem: "));
}

#[test]
fn a_broker_that_asks_for_certificates_says_where() {
    let with = |issuer: &str, mtls: &str| {
        let tls = "[tls]\ncertificate = \"c\"\nkey = \"k\"";
        parse(&format!("issuer = \"{issuer}\"\n{tls}\n[mtls]\nlisten = \"0.0.0.0:8443\"\n{mtls}"))
    };
    assert!(with("https://id.example.org", "url = \"https://id.example.org:8443\"").is_ok());
    for url in ["", "url = \"https://id.example.org\""] {
        let told = with("https://id.example.org", url).unwrap_err().to_string();
        assert!(told.starts_with("`mtls.url`: "), "{told}");
    }
}

#[test]
fn secrets_are_made_once_and_only_their_owner_may_read_them() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::in_folder(&folder.path().join("state"));
    let first = config.secrets(&Seven).unwrap();
    let token = config.admin_token().unwrap();
    let again = config.secrets(&Seven).unwrap();
    assert_eq!(first.sealer.active(), again.sealer.active());
    assert!(again.admin_token.matches(&token));

    use std::os::unix::fs::PermissionsExt as _;
    for (file, mode) in [("master.key", 0o400), ("admin.token", 0o600), ("", 0o700)] {
        let metadata = fs::metadata(config.data_dir().join(file)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{file}");
    }
}

#[test]
fn a_master_key_is_the_same_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::in_folder(folder.path());
    let mut names = Vec::new();
    for text in [BASE64_SEVENS.to_owned(), format!("{BASE64_SEVENS}\n"), "07".repeat(32)] {
        let file = folder.path().join("key");
        fs::write(&file, text).unwrap();
        config.keys.master_key = Some(file);
        names.push(config.secrets(&Seven).unwrap().sealer.active().to_owned());
    }
    names.dedup();
    assert_eq!(names.len(), 1, "{names:?}");
}

const BASE64_SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

#[test]
fn a_secret_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::in_folder(folder.path());
    config.secrets(&Seven).unwrap();
    let file = folder.path().join("wrong");
    for text in ["", "password", "AAAA", &"é".repeat(32)] {
        fs::write(&file, text).unwrap();
        config.keys.master_key = Some(file.clone());
        assert!(secrets_refusal(&config).contains("openssl rand"), "{text}");
    }
    config.keys.master_key = None;
    config.admin.token_file = Some(file.clone());
    fs::write(&file, "password").unwrap();
    assert!(secrets_refusal(&config).contains("too short"));
    config.admin.token_file = Some(folder.path().join("missing"));
    assert!(config.secrets(&Seven).is_err());
}

#[test]
fn clients_may_be_documents_nowhere_anywhere_or_on_some_hosts() {
    let documents = |text: &str| {
        let config = parse(&format!("[registration]\ntenants = \"all\"\n{text}")).unwrap();
        config.registration.documents(&config.egress_policy()).unwrap().map(|policy| policy.hosts)
    };
    let hosts =
        |names: &[&str]| Some(DocumentHosts::These(names.iter().map(|name| (*name).to_owned()).collect()));
    assert_eq!(documents(""), None);
    assert_eq!(documents("client_id_metadata_documents = \"off\""), None);
    assert_eq!(documents("client_id_metadata_documents = \"on\""), Some(DocumentHosts::All));
    let some = "client_id_metadata_documents = [\"vscode.dev\", \"Apps.Example\"]";
    assert_eq!(documents(some), hosts(&["apps.example", "vscode.dev"]));
    for wrong in ["[]", "\"\"", "\"https://apps.example/\""] {
        let text = refusal(&format!("[registration]\nclient_id_metadata_documents = {wrong}"));
        assert!(text.contains("client_id_metadata_documents"), "{text}");
    }
    let variable = [("DOORWARD__REGISTRATION__CLIENT_ID_METADATA_DOCUMENTS", "apps.example")];
    let config = with_environment("[registration]\ntenants = \"all\"", &variable).unwrap();
    assert_eq!(
        config.registration.client_id_metadata_documents,
        Documents::Hosts(vec!["apps.example".into()])
    );
    let text = parse("[registration]\nclient_id_metadata_documents = \"on\"").unwrap();
    let missing = text.registration.documents(&text.egress_policy()).unwrap_err().to_string();
    assert!(missing.contains("registration.tenants"), "{missing}");
}
