//! An identity provider that signs what it is told to.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_net::double::ScriptedOutbound;
use http::Request;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsSigner, PS256, RS256};
use serde_json::{Map, Value, json};

use super::world::NOW;

/// A key pair of a provider.
pub struct Key {
    kid: &'static str,
    private: Jwk,
    algorithm: &'static str,
}

impl Key {
    pub fn es256(kid: &'static str) -> Self {
        Self { kid, private: ES256.generate_key_pair().unwrap().to_jwk_key_pair(), algorithm: "ES256" }
    }

    pub fn rs256(kid: &'static str, bits: u32) -> Self {
        Self { kid, private: Jwk::generate_rsa_key(bits).unwrap(), algorithm: "RS256" }
    }

    pub fn eddsa(kid: &'static str) -> Self {
        let private = Jwk::generate_ed_key(josekit::jwk::alg::ed::EdCurve::Ed25519).unwrap();
        Self { kid, private, algorithm: "EdDSA" }
    }

    /// The same key, signing with another algorithm.
    pub fn with_algorithm(&self, algorithm: &'static str) -> Self {
        Self { algorithm, private: self.private.clone(), ..*self }
    }

    /// As it is published.
    pub fn public(&self) -> Value {
        let mut public = self.private.to_public_key().unwrap();
        public.set_key_id(self.kid);
        public.set_key_use("sig");
        public.set_algorithm(self.algorithm);
        Value::Object(public.into())
    }

    /// As it is published, without one member.
    pub fn public_without(&self, member: &str) -> Value {
        let mut public = self.public();
        public.as_object_mut().unwrap().remove(member);
        public
    }

    pub fn header(&self) -> Value {
        json!({ "alg": self.algorithm, "kid": self.kid, "typ": "JWT" })
    }

    pub fn sign(&self, claims: &Map<String, Value>) -> String {
        self.sign_text(&self.header().to_string(), &Value::Object(claims.clone()).to_string())
    }

    /// Signs any header and payload, well-formed or not.
    pub fn sign_text(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(payload));
        let signature = self.signer().sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64.encode(signature))
    }

    fn signer(&self) -> Box<dyn JwsSigner> {
        match self.algorithm {
            "ES256" => Box::new(ES256.signer_from_jwk(&self.private).unwrap()),
            "RS256" => Box::new(RS256.signer_from_jwk(&self.private).unwrap()),
            "PS256" => Box::new(PS256.signer_from_jwk(&self.private).unwrap()),
            _ => Box::new(EdDSA.signer_from_jwk(&self.private).unwrap()),
        }
    }
}

/// A provider at an issuer, as far as the scripted network goes.
pub struct Idp {
    pub issuer: String,
    pub key: Key,
    outbound: Arc<ScriptedOutbound>,
}

impl Idp {
    /// A provider with one ES256 key, which publishes all that it must.
    pub fn new(outbound: Arc<ScriptedOutbound>, issuer: &str) -> Self {
        let idp = Self { issuer: issuer.to_owned(), key: Key::es256("key-1"), outbound };
        idp.publish(&idp.metadata());
        idp.publish_keys(&[idp.key.public()]);
        idp
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.issuer)
    }

    pub fn metadata(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": self.at("authorize?tenant=acme"),
            "token_endpoint": self.at("token?tenant=acme"),
            "userinfo_endpoint": self.at("userinfo"),
            "jwks_uri": self.at("jwks"),
        })
    }

    pub fn publish(&self, metadata: &Value) {
        self.outbound.json(&self.at(".well-known/openid-configuration"), metadata.to_string());
    }

    pub fn publish_keys(&self, keys: &[Value]) {
        self.outbound.json(&self.at("jwks"), json!({ "keys": keys }).to_string());
    }

    pub fn answer_code_with(&self, id_token: &str) {
        self.answer_code(
            &json!({ "access_token": "an-access-token", "token_type": "Bearer", "id_token": id_token }),
        );
    }

    pub fn answer_code(&self, answer: &Value) {
        self.outbound.json(&self.at("token"), answer.to_string());
    }

    pub fn answer_userinfo(&self, answer: &Value) {
        self.outbound.json(&self.at("userinfo"), answer.to_string());
    }

    /// What a good ID token says of Kim.
    pub fn claims(&self, client_id: &str, nonce: &str) -> Map<String, Value> {
        let claims = json!({
            "iss": self.issuer,
            "sub": "kim-1",
            "aud": client_id,
            "exp": NOW.as_secs() + 300,
            "iat": NOW.as_secs(),
            "nonce": nonce,
            "name": "Kim Example",
            "email": "kim@acme.test",
            "email_verified": true,
        });
        claims.as_object().cloned().unwrap()
    }

    pub fn sign(&self, claims: &Map<String, Value>) -> String {
        self.key.sign(claims)
    }

    /// How often the token endpoint was asked.
    pub fn codes_redeemed(&self) -> usize {
        self.outbound.count(&self.at("token"))
    }

    /// The last request to the token endpoint, with its form.
    pub fn last_token_request(&self) -> (Request<Vec<u8>>, Vec<(String, String)>) {
        let mut requests = self.outbound.requests();
        requests.retain(|request| request.uri().path() == "/token");
        let request = requests.pop().unwrap();
        let form = url::form_urlencoded::parse(request.body()).into_owned().collect();
        (request, form)
    }
}
