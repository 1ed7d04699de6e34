//! The grammar of the command line: a noun and a verb. No argument carries a secret: arguments stand
//! in process lists and shell histories.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use doorward_domain::{Algorithm, KeyAlgorithm};
use url::Url;

use super::audit::AuditVerb;
use super::domains::DomainVerb;
use super::rollout::RolloutVerb;
use super::user::UserVerb;
use crate::config::text::parse_duration;

/// A self-hosted mini identity broker.
#[derive(Debug, Parser)]
#[command(name = "doorward", version, about)]
pub struct Cli {
    /// The broker's configuration [default: doorward.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE", env = "DOORWARD_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where the running broker answers [default: where the configuration lets it listen]
    #[arg(long, global = true, env = "DOORWARD_URL")]
    pub url: Option<Url>,
    /// How to print
    #[arg(short, long, global = true, value_enum, default_value_t)]
    pub output: Output,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the broker
    Serve,
    /// Ask the running broker whether it is alive
    Health,
    /// Check configuration, store, keys and issuer
    Doctor,
    /// Copies of everything
    #[command(subcommand)]
    Backup(BackupVerb),
    /// What the admin API is asked
    #[command(flatten)]
    Admin(AdminCommand),
}

/// What the admin API is asked.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Show what applying files would change
    Plan(Files),
    /// Make what files say true: tenants, connections and clients. Nothing is deleted
    Apply(Files),
    /// Print tenants, connections and clients in the form of `apply`, without secrets
    Export(Part),
    /// Tenants: the customer organisations
    #[command(subcommand)]
    Tenant(TenantVerb),
    /// Domains: whose addresses lead to a tenant
    #[command(subcommand)]
    Domain(DomainVerb),
    /// Connections: tenants' links to identity providers
    #[command(subcommand)]
    Connection(ConnectionVerb),
    /// Clients: the downstream apps
    #[command(subcommand)]
    Client(ClientVerb),
    /// Protected resources: the APIs that tokens are for
    #[command(subcommand)]
    Resource(ResourceVerb),
    /// Users of a tenant
    #[command(subcommand)]
    User(UserVerb),
    /// Sessions: people's sign-ins
    #[command(subcommand)]
    Session(SessionVerb),
    /// Sign-ins: what became of each
    #[command(subcommand)]
    Trace(TraceVerb),
    /// The audit log: who did what, and whether it is whole
    #[command(subcommand)]
    Audit(AuditVerb),
    /// Signing keys
    #[command(subcommand)]
    Key(KeyVerb),
    /// Tokens of the admin API
    #[command(subcommand)]
    Token(TokenVerb),
    /// Initial access tokens, which clients register themselves with
    #[command(subcommand)]
    RegistrationToken(RegistrationTokenVerb),
}

/// What to do with backups.
#[derive(Debug, Subcommand)]
pub enum BackupVerb {
    /// Write a copy of everything but sessions and grants into a new file, and check it
    Create {
        /// The file, which must not exist
        file: PathBuf,
    },
    /// Check that a backup is whole
    Verify {
        /// The backup
        file: PathBuf,
    },
    /// Put a backup into the configured store, which must be a new one; the master key must be the old one
    Restore {
        /// The backup
        file: PathBuf,
    },
}

/// Documents to plan or apply.
#[derive(Args, Debug)]
pub struct Files {
    /// Documents in TOML, or in JSON when their name ends in .json
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub part: Part,
}

/// How much of the configuration.
#[derive(Debug, Args)]
pub struct Part {
    /// The company code of the one tenant that it is about; its own administrators see and say no more
    #[arg(long)]
    pub tenant: Option<String>,
}

/// What to do with tenants.
#[derive(Debug, Subcommand)]
pub enum TenantVerb {
    /// All tenants
    List,
    /// One tenant
    Show {
        /// Its company code
        slug: String,
    },
    /// What became of it, the latest change first
    History {
        /// Its company code
        slug: String,
    },
    /// Make it what it was before a change; its connections and users stay as they are
    Revert {
        /// Its company code
        slug: String,
        /// The change's number in its history
        number: u32,
        /// Only tell what would come of it
        #[arg(long)]
        dry_run: bool,
    },
    /// Sign all of its people out everywhere
    SignOut {
        /// Its company code
        slug: String,
    },
}

/// One user, or one session.
#[derive(Args, Debug)]
pub struct OfTenant {
    /// The tenant's company code
    pub tenant: String,
    /// The identifier
    pub id: String,
}

/// What to do with sessions.
#[derive(Debug, Subcommand)]
pub enum SessionVerb {
    /// The sessions of a tenant's people
    List {
        /// The tenant's company code
        tenant: String,
        /// The one user whose sessions are wanted
        #[arg(long)]
        user: Option<String>,
    },
    /// End a session and all that came from it
    End(OfTenant),
}

/// What to do with connections.
#[derive(Debug, Subcommand)]
pub enum ConnectionVerb {
    /// All of a tenant
    List {
        /// The tenant's company code
        tenant: String,
    },
    /// A single one
    Show {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
    },
    /// Look at what can be known before anybody signs in: what the provider publishes, whether it knows our
    /// credentials and, as a guess, our redirect URI
    Check {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
    },
    /// Make a link by which somebody tries the whole way of a sign-in in a browser; nothing is created,
    /// nobody is signed in
    Test {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
        /// Tell how this test stands, instead of beginning another
        #[arg(long, value_name = "ID")]
        show: Option<String>,
    },
    /// Make a new key pair for a connection that authenticates with one; the old one stays beside it
    RotateKey {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
    },
    /// End all sessions and grants of those who came through it; the apps are told
    SignOut {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
    },
    /// Load a list that says whose account a subject is: CSV with the columns subject and account
    LoadIdentities {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
        /// The list
        file: PathBuf,
        /// Only tell what would come of it
        #[arg(long)]
        dry_run: bool,
    },
    /// Tell who would gain and who would lose by another mapping, of all who have signed in
    PreviewMapping {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
        /// The changed mapping and standing, in TOML, or in JSON when its name ends in .json
        file: PathBuf,
    },
    /// Say what a code or a message means that somebody saw on a page of the provider's
    Explain {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
        /// What they saw, such as AADSTS50011
        text: String,
    },
    /// Which credentials run out when, and which proofs of domains, of all tenants
    Forecast,
    /// From draft to required, and back
    #[command(flatten)]
    Rollout(RolloutVerb),
}

/// What to do with sign-ins.
#[derive(Debug, Subcommand)]
pub enum TraceVerb {
    /// Those of a tenant's people, the newest first; those that led to nobody when no tenant is named
    List {
        /// The tenant's company code
        tenant: Option<String>,
        /// Only those through the connection of this name
        #[arg(long, requires = "tenant")]
        connection: Option<String>,
        /// Only those that came to this
        #[arg(long, value_enum)]
        outcome: Option<TraceOutcome>,
    },
    /// One, by the reference on the person's error page: what happened, who must mend it, and how
    Show {
        /// The reference, such as calm-otter-4821
        reference: String,
        /// The company code of the one tenant that it is looked for in
        #[arg(long)]
        tenant: Option<String>,
    },
    /// Keep what claims say of new sign-ins through a connection, for a quarter of an hour
    Open {
        /// The tenant's company code
        tenant: String,
        /// The connection's name
        name: String,
    },
}

/// What a sign-in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TraceOutcome {
    /// The person came in
    Entered,
    /// The person did not
    Failed,
    /// The person is at the provider
    UnderWay,
    /// The person was sent to the provider, and never came back
    NeverCameBack,
}

impl TraceOutcome {
    /// Its name in the admin API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Failed => "failed",
            Self::UnderWay => "under_way",
            Self::NeverCameBack => "never_came_back",
        }
    }
}

/// What to do with clients.
#[derive(Debug, Subcommand)]
pub enum ClientVerb {
    /// All clients, or some
    List(ClientFilter),
    /// One client
    Show {
        /// Its client_id
        client_id: String,
    },
    /// Create a client; a secret that is made for it is printed once
    Create {
        /// The fields of a `[[client]]`, in TOML or JSON; `-` for standard input
        file: PathBuf,
    },
    /// Change fields of a client; what the file does not name stays
    Update {
        /// Its client_id
        client_id: String,
        /// The fields that change, in TOML or JSON; `-` for standard input. In JSON, `null` takes one away
        file: PathBuf,
    },
    /// Make a new secret, and print it once
    RotateSecret {
        /// Its client_id
        client_id: String,
        /// How long the one before stays good, such as 12h or 7d; 0s ends it at once
        #[arg(long, value_parser = parse_duration)]
        overlap: Duration,
    },
    /// Delete a client, and with it everything that it was given
    Delete {
        /// Its client_id
        client_id: String,
    },
    /// Show what a person's tokens at a client would say
    Preview(Preview),
}

/// Whose tokens are shown.
#[derive(Args, Debug)]
pub struct Preview {
    /// The client's client_id
    pub client_id: String,
    /// The company code of the person's tenant
    pub tenant: String,
    /// The person's identifier
    pub user: String,
    /// The connection they would come through [default: the first that leads there]
    #[arg(long)]
    pub connection: Option<String>,
    /// What the client would ask for [default: as much as it may]
    #[arg(long)]
    pub scope: Option<String>,
    /// The protected resource that it would ask for
    #[arg(long)]
    pub resource: Option<String>,
}

/// Which clients are listed.
#[derive(Args, Debug)]
pub struct ClientFilter {
    /// Only those whose client_id starts like this
    #[arg(long)]
    pub prefix: Option<String>,
    /// Only those whose name or client_id has this in it
    #[arg(long)]
    pub search: Option<String>,
    /// Only those that serve the tenant with this company code
    #[arg(long)]
    pub tenant: Option<String>,
    /// Only those that may act, or that may not
    #[arg(long)]
    pub enabled: Option<bool>,
}

/// What to do with initial access tokens.
#[derive(Debug, Subcommand)]
pub enum RegistrationTokenVerb {
    /// All tokens: what they are for, never what they are
    List,
    /// Make a token, and print it once
    Create {
        /// What it is for
        name: String,
        /// How many clients may be registered with it
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// The company code of the tenant whose people may use them [default: as the broker is configured]
        #[arg(long)]
        tenant: Option<String>,
        /// How long it is good
        #[arg(long, default_value = "7d", value_parser = parse_duration)]
        expires_in: Duration,
    },
    /// Revoke a token; what was registered with it stays
    Revoke {
        /// Its identifier
        id: String,
    },
}

/// What to do with tokens of the admin API.
#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// All tokens: what they are for, never what they are
    List,
    /// Make a token, and print it once
    Create {
        /// What it is for
        name: String,
        /// What it may do, such as clients:read, or `*` for everything
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// The company code of the tenant that it is for, and nothing else
        #[arg(long)]
        tenant: Option<String>,
        /// How long it is good
        #[arg(long, default_value = "90d", value_parser = parse_duration)]
        expires_in: Duration,
    },
    /// Revoke a token
    Revoke {
        /// Its identifier
        id: String,
    },
}

/// What to do with protected resources.
#[derive(Debug, Subcommand)]
pub enum ResourceVerb {
    /// What the resource has to publish so that clients find their way here (RFC 9728)
    Metadata {
        /// The resource's URL, for which some client may ask tokens
        url: String,
    },
}

/// What to do with the broker's own keys.
#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// All keys
    List,
    /// Publish a successor, which comes into use once everybody can know it
    Rotate {
        /// Which key: ES256, RS256, PS256, EdDSA, ECDH-ES or RSA-OAEP-256
        #[arg(long, default_value_t = Algorithm::ES256.into())]
        algorithm: KeyAlgorithm,
    },
}
