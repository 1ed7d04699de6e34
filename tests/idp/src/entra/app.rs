//! App registrations, and what they are in a tenant: enterprise applications.

use std::collections::BTreeSet;

use crate::Certificate;
use crate::common::guid;

/// An app registration.
#[derive(Clone)]
pub struct App {
    /// The application (client) ID.
    pub client_id: String,
    /// The object ID of the registration, which people paste in its place.
    pub object_id: String,
    /// What the app is called.
    pub name: String,
    /// Whose accounts may sign in.
    pub audience: Audience,
    /// Redirect URIs of the platform "Web".
    pub redirect_uris: Vec<String>,
    /// Redirect URIs of the platform "Single-page application".
    pub spa_redirect_uris: Vec<String>,
    /// Redirect URIs of the platform "Mobile and desktop applications".
    pub public_redirect_uris: Vec<String>,
    /// Client secrets.
    pub secrets: Vec<Secret>,
    /// Certificates.
    pub certificates: Vec<Certificate>,
    /// "ID tokens (used for implicit and hybrid flows)" is ticked.
    pub id_tokens_from_front: bool,
    /// Optional claims of the ID token, by name: `email`, `xms_edov`, `upn`, `sid`, `login_hint`, …
    pub optional_claims: Vec<String>,
    /// `groupMembershipClaims`.
    pub group_claims: GroupClaims,
    /// `email` stays out of the token while its domain is nobody's in the tenant (1.6).
    pub removes_unverified_email: bool,
    /// The app maps claims and has a signing key of its own (1.3).
    pub own_signing_key: bool,
    /// Where front-channel logout goes.
    pub logout_url: Option<String>,
    /// API permissions of the kind "Application".
    pub application_permissions: Vec<String>,
}

/// Whose accounts may sign in to an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Those of one tenant.
    SingleTenant,
    /// Those of any organisation.
    MultiTenant,
    /// Those of any organisation, and personal ones.
    MultiTenantAndPersonal,
}

/// A client secret.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The Secret ID, which people paste in place of the value.
    pub key_id: String,
    /// The value.
    pub value: String,
    /// When it runs out, in Unix seconds.
    pub expires_at: i64,
}

/// `groupMembershipClaims` (1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupClaims {
    /// None.
    None,
    /// Security groups, those that groups are in included.
    SecurityGroup,
    /// All groups, and directory roles as `wids`.
    All,
    /// Directory roles only.
    DirectoryRole,
    /// Groups that are assigned to the app.
    ApplicationGroup,
}

impl App {
    /// A single-tenant web app with one secret that never runs out.
    pub fn new(name: &str, secret: &str, redirect_uri: &str) -> Self {
        Self {
            client_id: guid::of(&format!("app {name}")),
            object_id: guid::of(&format!("registration {name}")),
            name: name.to_owned(),
            audience: Audience::SingleTenant,
            redirect_uris: vec![redirect_uri.to_owned()],
            spa_redirect_uris: Vec::new(),
            public_redirect_uris: Vec::new(),
            secrets: vec![Secret::new(secret, i64::MAX)],
            certificates: Vec::new(),
            id_tokens_from_front: false,
            optional_claims: Vec::new(),
            group_claims: GroupClaims::None,
            removes_unverified_email: false,
            own_signing_key: false,
            logout_url: None,
            application_permissions: Vec::new(),
        }
    }

    /// The same app with these optional claims.
    #[must_use]
    pub fn optional_claims(self, names: &[&str]) -> Self {
        Self { optional_claims: names.iter().map(|name| (*name).to_owned()).collect(), ..self }
    }

    pub(super) fn has_optional(&self, claim: &str) -> bool {
        self.optional_claims.iter().any(|known| known == claim)
    }

    /// Every redirect URI, of whatever platform.
    pub(super) fn all_redirect_uris(&self) -> impl Iterator<Item = &String> {
        self.redirect_uris.iter().chain(&self.spa_redirect_uris).chain(&self.public_redirect_uris)
    }
}

impl Secret {
    /// A secret that is good until then.
    pub fn new(value: &str, expires_at: i64) -> Self {
        Self { key_id: guid::of(&format!("secret {value}")), value: value.to_owned(), expires_at }
    }
}

/// An app in a tenant: the service principal.
#[derive(Clone, Debug, Default)]
pub struct EnterpriseApp {
    /// "Enabled for users to sign-in" says no.
    pub disabled: bool,
    /// "Assignment required?" says yes.
    pub assignment_required: bool,
    /// Who is assigned, by the object ID of a user or a group, and with which app role.
    pub assignments: Vec<(String, Option<String>)>,
    /// An administrator has consented for everybody.
    pub admin_consent: bool,
    /// The application permissions that an administrator has consented to.
    pub granted_permissions: Vec<String>,
    /// Who has consented for themselves.
    pub consents: BTreeSet<String>,
}

/// A group. Its members are users and other groups, by object ID.
#[derive(Clone, Debug)]
pub struct Group {
    /// The object ID.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whether it is a security group; otherwise a distribution list.
    pub security: bool,
    /// Its members' object IDs.
    pub members: Vec<String>,
}

impl Group {
    /// A security group with these members.
    pub fn new(name: &str, members: &[&str]) -> Self {
        Self {
            id: guid::of(&format!("group {name}")),
            name: name.to_owned(),
            security: true,
            members: members.iter().map(|member| (*member).to_owned()).collect(),
        }
    }
}
