//! Management: what the command line, the admin API and the console do with tenants, connections,
//! clients and users.
//!
//! Configuration is code: a [`document`] says what shall be, [`plan`] tells what would change,
//! [`apply`] commits it as a whole, and [`export`] writes a document of what there is, [`backup`]
//! a copy of everything. [`views`] are for looking, [`clients`] changes single ones, [`sign_out`] ends what
//! people began, [`traces`] tell what became of sign-ins, [`audit`] who did what, [`connection_test`] tries the
//! whole way of one, [`domains`] are proven, [`tokens`] say who may do it. No secret ever comes out.

mod apply;
pub mod audit;
pub mod backup;
pub mod clients;
pub mod connection_test;
pub mod credentials;
pub mod document;
pub mod domains;
pub mod examination;
mod existing;
pub mod export;
pub mod history;
pub mod identities;
pub mod mapping_preview;
pub mod own;
pub mod passkeys;
pub mod plan;
pub mod read;
pub mod registration;
mod resource;
pub mod rollout;
mod schema;
pub mod sign_out;
pub mod tokens;
pub mod traces;
pub mod users;
pub mod views;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use doorward_domain::audit::Action;
use doorward_domain::{Algorithm, AuditEvent, Clock, Entropy, EventId, TenantId};
use doorward_net::{EgressPolicy, Outbound, TextRecords};
use doorward_store::Store;

use crate::audit::Auditor;
use crate::federation::Federation;
use crate::identity::Endings;
use crate::identity::local::Local;
use crate::keys::Sealer;
use crate::settings::MutualTls;
use crate::trace::{Archive, Traces};

pub use connection_test::ConnectionTests;
pub use document::Document;
pub use domains::DomainChecks;
pub use plan::{Plan, PlanError};
pub use registration::{DocumentHosts, DocumentPolicy, RegistrationError, RegistrationPolicy};
pub use resource::ResourceView;

/// The management of everything that operators configure.
pub struct Management {
    /// Where it is kept.
    pub store: Arc<dyn Store>,
    /// Sign-in at doorward itself.
    pub local: Arc<Local>,
    /// What seals the secrets of connections.
    pub sealer: Arc<Sealer>,
    /// Where identifiers and nonces come from.
    pub entropy: Arc<dyn Entropy>,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Which issuers a connection may have.
    pub egress: EgressPolicy,
    /// The algorithms that this broker signs with.
    pub algorithms: Vec<Algorithm>,
    /// Whether and how clients may come with certificates.
    pub mutual_tls: Option<MutualTls>,
    /// What asks tenants' providers.
    pub federation: Arc<Federation>,
    /// The way to what clients publish themselves.
    pub net: Arc<dyn Outbound>,
    /// The way to what the owners of domains publish.
    pub names: Arc<dyn TextRecords>,
    /// How often that was asked.
    pub domain_checks: DomainChecks,
    /// What holds for clients that register themselves, when they may.
    pub registration: Option<RegistrationPolicy>,
    /// What ends sessions and grants.
    pub endings: Arc<Endings>,
    /// What became of every attempt to sign in.
    pub traces: Arc<Traces>,
    /// What outlives the process of that.
    pub archive: Archive,
    /// What signs and verifies the audit log.
    pub auditor: Arc<Auditor>,
    /// The tests of connections.
    pub connection_tests: ConnectionTests,
    /// The protected resources that clients which register or publish themselves may ask tokens for.
    pub open_resources: Vec<String>,
    /// The issuer identifier, with which callback URLs start.
    pub issuer: String,
}

impl Management {
    /// An audit event of now.
    fn event(&self, tenant: TenantId, actor: &str, action: Action, target: &str) -> AuditEvent {
        let at = self.clock.now();
        AuditEvent {
            id: EventId::new(at, &*self.entropy),
            tenant,
            at,
            actor: actor.to_owned(),
            action,
            target: target.to_owned(),
        }
    }
}
