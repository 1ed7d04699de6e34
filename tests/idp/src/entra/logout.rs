//! `/{tenant}/oauth2/v2.0/logout`: it tells the apps by frames, without saying who
//! tells, and returns only to a redirect URI of an app.

use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use url::Url;

use super::Entra;
use super::claims::login_hint;
use super::switch::EntraSwitch;
use crate::common::answer::redirect;
use crate::common::log::Endpoint;
use crate::common::pages::{self, Frames, Question};
use crate::common::params::Params;
use crate::common::scope::At;
use crate::common::sessions::Session;
use crate::common::{base_path, guid};

const TITLE: &str = "Sign out";

pub(super) async fn logout(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    if let Err(refusal) = entra.authority(&tenant, Endpoint::EndSession) {
        return refusal.page();
    }
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let form = if method == Method::POST { Params::parse(&form) } else { Params::parse(b"") };
    let picked = form.get("account").is_some();
    let params = if form.get("post_logout_redirect_uri").is_some() { form } else { params };
    match entra.sessions().of(&headers) {
        Some(session) if !picked && !is_meant(&session, &params) => {
            entra.account_picker(&tenant, &session, &params.encoded())
        }
        _ => entra.sign_out(&headers, &params),
    }
}

/// Whether the hint is this account's: its claim `login_hint`, and never its name.
fn is_meant(session: &Session, params: &Params) -> bool {
    let oid = session.person.split_once('/').map(|(_, oid)| oid);
    oid.is_some_and(|oid| params.get("logout_hint") == Some(&login_hint(oid)))
}

impl Entra {
    fn sign_out(&self, headers: &HeaderMap, params: &Params) -> Response {
        let session = self.sessions().of(headers);
        let frames: Vec<String> = session.iter().flat_map(|session| self.frames(session)).collect();
        let link = params.get("post_logout_redirect_uri").filter(|uri| self.is_registered(uri));
        self.sessions().end(headers, None);
        let with_state = self.switches().fires(EntraSwitch::UnverifiedLogoutState, &At::default());
        let state = params.owned("state").filter(|_| with_state).map(|state| ("state", state));
        match link {
            // Without frames nothing has to be waited for.
            Some(uri) if frames.is_empty() => redirect(uri, state.as_slice()),
            link => pages::frames(&Frames { title: TITLE, frames, link: link.map(str::to_owned) }),
        }
    }

    /// The logout URL of every app of this session, with `sid` and without `iss`.
    fn frames(&self, session: &Session) -> Vec<String> {
        let directory = self.directory();
        let mut frames = Vec::new();
        for (tenant, client_id) in session.clients.iter().filter_map(|client| client.split_once('/')) {
            let app = directory.apps.iter().find(|(_, app)| app.client_id == client_id);
            let url = app.and_then(|(_, app)| Url::parse(app.logout_url.as_deref()?).ok());
            let Some(mut url) = url else { continue };
            let at = At::issuer(tenant).client(client_id).endpoint(Endpoint::EndSession);
            if !self.switches().fires(EntraSwitch::FrontChannelWithoutSid, &at) {
                url.query_pairs_mut().append_pair("sid", &guid::of(&session.sid));
            }
            if self.switches().fires(EntraSwitch::FrontChannelWithIss, &at) {
                url.query_pairs_mut().append_pair("iss", &self.token_issuer(tenant));
            }
            frames.push(url.to_string());
        }
        frames
    }

    /// There is no list of its own for places to return to.
    fn is_registered(&self, uri: &str) -> bool {
        self.directory().apps.iter().any(|(_, app)| app.all_redirect_uris().any(|known| known == uri))
    }

    /// Unless `logout_hint` names the account, the person is asked which one is meant.
    fn account_picker(&self, tenant: &str, session: &Session, query: &str) -> Response {
        let base = base_path(self.login_url());
        let account = session.person.as_str();
        let page = Question {
            title: TITLE,
            heading: "Pick an account",
            text: "Which account do you want to sign out of?",
            items: Vec::new(),
            action: format!("{base}/{tenant}/oauth2/v2.0/logout?{query}"),
            field: None,
            buttons: &[("account", account, "This one")],
        };
        pages::page(StatusCode::OK, &page)
    }
}
