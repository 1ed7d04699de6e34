//! `doorward doctor`: what keeps a broker from running well, in one look.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use axum::http::Request;
use doorward_domain::Clock as _;
use doorward_net::{Limits, Outbound as _};
use serde_json::{Value, json};
use url::Url;

use super::api::{self, Api};
use super::args::{Cli, Output};
use super::print;
use crate::config::{Config, Tls};
use crate::listen::OwnCertificate;
use crate::system::SystemClock;

/// Looks at everything and tells each finding; fails when something is wrong.
pub async fn examine(cli: &Cli) -> anyhow::Result<ExitCode> {
    let mut findings = Vec::new();
    match Config::load(cli.config.as_deref()) {
        Ok(config) => {
            findings.push(finding("configuration", Ok(format!("issuer {}", config.issuer))));
            findings.push(finding("master key", master_key(&config)));
            findings.extend(config.tls.as_ref().map(|tls| finding("certificate", certificate(&config, tls))));
            findings.extend(broker(&config, cli.url.as_ref()).await);
        }
        Err(error) => findings.push(finding("configuration", Err(error.into()))),
    }
    let sound = findings.iter().all(|finding| finding["ok"] != false);
    print::list(&findings, &["check", "ok", "finding"], cli.output);
    if !sound && cli.output == Output::Table {
        eprintln!("something is wrong");
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn finding(check: &str, outcome: anyhow::Result<String>) -> Value {
    match outcome {
        Ok(text) => json!({"check": check, "ok": true, "finding": text}),
        Err(error) => json!({"check": check, "ok": false, "finding": format!("{error:#}")}),
    }
}

/// The key's file is nobody else's business.
fn master_key(config: &Config) -> anyhow::Result<String> {
    let path = config.master_key_file();
    if !path.exists() && config.keys.master_key.is_none() {
        return Ok("will be made on the first start".to_owned());
    }
    let others = readable_by_others(&path).with_context(|| path.display().to_string())?;
    if others {
        bail!("{} can be read by others; `chmod 0400` it", path.display());
    }
    Ok(path.display().to_string())
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(path: &Path) -> std::io::Result<bool> {
    std::fs::metadata(path).map(|_| false)
}

/// Whether the certificate has its key, is for the broker's names, and does not end soon.
fn certificate(config: &Config, tls: &Tls) -> anyhow::Result<String> {
    let (certificate, file) = (OwnCertificate::read(tls.files())?, tls.certificate.display());
    for url in [Some(Url::parse(&config.issuer)?), config.mtls.url.clone()].into_iter().flatten() {
        if !certificate.is_for(&url) {
            bail!("{file} is not for {url}");
        }
    }
    let (from, until) =
        certificate.validity().with_context(|| format!("{file} does not say when it ends"))?;
    let (now, end) = (SystemClock::start().now(), jiff::Timestamp::from_second(until.as_secs())?);
    match until.since(now) {
        _ if now < from => bail!("{file} is not valid yet"),
        left if left.is_zero() => bail!("{file} has ended at {end}"),
        left if left < until.since(from) / 10 => bail!("{file} ends soon, at {end}"),
        _ => Ok(format!("{file} is valid until {end}")),
    }
}

/// The store and the keys, through the broker that runs or without one; then what others see of it.
async fn broker(config: &Config, url: Option<&Url>) -> Vec<Value> {
    let running = url.is_some() || api::somebody_listens(config).await;
    if !running && !config.data_dir().exists() {
        return vec![finding("store", Ok("will be made on the first start".to_owned()))];
    }
    let api = match Api::connect(config, url).await {
        Ok(api) => api,
        Err(error) => return vec![finding("store", Err(error))],
    };
    let place = if running { "open in the running broker" } else { "opens; no broker is running" };
    let mut findings = vec![
        finding("store", api.get(&["tenants"]).await.map(|_| place.to_owned())),
        finding("keys", keys(&api).await),
    ];
    api.close().await;
    if running {
        findings.push(finding("issuer", issuer(config).await));
    }
    findings
}

async fn keys(api: &Api) -> anyhow::Result<String> {
    let keys = api.list(&["keys"]).await?;
    let used: Vec<_> = keys.iter().filter(|key| key["status"] == "in_use").collect();
    let algorithms: Vec<_> = used.iter().filter_map(|key| key["algorithm"].as_str()).collect();
    if algorithms.is_empty() {
        bail!("no key is in use");
    }
    Ok(algorithms.join(", "))
}

/// Whether apps reach the issuer, and find this broker there (OIDC Discovery section 4).
async fn issuer(config: &Config) -> anyhow::Result<String> {
    let base = Url::parse(&config.issuer)?;
    let address = format!("{}/.well-known/openid-configuration", config.issuer);
    let request = Request::get(&address).body(Vec::new())?;
    let answer = api::client(config, &base)?.send(&config.issuer, request, Limits::DOCUMENT).await;
    let answer = answer.with_context(|| address.clone())?;
    let document: Value = serde_json::from_slice(answer.body()).with_context(|| address.clone())?;
    if document["issuer"] != config.issuer.as_str() {
        bail!("{address} is the document of another issuer: {}", document["issuer"]);
    }
    Ok(format!("{address} answers"))
}
