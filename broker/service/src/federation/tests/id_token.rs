use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use doorward_domain::Algorithm;
use hmac::{Hmac, Mac as _};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use super::idp::Key;
use super::world::{NOW, World};
use crate::federation::{FederationError, IdTokenError};

/// What becomes of a login whose ID token is `token`, made from a good one.
async fn outcome(world: &World, change: impl FnOnce(String) -> String) -> Result<(), IdTokenError> {
    let leg = world.expecting(|_| ()).await;
    let good = world.idp.sign(&world.idp.claims(&world.connection.client_id, &leg.nonce));
    world.idp.answer_code_with(&change(good));
    match world.come_back(&leg, NOW).await {
        Ok(_) => Ok(()),
        Err(FederationError::IdToken(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

async fn with_claim(world: &World, name: &str, value: Value) -> Result<(), IdTokenError> {
    match world.login(|claims| drop(claims.insert(name.to_owned(), value))).await {
        Ok(_) => Ok(()),
        Err(FederationError::IdToken(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}

/// A token with the header and payload of `good`, under another MAC or none.
fn resigned(good: &str, header: &Value, signature: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let payload = good.split('.').nth(1).unwrap();
    let signed = format!("{}.{payload}", BASE64.encode(header.to_string()));
    format!("{signed}.{}", BASE64.encode(signature(signed.as_bytes())))
}

#[tokio::test]
async fn jw_02_a_mac_under_anything_public_is_refused() {
    let mut world = World::new().await;
    world.change(|connection| connection.algorithms = Algorithm::ALL.to_vec()).await;
    let public = world.idp.key.public();
    let coordinates = |name: &str| BASE64.decode(public[name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinates("x"), coordinates("y")].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(&point));
    let secrets: [Vec<u8>; 6] = [
        pem.clone().into_bytes(),
        format!("{pem}\n").into_bytes(),
        point,
        public.to_string().into_bytes(),
        public["x"].as_str().unwrap().as_bytes().to_vec(),
        b"client-1".to_vec(),
    ];
    for secret in secrets {
        for header in [json!({ "alg": "HS256", "kid": "key-1" }), json!({ "alg": "HS256" })] {
            let mac = |signed: &[u8]| {
                let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
                mac.update(signed);
                mac.finalize().into_bytes().to_vec()
            };
            let refused = outcome(&world, |good| resigned(&good, &header, mac)).await.unwrap_err();
            assert_eq!(refused, IdTokenError::AlgorithmNotAllowed("HS256".into()));
        }
    }
}

#[rstest]
#[case("none")]
#[case("None")]
#[case("RS384")]
#[case("ES256K")]
#[case("PS256")]
#[case("")]
#[tokio::test]
async fn jw_02_only_the_connections_algorithms_count(#[case] algorithm: &str) {
    let world = World::new().await;
    let header = json!({ "alg": algorithm, "kid": "key-1" });
    for signature in [Vec::new(), vec![0; 64]] {
        let refused = outcome(&world, |good| resigned(&good, &header, |_| signature)).await;
        assert_eq!(refused.unwrap_err(), IdTokenError::AlgorithmNotAllowed(algorithm.into()));
    }
}

#[tokio::test]
async fn jw_06_only_the_strict_compact_form_is_a_token() {
    let world = World::new().await;
    assert_eq!(outcome(&world, |good| good).await, Ok(()));
    let changes: [fn(String) -> String; 14] = [
        |good| format!("{good}."),
        |good| format!(".{good}"),
        |good| format!(" {good}"),
        |good| format!("{good}\n"),
        |good| format!("{good}\0"),
        |good| format!("\u{feff}{good}"),
        |good| format!("{good}="),
        |good| good.replacen('.', "=.", 1),
        |good| good.replace('.', ".."),
        |good| good.rsplit_once('.').unwrap().0.to_owned(),
        |good| json!({ "payload": good }).to_string(),
        |good| format!("{good}.{good}"),
        |_| String::new(),
        |_| ".".repeat(100_000),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let refused = outcome(&world, change).await.unwrap_err();
        let malformed = matches!(refused, IdTokenError::Malformed(_) | IdTokenError::TooLarge);
        assert!(malformed, "change {number}: {refused:?}");
    }
}

#[tokio::test]
async fn jw_06_no_name_stands_twice_and_the_payload_is_an_object() {
    let world = World::new().await;
    let header = world.idp.key.header().to_string();
    let twice = header.replacen('{', r#"{"alg":"ES256","#, 1);
    let sign = |header: &str, payload: &str| world.idp.key.sign_text(header, payload);
    let claims =
        |good: &str| String::from_utf8(BASE64.decode(good.split('.').nth(1).unwrap()).unwrap()).unwrap();

    let duplicate_header = outcome(&world, |good| sign(&twice, &claims(&good))).await;
    assert_eq!(duplicate_header.unwrap_err(), IdTokenError::Malformed("header"));
    let duplicate = |good: String| sign(&header, &claims(&good).replacen('{', r#"{"sub":"bob-1","#, 1));
    assert_eq!(outcome(&world, duplicate).await.unwrap_err(), IdTokenError::Malformed("payload"));
    for payload in ["null", "[]", "\"text\"", "1", "{", "{}{}", " {}", "{}\n"] {
        let refused = outcome(&world, |_| sign(&header, payload)).await.unwrap_err();
        assert_eq!(refused, IdTokenError::Malformed("payload"), "{payload}");
    }
}

#[tokio::test]
async fn jw_06_no_character_of_a_token_may_change() {
    let world = World::new().await;
    let leg = world.expecting(|_| ()).await;
    let good = world.idp.sign(&world.idp.claims(&world.connection.client_id, &leg.nonce));
    for position in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        world.idp.answer_code_with(&String::from_utf8(changed).unwrap());
        let refused = world.come_back(&leg, NOW).await.unwrap_err();
        assert!(matches!(refused, FederationError::IdToken(_)), "character {position}: {refused:?}");
    }
}

#[tokio::test]
async fn jw_06_a_signature_has_one_spelling() {
    let world = World::new().await;
    let respelled = |good: String| {
        let (head, last) = good.split_at(good.len() - 1);
        // The last of 86 characters holds two bits of the signature; the other four must be zero.
        let other = match last {
            "A" => "B",
            "Q" => "R",
            "g" => "h",
            _ => "x",
        };
        format!("{head}{other}")
    };
    assert_eq!(outcome(&world, respelled).await.unwrap_err(), IdTokenError::Malformed("signature"));
}

#[tokio::test]
async fn jw_06_a_signature_has_its_length_and_its_values() {
    let world = World::new().await;
    let header = world.idp.key.header();
    for signature in [vec![], vec![0; 64], vec![0xff; 64], vec![1; 63], vec![1; 65], vec![0; 4096]] {
        let refused = outcome(&world, |good| resigned(&good, &header, |_| signature)).await;
        assert_eq!(refused.unwrap_err(), IdTokenError::SignatureInvalid);
    }
}

#[tokio::test]
async fn jw_04_keys_in_the_header_are_not_looked_at() {
    let world = World::new().await;
    let stranger = Key::es256("key-1");
    let header = json!({
        "alg": "ES256", "kid": "key-1", "jwk": stranger.public(),
        "jku": "https://canary.test/jwks", "x5u": "https://canary.test/x5u", "x5c": ["AAAA"],
    });
    let forged = |good: String| {
        let payload = BASE64.decode(good.split('.').nth(1).unwrap()).unwrap();
        stranger.sign_text(&header.to_string(), &String::from_utf8(payload).unwrap())
    };
    assert_eq!(outcome(&world, forged).await.unwrap_err(), IdTokenError::SignatureInvalid);
    let hosts: Vec<_> =
        world.outbound.requests().iter().filter_map(|it| it.uri().host().map(str::to_owned)).collect();
    assert!(hosts.iter().all(|host| host == "idp.acme.test"), "{hosts:?}");
}

#[tokio::test]
async fn jw_06_what_asks_to_be_understood_and_is_not_is_refused() {
    let world = World::new().await;
    for (name, value) in [("crit", json!(["exp"])), ("cty", json!("JWT")), ("typ", json!("logout+jwt"))] {
        let mut header = world.idp.key.header();
        header[name] = value;
        let changed = |good: String| {
            let payload = BASE64.decode(good.split('.').nth(1).unwrap()).unwrap();
            world.idp.key.sign_text(&header.to_string(), &String::from_utf8(payload).unwrap())
        };
        assert!(matches!(outcome(&world, changed).await.unwrap_err(), IdTokenError::Malformed(_)), "{name}");
    }
}

#[tokio::test]
async fn jw_07_a_mistyped_or_impossible_time_is_a_refusal() {
    let world = World::new().await;
    for name in ["exp", "iat", "nbf", "auth_time"] {
        for value in [
            json!("1800000000"),
            json!(null),
            json!(-1),
            json!(u64::MAX),
            json!(i64::MAX),
            json!(1e300),
            json!([1_800_000_000]),
            json!(true),
        ] {
            let refused = with_claim(&world, name, value.clone()).await;
            assert_eq!(refused.unwrap_err(), IdTokenError::Mistyped(name), "{name}: {value}");
        }
    }
    for name in ["exp", "iat"] {
        let refused = world.login(|claims| drop(claims.remove(name))).await.unwrap_err();
        assert_eq!(refused, IdTokenError::Mistyped(name).into());
    }
    let infinite = |good: String| {
        let payload = String::from_utf8(BASE64.decode(good.split('.').nth(1).unwrap()).unwrap()).unwrap();
        let exp = format!("\"exp\":{}", NOW.as_secs() + 300);
        world.idp.key.sign_text(&world.idp.key.header().to_string(), &payload.replace(&exp, "\"exp\":1e400"))
    };
    assert_eq!(outcome(&world, infinite).await.unwrap_err(), IdTokenError::Malformed("payload"));
}

#[rstest]
#[case("exp", -61, Some(IdTokenError::Expired))]
#[case("exp", -60, Some(IdTokenError::Expired))]
#[case("exp", -59, None)]
#[case("exp", -1, None)]
#[case("nbf", 8, None)]
#[case("nbf", 61, Some(IdTokenError::FromTheFuture("nbf")))]
#[case("iat", 60, None)]
#[case("iat", 61, Some(IdTokenError::FromTheFuture("iat")))]
#[case("iat", -600, None)]
#[case("iat", -601, Some(IdTokenError::IssuedTooEarly))]
#[case("auth_time", 61, Some(IdTokenError::FromTheFuture("auth_time")))]
#[case("auth_time", -1_000_000, None)]
#[tokio::test]
async fn jw_07_clocks_may_differ_by_a_minute(
    #[case] name: &str,
    #[case] offset: i64,
    #[case] refusal: Option<IdTokenError>,
) {
    let world = World::new().await;
    assert_eq!(with_claim(&world, name, json!(NOW.as_secs() + offset)).await.err(), refusal);
}

#[tokio::test]
async fn jw_07_fractions_of_a_second_are_fine() {
    let world = World::new().await;
    let precise = NOW.as_secs() as f64 + 0.5;
    assert_eq!(with_claim(&world, "iat", json!(precise)).await, Ok(()));
}

#[rstest]
#[case(json!("other"), None, false)]
#[case(json!([]), None, false)]
#[case(json!(["client-1"]), None, true)]
#[case(json!("client-1 "), None, false)]
#[case(json!(["client-1", "other"]), None, false)]
#[case(json!(["client-1", "other"]), Some("other"), false)]
#[case(json!(["client-1", "other"]), Some("client-1"), true)]
#[case(json!("client-1"), Some("client-1"), true)]
#[case(json!("client-1"), Some("other"), false)]
#[case(json!("other"), Some("client-1"), false)]
#[tokio::test]
async fn jw_08_the_audience_is_this_connections_client(
    #[case] audience: Value,
    #[case] authorized_party: Option<&str>,
    #[case] accepted: bool,
) {
    let world = World::new().await;
    let outcome = world
        .login(|claims| {
            claims.insert("aud".into(), audience);
            claims.extend(authorized_party.map(|party| ("azp".to_owned(), json!(party))));
        })
        .await;
    let refused = outcome.err();
    assert_eq!(refused, (!accepted).then(|| IdTokenError::AudienceMismatch.into()));
}

#[tokio::test]
async fn jw_08_a_missing_or_mistyped_party_is_a_refusal() {
    let world = World::new().await;
    let without = world.login(|claims| drop(claims.remove("aud"))).await.unwrap_err();
    assert_eq!(without, IdTokenError::AudienceMismatch.into());
    for (name, value) in [
        ("aud", json!(1)),
        ("aud", json!(["client-1", 1])),
        ("azp", json!(["client-1"])),
        ("azp", json!(null)),
        ("iss", json!(["https://idp.acme.test"])),
        ("iss", json!(null)),
        ("sub", json!(17)),
        ("sub", json!(null)),
    ] {
        assert_eq!(
            with_claim(&world, name, value.clone()).await.unwrap_err(),
            IdTokenError::Mistyped(name),
            "{value}"
        );
    }
}

#[tokio::test]
async fn jw_08_the_issuer_is_compared_byte_for_byte() {
    let world = World::new().await;
    let expected = world.idp.issuer.clone();
    for got in
        ["https://idp.acme.test/", "https://IDP.acme.test", "http://idp.acme.test", "idp.acme.test", ""]
    {
        let mismatch = IdTokenError::IssuerMismatch { expected: expected.clone(), got: got.to_owned() };
        assert_eq!(with_claim(&world, "iss", json!(got)).await.unwrap_err(), mismatch);
    }
}

#[tokio::test]
async fn jw_08_a_subject_is_an_identifier() {
    let world = World::new().await;
    for sub in ["", "kim\0", "kim\n", "kïm", &"k".repeat(256)] {
        assert_eq!(with_claim(&world, "sub", json!(sub)).await.unwrap_err(), IdTokenError::SubjectInvalid);
    }
    for sub in ["auth0|kim", "a b", &"k".repeat(255)] {
        assert_eq!(with_claim(&world, "sub", json!(sub)).await, Ok(()));
    }
}

#[tokio::test]
async fn jw_10_a_bomb_is_refused_before_it_is_read() {
    let world = World::new().await;
    let large = with_claim(&world, "name", json!("x".repeat(64 * 1024))).await;
    assert_eq!(large.unwrap_err(), IdTokenError::TooLarge);
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = |_| world.idp.key.sign_text(&world.idp.key.header().to_string(), &deep);
    assert_eq!(outcome(&world, nested).await.unwrap_err(), IdTokenError::Malformed("payload"));
    let encrypted = |_| ["e30"; 5].join(".");
    assert_eq!(outcome(&world, encrypted).await.unwrap_err(), IdTokenError::Malformed("not three parts"));
}

#[tokio::test]
async fn at_hash_must_fit_the_access_token() {
    let mut world = World::new().await;
    let half = |digest: &[u8]| BASE64.encode(&digest[..digest.len() / 2]);
    let right = half(&Sha256::digest("an-access-token"));
    assert_eq!(with_claim(&world, "at_hash", json!(right)).await, Ok(()));
    let wrong = half(&Sha256::digest("another"));
    assert_eq!(
        with_claim(&world, "at_hash", json!(wrong)).await.unwrap_err(),
        IdTokenError::AccessTokenMismatch
    );

    world.change(|connection| connection.algorithms = vec![Algorithm::EdDSA]).await;
    world.idp.key = Key::eddsa("key-1");
    world.idp.publish_keys(&[world.idp.key.public()]);
    let ed25519 = half(&Sha512::digest("an-access-token"));
    assert_eq!(with_claim(&world, "at_hash", json!(ed25519)).await, Ok(()));
}

#[tokio::test]
async fn a_mistyped_profile_claim_is_named_and_not_quoted() {
    let world = World::new().await;
    for (name, value) in [
        ("email", json!(["kim@acme.test"])),
        ("email_verified", json!(1)),
        ("name", json!({ "first": "Kim" })),
        ("amr", json!("pwd")),
        ("address", json!("Main Street 1")),
    ] {
        assert_eq!(with_claim(&world, name, value).await.unwrap_err(), IdTokenError::Mistyped(name));
    }
}
