//! What a browser says of a ceremony (WebAuthn Level 3 section 5.8.1): which one it was, with which challenge,
//! and on whose page. The authenticator's signature is over its hash.

use serde_json::Value;

use super::PasskeyError;
use crate::keys::strict_json;

/// Longer than any browser's.
const LONGEST: usize = 4 * 1024;

/// Which ceremony it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A credential was made.
    Create,
    /// A credential signed.
    Get,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// What is read of it. Members that we do not know are passed over, as they may be (section 5.8.1).
#[derive(Debug)]
pub struct ClientData {
    kind: String,
    /// The challenge, in base64url.
    pub challenge: String,
    origin: String,
    framed: bool,
}

impl ClientData {
    /// Reads the JSON that a browser wrote.
    ///
    /// # Errors
    /// [`PasskeyError::ClientData`].
    pub fn read(json: &[u8]) -> Result<Self, PasskeyError> {
        const FORM: PasskeyError = PasskeyError::ClientData("not an object as the specification has it");
        if json.len() > LONGEST {
            return Err(FORM);
        }
        let members = strict_json::object(json).map_err(|_| FORM)?;
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(FORM);
        let framed = match members.get("crossOrigin") {
            None => false,
            Some(value) => value.as_bool().ok_or(FORM)?,
        };
        Ok(Self {
            kind: text("type")?,
            challenge: text("challenge")?,
            origin: text("origin")?,
            framed: framed || members.contains_key("topOrigin"),
        })
    }

    /// Whether it is of this ceremony, on a page of `origin` that nobody framed.
    ///
    /// # Errors
    /// [`PasskeyError::ClientData`].
    pub fn check(&self, kind: Kind, origin: &str) -> Result<(), PasskeyError> {
        if self.kind != kind.as_str() {
            return Err(PasskeyError::ClientData("another kind of ceremony"));
        }
        if self.origin != origin {
            return Err(PasskeyError::ClientData("on a page of another origin"));
        }
        if self.framed {
            return Err(PasskeyError::ClientData("in a frame of another origin"));
        }
        Ok(())
    }
}
