//! `/{tenant}/adminconsent` and `/{tenant}/v2.0/adminconsent`: an administrator
//! consents for everybody. What comes back says nothing about who somebody is.

use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::Entra;
use super::app::App;
use super::directory::Found;
use super::error::Refusal;
use super::tenant::Authority;
use crate::common::answer::redirect;
use crate::common::base_path;
use crate::common::log::Endpoint;
use crate::common::pages::{self, Message, SignIn};
use crate::common::params::Params;

pub(super) async fn v1(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    entra.ask_administrator(&tenant, "adminconsent", &query.unwrap_or_default())
}

/// With `scope`, which comes back too.
pub(super) async fn v2(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    entra.ask_administrator(&tenant, "v2.0/adminconsent", &query.unwrap_or_default())
}

pub(super) async fn decide(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let (authority, app, uri) = match entra.consent_request(&tenant, &params) {
        Ok(request) => request,
        Err(refusal) => return refusal.page(),
    };
    let form = Params::parse(&form);
    let state = params.owned("state").map(|state| ("state", state));
    if form.get("cancel").is_some() {
        let error = [
            ("error", "permission_denied".to_owned()),
            ("error_description", "The admin canceled the request".to_owned()),
        ];
        return redirect(&uri, &[error.as_slice(), state.as_slice()].concat());
    }
    let Some(tenant) = entra.administrator(&authority, &form) else {
        return entra.administrators_only(&app);
    };
    entra.directory().consent_for_all(&tenant, &app);
    let mut fields = vec![("tenant", tenant)];
    fields.extend(state);
    fields.push(("admin_consent", "True".to_owned()));
    fields.extend(params.owned("scope").map(|scope| ("scope", scope)));
    redirect(&uri, &fields)
}

impl Entra {
    fn consent_request(&self, tenant: &str, params: &Params) -> Result<(Authority, App, String), Refusal> {
        let authority = self.authority(tenant, Endpoint::AdminConsent)?;
        let app = self.requesting_app(&authority, params)?;
        let uri = params.get("redirect_uri").unwrap_or_default();
        let registered = app.all_redirect_uris().any(|known| known == uri);
        match registered {
            true => Ok((authority, app, uri.to_owned())),
            false => Err(self.redirect_mismatch(&app.client_id, uri)),
        }
    }

    fn ask_administrator(&self, tenant: &str, path: &str, query: &str) -> Response {
        let (_, app, _) = match self.consent_request(tenant, &Params::parse(query.as_bytes())) {
            Ok(request) => request,
            Err(refusal) => return refusal.page(),
        };
        let page = SignIn {
            title: "Permissions requested: accept for your organization",
            app: &app.name,
            action: format!("{}/{tenant}/{path}?{query}", base_path(self.login_url())),
            people: Vec::new(),
            login_hint: "",
            problem: None,
        };
        pages::page(StatusCode::OK, &page)
    }

    /// The tenant of the administrator who signs in.
    fn administrator(&self, authority: &Authority, form: &Params) -> Option<String> {
        let directory = self.directory();
        let found = directory.find(authority, form.get("username").unwrap_or_default());
        let Found::User { tenant, user } = found else { return None };
        let right = directory.has_password(&user, form.get("password").unwrap_or_default());
        (right && user.administrator && user.enabled).then_some(tenant)
    }

    fn administrators_only(&self, app: &App) -> Response {
        let page = Message {
            title: &app.name,
            heading: "Need admin approval",
            text: &format!(
                "AADSTS90094: {} needs permission to access resources in your organization that only an admin can grant.",
                app.name
            ),
            is_error: true,
            details: Vec::new(),
            link: None,
        };
        pages::page(StatusCode::FORBIDDEN, &page)
    }
}
