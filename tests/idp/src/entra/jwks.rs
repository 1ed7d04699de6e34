//! The published keys: several at a time, each saying whose tokens it may sign, none
//! saying `alg`.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::response::Response;
use josekit::JoseError;
use serde::Serialize;
use serde_json::Value;

use super::discovery::{ForApp, published};
use super::switch::EntraSwitch;
use super::tenant::{Authority, CONSUMERS};
use super::{Entra, error::Refusal};
use crate::common::certificate::Certificate;
use crate::common::keys::{Algorithm, SigningKey};
use crate::common::lock;
use crate::common::log::Endpoint;
use crate::common::scope::At;

/// How many keys are published at a time.
const PUBLISHED: u32 = 3;

/// The keys by number: those from `first` on are published, and the one after it signs, so that a
/// planned roll-over signs with a key that was seen before.
#[derive(Default)]
pub(super) struct Keys(Mutex<Ring>);

#[derive(Clone, Copy, Default)]
struct Ring {
    first: u32,
    before: u32,
}

/// How keys are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollOver {
    /// One by one, published ahead of use.
    Planned,
    /// All at once.
    Emergency,
}

impl Keys {
    pub(super) fn roll_over(&self, how: RollOver) {
        let mut ring = lock(&self.0);
        ring.before = ring.first;
        ring.first += match how {
            RollOver::Planned => 1,
            RollOver::Emergency => PUBLISHED,
        };
    }

    /// The key that signs tokens of organisations.
    pub(super) fn signing(&self) -> Result<Arc<SigningKey>, JoseError> {
        numbered(lock(&self.0).first + 1)
    }

    fn published(&self, stale: bool) -> Result<Vec<Arc<SigningKey>>, JoseError> {
        let ring = *lock(&self.0);
        let first = if stale { ring.before } else { ring.first };
        (first..first + PUBLISHED).map(numbered).collect()
    }
}

/// The key of a role, named by the thumbprint of its certificate.
fn certified(role: &str) -> Result<Arc<SigningKey>, JoseError> {
    SigningKey::of_role(Algorithm::Rs256, role, Some("accounts.accesscontrol.windows.net"))
}

fn numbered(number: u32) -> Result<Arc<SigningKey>, JoseError> {
    certified(&format!("entra {number}"))
}

/// The key that signs tokens of personal accounts.
pub(super) fn of_consumers() -> Result<Arc<SigningKey>, JoseError> {
    certified("entra consumers")
}

/// The key of an app that maps claims.
pub(super) fn of_app(client_id: &str) -> Result<Arc<SigningKey>, JoseError> {
    certified(&format!("entra app {client_id}"))
}

/// A key as it is published.
#[derive(Serialize)]
struct Published {
    kty: &'static str,
    r#use: &'static str,
    kid: String,
    x5t: String,
    n: Value,
    e: Value,
    x5c: [String; 1],
    issuer: String,
}

#[derive(Serialize)]
struct KeySet {
    keys: Vec<Published>,
}

/// `/{tenant}/discovery/v2.0/keys`
pub(super) async fn jwks(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    Query(ForApp { appid }): Query<ForApp>,
) -> Response {
    match entra.published(&tenant, appid.as_deref()) {
        Ok(keys) => published(KeySet { keys }),
        Err(refusal) => refusal.with_error("invalid_tenant").json(),
    }
}

impl Entra {
    fn published(&self, tenant: &str, appid: Option<&str>) -> Result<Vec<Published>, Refusal> {
        let authority = self.authority(tenant, Endpoint::Jwks)?;
        let failed = |_: JoseError| self.refusal(90033, &[]);
        let template = self.metadata_issuer(&Authority::Common);
        if let Some(appid) = appid.filter(|appid| self.has_own_key(appid)) {
            let key = of_app(appid).map_err(failed)?;
            return Ok(vec![shown(&key, template)]);
        }
        let of_consumers = || of_consumers().map(|key| shown(&key, self.token_issuer(CONSUMERS)));
        if authority.tenant() == Some(CONSUMERS) {
            return Ok(vec![of_consumers().map_err(failed)?]);
        }
        let stale = self.switches().fires(EntraSwitch::StaleJwks, &At::issuer(tenant));
        let keys = self.keys().published(stale).map_err(failed)?;
        let mut keys: Vec<_> = keys.iter().map(|key| shown(key, template.clone())).collect();
        if authority == Authority::Common {
            keys.push(of_consumers().map_err(failed)?);
        }
        Ok(keys)
    }

    fn has_own_key(&self, client_id: &str) -> bool {
        self.directory().apps.iter().any(|(_, app)| app.client_id == client_id && app.own_signing_key)
    }
}

fn shown(key: &SigningKey, issuer: String) -> Published {
    let member = |name: &str| key.public_jwk().get(name).cloned().unwrap_or_default();
    Published {
        kty: "RSA",
        r#use: "sig",
        kid: key.key_id().to_owned(),
        x5t: key.key_id().to_owned(),
        n: member("n"),
        e: member("e"),
        x5c: [key.certificate().map(Certificate::x5c).unwrap_or_default()],
        issuer,
    }
}
