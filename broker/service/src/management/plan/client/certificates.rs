//! What of a client is about its certificates (RFC 8705).

use doorward_domain::ClientAuthentication;
use doorward_domain::client::{CertificateName, Method};

use super::super::Planner;
use crate::keys::x509::is_name;
use crate::management::document;

const NOBODY_IS_ASKED: &str = "this broker asks nobody for certificates (see `[mtls]` in the configuration)";
const NOBODY_VOUCHES: &str =
    "this broker knows no authority for certificates (see `[mtls]` in the configuration)";

impl Planner<'_> {
    /// Whether the broker takes certificates for what the client wants to do with them.
    pub(super) fn check_certificates(&mut self, entry: &document::Client, method: Method, path: &str) {
        let by_certificate = matches!(method, Method::TlsClientAuth | Method::SelfSignedTlsClientAuth);
        let problem = match self.making.mutual_tls {
            None => Some(NOBODY_IS_ASKED),
            Some(mutual_tls) if !mutual_tls.takes(method) => Some(NOBODY_VOUCHES),
            Some(_) => None,
        };
        if let Some(problem) = problem.filter(|_| by_certificate) {
            self.problem(format!("{path}.token_endpoint_auth_method"), problem);
        }
        if method != Method::TlsClientAuth {
            for (field, _) in names(entry) {
                self.problem(format!("{path}.{field}"), "is for `tls_client_auth` only");
            }
        }
        if entry.tls_client_certificate_bound_access_tokens {
            let path = format!("{path}.tls_client_certificate_bound_access_tokens");
            if self.making.mutual_tls.is_none() {
                self.problem(&path, NOBODY_IS_ASKED);
            }
            if entry.dpop_bound_access_tokens {
                self.problem(path, "stands beside `dpop_bound_access_tokens`; a token is bound to one key");
            }
        }
    }

    /// `tls_client_auth` with the one name that the certificate is known by.
    pub(super) fn tls_client_auth(
        &mut self,
        entry: &document::Client,
        path: &str,
    ) -> Option<ClientAuthentication> {
        let [(field, subject)] = <[_; 1]>::try_from(names(entry))
            .map_err(|_| {
                let message =
                    "`tls_client_auth` needs exactly one of `tls_client_auth_subject_dn` and `…_san_…`";
                self.problem(path, message);
            })
            .ok()?;
        if !is_name(&subject) {
            self.problem(
                format!("{path}.{field}"),
                match subject {
                    CertificateName::SubjectDn(_) => {
                        "is no distinguished name such as `CN=app,O=Acme,C=DE` (RFC 4514)"
                    }
                    _ => "is no such name",
                },
            );
        }
        Some(ClientAuthentication::TlsClientAuth { subject })
    }
}

/// The names that an entry gives, by their fields.
fn names(entry: &document::Client) -> Vec<(&'static str, CertificateName)> {
    let fields = [
        (
            "tls_client_auth_subject_dn",
            entry.tls_client_auth_subject_dn.clone().map(CertificateName::SubjectDn),
        ),
        ("tls_client_auth_san_dns", entry.tls_client_auth_san_dns.clone().map(CertificateName::SanDns)),
        ("tls_client_auth_san_uri", entry.tls_client_auth_san_uri.clone().map(CertificateName::SanUri)),
        ("tls_client_auth_san_ip", entry.tls_client_auth_san_ip.clone().map(CertificateName::SanIp)),
        ("tls_client_auth_san_email", entry.tls_client_auth_san_email.clone().map(CertificateName::SanEmail)),
    ];
    fields.into_iter().filter_map(|(field, name)| Some((field, name?))).collect()
}
