//! The pages on which a person lets a device in: its code, the question, and the end.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::headers::FormTarget;
use super::{ScopeLine, respond};
use crate::words::{Phrase, Words};

/// Asks for the code that a device shows. Posts `user_code` to `/device`.
#[derive(Clone, Debug, Template)]
#[template(path = "device_code.html")]
pub struct DeviceCodePage {
    /// The language.
    pub words: Words,
    /// What was typed, or came with the address.
    pub code: String,
    /// Why the last try led nowhere.
    pub problem: Option<DeviceCodeProblem>,
}

/// Why a code led nowhere; the template has the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceCodeProblem {
    /// No device waits with this code.
    Unknown,
    /// There were too many wrong codes.
    TooMany,
}

/// Asks whether a device is let in. Posts `tx` and `decision`, which is `allow` or `deny`, to
/// `/device/confirm`.
#[derive(Clone, Debug, Template)]
#[template(path = "device.html")]
pub struct DevicePage {
    /// The language.
    pub words: Words,
    /// The app's name, as it was registered.
    pub app: String,
    /// The code, to be compared with the device's.
    pub code: String,
    /// The network address that the device asked from.
    pub asked_from: Option<String>,
    /// The tenant's name.
    pub tenant: String,
    /// The person's name or e-mail address; empty when neither is known.
    pub person: String,
    /// What the app asks for.
    pub scopes: Vec<ScopeLine>,
    /// The transaction, carried in the hidden field `tx`.
    pub transaction: String,
}

/// Says that the person can go back to the device.
#[derive(Clone, Debug, Template)]
#[template(path = "device_answered.html")]
pub struct DeviceAnsweredPage {
    /// The language.
    pub words: Words,
    /// The app's name.
    pub app: String,
    /// Whether the device was let in.
    pub allowed: bool,
}

impl DevicePage {
    /// Who lets the device in, and to which app.
    fn introduction(&self) -> Phrase {
        let (tenant, app) = (("tenant", self.tenant.as_str()), ("app", self.app.as_str()));
        match self.person.as_str() {
            "" => self.words.with_all("device-nobody", &[tenant, app]),
            person => self.words.with_all("device-person", &[("person", person), tenant, app]),
        }
    }
}

impl DeviceAnsweredPage {
    fn headline(&self) -> Phrase {
        match self.allowed {
            true => self.words.say("device-allowed"),
            false => self.words.say("device-denied"),
        }
    }
}

impl IntoResponse for DeviceCodePage {
    fn into_response(self) -> Response {
        let status = match self.problem {
            Some(DeviceCodeProblem::TooMany) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::OK,
        };
        respond(status, FormTarget::Here, self.words, &self)
    }
}

impl IntoResponse for DevicePage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}

impl IntoResponse for DeviceAnsweredPage {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, FormTarget::Here, self.words, &self)
    }
}
