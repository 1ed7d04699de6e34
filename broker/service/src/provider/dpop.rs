//! Demonstrating proof of possession (RFC 9449): a client signs every request with a key of its own, and
//! what it gets is bound to that key. Here proofs are verified, whatever endpoint they are for.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Client, Confirmation, GrantId, Timestamp};
use http::{HeaderMap, HeaderName, Method};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::Provider;
use super::error::{EndpointError, ErrorCode};
use super::replay::{Holder, Once, Used};
use crate::keys::{Claims, Purpose, verify_proof};

/// The header that a proof comes in.
pub const PROOF: HeaderName = HeaderName::from_static("dpop");
/// The header that a fresh nonce goes out in.
pub const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// How long ago a proof may have been made; for so long its `jti` is remembered.
const OLDEST: Duration = Duration::from_secs(60);
/// How far a client's clock may be ahead.
const AHEAD: Duration = Duration::from_secs(10);
/// A nonce is good for the span that it was made in and for the next one.
const NONCE_SPAN: Duration = Duration::from_secs(120);

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'a> {
    /// Its method.
    pub method: &'a Method,
    /// The path that it went to, as `discovery::path` has it.
    pub path: &'a str,
    /// The access token that it uses, at a protected resource.
    pub access_token: Option<&'a str>,
}

/// A proof that is right in everything, except that it may have been used before.
#[derive(Clone, Debug)]
pub(super) struct DpopProof {
    /// The thumbprint of the key that it proves.
    pub thumbprint: String,
    jti: String,
    expires_at: Timestamp,
}

impl DpopProof {
    /// What is bound to its key.
    pub fn confirmation(&self) -> Confirmation {
        Confirmation::DpopKey(self.thumbprint.clone())
    }
}

const fn refused(description: &'static str) -> EndpointError {
    EndpointError::refused(ErrorCode::InvalidDpopProof, description)
}

impl Provider {
    /// The DPoP key that a request with what comes of a grant of this client's proves to hold; `None` when it
    /// brings no proof. The proof is used up.
    ///
    /// # Errors
    /// `invalid_dpop_proof` or `use_dpop_nonce`.
    pub async fn dpop_key(
        &self,
        headers: &HeaderMap,
        endpoint: Endpoint<'_>,
        (client, grant): (&Client, Option<GrantId>),
        now: Timestamp,
    ) -> Result<Option<Confirmation>, EndpointError> {
        let Some(proof) = self.dpop_proof(headers, endpoint, client, now)? else { return Ok(None) };
        self.use_proof(&proof, (client, grant), now).await?;
        Ok(Some(proof.confirmation()))
    }

    /// The proof that a request brings, verified as RFC 9449 section 4.3 has it, all but the last: that it
    /// is new. Nothing is written for that before its sender has shown to be somebody (rule 5).
    pub(super) fn dpop_proof(
        &self,
        headers: &HeaderMap,
        endpoint: Endpoint<'_>,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<DpopProof>, EndpointError> {
        let mut sent = headers.get_all(PROOF).iter();
        let Some(text) = sent.next() else { return Ok(None) };
        if sent.next().is_some() {
            return Err(refused("send one DPoP header"));
        }
        let text = text.to_str().map_err(|_| refused("the DPoP proof is not a JWT"))?;
        let proof = verify_proof(text, client.signing_algorithms(), "dpop+jwt").map_err(|error| {
            tracing::debug!(client = %client.id, %error, "a DPoP proof was refused");
            refused("the DPoP proof is not a JWT of type dpop+jwt, signed with the public key in its header")
        })?;
        let expires_at = self.judge_proof(&proof.claims, endpoint, now)?;
        let jti = proof.claims.str("jti").unwrap_or_default().to_owned();
        Ok(Some(DpopProof { thumbprint: proof.thumbprint, jti, expires_at }))
    }

    /// Whether a proof's claims fit the request; when it expires.
    fn judge_proof(
        &self,
        claims: &Claims,
        endpoint: Endpoint<'_>,
        now: Timestamp,
    ) -> Result<Timestamp, EndpointError> {
        if !claims.str("jti").is_some_and(|jti| (1..=255).contains(&jti.len())) {
            return Err(refused("the DPoP proof has no jti, or a longer one than 255 characters"));
        }
        if claims.str("htm") != Some(endpoint.method.as_str()) {
            return Err(refused("htm of the DPoP proof is not the request's method"));
        }
        if !claims.str("htu").is_some_and(|htu| self.is_target(htu, endpoint.path)) {
            return Err(refused("htu of the DPoP proof is not this endpoint's URL"));
        }
        let ath = endpoint.access_token.map(|token| BASE64.encode(Sha256::digest(token)));
        if ath.is_some() && claims.str("ath") != ath.as_deref() {
            return Err(refused("ath of the DPoP proof is not the access token's hash"));
        }
        let expires_at = lifetime(claims, now)?;
        match claims.get("nonce") {
            None if !self.settings.dpop_nonces => {}
            Some(nonce) if nonce.as_str().is_some_and(|nonce| self.is_nonce(nonce, now)) => {}
            _ => return Err(EndpointError::UseDpopNonce(self.dpop_nonce(now))),
        }
        Ok(expires_at)
    }

    /// Whether `htu` is one of the URLs of a path: there is another where clients show certificates.
    fn is_target(&self, htu: &str, path: &str) -> bool {
        let other = || self.settings.url_with_certificate(path);
        same_target(htu, &self.settings.url(path)) || other().is_some_and(|other| same_target(htu, &other))
    }

    /// Uses up a proof that comes with what `client` does, or with what comes of a grant of its.
    pub(super) async fn use_proof(
        &self,
        proof: &DpopProof,
        (client, grant): (&Client, Option<GrantId>),
        now: Timestamp,
    ) -> Result<(), EndpointError> {
        let expires_at = proof.expires_at.max(now + AHEAD);
        let holder = Holder::of(client, grant);
        match self.use_once(Once { holder, what: "proof", jti: &proof.jti, expires_at }, now).await? {
            Used::First => Ok(()),
            Used::Before => Err(refused("the DPoP proof was used before")),
            Used::TooMuch(wait) => Err(EndpointError::TooManyUses(wait)),
        }
    }

    /// A nonce for the proofs of the next minutes (RFC 9449 section 8). It is derived from the time, so
    /// that nobody has to remember it.
    fn dpop_nonce(&self, now: Timestamp) -> String {
        self.nonce_of(span(now))
    }

    fn nonce_of(&self, span: i64) -> String {
        let parts: [&[u8]; 1] = [&span.to_be_bytes()];
        let derived = self.sealer.derive(self.sealer.active(), Purpose::DpopNonce, &parts);
        BASE64.encode(derived.unwrap_or_default())
    }

    /// Whether it is of this span or the one before; another instance's clock may have reached the next.
    fn is_nonce(&self, text: &str, now: Timestamp) -> bool {
        let present = span(now);
        [present, present - 1, present + 1]
            .into_iter()
            .any(|span| bool::from(self.nonce_of(span).as_bytes().ct_eq(text.as_bytes())))
    }
}

fn span(time: Timestamp) -> i64 {
    time.as_secs().div_euclid(NONCE_SPAN.as_secs() as i64)
}

/// When a proof expires that was made just now, and whose own times, where it has any, agree.
fn lifetime(claims: &Claims, now: Timestamp) -> Result<Timestamp, EndpointError> {
    const UNTIMELY: EndpointError =
        refused("the DPoP proof is too old, or of the future: iat must be the present time");
    let made = claims.time("iat").ok_or(UNTIMELY)?;
    let optional = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(_) => claims.time(name).map(Some).ok_or(UNTIMELY),
    };
    let timely = made <= now + AHEAD
        && now <= made + OLDEST
        && optional("nbf")?.is_none_or(|begins| begins <= now + AHEAD)
        && optional("exp")?.is_none_or(|ends| now < ends + AHEAD);
    if timely { Ok(made + OLDEST + AHEAD) } else { Err(UNTIMELY) }
}

/// RFC 9449 section 4.3: compared without query and fragment, after normalisation.
fn same_target(htu: &str, endpoint: &str) -> bool {
    Url::parse(htu).is_ok_and(|mut url| {
        url.set_query(None);
        url.set_fragment(None);
        Url::parse(endpoint).is_ok_and(|endpoint| url == endpoint)
    })
}
