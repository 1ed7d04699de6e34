//! What others encrypt for us, well and badly: row JW-10.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{ContentEncryption, Encryption, KeyId, KeyManagement};
use josekit::jwe::{
    ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A256KW, JweContext, JweEncrypter, JweHeader, RSA_OAEP, RSA_OAEP_256,
};
use josekit::jwk::Jwk;
use serde_json::{Value, json};

use super::{Dice, NOW};
use crate::keys::generate::private_jwk;
use crate::keys::jose::{JoseError, MAX_TOKEN};
use crate::keys::opener::{Encrypted, Opener};

const CONTENT: &str = "a.signed.jwt";

fn opener(alg: KeyManagement) -> Opener {
    let id = KeyId::new(NOW, &Dice::new(alg as u64));
    Opener::new(id, alg, &private_jwk(alg.into(), id).unwrap()).unwrap()
}

fn encrypter(alg: KeyManagement, public: &Value) -> Box<dyn JweEncrypter> {
    let public = Jwk::from_map(public.as_object().unwrap().clone()).unwrap();
    match alg {
        KeyManagement::RsaOaep => Box::new(RSA_OAEP.encrypter_from_jwk(&public).unwrap()),
        KeyManagement::RsaOaep256 => Box::new(RSA_OAEP_256.encrypter_from_jwk(&public).unwrap()),
        KeyManagement::EcdhEs => Box::new(ECDH_ES.encrypter_from_jwk(&public).unwrap()),
        KeyManagement::EcdhEsA128Kw => Box::new(ECDH_ES_A128KW.encrypter_from_jwk(&public).unwrap()),
        KeyManagement::EcdhEsA256Kw => Box::new(ECDH_ES_A256KW.encrypter_from_jwk(&public).unwrap()),
    }
}

/// A JWE for the owner of this key, with these members in its header besides.
fn encrypted(to: &Opener, enc: &str, more: &[(&str, Value)]) -> String {
    let mut header = JweHeader::new();
    header.set_content_encryption(enc);
    for (name, value) in more {
        header.set_claim(name, Some(value.clone())).unwrap();
    }
    let encrypter = encrypter(to.alg, to.public_jwk());
    JweContext::new().serialize_compact(CONTENT.as_bytes(), &header, &*encrypter).unwrap()
}

fn open(opener: &Opener, jwe: &str) -> Result<Vec<u8>, JoseError> {
    let opened = opener.open(&Encrypted::read(jwe)?, &Dice::new(1));
    opened.map(|opened| opened.to_vec()).ok_or(JoseError::Decryption)
}

/// The same JWE with another part number `at`.
fn with(jwe: &str, at: usize, part: &str) -> String {
    let mut parts: Vec<_> = jwe.split('.').collect();
    parts[at] = part;
    parts.join(".")
}

fn part(jwe: &str, at: usize) -> Vec<u8> {
    BASE64.decode(jwe.split('.').nth(at).unwrap()).unwrap()
}

/// The same JWE, its header changed like this.
fn with_header(jwe: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut header: Value = serde_json::from_slice(&part(jwe, 0)).unwrap();
    change(&mut header);
    with(jwe, 0, &BASE64.encode(header.to_string()))
}

#[test]
fn what_is_encrypted_to_a_key_is_opened_with_it_in_every_way() {
    for alg in KeyManagement::ALL {
        let (own, other) = (opener(alg), opener(alg));
        let public = own.public_jwk();
        assert_eq!((&public["use"], &public["alg"]), (&json!("enc"), &json!(alg)));
        assert!(public.get("d").is_none(), "{public}");
        for enc in ContentEncryption::ALL {
            for content_type in [json!("JWT"), json!("application/oauth-authz-req+jwt")] {
                let jwe = encrypted(&own, enc.as_str(), &[("cty", content_type)]);
                let read = Encrypted::read(&jwe).unwrap();
                assert_eq!(read.encryption, Encryption { alg, enc });
                assert_eq!(read.kid, Some(own.id.to_string()));
                assert_eq!(open(&own, &jwe).unwrap(), CONTENT.as_bytes(), "{alg} {enc}");
                assert_eq!(open(&other, &jwe), Err(JoseError::Decryption), "{alg} {enc}");
            }
        }
    }
}

#[test]
fn jw_10_whatever_is_changed_the_answer_is_one() {
    for alg in KeyManagement::ALL {
        let own = opener(alg);
        for enc in ContentEncryption::ALL {
            let jwe = encrypted(&own, enc.as_str(), &[]);
            for at in 1..5 {
                let original = part(&jwe, at);
                for bit in [0, original.len() * 4, (original.len() * 8).saturating_sub(1)] {
                    let mut changed = original.clone();
                    let Some(byte) = changed.get_mut(bit / 8) else { continue };
                    *byte ^= 1 << (bit % 8);
                    let changed = with(&jwe, at, &BASE64.encode(changed));
                    assert_eq!(open(&own, &changed), Err(JoseError::Decryption), "{alg} {enc} part {at}");
                }
            }
            // The header is part of what the tag is of.
            let changed = with_header(&jwe, |header| header["typ"] = "JWT".into());
            assert_eq!(open(&own, &changed), Err(JoseError::Decryption), "{alg} {enc}");
        }
    }
}

#[test]
fn jw_10_parts_of_another_length_are_refused_and_nothing_panics() {
    for alg in KeyManagement::ALL {
        let own = opener(alg);
        for enc in ContentEncryption::ALL {
            let jwe = encrypted(&own, enc.as_str(), &[]);
            for at in [2, 4] {
                let original = part(&jwe, at);
                // A tag of four bytes is guessed after some billion tries.
                for length in [0, 1, 4, 8, original.len() - 1] {
                    let cut = with(&jwe, at, &BASE64.encode(&original[..length]));
                    assert_eq!(open(&own, &cut), Err(JoseError::Form), "{alg} {enc} part {at}");
                }
                let longer = with(&jwe, at, &BASE64.encode([original.as_slice(), &[0]].concat()));
                assert_eq!(open(&own, &longer), Err(JoseError::Form));
            }
            for key in [&[][..], &[0; 7], &[0; 8], &[0; 9], &[0; 24], &[0; 40], &[0; 256], &[0; 300]] {
                let changed = with(&jwe, 1, &BASE64.encode(key));
                if part(&jwe, 1) != key {
                    assert_eq!(open(&own, &changed), Err(JoseError::Decryption), "{alg} {enc} {}", key.len());
                }
            }
            for ciphertext in [&[][..], &[0; 1], &[0; 15], &[0; 17]] {
                let changed = with(&jwe, 3, &BASE64.encode(ciphertext));
                assert_eq!(open(&own, &changed), Err(JoseError::Decryption), "{alg} {enc}");
            }
        }
    }
}

#[test]
fn jw_10_nothing_that_asks_for_much_work_is_begun() {
    let own = opener(KeyManagement::EcdhEs);
    let jwe = encrypted(&own, "A128GCM", &[]);
    let refused = |jwe: &str| Encrypted::read(jwe).err().unwrap_or_else(|| panic!("{jwe}"));
    for (alg, more) in [
        ("PBES2-HS256+A128KW", json!({"p2c": 1_000_000_000, "p2s": "AAAAAAAAAAA"})),
        ("PBES2-HS512+A256KW", json!({"p2c": 1, "p2s": "AAAAAAAAAAA"})),
        ("RSA1_5", json!({})),
        ("dir", json!({})),
        ("A128KW", json!({})),
        ("A256GCMKW", json!({"iv": "AAAAAAAAAAAAAAAA", "tag": "AAAAAAAAAAAAAAAAAAAAAA"})),
        ("RSA-OAEP-512", json!({})),
        ("none", json!({})),
        ("ES256", json!({})),
    ] {
        let changed = with_header(&jwe, |header| {
            header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            header["alg"] = alg.into();
        });
        assert_eq!(refused(&changed), JoseError::Algorithm, "{alg}");
    }
    for enc in ["A192GCM", "A128CBC", "none", "", "A128GCM "] {
        let changed = with_header(&jwe, |header| header["enc"] = enc.into());
        assert_eq!(refused(&changed), JoseError::Algorithm, "{enc}");
    }
    assert_eq!(refused(&with_header(&jwe, |header| header["enc"] = Value::Null)), JoseError::Algorithm);
    // Compressed content is refused, and not looked at (1000 to 1 or not).
    let compressed = encrypted(&own, "A128GCM", &[("zip", json!("DEF"))]);
    assert_eq!(refused(&compressed), JoseError::Header("asks for decompression"));
    let critical = with_header(&jwe, |header| header["crit"] = json!(["exp"]));
    assert_eq!(refused(&critical), JoseError::Header("asks for an extension"));
    assert_eq!(refused(&with_header(&jwe, |header| header["cty"] = "text/html".into())), JoseError::Type);
    let long = with(&jwe, 3, &"A".repeat(8 << 20));
    for form in [&long, &".".repeat(100_000), &format!("{jwe}."), "a.b.c", "....", ""] {
        assert!(matches!(refused(form), JoseError::Form | JoseError::Header(_)));
    }
    let nested = format!("{}1{}", "[".repeat(4_000), "]".repeat(4_000));
    let nested = with(&jwe, 0, &BASE64.encode(format!(r#"{{"alg":"ECDH-ES","enc":{nested}}}"#)));
    assert!(nested.len() < MAX_TOKEN);
    refused(&nested);
}

#[test]
fn jw_10_the_senders_key_is_a_point_of_our_curve() {
    let own = opener(KeyManagement::EcdhEs);
    let jwe = encrypted(&own, "A256GCM", &[]);
    let zero = BASE64.encode([0; 32]);
    let refused = |change: &dyn Fn(&mut Value)| {
        let changed = with_header(&jwe, |header| change(&mut header["epk"]));
        open(&own, &changed).unwrap_err()
    };
    assert_eq!(refused(&|key| key["y"] = key["x"].clone()), JoseError::Decryption, "off the curve");
    assert_eq!(refused(&|key| (key["x"], key["y"]) = (json!(zero), json!(zero))), JoseError::Decryption);
    let malformed = JoseError::Header("epk is no public key");
    assert_eq!(refused(&|key| key["x"] = "AA".into()), malformed);
    assert_eq!(refused(&|key| key["d"] = json!(zero)), malformed);
    assert_eq!(refused(&|key| key["crv"] = "secp256k1".into()), malformed);
    assert_eq!(refused(&|key| *key = json!({"kty": "oct", "k": "AA"})), malformed);
    assert_eq!(refused(&|key| *key = json!("key")), malformed);
    let x25519 = json!({"kty": "OKP", "crv": "X25519", "x": zero});
    assert_eq!(refused(&|key| *key = x25519.clone()), JoseError::Decryption);
    let without = with_header(&jwe, |header| drop(header.as_object_mut().unwrap().remove("epk")));
    assert_eq!(open(&own, &without), Err(JoseError::Decryption));
    for party in ["apu", "apv"] {
        let odd = with_header(&jwe, |header| header[party] = json!("***"));
        assert_eq!(open(&own, &odd), Err(JoseError::Header("malformed")), "{party}");
    }
}
