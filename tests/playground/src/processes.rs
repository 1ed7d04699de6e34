//! The three parts as processes of their own, so that the broker can be measured and killed alone.

use std::path::Path;

use tokio::process::{Child, Command};

use doorward::serve::stop_signal;

use crate::companies::Callback;
use crate::hosts::Hosts;
use crate::report::{Pids, serve_command};

/// The processes; they end with the playground.
pub struct Processes {
    broker: Child,
    idp: Child,
    app: Child,
}

/// Starts all three.
pub fn start(folder: &Path, hosts: &Hosts, callbacks: &[Callback]) -> anyhow::Result<Processes> {
    let serve = serve_command(folder, hosts)?;
    let port = hosts.base().to_string();
    let part = |name| vec![serve[0].as_str(), name, "--port-base", &port];
    let callbacks: Vec<String> = callbacks.iter().map(ToString::to_string).collect();
    let callbacks = callbacks.iter().flat_map(|callback| ["--callback", callback]);
    let idp = spawn(&part("idp").into_iter().chain(callbacks).collect::<Vec<_>>())?;
    let app = spawn(&part("app"))?;
    let serve: Vec<&str> = serve.iter().map(String::as_str).collect();
    Ok(Processes { broker: spawn(&serve)?, idp, app })
}

fn spawn(command: &[&str]) -> anyhow::Result<Child> {
    Ok(Command::new(command[0]).args(&command[1..]).kill_on_drop(true).spawn()?)
}

impl Processes {
    /// Who they are.
    pub fn pids(&self) -> Pids {
        let id = |child: &Child| child.id().unwrap_or_default();
        Pids { broker: id(&self.broker), idp: id(&self.idp), app: id(&self.app) }
    }

    /// Waits for the signal to stop. The broker may be killed and started again meanwhile: that is
    /// what these processes are for.
    pub async fn wait(self) -> anyhow::Result<()> {
        stop_signal().await;
        drop(self);
        Ok(())
    }
}
