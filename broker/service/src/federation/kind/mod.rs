//! What differs from one kind of provider to the next: a file for each, behind one trait whose methods
//! have for an answer what any OpenID Provider does.

mod entra;
mod google;
mod halopsa;
mod oidc;
mod okta;

use std::borrow::Cow;
use std::time::Duration;

use doorward_domain::client::Assurance;
use doorward_domain::connection::kind::{Endpoints, ResponseMode};
use doorward_domain::connection::{ConnectionKind, Contexts};
use doorward_domain::{Algorithm, Connection, Subject};

use super::id_token::VerifiedClaims;
use super::metadata::Metadata;
use super::{Ask, IdTokenError};

/// Parameters of a request, by name.
pub(super) type Parameters<'a> = Vec<(&'a str, String)>;

/// What a kind of provider does in its own way.
pub(super) trait Kind: Send + Sync {
    /// Where its documents lie and how they are asked for.
    fn documents(&self) -> Documents<'_> {
        Documents::default()
    }

    /// A second spelling of the issuer that its tokens may have.
    fn other_issuer(&self) -> Option<&'static str> {
        None
    }

    /// How far its clock may be off.
    fn leeway(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// The parameter by which it tells the keys that sign for one client alone.
    fn keys_of_client(&self) -> Option<&'static str> {
        None
    }

    /// How it is told what the app asked of the sign-in.
    fn parameters<'a>(&'a self, ask: &Ask, contexts: &'a Contexts) -> Parameters<'a>;

    /// How its answer comes back.
    fn response_mode(&self) -> ResponseMode {
        ResponseMode::Query
    }

    /// What else the token request says.
    fn token_parameters(&self) -> Parameters<'_> {
        Vec::new()
    }

    /// What else must be true of a verified ID token; `key` is what the key that verified it says of its
    /// issuer.
    fn check(&self, _: &VerifiedClaims, _key: Option<&str>) -> Result<(), IdTokenError> {
        Ok(())
    }

    /// The claims that [`Kind::check`] looks at, and what one of them may say.
    fn demands(&self) -> Vec<(&'static str, Vec<String>)> {
        Vec::new()
    }

    /// Who somebody is at the provider, for ever: what an identity is linked to.
    fn subject(&self, issuer: &str, claims: &VerifiedClaims) -> Subject {
        Subject { issuer: issuer.to_owned(), subject: claims.subject().to_owned() }
    }

    /// Who an administrator means by a text, of whom no token was seen yet.
    fn named(&self, issuer: &str, text: &str) -> Subject {
        Subject { issuer: issuer.to_owned(), subject: text.to_owned() }
    }

    /// Whether userinfo can tell more than the ID token.
    fn has_userinfo(&self) -> bool {
        true
    }

    /// What the e-mail address is worth; `said` is whether `email_verified` is true for it.
    fn vouches(&self, _: &VerifiedClaims, said: bool) -> Vouch {
        if said { Vouch::ForAddress } else { Vouch::No }
    }

    /// The authentication context that was reached, in the provider's words.
    fn context<'a>(&self, claims: &'a VerifiedClaims, _: &Contexts) -> Option<&'a str> {
        claims.context()
    }

    /// The context that means several factors everywhere with this kind.
    fn context_of_several_factors(&self) -> Option<&'static str> {
        None
    }

    /// Whether the person is at home somewhere else.
    fn is_guest(&self, _: &VerifiedClaims) -> bool {
        false
    }

    /// The directory user whose groups Microsoft Graph is asked for when the token could not hold them.
    fn asks_graph<'a>(&self, _: &'a VerifiedClaims) -> Option<&'a str> {
        None
    }

    /// Whether `iss` is what it calls itself where it starts a login (OIDC Core section 4).
    fn starts_as(&self, issuer: &str, iss: &str) -> bool {
        issuer == iss
    }

    /// What names a person there when they are to sign out, of a sign-in: the ID token unless the kind has a
    /// hint of its own.
    fn logout_hint(&self, _: &VerifiedClaims, id_token: &str) -> Option<String> {
        Some(id_token.to_owned())
    }

    /// How the provider's sign-out is told whom it is about; none where it would not work without a hint.
    fn logout_parameters<'a>(&self, hint: Option<&'a str>) -> Option<Vec<(&'static str, &'a str)>> {
        Some(hint.map(|hint| ("id_token_hint", hint)).into_iter().collect())
    }

    /// The scope of a token for doorward itself, which proves that its credentials are good.
    fn own_scope(&self, _: &Metadata) -> Option<String> {
        None
    }
}

/// The kind's ways.
pub(super) fn of(kind: &ConnectionKind) -> &dyn Kind {
    match kind {
        ConnectionKind::Oidc(it) => &**it,
        ConnectionKind::Entra(it) => it,
        ConnectionKind::Okta(it) => it,
        ConnectionKind::HaloPsa(it) => it,
        ConnectionKind::Google(it) => it,
    }
}

/// Whether the provider of `connection` may call itself `iss` where it starts a login.
pub fn may_start(connection: &Connection, iss: &str) -> bool {
    of(&connection.kind).starts_as(&connection.issuer, iss)
}

/// The context by which the provider of `connection` can be asked for several factors, in the words that apps
/// read.
pub fn context_of_several_factors(connection: &Connection) -> Option<&str> {
    let told = connection.contexts.names.values().map(String::as_str);
    told.into_iter()
        .find(|context| Assurance::is_of_several_factors(context))
        .or_else(|| of(&connection.kind).context_of_several_factors())
}

/// Who an administrator means by a text, of somebody who comes through `connection`.
pub fn named(connection: &Connection, text: &str) -> Subject {
    of(&connection.kind).named(&connection.issuer, text)
}

/// What a key of ours signs with at a provider of this kind. Entra documents PS256; elsewhere RS256 is what
/// everybody has.
pub const fn assertion_algorithm(kind: &ConnectionKind) -> Algorithm {
    match kind {
        ConnectionKind::Entra(_) => Algorithm::PS256,
        _ => Algorithm::RS256,
    }
}

/// Where a provider's documents lie, as far as its issuer does not say.
#[derive(Clone, Copy, Default)]
pub(super) struct Documents<'a> {
    /// What they lie under in place of the issuer.
    pub(super) base: Option<&'a str>,
    /// What every endpoint wants in its query.
    pub(super) query: Option<(&'a str, &'a str)>,
    /// Whether the documents want it as well.
    pub(super) query_for_documents: bool,
    /// Endpoints in place of those that are published.
    pub(super) endpoints: Option<&'a Endpoints>,
}

impl Documents<'_> {
    /// What tells them from those of others. Whoever names endpoints of its own for somebody else's issuer
    /// has a memory of its own (architecture rule 7).
    pub(super) fn key<'i>(&self, issuer: &'i str) -> Cow<'i, str> {
        let Self { base, query, query_for_documents, endpoints } = self;
        if base.is_none() && query.is_none() && endpoints.is_none() {
            return Cow::Borrowed(issuer);
        }
        let parts = serde_json::json!([issuer, base, query, query_for_documents, endpoints]);
        Cow::Owned(parts.to_string())
    }
}

/// What a provider's word for an e-mail address is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vouch {
    /// Nothing.
    No,
    /// It counts for domains that the tenant has proven, for those are its own people.
    ForDomainsOfTenant,
    /// The provider has verified the address.
    ForAddress,
}

/// Words that are said as they are.
pub(super) fn plainly<'a>(said: impl IntoIterator<Item = (&'a str, Option<String>)>) -> Parameters<'a> {
    said.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
