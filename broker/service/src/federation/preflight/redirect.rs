//! What the answer to an authorization request says of our redirect URI, though nobody signs in.
//!
//! Who sends the browser back to us knows the redirect URI, whatever else is wrong (RFC 6749 section 4.1.2.1);
//! `login_required` is the answer that a silent request is meant to have (OIDC Core section 3.1.2.6). Who does
//! not know it keeps the browser, on a page at once or by a redirect to one. A provider that has people sign in
//! first may still refuse afterwards, so its sign-in page is good news and no proof.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use doorward_net::Response;
use http::header::LOCATION;
use url::{Position, Url, form_urlencoded};

use super::{Outcome, Probe, own};
use crate::federation::FederationError;
use crate::federation::catalogue::{Pattern, Product, Surface};
use crate::trace::Finding;

/// The probe's name.
pub(super) const REDIRECT_URI: &str = "redirect_uri";

/// Whatever else a provider has against the request.
const REQUEST: &str = "authorization_request";

/// What only somebody who is asked could mend (OIDC Core section 3.1.2.6).
const SILENCED: [&str; 4] =
    ["login_required", "interaction_required", "consent_required", "account_selection_required"];

/// Parameters by which pages for errors are told what to show.
const TOLD_BY: [&str; 5] = ["error", "autherror", "errorcode", "error_code", "errorid"];

/// As Google writes the error of its page; padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What was asked, and where people are to be sent back to.
pub(super) struct Asked<'a> {
    pub(super) url: &'a Url,
    pub(super) callback: &'a Url,
    pub(super) product: Product,
}

impl Asked<'_> {
    /// What the answer means.
    pub(super) fn judge(&self, answer: &Response) -> Vec<Probe> {
        match self.location(answer) {
            None => vec![about_uri(self.on_page(answer))],
            Some(location) if self.leads_back(&location) => self.sent_back(&location),
            Some(location) => vec![about_uri(self.sent_on(&location))],
        }
    }

    /// Where a redirect leads (RFC 9110 section 10.2.2).
    fn location(&self, answer: &Response) -> Option<Url> {
        let location = answer.headers().get(LOCATION).filter(|_| answer.status().is_redirection())?;
        self.url.join(location.to_str().ok()?).ok()
    }

    fn leads_back(&self, location: &Url) -> bool {
        location[..Position::AfterPath] == self.callback[..Position::AfterPath]
    }

    fn sent_back(&self, location: &Url) -> Vec<Probe> {
        let in_fragment = form_urlencoded::parse(location.fragment().unwrap_or_default().as_bytes());
        let said: Vec<_> = location.query_pairs().chain(in_fragment).collect();
        let value = |name| said.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_string());
        let mut probes = vec![about_uri((Outcome::Accepted, None))];
        if let Some(error) = value("error").filter(|error| !SILENCED.contains(&error.as_str())) {
            let passes = matches!(error.as_str(), "temporarily_unavailable" | "server_error");
            let outcome = if passes { Outcome::Unclear } else { Outcome::Refused };
            let refused = FederationError::UpstreamRefused { error, description: value("error_description") };
            probes.push(Probe { name: REQUEST, outcome, finding: Finding::of(self.product, &refused) });
        }
        probes
    }

    /// Sent to another page: one for errors, or one to sign in at.
    fn sent_on(&self, location: &Url) -> (Outcome, Option<Finding>) {
        let told = |name: &str| TOLD_BY.contains(&name.to_ascii_lowercase().as_str());
        let names_error = location.path().to_ascii_lowercase().contains("error")
            || location.query_pairs().any(|(name, _)| told(&name));
        if names_error {
            let finding = Finding::pasted(self.product, &text_of(location));
            return (Outcome::Refused, finding.or_else(|| own("probe.redirect_uri")));
        }
        match location.origin() == self.url.origin() {
            true => (Outcome::Accepted, own("probe.redirect_uri_so_far")),
            false => (Outcome::Unclear, None),
        }
    }

    /// A page of the provider's own. One that is no failure by its status may tell of one all the same, but
    /// then by number: other words stand in every page's script.
    fn on_page(&self, page: &Response) -> (Outcome, Option<Finding>) {
        let text = plain(&String::from_utf8_lossy(page.body()));
        let refused = page.status().is_client_error();
        let shows = |it: &Finding| it.row.shows.contains(&Surface::ProviderPage);
        let counts = |it: &Finding| refused || matches!(it.row.pattern, Pattern::Numbers(_));
        let finding = Finding::pasted(self.product, &text).filter(|it| shows(it) && counts(it));
        let asks = || text.contains("type=\"password\"");
        match finding {
            Some(finding) => (Outcome::Refused, Some(finding)),
            None if refused => (Outcome::Refused, own("probe.redirect_uri")),
            None if self.posts_back(&text) => (Outcome::Accepted, None),
            None if page.status().is_success() && asks() => {
                (Outcome::Accepted, own("probe.redirect_uri_so_far"))
            }
            None => (Outcome::Unclear, None),
        }
    }

    /// Whether the page is an answer by form (OAuth 2.0 Form Post Response Mode section 2).
    fn posts_back(&self, page: &str) -> bool {
        ['"', '\''].iter().any(|quote| page.contains(&format!("action={quote}{}{quote}", self.callback)))
    }
}

/// A page with what stands for quotation marks in HTML read as such; no more is wanted of it.
fn plain(page: &str) -> String {
    let known = [("&#39;", "'"), ("&#x27;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&amp;", "&")];
    known.into_iter().fold(page.to_owned(), |page, (written, meant)| page.replace(written, meant))
}

fn about_uri((outcome, finding): (Outcome, Option<Finding>)) -> Probe {
    Probe { name: REDIRECT_URI, outcome, finding }
}

/// What the address of a page for errors says. Google's says it in `authError`, packed and in base64; the
/// texts in it stand as they are.
fn text_of(location: &Url) -> String {
    let mut text = String::new();
    for (name, value) in location.query_pairs() {
        let packed =
            (name == "authError").then(|| BASE64.decode(value.replace([' ', '+'], "-").replace('/', "_")));
        match packed {
            Some(Ok(bytes)) => text.push_str(&String::from_utf8_lossy(&bytes)),
            _ => text.push_str(&value),
        }
        text.push(' ');
    }
    text
}
