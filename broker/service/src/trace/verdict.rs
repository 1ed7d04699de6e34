//! The verdict on a failed sign-in: what happened in plain words, who must mend it, and how, with the real
//! values in the places where they go.

use doorward_domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Compared, Failed, Finding, Trace};

/// What is to be done about a failed sign-in, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verdict {
    /// The name of the catalogue's row.
    pub row: String,
    /// What happened, in a few words.
    pub headline: String,
    /// What happened, in a sentence.
    pub cause: String,
    /// Who must mend it: `person`, `tenant_admin` at the provider or in the connection, `app_developer`,
    /// `operator` of this broker, `provider`.
    pub who: &'static str,
    /// Where in the product's admin console.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What to do, step by step.
    pub how: Vec<String>,
    /// Whether a new sign-in may help: `never` before it is mended, `again`, `later`.
    pub retry: &'static str,
    /// What would have been right, where two values were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// The provider's error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_error: Option<String>,
    /// The provider's explanation, with blots in place of addresses and secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_said: Option<String>,
    /// How many sign-ins through this connection failed for the same reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like_this: Option<LikeThis>,
}

/// Sign-ins that failed for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LikeThis {
    /// How many are known.
    pub count: usize,
    /// When the first of them began.
    #[schema(value_type = i64)]
    pub since: Timestamp,
}

/// The real values behind the placeholders of the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The redirect URI to register at the provider.
    pub redirect_uri: Option<String>,
    /// Our client identifier there.
    pub client_id: Option<String>,
    /// The provider's issuer identifier.
    pub issuer: Option<String>,
    /// The connection's name.
    pub connection: Option<String>,
    /// The tenant's company code.
    pub tenant: Option<String>,
    /// The domains that the tenant has proved to own.
    pub domains: Option<String>,
    /// The app's identifier.
    pub app: Option<String>,
    /// The claim that it is about.
    pub claim: Option<String>,
}

impl Values {
    /// The text with the values in it; a value that is not known is told by what it is.
    pub fn fill(&self, text: &str) -> String {
        let known = [
            ("{redirect_uri}", &self.redirect_uri, "the connection's redirect URI"),
            ("{client_id}", &self.client_id, "the connection's client ID"),
            ("{issuer}", &self.issuer, "the connection's issuer"),
            ("{connection}", &self.connection, "the connection"),
            ("{tenant}", &self.tenant, "the tenant"),
            ("{domains}", &self.domains, "the tenant's domains"),
            ("{app}", &self.app, "the app"),
            ("{claim}", &self.claim, "the claim"),
        ];
        known.into_iter().fold(text.to_owned(), |text, (placeholder, value, otherwise)| {
            text.replace(placeholder, value.as_deref().unwrap_or(otherwise))
        })
    }
}

impl Verdict {
    /// What a row says of a connection with these values.
    pub fn of_finding(finding: Finding, values: &Values) -> Self {
        let row = finding.row;
        Self {
            row: finding.id(),
            headline: row.title.clone(),
            cause: values.fill(&row.cause),
            who: row.who.as_str(),
            place: row.place.clone(),
            how: row.how.iter().map(|step| values.fill(step)).collect(),
            retry: row.retry.as_str(),
            expected: None,
            received: None,
            provider_error: None,
            provider_said: None,
            like_this: None,
        }
    }

    /// The verdict on a failure; `compared` is what a refused ID token says of itself.
    pub fn of(failed: &Failed, compared: &[Compared], values: &Values) -> Option<Self> {
        let claim = failed.claim.clone().or_else(|| values.claim.clone());
        let verdict = Self::of_finding(failed.finding?, &Values { claim, ..values.clone() });
        let (expected, received) = match &failed.values {
            Some(values) => Some(values.clone()).unzip(),
            None => {
                the_wrong_one(failed, compared).map(|it| (it.expected.clone(), it.received.clone())).unzip()
            }
        };
        let (error, said) = failed.said().unzip();
        Some(Self {
            expected,
            received,
            provider_error: error.map(str::to_owned),
            provider_said: said.flatten().map(str::to_owned),
            ..verdict
        })
    }

    /// The verdict on a failed sign-in.
    pub fn on(trace: &Trace, values: &Values) -> Option<Self> {
        let compared = trace.trail.as_ref().map(|trail| trail.compared.as_slice()).unwrap_or_default();
        let app = trace.client.as_ref().map(ToString::to_string);
        Self::of(trace.failed()?, compared, &Values { app, ..values.clone() })
    }
}

/// The comparison that a failure is about; of the two parties of a token, the one that is wrong.
fn the_wrong_one<'a>(failed: &Failed, compared: &'a [Compared]) -> Option<&'a Compared> {
    let name = failed.compared.as_deref()?;
    compared.iter().find(|it| match name {
        "aud" => !it.agrees && matches!(&*it.name, "aud" | "azp"),
        name => it.name == name,
    })
}
