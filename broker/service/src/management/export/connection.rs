//! Connections, each with the fields of its kind.

use doorward_domain::Connection;
use doorward_domain::client::Method;
use doorward_domain::connection::ConnectionKind;
use doorward_domain::connection::kind::{Endpoints, Entra, Google, HaloPsa, HostedDomains, Oidc, Okta};

use crate::management::document::{self, ConnectionAuthentication, Date, Kind};

/// A connection.
pub fn connection(connection: &Connection) -> document::Connection {
    let secrets = connection.authentication.secrets();
    let expires = secrets.and_then(|secrets| secrets.newest.ends_at);
    let entry = document::Connection {
        title: Some(connection.title.clone()),
        population: connection.population.clone(),
        environment: connection.environment,
        apps: connection.apps.clone(),
        client_secret_expires: expires.map(Date::of),
        authentication: Some(authentication(connection.authentication.method())),
        scopes: connection.scopes.clone(),
        algorithms: connection.algorithms.clone(),
        linking: connection.linking,
        verify_email: connection.verify_email,
        logout: connection.logout.reach,
        backchannel_logout: connection.logout.back_channel,
        frontchannel_logout: connection.logout.front_channel,
        provisioning: connection.provisioning,
        admission: connection.admission.clone(),
        stage: connection.stage,
        pilot: connection.pilot.clone(),
        mapping: connection.mapping.clone(),
        standing: connection.standing.clone(),
        refresh_profile: connection.refresh_profile,
        acr: connection.contexts.names.clone(),
        acr_by_policy: connection.contexts.by_policy.clone(),
        ..document::Connection::new(
            connection.name.clone(),
            kind(&connection.kind),
            connection.client_id.clone(),
        )
    };
    match &connection.kind {
        ConnectionKind::Oidc(it) => oidc(entry, connection, it),
        ConnectionKind::Entra(it) => entra(entry, it),
        ConnectionKind::Okta(it) => okta(entry, it),
        ConnectionKind::HaloPsa(it) => halopsa(entry, connection, it),
        ConnectionKind::Google(it) => google(entry, connection, it),
    }
}

fn oidc(entry: document::Connection, connection: &Connection, settings: &Oidc) -> document::Connection {
    let Endpoints {
        authorization_endpoint,
        token_endpoint,
        jwks_uri,
        userinfo_endpoint,
        end_session_endpoint,
    } = settings.endpoints.clone();
    document::Connection {
        issuer: Some(connection.issuer.clone()),
        authorization_endpoint,
        token_endpoint,
        jwks_uri,
        userinfo_endpoint,
        end_session_endpoint,
        response_mode: settings.response_mode,
        authorize_parameters: settings.authorize_parameters.clone(),
        token_parameters: settings.token_parameters.clone(),
        ..entry
    }
}

fn entra(entry: document::Connection, settings: &Entra) -> document::Connection {
    let usual = settings.authority == Entra::AUTHORITY;
    document::Connection {
        directory: Some(settings.directory.to_string()),
        authority: (!usual).then(|| settings.authority.clone()),
        graph_groups: settings.graph_groups,
        domain_hint: settings.domain_hint.clone(),
        ..entry
    }
}

fn okta(entry: document::Connection, settings: &Okta) -> document::Connection {
    document::Connection {
        org: Some(settings.org.clone()),
        authorization_server: settings.authorization_server.clone(),
        ..entry
    }
}

fn halopsa(entry: document::Connection, connection: &Connection, settings: &HaloPsa) -> document::Connection {
    let usual = connection.issuer == settings.authorization_server;
    document::Connection {
        authorization_server: Some(settings.authorization_server.clone()),
        tenant_parameter: settings.tenant.clone(),
        tenant_for_documents: settings.tenant_for_documents,
        expected_issuer: (!usual).then(|| connection.issuer.clone()),
        ..entry
    }
}

fn google(entry: document::Connection, connection: &Connection, settings: &Google) -> document::Connection {
    let usual = connection.issuer == Google::ISSUER;
    let hosted = match &settings.hosted_domains {
        HostedDomains::Any => document::HostedDomains::Any,
        HostedDomains::These(domains) => document::HostedDomains::These(domains.clone()),
    };
    document::Connection {
        issuer: (!usual).then(|| connection.issuer.clone()),
        hosted_domains: Some(hosted),
        ..entry
    }
}

const fn kind(kind: &ConnectionKind) -> Kind {
    match kind {
        ConnectionKind::Oidc(_) => Kind::Oidc,
        ConnectionKind::Entra(_) => Kind::Entra,
        ConnectionKind::Okta(_) => Kind::Okta,
        ConnectionKind::HaloPsa(_) => Kind::HaloPsa,
        ConnectionKind::Google(_) => Kind::Google,
    }
}

const fn authentication(method: Method) -> ConnectionAuthentication {
    match method {
        Method::ClientSecretBasic => ConnectionAuthentication::ClientSecretBasic,
        Method::ClientSecretPost => ConnectionAuthentication::ClientSecretPost,
        Method::ClientSecretJwt => ConnectionAuthentication::ClientSecretJwt,
        Method::PrivateKeyJwt => ConnectionAuthentication::PrivateKeyJwt,
        Method::None | Method::TlsClientAuth | Method::SelfSignedTlsClientAuth => {
            ConnectionAuthentication::None
        }
    }
}
