//! JWTs, as an input describes them: a line with the header, a line with the claims, and then what changes
//! in the token after it was signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use josekit::jws::JwsSigner;
use serde_json::{Map, Value};

/// A JWT to be signed.
#[derive(Debug)]
pub struct Described {
    header: String,
    claims: String,
    changes: Vec<u8>,
}

/// A JWT that was signed, and perhaps changed since.
#[derive(Debug)]
pub struct Signed {
    /// The token.
    pub text: String,
    /// Whether it is another than the one that was signed.
    pub altered: bool,
}

impl Described {
    /// Reads an input. `{jwk}` in the header stands for `jwk`; `None` unless header and claims are text.
    pub fn read(input: &[u8], jwk: &str) -> Option<Self> {
        let mut lines = input.splitn(3, |byte| *byte == b'\n');
        let header = str::from_utf8(lines.next()?).ok()?.replace("{jwk}", jwk);
        let claims = str::from_utf8(lines.next()?).ok()?.to_owned();
        Some(Self { header, claims, changes: lines.next().unwrap_or_default().to_vec() })
    }

    /// Signs it, then changes it: three bytes are where, where, and what stands there now.
    pub fn sign(&self, signer: &dyn JwsSigner) -> Signed {
        let unsigned = format!("{}.{}", BASE64.encode(&self.header), BASE64.encode(&self.claims));
        let signature = BASE64.encode(signer.sign(unsigned.as_bytes()).unwrap());
        let genuine = format!("{unsigned}.{signature}");
        let mut bytes = genuine.clone().into_bytes();
        for change in self.changes.chunks_exact(3) {
            let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % bytes.len();
            bytes[at] = change[2] & 0x7f;
        }
        let text = String::from_utf8(bytes).unwrap();
        Signed { altered: text != genuine, text }
    }
}

/// What a token says, read by another parser than the broker's.
#[derive(Debug)]
pub struct Said {
    /// Its header.
    pub header: Map<String, Value>,
    /// Its claims.
    pub claims: Map<String, Value>,
}

impl Said {
    /// What an accepted token says: it is in canonical compact form, or this panics.
    pub fn by(token: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3, "{token}");
        for part in &parts {
            assert_eq!(BASE64.encode(BASE64.decode(part).unwrap()), *part, "not canonical");
        }
        let object = |part: &str| serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap();
        Self { header: object(parts[0]), claims: object(parts[1]) }
    }

    /// Asserts that the header says this algorithm and one of these types, and asks for nothing more.
    pub fn assert_header(&self, algorithm: &str, types: &[Option<&str>]) {
        assert_eq!(self.header.get("alg"), Some(&algorithm.into()));
        let typ = self.header.get("typ").map(|typ| typ.as_str().unwrap().to_ascii_lowercase());
        let typ = typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
        assert!(types.contains(&typ), "{typ:?}");
        assert!(!self.header.contains_key("crit") && !self.header.contains_key("b64"));
    }

    /// Asserts that a claim is a text, and this one.
    pub fn assert_text(&self, name: &str, expected: &str) {
        assert_eq!(self.claims.get(name), Some(&expected.into()), "{name}");
    }

    /// Asserts that a claim, if it is there, is a name: not empty, of at most 255 bytes.
    pub fn assert_name(&self, name: &str) {
        let value = self.claims.get(name).map(|value| value.as_str().unwrap());
        assert!(value.is_none_or(|value| (1..=255).contains(&value.len())), "{name}: {value:?}");
    }

    /// Asserts that a claim, if it is there, is a time from `earliest` to `latest`.
    pub fn assert_time(&self, name: &str, earliest: i64, latest: i64) {
        let time = self.claims.get(name).map(|time| time.as_f64().unwrap());
        let fits = |time: f64| (earliest as f64..(latest + 1) as f64).contains(&time);
        assert!(time.is_none_or(fits), "{name}: {time:?}");
    }

    /// Whether an audience has this member.
    pub fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::Array(list)) => list.iter().any(|member| member == audience),
            one => one.is_some_and(|one| one == audience),
        }
    }
}
