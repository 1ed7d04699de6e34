//! The broker's own configuration: `doorward.toml`, and over it the environment as
//! `DOORWARD__SECTION__KEY`.
//!
//! Everything has a safe default: without any configuration a broker runs at
//! `http://localhost:8080` and keeps its state in `data/state`. A key that is not known is an error.
//! What tenants, connections and clients there are is not configuration: see `doorward apply`.

mod dns;
mod entrance;
mod error;
mod list;
mod mail;
mod registration;
mod secrets;
pub(crate) mod suggest;
pub(crate) mod text;

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment, File, FileFormat, Map};
use doorward_domain::Algorithm;
use doorward_net::{EgressPolicy, PlainHttp};
use doorward_service::keys::Schedule;
use doorward_service::settings::{InvalidIssuer, Lifetimes, Settings};
use doorward_service::trace::Limits as TraceLimits;
use ipnet::IpNet;
use serde::Deserialize;

pub use dns::Dns;
pub use entrance::{Mtls, Proxy, Tls};
pub use error::ConfigError;
pub use mail::Mail;
pub use registration::{Documents, Mode, Registration};
pub use secrets::Secrets;

use crate::backend::StoreChoice;
use crate::listen::Limits;

/// The file that is read when none is named, if it exists.
pub const DEFAULT_FILE: &str = "doorward.toml";

/// What the operator decides about the whole broker.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The issuer identifier: the origin at which people and apps reach this broker.
    #[serde(deserialize_with = "text::issuer")]
    pub issuer: String,
    /// Where the broker listens.
    #[serde(deserialize_with = "text::address")]
    pub listen: SocketAddr,
    /// The most connections at a time; those who wait longest make room for others.
    pub max_connections: NonZeroUsize,
    /// Where records live.
    #[serde(deserialize_with = "text::store")]
    pub store: StoreChoice,
    /// TLS, if the broker speaks it itself and not a proxy in front of it.
    pub tls: Option<Tls>,
    /// Certificates of clients.
    pub mtls: Mtls,
    /// Proxies in front of the broker.
    pub proxy: Proxy,
    /// Master keys, and the broker's own.
    pub keys: Keys,
    /// Where the broker may connect to.
    pub egress: Egress,
    /// Who is asked for proofs of domains.
    pub dns: Dns,
    /// How long people stay signed in.
    pub sessions: Sessions,
    /// Apps that register themselves.
    pub registration: Registration,
    /// What tokens are bound to.
    pub tokens: Tokens,
    /// The admin API.
    pub admin: Admin,
    /// E-mail.
    pub mail: Mail,
    /// What is kept of sign-ins.
    pub traces: Traces,
}

/// `[keys]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// The file with the master key, 32 random bytes in base64 or hexadecimal. Left out, it is
    /// `master.key` beside the store and made on the first start.
    pub master_key: Option<PathBuf>,
    /// Files with master keys that were active before; what they sealed is still opened.
    #[serde(deserialize_with = "list::paths")]
    pub older_master_keys: Vec<PathBuf>,
    /// What tokens are signed with; the keys are made as needed.
    #[serde(deserialize_with = "list::algorithms")]
    pub algorithms: Vec<Algorithm>,
    /// How long a signing key signs.
    #[serde(deserialize_with = "text::duration")]
    pub rotate_every: Duration,
}

/// `[egress]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Egress {
    /// Networks that may be reached beside public addresses, for identity providers on the premises.
    #[serde(deserialize_with = "list::networks")]
    pub allowed_networks: Vec<IpNet>,
    /// Ports that may be used.
    #[serde(deserialize_with = "list::ports")]
    pub ports: Vec<u16>,
    /// Files with certificate authorities (PEM) that are trusted beside the machine's own.
    #[serde(deserialize_with = "list::paths")]
    pub extra_roots: Vec<PathBuf>,
    /// What those files hold.
    #[serde(skip)]
    pub extra_roots_pem: Vec<String>,
    /// Where http without TLS is allowed. No file and no variable can say so: the playground does.
    #[serde(skip)]
    pub plain_http: PlainHttp,
}

/// `[sessions]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// A session that nobody uses ends after this.
    #[serde(deserialize_with = "text::duration")]
    pub idle: Duration,
    /// Every session ends after this.
    #[serde(deserialize_with = "text::duration")]
    pub absolute: Duration,
}

/// `[tokens]`
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// Whether DPoP proofs must repeat a nonce that the broker gave out just before.
    pub dpop_nonces: bool,
}

/// `[admin]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Admin {
    /// The file with the bearer token of the admin API. Left out, it is `admin.token` beside the store
    /// and made on the first start.
    pub token_file: Option<PathBuf>,
}

/// `[traces]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traces {
    /// The most memory that they take, about.
    #[serde(deserialize_with = "text::bytes")]
    pub memory: usize,
    /// How long they are kept, if there is room; what went wrong even when the broker restarts.
    #[serde(deserialize_with = "text::duration")]
    pub kept_for: Duration,
}

impl Default for Traces {
    fn default() -> Self {
        let TraceLimits { memory, kept_for } = TraceLimits::default();
        Self { memory, kept_for }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::in_folder(Path::new("data/state"))
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            master_key: None,
            older_master_keys: Vec::new(),
            algorithms: Algorithm::ALL.to_vec(),
            rotate_every: Schedule::default().period,
        }
    }
}

impl Default for Egress {
    fn default() -> Self {
        let EgressPolicy { ports, allowed_networks, .. } = EgressPolicy::default();
        Self {
            allowed_networks,
            ports,
            extra_roots: Vec::new(),
            extra_roots_pem: Vec::new(),
            plain_http: PlainHttp::Nowhere,
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        let Lifetimes { session_idle: idle, session: absolute, .. } = Lifetimes::default();
        Self { idle, absolute }
    }
}

impl Config {
    /// The defaults, with the embedded store and generated secrets in `folder`.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            issuer: "http://localhost:8080".to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            max_connections: Limits::default().connections,
            store: text::embedded(folder),
            tls: None,
            mtls: Mtls::default(),
            proxy: Proxy::default(),
            keys: Keys::default(),
            egress: Egress::default(),
            dns: Dns::default(),
            sessions: Sessions::default(),
            registration: Registration::default(),
            tokens: Tokens::default(),
            admin: Admin::default(),
            mail: Mail::default(),
            traces: Traces::default(),
        }
    }

    /// Reads `file`, or [`DEFAULT_FILE`] if that exists, and the environment over it.
    ///
    /// # Errors
    /// [`ConfigError`] names the key and how to mend it.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let default = Path::new(DEFAULT_FILE);
        let text = match file.or_else(|| default.exists().then_some(default)) {
            Some(path) => read(path)?,
            None => String::new(),
        };
        Self::parse(&text, std::env::vars().collect())
    }

    /// Reads the text of a file, and `environment` over it.
    ///
    /// # Errors
    /// [`ConfigError`], like [`Config::load`].
    pub fn parse(text: &str, environment: Map<String, String>) -> Result<Self, ConfigError> {
        let environment = Environment::with_prefix("DOORWARD")
            .prefix_separator("__")
            .separator("__")
            .source(Some(environment));
        let sources = config::Config::builder()
            .add_source(File::from_str(text, FileFormat::Toml))
            .add_source(environment)
            .build()
            .map_err(|cause| ConfigError::Malformed(cause.to_string()))?;
        let mut config: Self = serde_path_to_error::deserialize(sources).map_err(|error| {
            let path = error.path().to_string();
            ConfigError::from_serde(&path, &error.into_inner().to_string())
        })?;
        config.check_entrance()?;
        config.egress.extra_roots_pem =
            config.egress.extra_roots.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
        Ok(config)
    }

    /// The folder in which the embedded store and generated secrets lie.
    pub fn data_dir(&self) -> &Path {
        let StoreChoice::Sled(records) = &self.store;
        records.parent().unwrap_or(records)
    }

    /// What the services must know.
    ///
    /// # Errors
    /// When the issuer is none.
    pub fn settings(&self) -> Result<Settings, InvalidIssuer> {
        let lifetimes = Lifetimes {
            session_idle: self.sessions.idle,
            session: self.sessions.absolute,
            ..Lifetimes::default()
        };
        let mut settings = Settings::new(&self.issuer, lifetimes)?;
        settings.dpop_nonces = self.tokens.dpop_nonces;
        settings.mutual_tls = self.mutual_tls();
        settings.traces = TraceLimits { memory: self.traces.memory, kept_for: self.traces.kept_for };
        Ok(settings)
    }

    /// Where the broker may connect to.
    pub fn egress_policy(&self) -> EgressPolicy {
        EgressPolicy {
            ports: self.egress.ports.clone(),
            allowed_networks: self.egress.allowed_networks.clone(),
            allow_http_on: self.egress.plain_http,
            extra_roots: self.egress.extra_roots_pem.clone(),
            ..EgressPolicy::default()
        }
    }
}

impl Keys {
    /// When signing keys are replaced.
    pub fn schedule(&self) -> Schedule {
        Schedule { period: self.rotate_every, ..Schedule::default() }
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable { path: path.to_owned(), cause })
}

#[cfg(test)]
mod tests;
