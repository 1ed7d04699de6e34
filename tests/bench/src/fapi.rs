//! What an app does that keeps the FAPI 2.0 Security Profile: it pushes its requests, signs who it is, and binds
//! its tokens to its key.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jws::alg::ecdsa::EcdsaJwsSigner;
use josekit::jws::{ES256, JwsSigner as _};
use serde_json::{Value, json};

use crate::app::Registered;
use crate::measure;

/// How the app is registered.
pub const CLIENT: Registered =
    Registered { id: "load-fapi", redirect_uri: "https://load.example/fapi/callback" };
/// What an assertion is.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The app's key.
pub struct Signer {
    signer: EcdsaJwsSigner,
    public: Value,
    signed: AtomicU64,
}

impl Signer {
    /// A new key.
    ///
    /// # Errors
    /// When none can be made.
    pub fn generate() -> anyhow::Result<Self> {
        let key = EcKeyPair::generate(EcCurve::P256)?;
        let public = key.to_jwk_public_key();
        let public = json!({
            "kty": "EC",
            "crv": "P-256",
            "x": public.parameter("x"),
            "y": public.parameter("y"),
        });
        let signer = ES256.signer_from_jwk(&key.to_jwk_private_key())?;
        Ok(Self { signer, public, signed: AtomicU64::new(0) })
    }

    /// The key set that it registers.
    pub fn jwks(&self) -> Value {
        json!({"keys": [self.public]})
    }

    /// Says who the app is, to this issuer, once (RFC 7523).
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn assertion(&self, issuer: &str) -> anyhow::Result<String> {
        let (now, id) = (measure::time().as_secs(), CLIENT.id);
        let claims = json!({"iss": id, "sub": id, "aud": issuer, "exp": now + 60, "jti": self.unique()});
        self.sign(&json!({"alg": "ES256"}), &claims)
    }

    /// Proves to hold the key, in one request that is posted to `url` (RFC 9449).
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn proof(&self, url: &str) -> anyhow::Result<String> {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.public});
        let iat = measure::time().as_secs();
        self.sign(&header, &json!({"htm": "POST", "htu": url, "iat": iat, "jti": self.unique()}))
    }

    fn unique(&self) -> String {
        format!("{:032}", self.signed.fetch_add(1, Ordering::Relaxed))
    }

    fn sign(&self, header: &Value, claims: &Value) -> anyhow::Result<String> {
        let [header, claims] = [header, claims].map(|part| BASE64.encode(part.to_string()));
        let unsigned = format!("{header}.{claims}");
        let signature = BASE64.encode(self.signer.sign(unsigned.as_bytes())?);
        Ok(format!("{unsigned}.{signature}"))
    }
}
