//! How we will authenticate. What is stored is kept only for whom it was agreed with (architecture rule 9,
//! AD-08); what is replaced stays beside the new, for the provider may learn of it later.

use std::time::Duration;

use doorward_domain::connection::{Slots, UpstreamAuthentication, UpstreamKey, UpstreamSecret};
use doorward_domain::{Connection, KeyId, Stage};
use doorward_store::Kind as Record;
use uuid::Uuid;

use super::advice;
use crate::federation::client_auth::{CLIENT_KEY, CLIENT_SECRET};
use crate::federation::kind::assertion_algorithm;
use crate::keys::{ClientKeyPair, Place};
use crate::management::document::{self, ConnectionAuthentication as Method, Kind, SecretSource};
use crate::management::plan::{Making, Planner};

/// How long a key of ours is good for one provider.
const KEY_LIFETIME: Duration = Duration::from_secs(730 * 24 * 3600);

const MISSING: &str = "is missing; give it, or set `authentication = \"none\"`";
const OF_ANOTHER_PLACE: &str =
    "the connection leads elsewhere, so the stored secret is not kept; give the new one";

impl Planner<'_> {
    /// How `new` will authenticate, which so far does not.
    pub(super) fn authentication(
        &mut self,
        entry: &document::Connection,
        new: &Connection,
        old: Option<&Connection>,
        path: &str,
    ) -> Option<UpstreamAuthentication> {
        let method = entry.authentication.unwrap_or_else(|| usual(entry));
        if let Some(problem) = unfit(entry.kind, method).filter(|_| !is_to_follow(entry, method)) {
            self.problem(format!("{path}.authentication"), problem);
            return None;
        }
        let path = format!("{path}.client_secret");
        let same_place = old.filter(|old| old.counterpart().eq(new.counterpart()));
        match method {
            Method::None | Method::PrivateKeyJwt if entry.client_secret.is_some() => {
                self.problem(&path, format!("`authentication = \"{}\"` takes no secret", method.as_str()));
                None
            }
            Method::None => Some(UpstreamAuthentication::None),
            Method::PrivateKeyJwt => self.keys(new, same_place, &path),
            Method::ClientSecretBasic | Method::ClientSecretPost | Method::ClientSecretJwt => {
                let stored = old.and_then(|old| old.authentication.secrets());
                let kept = stored.filter(|_| same_place.is_some());
                if entry.client_secret.is_none() && kept.is_none() {
                    self.problem(&path, if stored.is_some() { OF_ANOTHER_PLACE } else { MISSING });
                    return None;
                }
                let secrets = self.secrets(entry, new, kept, &path)?;
                Some(match method {
                    Method::ClientSecretPost => UpstreamAuthentication::ClientSecretPost { secrets },
                    Method::ClientSecretJwt => UpstreamAuthentication::ClientSecretJwt { secrets },
                    _ => UpstreamAuthentication::ClientSecretBasic { secrets },
                })
            }
        }
    }

    /// The given secret in front of the stored one, unless it is one of those.
    fn secrets(
        &mut self,
        entry: &document::Connection,
        new: &Connection,
        kept: Option<&Slots<UpstreamSecret>>,
        path: &str,
    ) -> Option<Slots<UpstreamSecret>> {
        let Making { now, .. } = *self.making;
        let ends_at = entry.client_secret_expires.map(document::Date::start);
        let mut slots = match &entry.client_secret {
            None => kept?.clone(),
            Some(given) => {
                let given = self.checked(given, entry, path)?;
                let is_given = |secret: &UpstreamSecret| self.is_sealed(new, secret, &given);
                match kept.cloned() {
                    Some(kept) if is_given(&kept.newest) => kept,
                    Some(Slots { newest, older: Some(older) }) if is_given(&older) => {
                        Slots { newest: older, older: Some(newest) }
                    }
                    kept => {
                        let value =
                            self.making.sealer.seal(&place(new, CLIENT_SECRET), &given, self.making.entropy);
                        let secret = UpstreamSecret { value, created_at: now, ends_at };
                        match kept {
                            Some(kept) => kept.after(secret),
                            None => Slots::new(secret),
                        }
                    }
                }
            }
        };
        slots.newest.ends_at = ends_at;
        Some(slots)
    }

    /// A secret that could be one.
    fn checked(&mut self, given: &SecretSource, entry: &document::Connection, path: &str) -> Option<Vec<u8>> {
        let text = self.literal(given, path)?.expose();
        let problem = match entry.kind {
            _ if text.trim() != text => "paste.blanks",
            Kind::Entra if Uuid::parse_str(text).is_ok() => "paste.secret_id",
            _ => return Some(text.as_bytes().to_vec()),
        };
        self.problem(path, advice(problem));
        None
    }

    fn is_sealed(&self, new: &Connection, secret: &UpstreamSecret, given: &[u8]) -> bool {
        let opened = self.making.sealer.open(&place(new, CLIENT_SECRET), &secret.value);
        opened.is_ok_and(|plain| plain.as_slice() == given)
    }

    /// The key pair that is there, or a new one.
    fn keys(
        &mut self,
        new: &Connection,
        same_place: Option<&Connection>,
        path: &str,
    ) -> Option<UpstreamAuthentication> {
        if let Some(keys) = same_place.and_then(|old| old.authentication.keys()) {
            return Some(UpstreamAuthentication::PrivateKeyJwt { keys: keys.clone() });
        }
        match new_key(new, self.making) {
            Some(key) => Some(UpstreamAuthentication::PrivateKeyJwt { keys: Slots::new(key) }),
            None => {
                self.problem(path, "OpenSSL could not make a key pair");
                None
            }
        }
    }
}

/// A new key pair of a connection.
pub(in crate::management) fn new_key(connection: &Connection, making: &Making<'_>) -> Option<UpstreamKey> {
    let Making { now, sealer, entropy, .. } = *making;
    let (id, ends_at) = (KeyId::new(now, entropy), now + KEY_LIFETIME);
    let pair = ClientKeyPair::generate(assertion_algorithm(&connection.kind), id, (now, ends_at)).ok()?;
    let private_jwk = sealer.seal(&place(connection, CLIENT_KEY), &pair.private_jwk, entropy);
    Some(UpstreamKey { id, public_jwk: pair.public_jwk, private_jwk, created_at: now, ends_at })
}

const fn place<'a>(connection: &'a Connection, field: &'a str) -> Place<'a> {
    Place { tenant: connection.tenant, kind: Record::Connection, id: connection.id.as_bytes(), field }
}

/// What goes without saying: each kind has a way that works everywhere.
const fn usual(entry: &document::Connection) -> Method {
    match (entry.client_secret.is_some(), entry.kind) {
        (false, _) => Method::None,
        (true, Kind::Oidc | Kind::Okta) => Method::ClientSecretBasic,
        (true, Kind::Entra | Kind::HaloPsa | Kind::Google) => Method::ClientSecretPost,
    }
}

/// Whether a draft does not say yet how we authenticate: the provider wants the redirect URI first.
fn is_to_follow(entry: &document::Connection, method: Method) -> bool {
    entry.stage == Stage::Draft && method == Method::None
}

/// Why the kind does not know a method.
const fn unfit(kind: Kind, method: Method) -> Option<&'static str> {
    match (kind, method) {
        (Kind::Entra, Method::None) => Some(
            "Entra wants a secret or a certificate of a web app; give `client_secret`, or set \
             `authentication = \"private_key_jwt\"` and upload the certificate",
        ),
        (Kind::Entra, Method::ClientSecretJwt) => Some("Entra does not know client_secret_jwt"),
        (Kind::Google, Method::None) => Some("Google wants a client secret"),
        (Kind::Google, Method::ClientSecretJwt | Method::PrivateKeyJwt) => {
            Some("Google knows client_secret_post and client_secret_basic alone")
        }
        (Kind::HaloPsa, Method::ClientSecretJwt | Method::PrivateKeyJwt) => {
            Some("HaloPSA knows a secret or none, and no assertions")
        }
        _ => None,
    }
}
