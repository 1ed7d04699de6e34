//! What can be known of a connection before anybody signs in: what its provider publishes, whether the two
//! clocks agree, and whether the provider would send people back to us.
//!
//! For the last a provider is asked as a browser would ask it, without anybody to show a page to
//! (`prompt=none`); [`redirect`] judges the answer. No text of theirs goes any further (SS-10).

mod redirect;

#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::DateTime;
use doorward_domain::{Connection, Timestamp};
use doorward_net::{Limits, Response};
use http::Method;
use http::header::DATE;
use serde::Deserialize;

use self::redirect::{Asked, REDIRECT_URI};
use super::catalogue::{Catalogue, Product};
use super::check::Outcome;
use super::{Ask, Destination, Federation, MetadataError, metadata, request};
use crate::trace::Finding;

/// How far two clocks may be apart before tokens suffer.
const SKEW: Duration = Duration::from_secs(60);

/// What was looked at, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Its name.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// The row about it, where it is not as it should be.
    pub finding: Option<Finding>,
}

/// What a provider may say of itself beyond what we need (OIDC Discovery section 3).
#[derive(Default, Deserialize)]
struct Published {
    response_types_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    scopes_supported: Option<Vec<String>>,
}

impl Federation {
    /// Looks at what the provider of a connection publishes, and asks it as a browser would.
    ///
    /// # Errors
    /// When the provider's metadata cannot be had, or is not right.
    pub async fn preflight(&self, to: &Destination, now: Timestamp) -> Result<Vec<Probe>, MetadataError> {
        let connection = &to.connection;
        // Also where it is kept: whoever asks wants to know what holds now.
        metadata::fetch_metadata(&*self.outbound, connection).await?;
        let mut probes = vec![Probe { name: "metadata", outcome: Outcome::Accepted, finding: None }];
        if let Some(document) = metadata::fetch_document(&*self.outbound, connection).await? {
            probes.push(clock(&document, now));
            let published = serde_json::from_slice(document.body()).unwrap_or_default();
            probes.extend(claims_of_itself(&published, connection));
        }
        probes.extend(self.redirect_uri(to, now).await);
        Ok(probes)
    }

    /// Whether the provider would send people back to us, and what else it has against the request.
    async fn redirect_uri(&self, to: &Destination, now: Timestamp) -> Vec<Probe> {
        let unclear = Probe { name: REDIRECT_URI, outcome: Outcome::Unclear, finding: None };
        let ask = Ask { prompt: Some("none".to_owned()), ..Ask::default() };
        let Ok(start) = self.start_test(to, self.entropy.bytes(), &ask, now).await else {
            return vec![unclear];
        };
        let answer = match request::json(Method::GET, &start.location) {
            Ok(request) => self.outbound.send(&to.connection.issuer, request, Limits::PAGE).await,
            Err(error) => Err(error),
        };
        let callback = self.callback_url(to.connection.id);
        let asked = Asked { url: &start.location, callback: &callback, product: Product::of(&to.connection) };
        answer.map_or_else(|_| vec![unclear], |answer| asked.judge(&answer))
    }
}

fn clock(document: &Response, now: Timestamp) -> Probe {
    let date = document.headers().get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    let theirs = date.map(|date| Timestamp::from_secs(date.timestamp()));
    let apart = theirs.map(|theirs| now.since(theirs).max(theirs.since(now)));
    match apart {
        None => Probe { name: "clock", outcome: Outcome::Unclear, finding: None },
        Some(apart) => probe("clock", apart <= SKEW, "broker.clock"),
    }
}

/// What the provider says of itself, beside what the connection asks of it. What it does not say is not
/// judged.
fn claims_of_itself(published: &Published, connection: &Connection) -> Vec<Probe> {
    let Published {
        response_types_supported: types,
        token_endpoint_auth_methods_supported: methods,
        id_token_signing_alg_values_supported: algorithms,
        code_challenge_methods_supported: challenges,
        scopes_supported: scopes,
    } = published;
    let method = connection.authentication.method().as_str();
    let of_ours = |name: &String| connection.algorithms.iter().any(|it| it.as_str() == name);
    let has = |listed: &Vec<String>, name: &str| listed.iter().any(|it| it == name);
    let judged = [
        ("response_type", types.as_ref().map(|it| has(it, "code")), "probe.response_type"),
        ("pkce", challenges.as_ref().map(|it| has(it, "S256")), "probe.pkce"),
        (
            "client_authentication",
            methods.as_ref().map(|it| has(it, method) || method == "none"),
            "probe.client_authentication",
        ),
        ("algorithms", algorithms.as_ref().map(|it| it.iter().any(of_ours)), "probe.algorithms"),
        (
            "scopes",
            scopes.as_ref().map(|it| connection.scopes.iter().all(|one| has(it, one))),
            "probe.scopes",
        ),
    ];
    judged.into_iter().filter_map(|(name, good, row)| Some(probe(name, good?, row))).collect()
}

fn probe(name: &'static str, good: bool, row: &str) -> Probe {
    match good {
        true => Probe { name, outcome: Outcome::Accepted, finding: None },
        false => Probe { name, outcome: Outcome::Refused, finding: own(row) },
    }
}

fn own(row: &str) -> Option<Finding> {
    Catalogue::get().found(row).map(|row| Finding { product: None, row })
}
