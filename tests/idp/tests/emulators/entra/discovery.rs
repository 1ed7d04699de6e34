//! Discovery documents and issuers.

use doorward_test_idp::entra::{CONSUMERS, EntraSwitch, LOGIN_URL};
use serde_json::json;

use super::world::World;

const METADATA: &str = "v2.0/.well-known/openid-configuration";

#[tokio::test]
async fn s1_1_the_document_of_a_tenant_is_the_captured_one_to_the_byte() {
    let mut world = World::new();
    let text = world.browser.open(&world.at(&world.contoso.id, METADATA)).await.body;
    let golden = include_str!("../golden/entra-tenant.json").replace("{tenant}", &world.contoso.id);
    assert_eq!(text, golden.trim_end());
}

#[tokio::test]
async fn s1_1_the_document_of_common_is_the_captured_one_to_the_byte() {
    let mut world = World::new();
    let text = world.browser.open(&world.at("common", METADATA)).await.body;
    assert_eq!(text, include_str!("../golden/entra-common.json").trim_end());
}

#[tokio::test]
async fn s1_1_a_domain_leads_to_the_document_of_its_tenant() {
    let mut world = World::new();
    let by_domain = world.document(&format!("contoso.example/{METADATA}")).await;
    assert_eq!(by_domain, world.document(&format!("{}/{METADATA}", world.contoso.id)).await);
}

#[tokio::test]
async fn s1_1_what_is_absent_is_absent() {
    let mut world = World::new();
    let document = world.document(&format!("common/{METADATA}")).await;
    for name in [
        "code_challenge_methods_supported",
        "grant_types_supported",
        "revocation_endpoint",
        "introspection_endpoint",
        "backchannel_logout_supported",
        "frontchannel_logout_session_supported",
        "check_session_iframe",
        "claims_parameter_supported",
        "acr_values_supported",
        "authorization_response_iss_parameter_supported",
        "pushed_authorization_request_endpoint",
        "tls_client_certificate_bound_access_tokens",
    ] {
        assert!(document.get(name).is_none(), "{name}");
    }
    world.entra.switches().once(EntraSwitch::UnverifiedMtlsMetadata);
    let document = world.document(&format!("common/{METADATA}")).await;
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
}

#[tokio::test]
async fn s1_1_the_headers_are_microsofts() {
    let mut world = World::new();
    let page = world.browser.open(&world.at("organizations", METADATA)).await;
    assert_eq!(page.headers["cache-control"], "max-age=86400, private");
    assert_eq!(page.headers["content-type"], "application/json; charset=utf-8");
    for name in ["x-ms-request-id", "x-ms-ests-server", "strict-transport-security"] {
        assert!(page.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn s1_1_an_unknown_tenant_is_invalid_tenant_90002() {
    let mut world = World::new();
    let page = world.browser.open(&world.at("nobody.example", METADATA)).await;
    page.assert_refused(400, "invalid_tenant", "AADSTS90002: Tenant 'nobody.example' not found.");
    assert_eq!(page.json()["error_codes"], json!([90002]));
    assert_eq!(page.json()["error_uri"], format!("{LOGIN_URL}/error?code=90002"));
    world.entra.switches().once(EntraSwitch::TenantMissing);
    let page = world.browser.open(&world.at("contoso.example", METADATA)).await;
    page.assert_refused(400, "invalid_tenant", "AADSTS90002");
}

#[tokio::test]
async fn s1_1_the_v1_document_names_the_other_issuer() {
    let mut world = World::new();
    let document = world.document(&format!("{}/.well-known/openid-configuration", world.contoso.id)).await;
    assert_eq!(document["issuer"], format!("https://sts.windows.net/{}/", world.contoso.id));
    assert_eq!(document["scopes_supported"], json!(["openid"]));
    assert!(document["check_session_iframe"].is_string());
}

#[tokio::test]
async fn s1_2_common_and_organizations_have_a_template_for_an_issuer() {
    let mut world = World::new();
    for place in ["common", "organizations"] {
        let document = world.document(&format!("{place}/{METADATA}")).await;
        assert_eq!(document["issuer"], "https://login.microsoftonline.com/{tenantid}/v2.0", "{place}");
        assert_eq!(document["tenant_region_scope"], json!(null));
    }
    let consumers = world.document(&format!("consumers/{METADATA}")).await;
    assert_eq!(consumers["issuer"], format!("{LOGIN_URL}/{CONSUMERS}/v2.0"));
}
