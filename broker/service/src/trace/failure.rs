//! Why an attempt failed, and the row of the catalogue that is about it.

use std::borrow::Cow;

use doorward_domain::{Lacking, Unfit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::blot::blotted;
use crate::federation::catalogue::{Catalogue, Product, Row};
use crate::federation::{FederationError, IdTokenError, MetadataError, TokenError};
use crate::identity::NotAdmitted;

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Something between doorward and the provider.
    Federation(FederationError),
    /// The person may not come in.
    NotAdmitted(NotAdmitted),
    /// The person is known, but not with the assurance that the app demands.
    Assurance,
    /// Something before the way led to anybody; the name of the row about it.
    Here(&'static str),
}

/// A failed attempt: what there is to tell of its cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// How far the person had come.
    pub reached: Reached,
    /// What the catalogue says of it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "by_name")]
    pub finding: Option<Finding>,
    /// What the provider said: an error code, and its explanation with blots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<(String, Option<String>)>,
    /// The claim that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// What would have been right, and what was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<(String, String)>,
    /// The comparison that it is about, among those of a refused ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Cow<'static, str>>,
}

/// How far somebody had come who came no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// They came back with an error, or with nothing.
    Return,
    /// It is known who they are.
    Door,
    /// Anywhere else.
    Way,
}

/// A row of the catalogue that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose words chose it; nothing where it is a check of our own.
    pub product: Option<Product>,
    /// The row.
    pub row: &'static Row,
}

impl Finding {
    /// Its name among all.
    pub fn id(&self) -> String {
        match self.product {
            Some(product) => format!("{}/{}", product.name(), self.row.id),
            None => self.row.id.clone(),
        }
    }

    /// The row with a name among all, if there is still one.
    fn named(name: &str) -> Option<Self> {
        let Some((product, row)) = name.split_once('/') else { return Self::own(name) };
        let product = Product::parse(product)?;
        let row = Catalogue::get().rows(product).iter().find(|known| known.id == row)?;
        Some(Self { product: Some(product), row })
    }

    fn own(check: &str) -> Option<Self> {
        Catalogue::get().found(check).map(|row| Self { product: None, row })
    }

    /// What is known of an error that came back from a provider of this kind, or of one of our own checks.
    pub fn of(product: Product, error: &FederationError) -> Option<Self> {
        let catalogue = Catalogue::get();
        match catalogue.explain(product, error) {
            Some(row) => Some(Self { product: catalogue.product_of(row), row }),
            // A provider may say what nobody has heard of.
            None => Self::own("provider.unknown_error"),
        }
    }

    /// What somebody means who pasted a text from a page of the provider's.
    pub fn pasted(product: Product, text: &str) -> Option<Self> {
        let catalogue = Catalogue::get();
        let row = catalogue.pasted(product, text).or_else(|| catalogue.pasted(Product::Oidc, text))?;
        Some(Self { product: catalogue.product_of(row), row })
    }
}

impl Failed {
    /// What a failure means at a provider of this kind. The provider's words are blotted.
    pub fn new(cause: Cause, product: Product) -> Self {
        let finding = match &cause {
            Cause::Federation(error) => Finding::of(product, error),
            Cause::NotAdmitted(cause) => Finding::own(check_of(cause)),
            Cause::Assurance => Finding::own("app.assurance"),
            Cause::Here(check) => Finding::own(check),
        };
        let cause = match cause {
            Cause::Federation(error) => Cause::Federation(without_secrets(error)),
            other => other,
        };
        let reached = match &cause {
            Cause::Federation(FederationError::UpstreamRefused { .. } | FederationError::NoCode) => {
                Reached::Return
            }
            Cause::NotAdmitted(_) => Reached::Door,
            Cause::Federation(_) | Cause::Assurance | Cause::Here(_) => Reached::Way,
        };
        let (said, claim, values) = (said(&cause), claim_of(&cause), two_values(&cause));
        Self { reached, finding, said, claim, values, compared: compared(&cause).map(Cow::Borrowed) }
    }

    /// What the provider said: an error code, and its explanation with blots.
    pub fn said(&self) -> Option<(&str, Option<&str>)> {
        self.said.as_ref().map(|(error, description)| (error.as_str(), description.as_deref()))
    }

    /// Forgets what the provider said.
    pub(super) fn silence(&mut self) {
        (self.said, self.values) = (None, None);
    }
}

/// What the provider said. Of what came over a connection of our own only words that are known beforehand: it
/// could be any server's, and a trace no way to read it (SS-10).
fn said(cause: &Cause) -> Option<(String, Option<String>)> {
    match cause {
        Cause::Federation(FederationError::UpstreamRefused { error, description }) => {
            Some((error.clone(), description.clone()))
        }
        Cause::Federation(FederationError::Token(TokenError::TokenEndpoint {
            error: Some(error),
            description,
            ..
        })) if KNOWN_CODES.contains(&error.as_str()) => {
            Some((error.clone(), description.as_deref().and_then(numbers)))
        }
        _ => None,
    }
}

/// The claim that a failure is about.
fn claim_of(cause: &Cause) -> Option<String> {
    match cause {
        Cause::NotAdmitted(
            NotAdmitted::Lacking(Lacking::Claim(name))
            | NotAdmitted::Unfit(Unfit::Missing(name) | Unfit::Inactive(name)),
        ) => Some(name.clone()),
        Cause::Federation(FederationError::IdToken(
            IdTokenError::Mistyped(name) | IdTokenError::FromTheFuture(name),
        )) => Some((*name).to_owned()),
        _ => None,
    }
}

/// The two values of an error that has them.
fn two_values(cause: &Cause) -> Option<(String, String)> {
    let Cause::Federation(error) = cause else { return None };
    match error {
        FederationError::IssuerMismatch { expected, got } => {
            Some((expected.clone(), got.clone().unwrap_or_else(|| "no iss".to_owned())))
        }
        FederationError::Metadata(MetadataError::IssuerMismatch { expected, got })
        | FederationError::IdToken(IdTokenError::IssuerMismatch { expected, got }) => {
            Some((expected.clone(), got.clone()))
        }
        _ => None,
    }
}

/// The comparison that an error is about.
const fn compared(cause: &Cause) -> Option<&'static str> {
    let Cause::Federation(FederationError::IdToken(error)) = cause else { return None };
    Some(match error {
        IdTokenError::AlgorithmNotAllowed(_) => "alg",
        IdTokenError::UnknownKey | IdTokenError::AmbiguousKey | IdTokenError::KeyOfOthers => "kid",
        IdTokenError::AudienceMismatch => "aud",
        IdTokenError::NonceMismatch => "nonce",
        IdTokenError::Expired => "exp",
        IdTokenError::FromTheFuture(name) => name,
        IdTokenError::IssuedTooEarly => "iat",
        IdTokenError::AuthenticationTooOld => "auth_time",
        IdTokenError::OtherDirectory => "tid",
        IdTokenError::HostedDomain => "hd",
        _ => return None,
    })
}

/// A finding that is written down is the name of its row, and nothing once there is no such row any more.
mod by_name {
    use super::{Deserialize, Deserializer, Finding, Serialize, Serializer};

    pub fn serialize<S: Serializer>(finding: &Option<Finding>, serializer: S) -> Result<S::Ok, S::Error> {
        finding.map(|finding| finding.id()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Finding>, D::Error> {
        let name = Option::<String>::deserialize(deserializer)?;
        Ok(name.and_then(|name| Finding::named(&name)))
    }
}

/// The codes that a token endpoint may answer with (RFC 6749 section 5.2, RFC 8707, RFC 9449, and products).
const KNOWN_CODES: [&str; 12] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
    "invalid_dpop_proof",
    "interaction_required",
    "redirect_uri_mismatch",
    "temporarily_unavailable",
    "server_error",
];

/// Microsoft's numbers in a text.
fn numbers(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_number = |word: &&str| {
        let digits = word.strip_prefix("AADSTS").unwrap_or_default();
        (4..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let numbers: Vec<_> = words.filter(is_number).take(3).collect();
    (!numbers.is_empty()).then(|| numbers.join(", "))
}

fn without_secrets(error: FederationError) -> FederationError {
    let short = |error: String| blotted(&error);
    match error {
        FederationError::UpstreamRefused { error, description } => {
            FederationError::UpstreamRefused { error: short(error), description: description.map(short) }
        }
        FederationError::Token(TokenError::TokenEndpoint { status, error, description }) => {
            let (error, description) = (error.map(short), description.map(short));
            FederationError::Token(TokenError::TokenEndpoint { status, error, description })
        }
        other => other,
    }
}

/// The name of the row about somebody who may not come in.
const fn check_of(cause: &NotAdmitted) -> &'static str {
    match cause {
        NotAdmitted::Unknown => "account.unknown",
        NotAdmitted::Lacking(Lacking::Domain) => "account.domain",
        NotAdmitted::Lacking(Lacking::Group) => "account.group",
        NotAdmitted::Lacking(Lacking::Claim(_)) => "account.claim",
        NotAdmitted::Unfit(Unfit::Missing(_)) => "account.claim_missing",
        NotAdmitted::Unfit(Unfit::Inactive(_)) => "account.inactive",
        NotAdmitted::AddressTaken => "account.address_taken",
        NotAdmitted::Unproven(_) => "account.unproven",
        NotAdmitted::NotInPilot => "account.not_in_pilot",
        NotAdmitted::Disabled => "account.disabled",
        NotAdmitted::Deleted => "account.deleted",
        NotAdmitted::NotThisApp => "app.not_open",
        NotAdmitted::NotSureEnough => "assurance.too_little",
        NotAdmitted::SomebodyElse => "account.wrong",
    }
}
