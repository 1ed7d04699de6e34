//! What is measured: the operations, and what each may cost.

use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::app::{App, OFFLINE_SCOPE, SCOPE};
use crate::browser::Browser;

/// An operation that is done again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Workload {
    /// A new browser signs in through the identity provider: authorization request, sign-in page,
    /// company, callback, token.
    Federated,
    /// A browser with a session signs in without any page: authorization request, token.
    Silent,
    /// The same by FAPI 2.0: a pushed request, `private_key_jwt`, DPoP, all with ES256.
    Fapi,
    /// A refresh token is used and rotated.
    Refresh,
    /// An app gets a token for itself.
    ClientCredentials,
    /// An access token is used at userinfo.
    Userinfo,
    /// An app asks whether an access token is alive.
    Introspection,
    /// The discovery document is read.
    Discovery,
    /// The keys are read.
    Jwks,
    /// A new browser gets to the sign-in page and never comes back.
    Abandoned,
}

/// The most that one operation may cost the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// CPU time in microseconds.
    pub cpu: Option<u64>,
    /// Bytes sent to storage.
    pub written: Option<u64>,
}

impl Workload {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Federated,
        Self::Silent,
        Self::Fapi,
        Self::Refresh,
        Self::ClientCredentials,
        Self::Userinfo,
        Self::Introspection,
        Self::Discovery,
        Self::Jwks,
        Self::Abandoned,
    ];

    /// What one operation is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Federated => "federated login, whole",
            Self::Silent => "silent sign-in",
            Self::Fapi => "silent sign-in by FAPI 2.0",
            Self::Refresh => "refresh with rotation",
            Self::ClientCredentials => "client credentials",
            Self::Userinfo => "userinfo",
            Self::Introspection => "introspection",
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Abandoned => "abandoned /authorize",
        }
    }

    /// What one operation may cost.
    pub const fn budget(self) -> Budget {
        let (cpu, written) = match self {
            Self::Federated => (Some(700), Some(16 * 1024)),
            Self::Silent => (Some(400), None),
            Self::Fapi => (Some(1_000), None),
            Self::Refresh => (Some(250), Some(4 * 1024)),
            Self::ClientCredentials => (Some(120), Some(0)),
            Self::Userinfo | Self::Introspection => (Some(60), Some(0)),
            Self::Discovery => (Some(30), Some(0)),
            Self::Abandoned => (Some(100), Some(0)),
            Self::Jwks => (None, None),
        };
        Budget { cpu, written }
    }
}

/// Somebody who does one operation after the other.
pub struct Worker {
    app: Arc<App>,
    task: Task,
}

/// A workload with what one worker needs for it.
enum Task {
    Federated,
    Silent(Browser),
    Fapi(Browser),
    ClientCredentials,
    Refresh { refresh_token: String },
    Userinfo { access_token: String },
    Introspection { access_token: String },
    Discovery,
    Jwks,
    Abandoned,
}

impl Worker {
    /// A worker who is ready: signed in, where the workload begins after that.
    ///
    /// # Errors
    /// When the sign-in fails.
    pub async fn new(workload: Workload, app: &Arc<App>) -> anyhow::Result<Self> {
        let mut browser = app.browser();
        let task = match workload {
            Workload::Federated => Task::Federated,
            Workload::Silent => {
                app.sign_in(&mut browser, SCOPE).await?;
                Task::Silent(browser)
            }
            Workload::Fapi => {
                app.sign_in(&mut browser, SCOPE).await?;
                Task::Fapi(browser)
            }
            Workload::ClientCredentials => Task::ClientCredentials,
            Workload::Refresh => {
                let tokens = app.sign_in(&mut browser, OFFLINE_SCOPE).await?;
                Task::Refresh { refresh_token: tokens.refresh_token.context("no refresh token")? }
            }
            Workload::Userinfo => {
                Task::Userinfo { access_token: app.sign_in(&mut browser, SCOPE).await?.access_token }
            }
            Workload::Introspection => {
                Task::Introspection { access_token: app.sign_in(&mut browser, SCOPE).await?.access_token }
            }
            Workload::Discovery => Task::Discovery,
            Workload::Jwks => Task::Jwks,
            Workload::Abandoned => Task::Abandoned,
        };
        Ok(Self { app: Arc::clone(app), task })
    }

    /// Does the operation once.
    ///
    /// # Errors
    /// When any answer is not the right one.
    pub async fn operate(&mut self) -> anyhow::Result<()> {
        let app = &self.app;
        match &mut self.task {
            Task::Federated => app.sign_in(&mut app.browser(), SCOPE).await.map(drop),
            Task::Silent(browser) => app.sign_in_silently(browser).await.map(drop),
            Task::Fapi(browser) => app.sign_in_by_fapi(browser).await,
            Task::ClientCredentials => app.act_for_itself().await,
            Task::Refresh { refresh_token } => {
                let tokens = app.refresh(refresh_token).await?;
                *refresh_token = tokens.refresh_token.context("no refresh token")?;
                Ok(())
            }
            Task::Userinfo { access_token } => app.userinfo(access_token).await,
            Task::Introspection { access_token } => app.introspect(access_token).await,
            Task::Discovery => app.read_discovery().await,
            Task::Jwks => app.read_keys().await,
            Task::Abandoned => app.send_to_sign_in(&mut app.browser()).await,
        }
    }
}
