//! Misbehaviour on request. Each switch belongs to one issuer and counts how often it fired, so that
//! a test can tell a refusal for the right reason from one for any other.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::lock;

/// One way in which an issuer can misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// The ID token carries another `nonce` (the value).
    WrongNonce,
    /// The ID token is for another audience (the value).
    WrongAudience,
    /// The ID token expired an hour ago.
    ExpiredToken,
    /// The ID token names another issuer (the value).
    WrongIssuer,
    /// The ID token is signed with a key that was never published.
    UnknownKey,
    /// Before the next ID token is signed, the issuer replaces its key; the old one disappears.
    RotateKey,
    /// The token endpoint waits (the value: milliseconds).
    Slow,
    /// The token endpoint answers with an error (the value: an OAuth error code).
    TokenError,
    /// The authorization endpoint answers with an error (the value: an OAuth error code).
    AuthorizeError,
    /// A bit of the ID token's signature is flipped.
    BadSignature,
    /// Neither ID token nor userinfo tell the person's e-mail address.
    NoEmail,
    /// Userinfo is about somebody else than the ID token (the value: the other `sub`).
    UserinfoSubMismatch,
}

impl Switch {
    /// Every switch.
    pub const ALL: [Self; 12] = [
        Self::WrongNonce,
        Self::WrongAudience,
        Self::ExpiredToken,
        Self::WrongIssuer,
        Self::UnknownKey,
        Self::RotateKey,
        Self::Slow,
        Self::TokenError,
        Self::AuthorizeError,
        Self::BadSignature,
        Self::NoEmail,
        Self::UserinfoSubMismatch,
    ];

    /// The value used when the setting gives none.
    fn default_value(self) -> &'static str {
        match self {
            Self::WrongNonce => "another-nonce",
            Self::WrongAudience => "another-client",
            Self::WrongIssuer => "https://another-issuer.example",
            Self::Slow => "1000",
            Self::TokenError => "invalid_client",
            Self::AuthorizeError => "access_denied",
            Self::UserinfoSubMismatch => "another-subject",
            _ => "",
        }
    }
}

/// How long a switch stays on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Well-behaved.
    #[default]
    Off,
    /// Until it has fired once.
    Once,
    /// Until it is switched off.
    Sticky,
}

/// What a switch is to do from now on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Which one.
    pub switch: Switch,
    /// For how long.
    pub mode: Mode,
    /// What the misbehaviour says, where [`Switch`] names a value; a default otherwise.
    pub value: Option<String>,
}

/// How a switch stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SwitchReport {
    /// Which one.
    pub switch: Switch,
    /// Whether it is on.
    pub mode: Mode,
    /// How often it has fired since the issuer was built.
    pub fired: u64,
}

/// The setting cannot be: `slow` was given something else than milliseconds.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value of `slow` is a number of milliseconds")]
pub struct NotMilliseconds;

/// The switches of one issuer, all off at first.
#[derive(Default)]
pub struct Switches(Mutex<BTreeMap<Switch, Position>>);

#[derive(Default)]
struct Position {
    mode: Mode,
    value: Option<String>,
    fired: u64,
}

impl Switches {
    /// Turns `switch` on for one time.
    pub fn once(&self, switch: Switch) {
        self.turn(switch, Mode::Once, None);
    }

    /// Turns `switch` on until [`Switches::off`].
    pub fn sticky(&self, switch: Switch) {
        self.turn(switch, Mode::Sticky, None);
    }

    /// Turns `switch` off; its count stays.
    pub fn off(&self, switch: Switch) {
        self.turn(switch, Mode::Off, None);
    }

    /// Sets a switch together with its value.
    ///
    /// # Errors
    /// When the value of `slow` is not a number of milliseconds.
    pub fn set(&self, setting: Setting) -> Result<(), NotMilliseconds> {
        if setting.switch == Switch::Slow
            && setting.value.as_ref().is_some_and(|ms| ms.parse::<u64>().is_err())
        {
            return Err(NotMilliseconds);
        }
        self.turn(setting.switch, setting.mode, setting.value);
        Ok(())
    }

    /// How often `switch` has fired.
    pub fn fired(&self, switch: Switch) -> u64 {
        lock(&self.0).get(&switch).map_or(0, |position| position.fired)
    }

    /// How every switch stands.
    pub fn report(&self) -> Vec<SwitchReport> {
        let positions = lock(&self.0);
        let report = |switch| {
            let (mode, fired) = positions.get(&switch).map_or((Mode::Off, 0), |p| (p.mode, p.fired));
            SwitchReport { switch, mode, fired }
        };
        Switch::ALL.map(report).to_vec()
    }

    /// The value to misbehave with, counted, if the switch is on.
    pub(crate) fn fire(&self, switch: Switch) -> Option<String> {
        let mut positions = lock(&self.0);
        let position = positions.get_mut(&switch).filter(|position| position.mode != Mode::Off)?;
        if position.mode == Mode::Once {
            position.mode = Mode::Off;
        }
        position.fired += 1;
        Some(position.value.clone().unwrap_or_else(|| switch.default_value().to_owned()))
    }

    fn turn(&self, switch: Switch, mode: Mode, value: Option<String>) {
        let mut positions = lock(&self.0);
        let position = positions.entry(switch).or_default();
        (position.mode, position.value) = (mode, value);
    }
}
