//! The grammar of the command line: a noun and a verb. No argument carries a secret: arguments stand
//! in process lists and shell histories.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use doorward_domain::{Algorithm, KeyAlgorithm};
use url::Url;

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
    Export,
    /// Tenants: the customer organisations
    #[command(subcommand)]
    Tenant(TenantVerb),
    /// Connections: tenants' links to identity providers
    #[command(subcommand)]
    Connection(OfTenantVerb),
    /// Clients: the downstream apps
    #[command(subcommand)]
    Client(ClientVerb),
    /// Users of a tenant
    #[command(subcommand)]
    User(UserVerb),
    /// Sessions: people's sign-ins
    #[command(subcommand)]
    Session(SessionVerb),
    /// Signing keys
    #[command(subcommand)]
    Key(KeyVerb),
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
    /// Sign all of its people out everywhere
    SignOut {
        /// Its company code
        slug: String,
    },
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserVerb {
    #[command(flatten)]
    /// Look at them
    Look(OfTenantVerb),
    /// Sign a user out everywhere: all sessions and grants end, and apps are told
    SignOut(OfTenant),
    /// Let a user act no more, and sign them out everywhere
    Disable(OfTenant),
    /// Let a user act again
    Enable(OfTenant),
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

/// What to do with what belongs to a tenant.
#[derive(Debug, Subcommand)]
pub enum OfTenantVerb {
    /// All of a tenant
    List {
        /// The tenant's company code
        tenant: String,
    },
    /// A single one
    Show {
        /// The tenant's company code
        tenant: String,
        /// The connection's name, or the user's identifier
        name: String,
    },
}

/// What to do with clients.
#[derive(Debug, Subcommand)]
pub enum ClientVerb {
    /// All clients
    List,
    /// One client
    Show {
        /// Its client_id
        client_id: String,
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
