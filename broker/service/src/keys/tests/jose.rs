//! Form, header, key and signature. The claims are in `jose_claims`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD as BASE64};
use doorward_domain::Algorithm;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::{KeyPair, alg::ec::EcKeyPair, alg::rsa::RsaKeyPair};
use josekit::jws::{ES256, ES384, HS256, JwsSigner, PS256, RS256};
use serde_json::{Value, json};

use super::NOW;
use crate::keys::{Audience, Expected, Expiry, JoseError, Typ, Unverified, VerifyingKeys, verify};

pub(super) const ISSUER: &str = "https://idp.test";
pub(super) const CLIENT: &str = "client";

/// Somebody who signs tokens with one ES256 key.
pub(super) struct Party {
    private: Jwk,
    pub(super) keys: VerifyingKeys,
}

impl Party {
    pub(super) fn new() -> Self {
        let mut private = Jwk::generate_ec_key(EcCurve::P256).unwrap();
        private.set_key_id("one");
        let keys = set(&[&private]);
        Self { private, keys }
    }

    pub(super) fn sign(&self, header: &str, payload: &str) -> String {
        sign(&ES256.signer_from_jwk(&self.private).unwrap(), header, payload)
    }

    fn token(&self) -> String {
        self.sign(HEADER, &claims().to_string())
    }
}

const HEADER: &str = r#"{"alg":"ES256","kid":"one"}"#;

pub(super) fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": CLIENT, "sub": "kim", "exp": NOW.as_secs() + 300, "iat": NOW.as_secs() })
}

pub(super) fn expected() -> Expected<'static> {
    Expected {
        algorithms: &[Algorithm::ES256],
        typ: Typ::JwtOrAbsent,
        issuer: ISSUER,
        audience: Audience::Contains(CLIENT),
        required: &["exp"],
        expiry: Expiry::Enforced,
        now: NOW,
        leeway: Duration::from_secs(60),
    }
}

fn sign(signer: &dyn JwsSigner, header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(payload));
    let signature = BASE64.encode(signer.sign(signed.as_bytes()).unwrap());
    format!("{signed}.{signature}")
}

/// The public keys of `private` as a set, with the `kid`s they have.
fn set(private: &[&Jwk]) -> VerifyingKeys {
    let keys: Vec<Value> = private
        .iter()
        .map(|jwk| {
            let mut public = jwk.to_public_key().unwrap();
            if let Some(kid) = jwk.key_id() {
                public.set_key_id(kid);
            }
            if let Some(algorithm) = jwk.algorithm() {
                public.set_algorithm(algorithm);
            }
            Value::Object(public.into())
        })
        .collect();
    VerifyingKeys::parse(&json!({ "keys": keys })).unwrap()
}

fn error(token: &str, keys: &VerifyingKeys) -> JoseError {
    verify(token, keys, &expected()).unwrap_err()
}

#[test]
fn a_genuine_token_of_each_algorithm_is_accepted() {
    let party = Party::new();
    let verified = verify(&party.token(), &party.keys, &expected()).unwrap();
    assert_eq!((verified.str("sub"), verified.strings("aud")), (Some("kim"), vec![CLIENT]));
    assert_eq!(verified.time("iat"), Some(NOW));
    assert_eq!((verified.str("iat"), verified.time("sub"), verified.get("none")), (None, None, None));

    let rsa = Jwk::generate_rsa_key(2048).unwrap();
    let ed = Jwk::generate_ed_key(josekit::jwk::alg::ed::EdCurve::Ed25519).unwrap();
    let signers: [(Algorithm, Box<dyn JwsSigner>, &Jwk); 3] = [
        (Algorithm::RS256, Box::new(RS256.signer_from_jwk(&rsa).unwrap()), &rsa),
        (Algorithm::PS256, Box::new(PS256.signer_from_jwk(&rsa).unwrap()), &rsa),
        (Algorithm::EdDSA, Box::new(josekit::jws::EdDSA.signer_from_jwk(&ed).unwrap()), &ed),
    ];
    for (algorithm, signer, jwk) in signers {
        let token = sign(&*signer, &json!({ "alg": algorithm.as_str() }).to_string(), &claims().to_string());
        let only = Expected { algorithms: &[algorithm], ..expected() };
        assert!(verify(&token, &set(&[jwk]), &only).is_ok(), "{algorithm}");
        assert_eq!(error(&token, &set(&[jwk])), JoseError::Algorithm, "{algorithm}");
    }
}

#[test]
fn jw_02_ca_03_no_secret_made_of_a_public_key_signs() {
    let ec = EcKeyPair::generate(EcCurve::P256).unwrap();
    let rsa = RsaKeyPair::generate(2048).unwrap();
    for pair in [&ec as &dyn KeyPair, &rsa] {
        let jwk = pair.to_jwk_public_key();
        let keys = VerifyingKeys::parse(&json!({ "keys": [Value::Object(jwk.clone().into())] })).unwrap();
        let pem = pair.to_pem_public_key();
        let secrets = [
            pem.clone(),
            pem.trim_ascii_end().to_vec(),
            pair.to_der_public_key(),
            jwk.to_string().into_bytes(),
            jwk.parameter("n").or(jwk.parameter("x")).unwrap().as_str().unwrap().as_bytes().to_vec(),
            b"the client's own secret, of 32 bytes and more".to_vec(),
        ];
        for secret in secrets {
            let hmac = HS256.signer_from_bytes(&secret).unwrap();
            let payload = claims().to_string();
            let any = Expected { algorithms: &Algorithm::ALL, ..expected() };
            let honest = sign(&hmac, r#"{"alg":"HS256"}"#, &payload);
            assert_eq!(verify(&honest, &keys, &any).unwrap_err(), JoseError::Algorithm);
            for claimed in ["ES256", "RS256"] {
                let lying = sign(&hmac, &json!({ "alg": claimed }).to_string(), &payload);
                assert!(verify(&lying, &keys, &any).is_err());
            }
        }
    }
}

#[test]
fn ca_03_the_header_does_not_choose_the_algorithm() {
    let party = Party::new();
    let payload = BASE64.encode(claims().to_string());
    for name in ["none", "None", "nOnE", "NONE", "", "es256", "ES256 ", "ES384", "ES256K", "HS256", "A128GCM"]
    {
        let header = BASE64.encode(json!({ "alg": name, "kid": "one" }).to_string());
        for signature in ["", "AA", party.token().rsplit_once('.').unwrap().1] {
            assert_eq!(
                error(&format!("{header}.{payload}.{signature}"), &party.keys),
                JoseError::Algorithm,
                "{name}"
            );
        }
    }
    for algorithm in [json!(null), json!(1), json!(["ES256"])] {
        let token = party.sign(&json!({ "alg": algorithm }).to_string(), "{}");
        assert_eq!(error(&token, &party.keys), JoseError::Header("alg is not a string"));
    }
    assert_eq!(error(&party.sign("{}", "{}"), &party.keys), JoseError::Header("alg is missing"));
}

#[test]
fn ca_03_an_algorithm_that_is_not_registered_is_refused_with_a_right_signature() {
    let rsa = Jwk::generate_rsa_key(2048).unwrap();
    let token = sign(&RS256.signer_from_jwk(&rsa).unwrap(), r#"{"alg":"RS256"}"#, &claims().to_string());
    assert_eq!(error(&token, &set(&[&rsa])), JoseError::Algorithm);

    let p384 = Jwk::generate_ec_key(EcCurve::P384).unwrap();
    let signer = ES384.signer_from_jwk(&p384).unwrap();
    let party = Party::new();
    assert_eq!(error(&sign(&signer, HEADER, &claims().to_string()), &party.keys), JoseError::Signature);
}

#[test]
fn ca_03_signatures_of_zeros_and_of_wrong_length_are_wrong() {
    let party = Party::new();
    let token = party.token();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let genuine = BASE64.decode(signature).unwrap();
    let forged = [
        vec![0; 64],
        [&genuine[..32], &[0; 32]].concat(),
        [&[0; 32], &genuine[32..]].concat(),
        vec![0xff; 64],
        genuine[..63].to_vec(),
        [genuine.as_slice(), &[0]].concat(),
        Vec::new(),
    ];
    for forged in forged {
        assert_eq!(error(&format!("{signed}.{}", BASE64.encode(forged)), &party.keys), JoseError::Signature);
    }
}

#[test]
fn jw_03_a_token_without_kid_needs_a_set_with_one_key() {
    let (party, mut other) = (Party::new(), Jwk::generate_ec_key(EcCurve::P256).unwrap());
    other.set_key_id("two");
    let token = party.sign(r#"{"alg":"ES256"}"#, &claims().to_string());
    assert!(verify(&token, &party.keys, &expected()).is_ok());
    assert_eq!(error(&token, &set(&[&party.private, &other])), JoseError::AmbiguousKey);
    let rsa = Jwk::generate_rsa_key(2048).unwrap();
    assert!(verify(&token, &set(&[&party.private, &rsa]), &expected()).is_ok());
    assert_eq!(error(&token, &set(&[&rsa])), JoseError::UnknownKey);
}

#[test]
fn jw_03_a_duplicate_kid_is_ambiguous_unless_one_key_fits() {
    let (party, mut other) = (Party::new(), Jwk::generate_ec_key(EcCurve::P256).unwrap());
    other.set_key_id("one");
    assert_eq!(error(&party.token(), &set(&[&party.private, &other])), JoseError::AmbiguousKey);
    let mut rsa = Jwk::generate_rsa_key(2048).unwrap();
    rsa.set_key_id("one");
    assert!(verify(&party.token(), &set(&[&rsa, &party.private]), &expected()).is_ok());
}

#[test]
fn ca_07_jw_04_the_header_brings_no_key() {
    let (party, attacker) = (Party::new(), Party::new());
    let jwk = Value::Object(attacker.private.to_public_key().unwrap().into());
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://attacker.test/jwks")),
        ("x5u", json!("https://attacker.test/cert")),
        ("x5c", json!(["MIIB"])),
    ] {
        let mut header = json!({ "alg": "ES256", "kid": "one" });
        header[name] = value;
        let forged = attacker.sign(&header.to_string(), &claims().to_string());
        assert_eq!(error(&forged, &party.keys), JoseError::Signature, "{name}");
        header.as_object_mut().unwrap().remove("kid");
        let forged = attacker.sign(&header.to_string(), &claims().to_string());
        assert_eq!(error(&forged, &party.keys), JoseError::Signature, "{name}");
    }
}

#[test]
fn ca_07_a_kid_is_compared_and_nothing_else() {
    let party = Party::new();
    for kid in ["../../x", "1' or 1=1", "key-of-another-client", "ONE", "one ", "", "one\0"] {
        let token = party.sign(&json!({ "alg": "ES256", "kid": kid }).to_string(), &claims().to_string());
        assert_eq!(error(&token, &party.keys), JoseError::UnknownKey, "{kid}");
    }
    let token = party.sign(r#"{"alg":"ES256","kid":1}"#, &claims().to_string());
    assert_eq!(error(&token, &party.keys), JoseError::Header("kid is not a string"));
}

#[test]
fn jw_05_extensions_that_must_be_understood_are_refused() {
    let party = Party::new();
    for extension in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""crit":["b64"],"b64":false"#,
        r#""b64":false"#,
        r#""b64":true"#,
    ] {
        let token =
            party.sign(&format!(r#"{{"alg":"ES256","kid":"one",{extension}}}"#), &claims().to_string());
        assert_eq!(error(&token, &party.keys), JoseError::Header("asks for an extension"), "{extension}");
    }
}

#[test]
fn jw_06_only_the_strict_compact_form_is_a_token() {
    let party = Party::new();
    let token = party.token();
    let parts: Vec<&str> = token.split('.').collect();
    let general =
        json!({ "payload": parts[1], "signatures": [{ "protected": parts[0], "signature": parts[2] }] });
    let flattened = json!({ "payload": parts[1], "protected": parts[0], "signature": parts[2] });
    let padded =
        token.split('.').map(|part| URL_SAFE.encode(BASE64.decode(part).unwrap())).collect::<Vec<_>>();
    for form in [
        general.to_string(),
        flattened.to_string(),
        format!("{token}.{}", parts[2]),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}="),
        padded.join("."),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token}\0"),
        format!("\u{feff}{token}"),
        token.replacen('.', "..", 1),
        token.replacen('.', ". ", 1),
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        parts[..2].join("."),
        format!("{}.{}", parts[0], parts[2]),
    ] {
        assert!(verify(&form, &party.keys, &expected()).is_err(), "{form:?}");
    }
}

#[test]
fn jw_06_no_character_of_a_token_can_be_changed() {
    let party = Party::new();
    let token = party.token();
    for position in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        // The neighbour differs in the lowest bit, which in a part's last character may be unused.
        changed[position] = if changed[position] == b'B' { b'A' } else { b'B' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(verify(&changed, &party.keys, &expected()).is_err(), "{position}");
    }
    let last = *token.as_bytes().last().unwrap();
    for other in (0x21..0x7f_u8).filter(|other| *other != last) {
        let changed = format!("{}{}", &token[..token.len() - 1], char::from(other));
        assert!(verify(&changed, &party.keys, &expected()).is_err(), "{}", char::from(other));
    }
}

#[test]
fn jw_06_no_name_stands_twice() {
    let party = Party::new();
    let twice = party.sign(r#"{"alg":"ES256","alg":"ES256"}"#, &claims().to_string());
    assert!(matches!(error(&twice, &party.keys), JoseError::Header(_)));
    let payload = claims().to_string().replacen('{', r#"{"sub":"alice","#, 1);
    assert_eq!(error(&party.sign(HEADER, &payload), &party.keys), JoseError::Payload);
}

#[test]
fn jw_06_the_payload_is_an_object() {
    let party = Party::new();
    for payload in ["[]", "\"text\"", "null", "1", "", "{}x", "{\"iss\":", "\u{feff}{}"] {
        assert_eq!(error(&party.sign(HEADER, payload), &party.keys), JoseError::Payload, "{payload:?}");
    }
    for header in ["[]", "\"ES256\"", "null", ""] {
        assert!(matches!(error(&party.sign(header, "{}"), &party.keys), JoseError::Header(_)), "{header:?}");
    }
}

#[test]
fn a_token_of_another_type_is_refused() {
    let party = Party::new();
    let with =
        |typ: Value| party.sign(&json!({ "alg": "ES256", "typ": typ }).to_string(), &claims().to_string());
    let access = Expected { typ: Typ::Exactly("at+jwt"), ..expected() };
    for typ in ["JWT", "jwt", "application/jwt"] {
        assert!(verify(&with(json!(typ)), &party.keys, &expected()).is_ok(), "{typ}");
        assert_eq!(verify(&with(json!(typ)), &party.keys, &access).unwrap_err(), JoseError::Type, "{typ}");
    }
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(verify(&with(json!(typ)), &party.keys, &access).is_ok(), "{typ}");
        assert_eq!(error(&with(json!(typ)), &party.keys), JoseError::Type, "{typ}");
    }
    assert_eq!(verify(&party.token(), &party.keys, &access).unwrap_err(), JoseError::Type);
    for typ in ["", "logout+jwt", "at+jwt ", "application/", "application/äat+jwt"] {
        assert_eq!(verify(&with(json!(typ)), &party.keys, &access).unwrap_err(), JoseError::Type, "{typ}");
    }
    assert_eq!(error(&with(json!(1)), &party.keys), JoseError::Header("typ is not a string"));
}

#[test]
fn jw_10_encrypted_and_oversized_tokens_are_refused_unread() {
    let party = Party::new();
    let part = |header: Value| BASE64.encode(header.to_string());
    for header in [
        json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 1_000_000_000, "p2s": "AAAA" }),
        json!({ "alg": "dir", "enc": "A128GCM", "zip": "DEF" }),
        json!({ "alg": "RSA1_5", "enc": "A128CBC-HS256" }),
        json!({ "alg": "RSA-OAEP", "enc": "A256GCM" }),
    ] {
        assert_eq!(error(&format!("{}.AA.AA.AA.AA", part(header.clone())), &party.keys), JoseError::Form);
        assert_eq!(error(&format!("{}.AA.AA", part(header)), &party.keys), JoseError::Algorithm);
    }
    for bomb in
        [".".repeat(100_000), ".".repeat(1_000), "A".repeat(8 << 20), format!("{}..", "A".repeat(8 << 20))]
    {
        assert_eq!(error(&bomb, &party.keys), JoseError::Form);
        assert_eq!(Unverified::read(&bomb).unwrap_err(), JoseError::Form);
    }
    let nested = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(error(&party.sign(HEADER, &nested), &party.keys), JoseError::Payload);
}

#[test]
fn what_is_read_unverified_is_issuer_and_subject() {
    let unverified = Unverified::read(&Party::new().token()).unwrap();
    assert_eq!((unverified.issuer(), unverified.subject()), (Some(ISSUER), Some("kim")));
    let none = Unverified::read(&Party::new().sign(HEADER, r#"{"iss":1}"#)).unwrap();
    assert_eq!((none.issuer(), none.subject()), (None, None));
}
