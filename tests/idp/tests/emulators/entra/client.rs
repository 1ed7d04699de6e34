//! Client authentication.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_test_idp::entra::{App, EntraSwitch, Secret};
use doorward_test_idp::{Arm, Certificate};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use openssl::x509::X509Builder;
use serde_json::{Value, json};

use super::world::{CALLBACK, SECRET, World};
use crate::browser::{Page, VERIFIER};
use crate::party::START;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A sign-in up to the code, redeemed with these credentials.
async fn redeem_with(world: &mut World, credentials: &[(&str, &str)]) -> Page {
    let page = world.sign_in("ana@contoso.example", &[("prompt", "login")]).await;
    let mut changes = vec![("client_secret", "")];
    changes.extend(credentials);
    world.redeem(&page, &changes).await
}

#[tokio::test]
async fn s1_9_3_7000215_for_a_wrong_secret_and_for_the_secret_id() {
    let mut world = World::new();
    let app = world.app.client_id.clone();
    let key_id = world.app.secrets[0].key_id.clone();
    for wrong in ["nonsense", &key_id] {
        let page = redeem_with(&mut world, &[("client_secret", wrong)]).await;
        let text = format!(
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'."
        );
        page.assert_refused(401, "invalid_client", &text);
    }
    world.entra.switches().arm(Arm::from(EntraSwitch::SecretWrong).client(&app).times(1));
    redeem_with(&mut world, &[("client_secret", SECRET)]).await.assert_refused(
        401,
        "invalid_client",
        "7000215",
    );
}

#[tokio::test]
async fn s1_9_3_7000222_for_an_expired_secret() {
    let mut world = World::with(|app| App { secrets: vec![Secret::new(SECRET, START + 100)], ..app });
    assert_eq!(redeem_with(&mut world, &[("client_secret", SECRET)]).await.status, 200);
    world.advance(100);
    let page = redeem_with(&mut world, &[("client_secret", SECRET)]).await;
    page.assert_refused(401, "invalid_client", "AADSTS7000222: The provided client secret keys for app '");
    world.entra.change_app(&world.app.client_id, |app| app.secrets.push(Secret::new("next~one", i64::MAX)));
    assert_eq!(redeem_with(&mut world, &[("client_secret", "next~one")]).await.status, 200, "two at once");
    world.entra.switches().once(EntraSwitch::SecretExpired);
    redeem_with(&mut world, &[("client_secret", "next~one")]).await.assert_refused(
        401,
        "invalid_client",
        "7000222",
    );
}

#[tokio::test]
async fn s1_9_3_7000218_without_credentials_and_700025_with_too_many() {
    let mut world = World::new();
    let page = redeem_with(&mut world, &[]).await;
    page.assert_refused(401, "invalid_client", "AADSTS7000218: The request body must contain");
    let uris = vec![CALLBACK.to_owned()];
    let mut world = World::with(|app| App { redirect_uris: Vec::new(), public_redirect_uris: uris, ..app });
    assert_eq!(redeem_with(&mut world, &[]).await.status, 200);
    let page = redeem_with(&mut world, &[("client_secret", SECRET)]).await;
    page.assert_refused(401, "invalid_client", "AADSTS700025: Client is public");
}

#[tokio::test]
async fn s1_9_3_9002325_when_the_platform_is_single_page() {
    let uris = vec![CALLBACK.to_owned()];
    let mut world = World::with(|app| App { redirect_uris: Vec::new(), spa_redirect_uris: uris, ..app });
    let page = redeem_with(&mut world, &[("client_secret", SECRET)]).await;
    page.assert_refused(400, "invalid_request", "AADSTS9002327");
    let without = [("code_challenge", ""), ("code_challenge_method", ""), ("prompt", "login")];
    let page = world.sign_in("ana@contoso.example", &without).await;
    let page = world.redeem(&page, &[("code_verifier", "")]).await;
    page.assert_refused(400, "invalid_request", "AADSTS9002325");
}

#[tokio::test]
async fn s1_11_the_secret_may_come_by_basic_authentication() {
    let mut world = World::new();
    let page = world.sign_in("ana@contoso.example", &[]).await;
    let code = page.returned("code").unwrap();
    let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = STANDARD.encode(format!("{}:{}", form(&world.app.client_id), form(SECRET)));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let url = world.at(&world.contoso.id, "oauth2/v2.0/token");
    let headers = [("authorization", format!("Basic {basic}"))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(world.browser.post_with(&url, &fields, &headers).await.status, 200);
}

/// A key with a certificate that is good until then.
fn certified(until: i64) -> (PKey<Private>, Vec<u8>) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut builder = X509Builder::new().unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(until).unwrap()).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (key, builder.build().to_pem().unwrap())
}

fn assertion(key: &PKey<Private>, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signer = Signer::new(MessageDigest::sha256(), key).unwrap();
    let signature = signer.sign_oneshot_to_vec(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn s1_11_an_assertion_must_name_a_certificate_that_is_uploaded() {
    let (key, pem) = certified(START + 1000);
    let certificate = Certificate::from_pem(&pem).unwrap();
    let x509 = openssl::x509::X509::from_pem(&pem).unwrap();
    let thumbprint = |digest| URL_SAFE_NO_PAD.encode(x509.digest(digest).unwrap());
    let mut world = World::with(|app| App { certificates: vec![certificate], ..app });
    let app = world.app.client_id.clone();
    let endpoint = world.at(&world.contoso.id, "oauth2/v2.0/token");
    let claims =
        json!({ "iss": app, "sub": app, "aud": endpoint, "exp": START + 300, "nbf": START, "jti": "1" });
    let (sha1, sha256) = (thumbprint(MessageDigest::sha1()), thumbprint(MessageDigest::sha256()));
    let mut present = async |header: Value, claims: &Value| {
        let assertion = assertion(&key, &header, claims);
        let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.as_str())];
        redeem_with(&mut world, &fields).await
    };
    for header in [json!({ "alg": "RS256", "x5t": sha1 }), json!({ "alg": "RS256", "x5t#S256": sha256 })] {
        assert_eq!(present(header, &claims).await.status, 200);
    }
    let by_key_id = present(json!({ "alg": "RS256", "kid": "a-key" }), &claims).await;
    by_key_id.assert_refused(
        401,
        "invalid_client",
        "AADSTS700027: Client assertion failed signature validation.",
    );
    by_key_id.assert_refused(401, "invalid_client", "[Reason - The key was not found.,");
    let good = json!({ "alg": "RS256", "x5t": sha1 });
    let mut other = claims.clone();
    other["aud"] = json!("https://login.microsoftonline.com/common/oauth2/v2.0/token");
    present(good.clone(), &other).await.assert_refused(401, "invalid_client", "AADSTS700023");
    let mut old = claims.clone();
    old["exp"] = json!(START - 301);
    present(good.clone(), &old).await.assert_refused(401, "invalid_client", "AADSTS700024");
}

#[tokio::test]
async fn s1_11_an_assertion_by_an_expired_certificate_or_another_key_is_refused() {
    let (key, pem) = certified(START - 1);
    let (other, _) = certified(START - 1);
    let thumbprint = URL_SAFE_NO_PAD
        .encode(openssl::x509::X509::from_pem(&pem).unwrap().digest(MessageDigest::sha1()).unwrap());
    let certificate = Certificate::from_pem(&pem).unwrap();
    let mut world = World::with(|app| App { certificates: vec![certificate], ..app });
    let app = world.app.client_id.clone();
    let endpoint = world.at(&world.contoso.id, "oauth2/v2.0/token");
    let claims = json!({ "iss": app, "sub": app, "aud": endpoint, "exp": START + 300, "nbf": START });
    let header = json!({ "alg": "RS256", "x5t": thumbprint });
    let by = |key| assertion(key, &header, &claims);
    let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &by(&key))];
    redeem_with(&mut world, &fields).await.assert_refused(401, "invalid_client", "The key used is expired.");
    world.entra.clock().advance(-100);
    let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &by(&other))];
    redeem_with(&mut world, &fields).await.assert_refused(401, "invalid_client", "AADSTS700027");
    let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &by(&key))];
    assert_eq!(redeem_with(&mut world, &fields).await.status, 200);
}
