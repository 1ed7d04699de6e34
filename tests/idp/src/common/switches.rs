//! Misbehaviour on request. A switch is armed for a place, an app, a person; it counts how often it
//! fired, so that a test can tell a refusal for the right reason from one for any other; and a test
//! that arms a switch which never fires fails when its emulator is dropped.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::log::Endpoint;
use super::names::{Known, Named, Switch};
use super::{lock, scope::At, scope::Scope};

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

/// What a switch is to do from now on, wherever it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<S = Switch> {
    /// Which one.
    pub switch: S,
    /// For how long.
    pub mode: Mode,
    /// What the misbehaviour says, where the switch names a value; a default otherwise.
    pub value: Option<String>,
}

/// How a switch stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SwitchReport {
    /// Which one.
    pub switch: &'static str,
    /// Whether it is on.
    pub mode: Mode,
    /// How often it has fired since the emulator was built.
    pub fired: u64,
}

/// The value of a switch that wants a number is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value of `{0}` is a number")]
pub struct NotANumber(pub &'static str);

/// One switch armed: which, where, how often. Made from a switch, refined by its methods.
#[derive(Clone, Debug)]
pub struct Arm {
    name: &'static str,
    numeric: bool,
    value: String,
    scope: Scope,
    skip: u64,
    times: Option<u64>,
    fired: u64,
    /// Armed by another process, whose tests ask for the count.
    remote: bool,
}

impl<S: Named> From<S> for Arm {
    fn from(switch: S) -> Self {
        Self::new(Known { name: switch.name(), value: switch.default_value() })
    }
}

impl Arm {
    fn new(Known { name, value }: Known) -> Self {
        Self {
            name,
            numeric: value.parse::<u64>().is_ok(),
            value: value.to_owned(),
            scope: Scope::default(),
            skip: 0,
            times: None,
            fired: 0,
            remote: false,
        }
    }

    /// What the misbehaviour says.
    #[must_use]
    pub fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    /// Only for this app.
    #[must_use]
    pub fn client(mut self, client_id: &str) -> Self {
        self.scope.client = Some(client_id.to_owned());
        self
    }

    /// Only for this person, by the name that they type.
    #[must_use]
    pub fn person(mut self, username: &str) -> Self {
        self.scope.person = Some(username.to_owned());
        self
    }

    /// Only at this issuer: a tenant's or an authorization server's identifier.
    #[must_use]
    pub fn issuer(mut self, issuer: &str) -> Self {
        self.scope.issuer = Some(issuer.to_owned());
        self
    }

    /// Only at this endpoint.
    #[must_use]
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.scope.endpoint = Some(endpoint);
        self
    }

    /// Not before it would have fired so many times.
    #[must_use]
    pub fn after(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    /// So many times, then never again.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Within this scope, by another process.
    pub(crate) fn remotely(self, scope: Scope) -> Self {
        Self { scope, remote: true, ..self }
    }

    fn checked(self) -> Result<Self, NotANumber> {
        match self.numeric && self.value.parse::<u64>().is_err() {
            true => Err(NotANumber(self.name)),
            false => Ok(self),
        }
    }

    fn is_on(&self) -> bool {
        self.times.is_none_or(|times| self.fired < times)
    }

    fn mode(&self) -> Mode {
        match self.times {
            _ if !self.is_on() => Mode::Off,
            Some(_) => Mode::Once,
            None => Mode::Sticky,
        }
    }
}

/// The switches of one emulator, all off at first.
///
/// # Panics
/// When it is dropped and a switch that this process armed has never fired.
pub struct Switches {
    known: Vec<Known>,
    armed: Mutex<Vec<Arm>>,
}

impl Switches {
    /// These switches.
    pub(crate) fn new(known: Vec<Known>) -> Self {
        Self { known, armed: Mutex::default() }
    }

    /// Turns a switch on, as it says.
    ///
    /// # Panics
    /// When the switch is none of this emulator's, or its value is no number and must be.
    pub fn arm(&self, arm: impl Into<Arm>) {
        let arm = arm.into();
        assert!(self.named(arm.name).is_some(), "there is no switch `{}` here", arm.name);
        match arm.checked() {
            Ok(arm) => lock(&self.armed).push(arm),
            Err(cause) => panic!("{cause}"),
        }
    }

    /// Turns `switch` on for one time.
    pub fn once(&self, switch: impl Named) {
        self.arm(Arm::from(switch).times(1));
    }

    /// Turns `switch` on until [`Switches::off`].
    pub fn sticky(&self, switch: impl Named) {
        self.arm(switch);
    }

    /// Turns `switch` off everywhere; its count stays.
    pub fn off(&self, switch: impl Named) {
        self.disarm(switch.name());
    }

    /// Sets a switch together with its value, in place of what it was set to before.
    ///
    /// # Errors
    /// When the value is no number and must be.
    pub fn set<S: Named>(&self, setting: Setting<S>) -> Result<(), NotANumber> {
        let arm = Arm::from(setting.switch);
        self.replace(
            match setting.value {
                Some(value) => arm.value(value),
                None => arm,
            },
            setting.mode,
        )
    }

    /// How often `switch` has fired.
    pub fn fired(&self, switch: impl Named) -> u64 {
        self.count(switch.name())
    }

    /// How every switch stands.
    pub fn report(&self) -> Vec<SwitchReport> {
        let modes: BTreeMap<_, _> = lock(&self.armed).iter().map(|arm| (arm.name, arm.mode())).collect();
        let report = |&Known { name, .. }: &Known| {
            let mode = modes.get(name).copied().unwrap_or_default();
            SwitchReport { switch: name, mode, fired: self.count(name) }
        };
        self.known.iter().map(report).collect()
    }

    /// Switches that were armed and have not fired.
    pub fn silent(&self) -> Vec<&'static str> {
        lock(&self.armed).iter().filter(|arm| arm.fired == 0).map(|arm| arm.name).collect()
    }

    /// The switch of this name, to be armed.
    pub(crate) fn named(&self, name: &str) -> Option<Arm> {
        self.known.iter().find(|known| known.name == name).copied().map(Arm::new)
    }

    /// Arms a switch in place of what it was armed with before.
    pub(crate) fn replace(&self, arm: Arm, mode: Mode) -> Result<(), NotANumber> {
        let arm = arm.checked()?;
        self.disarm(arm.name);
        match mode {
            Mode::Off => {}
            Mode::Once => lock(&self.armed).push(arm.times(1)),
            Mode::Sticky => lock(&self.armed).push(arm),
        }
        Ok(())
    }

    fn disarm(&self, name: &str) {
        for arm in lock(&self.armed).iter_mut().filter(|arm| arm.name == name) {
            arm.times = Some(arm.fired);
        }
    }

    /// The value to misbehave with, counted, if the switch is on here.
    pub(crate) fn fire(&self, switch: impl Named, at: &At<'_>) -> Option<String> {
        let mut armed = lock(&self.armed);
        let matching = |arm: &&mut Arm| arm.name == switch.name() && arm.is_on() && arm.scope.covers(at);
        let arm = armed.iter_mut().find(matching)?;
        if arm.skip > 0 {
            arm.skip -= 1;
            return None;
        }
        arm.fired += 1;
        Some(arm.value.clone())
    }

    /// Whether the switch is on here, counted.
    pub(crate) fn fires(&self, switch: impl Named, at: &At<'_>) -> bool {
        self.fire(switch, at).is_some()
    }

    fn count(&self, name: &str) -> u64 {
        lock(&self.armed).iter().filter(|arm| arm.name == name).map(|arm| arm.fired).sum()
    }
}

impl Drop for Switches {
    fn drop(&mut self) {
        let silent: Vec<_> = lock(&self.armed)
            .iter()
            .filter(|arm| arm.fired == 0 && !arm.remote)
            .map(|arm| arm.name)
            .collect();
        if !silent.is_empty() && !std::thread::panicking() {
            panic!("armed and never fired: {}", silent.join(", "));
        }
    }
}
