//! The table from an error to what the person is told: a status, and a failure of
//! `locales/*/errors.ftl`, which says who can mend it.

use axum::http::StatusCode;
use doorward_domain::Unfit;
use doorward_service::federation::{FederationError, IdTokenError, WhoMends};
use doorward_service::identity::NotAdmitted;
use doorward_service::identity::local::ProofError;
use doorward_service::login::LoginError;
use doorward_service::management::connection_test::TestError;
use doorward_service::provider::authorize::{AuthorizeError, Untrusted};
use doorward_service::provider::logout::LogoutError;

/// What the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status of the page.
    pub status: StatusCode,
    /// Its words.
    pub name: &'static str,
}

const fn bad_request(name: &'static str) -> Failure {
    Failure { status: StatusCode::BAD_REQUEST, name }
}

const fn forbidden(name: &'static str) -> Failure {
    Failure { status: StatusCode::FORBIDDEN, name }
}

/// There is no such path.
pub const NOTHING_HERE: Failure = Failure { status: StatusCode::NOT_FOUND, name: "nothing-here" };

/// Nobody has signed in at doorward itself in this browser.
pub const NOT_SIGNED_IN: Failure = bad_request("no-session-here");

/// A link of ours was given something that is not for its app.
pub const BAD_LINK: Failure = bad_request("untrusted-address");

/// A provider sent a sign-in that nobody had asked it for.
pub const UNSOLICITED: Failure = bad_request("unsolicited");

/// The store fails.
const UNAVAILABLE: Failure = Failure { status: StatusCode::SERVICE_UNAVAILABLE, name: "unavailable" };

/// More sign in with a password than there is time for.
const BUSY: Failure = Failure { status: StatusCode::SERVICE_UNAVAILABLE, name: "busy" };

/// Why a proof that came by e-mail is not honoured.
pub fn of_proof(error: &ProofError) -> Failure {
    match error {
        ProofError::Busy(_) => BUSY,
        ProofError::Store(_) => UNAVAILABLE,
        ProofError::Gone | ProofError::Weak(_) | ProofError::TooMany => bad_request("proof-gone"),
    }
}

/// Why a test of a connection does not go on.
pub const fn of_test(error: &TestError) -> Failure {
    match error {
        TestError::Gone => bad_request("test-gone"),
        TestError::Store(_) => UNAVAILABLE,
    }
}

/// Why a login does not go on.
pub fn of_login(error: &LoginError) -> Failure {
    match error {
        LoginError::Authorize(AuthorizeError::Page(untrusted)) => of_request(*untrusted),
        LoginError::NoTransaction => bad_request("expired"),
        LoginError::Finished => bad_request("finished"),
        LoginError::AppGone => bad_request("app-gone"),
        LoginError::Federation { cause, .. } => {
            Failure { status: federation_status(cause), name: federation(cause) }
        }
        LoginError::NotAdmitted { cause, .. } => forbidden(match cause {
            NotAdmitted::Unknown => "no-account",
            NotAdmitted::Lacking(_) => "not-let-in",
            NotAdmitted::Unfit(Unfit::Missing(_)) => "claim-missing",
            NotAdmitted::Unfit(Unfit::Inactive(_)) => "not-active",
            NotAdmitted::AddressTaken | NotAdmitted::Unproven(_) => "address-taken",
            NotAdmitted::NotInPilot => "not-in-pilot",
            NotAdmitted::Disabled | NotAdmitted::Deleted => "account-off",
            NotAdmitted::NotThisApp => "app-not-open",
            NotAdmitted::NotSureEnough => "not-sure-enough",
            NotAdmitted::SomebodyElse => "somebody-else",
        }),
        LoginError::Busy(_) => BUSY,
        LoginError::Authorize(_) | LoginError::Store(_) => UNAVAILABLE,
    }
}

/// Why a logout was not carried out.
pub fn of_logout(error: &LogoutError) -> Failure {
    match error {
        LogoutError::Malformed => bad_request("sign-out-unreadable"),
        LogoutError::RedirectUri => bad_request("sign-out-address"),
        LogoutError::Store(_) => UNAVAILABLE,
    }
}

fn of_request(untrusted: Untrusted) -> Failure {
    bad_request(match untrusted {
        Untrusted::Client => "untrusted-app",
        Untrusted::ClientDocument => "untrusted-document",
        Untrusted::RedirectUri => "untrusted-address",
        Untrusted::PushedRequest => "untrusted-request",
        Untrusted::Unanswerable => "unanswerable",
        Untrusted::Repeated | Untrusted::Unreadable(_) => "unreadable",
    })
}

/// A provider's own words are never among those that the person reads.
fn federation(cause: &FederationError) -> &'static str {
    match (cause, cause.who()) {
        (FederationError::OtherConnection | FederationError::StateMismatch, _) => "other-sign-in",
        (FederationError::TooLate, _) => "too-late",
        (FederationError::ConnectionNotInUse, _) => "not-in-use",
        (FederationError::ConnectionChanged, _) => "connection-changed",
        (FederationError::UpstreamRefused { error, .. }, _) if error == "access_denied" => "cancelled",
        (cause, _) if cause.is_of_assurance() => "not-sure-enough",
        (FederationError::UpstreamRefused { .. }, WhoMends::Person) => "refused",
        (FederationError::UpstreamRefused { .. }, WhoMends::Later) => "refused-for-now",
        (FederationError::UpstreamRefused { .. }, _) => "refused-by-setup",
        (FederationError::IdToken(IdTokenError::AuthenticationTooOld), _) => "proof-too-old",
        (FederationError::IdToken(IdTokenError::OtherDirectory | IdTokenError::HostedDomain), _) => {
            "of-another-company"
        }
        (FederationError::Claims(_), _) => "profile-too-large",
        (_, WhoMends::Person) => "lost-track",
        (_, WhoMends::TenantAdmin) => "bad-answer",
        (_, WhoMends::Operator) => "not-set-up",
        (_, WhoMends::Later) => "no-answer",
    }
}

/// What a provider says wrongly is no fault of this server: a 5xx is for what is ours to mend, or may
/// pass by itself.
fn federation_status(cause: &FederationError) -> StatusCode {
    match (cause, cause.who()) {
        (FederationError::ConnectionNotInUse, _) => StatusCode::FORBIDDEN,
        (FederationError::IdToken(_), _) | (_, WhoMends::Person | WhoMends::TenantAdmin) => {
            StatusCode::BAD_REQUEST
        }
        (_, WhoMends::Operator) => StatusCode::INTERNAL_SERVER_ERROR,
        (_, WhoMends::Later) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
