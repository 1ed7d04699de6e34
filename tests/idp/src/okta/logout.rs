//! `/logout`: an ID token is wanted, an expired one will do, and it must be of the
//! session that ends.

use axum::extract::RawForm;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value};
use url::Url;

use super::error::Refusal;
use super::keys::numbered;
use super::messages;
use super::place::Place;
use crate::common::answer::redirect;
use crate::common::pages::{self, Frames};
use crate::common::params::Params;
use crate::common::sessions::Session;

pub(super) async fn logout(place: Place, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let params = Params::parse(&form);
    match place.sign_out(&headers, &params) {
        Ok(response) => response,
        Err(refusal) => refusal.page(),
    }
}

impl Place {
    fn sign_out(&self, headers: &HeaderMap, params: &Params) -> Result<Response, Refusal> {
        let hint = params.get("id_token_hint").and_then(|token| self.own(token));
        let hint = hint.ok_or(messages::HINT_OF_LOGOUT)?;
        let claim = |name: &str| hint.get(name).and_then(Value::as_str).unwrap_or_default();
        let app = self.okta.app(claim("aud")).ok_or(messages::HINT_OF_LOGOUT)?;
        let session = self.okta.sessions().of(headers);
        if session.as_ref().is_some_and(|session| session.person != claim("sub")) {
            return Err(messages::LOGOUT_SESSION.into());
        }
        let uri = params.get("post_logout_redirect_uri");
        if uri.is_some_and(|uri| !app.post_logout_redirect_uris.iter().any(|known| known == uri)) {
            return Err(messages::LOGOUT_URI.into());
        }
        let frames =
            session.iter().flat_map(|session| self.frames(session, &app.client_id)).collect::<Vec<_>>();
        self.okta.sessions().end(headers, None);
        let state = params.owned("state").map(|state| ("state", state));
        Ok(match uri {
            Some(uri) if frames.is_empty() => redirect(uri, state.as_slice()),
            uri => pages::frames(&Frames { title: "Okta", frames, link: uri.map(str::to_owned) }),
        })
    }

    /// The claims of an ID token that this server signed, however old, whatever key it had then.
    fn own(&self, token: &str) -> Option<Map<String, Value>> {
        let current = self.okta.keys().current(self.name());
        (0..=current + 1).find_map(|number| numbered(self.name(), number).ok()?.verify(token))
    }

    /// Single logout: the other apps of this session that take part in it, with `iss` and `sid`.
    fn frames(&self, session: &Session, asking: &str) -> Vec<String> {
        let others = session.clients.iter().filter(|client_id| *client_id != asking);
        let frame = |client_id: &String| {
            let app = self.okta.app(client_id)?;
            let mut url = Url::parse(app.front_channel_logout_uri.as_deref()?).ok()?;
            let issuer = self.token_issuer(&app, "");
            url.query_pairs_mut().append_pair("iss", &issuer).append_pair("sid", &session.sid);
            Some(url.to_string())
        };
        others.filter_map(frame).collect()
    }
}
