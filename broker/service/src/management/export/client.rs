//! Clients as a document describes them.

use std::collections::BTreeMap;

use doorward_domain::client::{CertificateName, LogoutChannels, Presentation, SubjectType, TokenForms};
use doorward_domain::{
    Client, ClientAuthentication, ClientKeys, ContentEncryption, Encryption, KeyManagement, Slug, TenantId,
};

use crate::management::document::{self, ApplicationType, KeySet, SubjectKind, Tenants};

/// A client. `slugs` knows the company codes of the tenants it serves.
pub fn client(client: &Client, slugs: &BTreeMap<TenantId, Slug>) -> document::Client {
    let tenants = match client.tenants.as_slice() {
        [] => Tenants::All,
        some => Tenants::These(some.iter().filter_map(|id| slugs.get(id).cloned()).collect()),
    };
    let mut entry = document::Client::new(client.id.clone(), client.name.clone(), tenants);
    entry.populations.clone_from(&client.populations);
    entry.environment = client.environment;
    entry.profile = client.profile;
    entry.application_type = if client.native { ApplicationType::Native } else { ApplicationType::Web };
    entry.grant_types.clone_from(&client.grant_types);
    entry.redirect_uris.clone_from(&client.redirect_uris);
    entry.post_logout_redirect_uris.clone_from(&client.post_logout_redirect_uris);
    entry.scope.clone_from(&client.scope);
    entry.resources.clone_from(&client.resources);
    entry.authorization_details_types.clone_from(&client.authorization_details_types);
    entry.trust = client.trust;
    entry.default_max_age = client.defaults.max_age;
    entry.default_acr_values.clone_from(&client.defaults.acr_values);
    entry.require_mfa = client.assurance.mfa;
    entry.require_acr.clone_from(&client.assurance.acr);
    entry.initiate_login_uri.clone_from(&client.initiate_login_uri);
    entry.token_endpoint_audience = client.token_endpoint_audience;
    entry.require_pkce = client.require_pkce;
    entry.enabled = client.enabled;
    authentication(&mut entry, client);
    requests(&mut entry, client);
    tokens(&mut entry, &client.tokens);
    subject_type(&mut entry, &client.subject_type);
    logout(&mut entry, &client.logout);
    presentation(&mut entry, &client.presentation);
    entry
}

fn authentication(entry: &mut document::Client, client: &Client) {
    entry.token_endpoint_auth_method = Some(client.authentication.method());
    match &client.authentication {
        ClientAuthentication::PrivateKeyJwt { algorithm } => {
            entry.token_endpoint_auth_signing_alg = *algorithm;
        }
        ClientAuthentication::TlsClientAuth { subject } => match subject.clone() {
            CertificateName::SubjectDn(name) => entry.tls_client_auth_subject_dn = Some(name),
            CertificateName::SanDns(name) => entry.tls_client_auth_san_dns = Some(name),
            CertificateName::SanUri(name) => entry.tls_client_auth_san_uri = Some(name),
            CertificateName::SanIp(name) => entry.tls_client_auth_san_ip = Some(name),
            CertificateName::SanEmail(name) => entry.tls_client_auth_san_email = Some(name),
        },
        _ => {}
    }
    match &client.keys {
        ClientKeys::None => {}
        ClientKeys::Inline(jwks) => entry.jwks = Some(KeySet::Inline(jwks.clone())),
        ClientKeys::At(uri) => entry.jwks_uri = Some(uri.clone()),
    }
}

fn requests(entry: &mut document::Client, client: &Client) {
    let rules = &client.requests;
    entry.require_pushed_authorization_requests = rules.require_pushed;
    entry.require_signed_request_object =
        (rules.require_signed != client.demands().signed_requests).then_some(rules.require_signed);
    entry.request_object_signing_alg = rules.signing;
    (entry.request_object_encryption_alg, entry.request_object_encryption_enc) = names(rules.encryption);
    entry.request_uris.clone_from(&rules.request_uris);
}

fn tokens(entry: &mut document::Client, tokens: &TokenForms) {
    entry.id_token_signed_response_alg = tokens.id_token_algorithm();
    entry.userinfo_signed_response_alg = tokens.userinfo;
    entry.introspection_signed_response_alg = tokens.introspection;
    entry.authorization_signed_response_alg = tokens.authorization;
    entry.access_token_format = tokens.access_token;
    entry.dpop_bound_access_tokens = tokens.dpop_bound;
    entry.tls_client_certificate_bound_access_tokens = tokens.certificate_bound;
    (entry.id_token_encrypted_response_alg, entry.id_token_encrypted_response_enc) =
        names(tokens.id_token_encryption);
    (entry.userinfo_encrypted_response_alg, entry.userinfo_encrypted_response_enc) =
        names(tokens.userinfo_encryption);
    (entry.introspection_encrypted_response_alg, entry.introspection_encrypted_response_enc) =
        names(tokens.introspection_encryption);
    (entry.authorization_encrypted_response_alg, entry.authorization_encrypted_response_enc) =
        names(tokens.authorization_encryption);
}

fn names(encryption: Option<Encryption>) -> (Option<KeyManagement>, Option<ContentEncryption>) {
    encryption.map(|it| (it.alg, it.enc)).unzip()
}

fn subject_type(entry: &mut document::Client, subject_type: &SubjectType) {
    if let SubjectType::Pairwise { uri, .. } = subject_type {
        entry.subject_type = SubjectKind::Pairwise;
        entry.sector_identifier_uri.clone_from(uri);
    }
}

fn logout(entry: &mut document::Client, logout: &LogoutChannels) {
    entry.backchannel_logout_uri.clone_from(&logout.back_channel);
    entry.backchannel_logout_session_required = logout.back_channel_session_required;
    entry.frontchannel_logout_uri.clone_from(&logout.front_channel);
    entry.frontchannel_logout_session_required = logout.front_channel_session_required;
}

fn presentation(entry: &mut document::Client, shown: &Presentation) {
    entry.logo_uri.clone_from(&shown.logo_uri);
    entry.client_uri.clone_from(&shown.client_uri);
    entry.policy_uri.clone_from(&shown.policy_uri);
    entry.tos_uri.clone_from(&shown.tos_uri);
    entry.contacts.clone_from(&shown.contacts);
    entry.software_id.clone_from(&shown.software_id);
    entry.software_version.clone_from(&shown.software_version);
}
