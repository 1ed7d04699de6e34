//! Whose identity it is: the rule of the connection against what is known of account and address.

use doorward_domain::{
    Connection, ConnectionId, Lacking, Linking, Profile, Provisioning, RefreshProfile, Standing, Subject,
    TenantId, Timestamp, Told, Unfit, User, UserId,
};
use rstest::rstest;

use super::link::{Arrival, Candidate, KnownAs, LinkDecision, NotAdmitted, Proofs, Unproven, resolve};

const NOW: Timestamp = Timestamp::from_secs(1_000);
const TENANT: TenantId = TenantId::from_bytes([1; 16]);
const ACCOUNT: UserId = UserId::from_bytes([2; 16]);
const NEW: UserId = UserId::from_bytes([3; 16]);
const NOTHING: Proofs = Proofs { account: None, address: false };
const MAILED: Proofs = Proofs { account: Some(ACCOUNT), address: true };
const PASSWORD: Proofs = Proofs { account: Some(ACCOUNT), address: false };
const OF_ANOTHER: Proofs = Proofs { account: Some(NEW), address: true };

/// What somebody's arrival is about.
struct Case {
    connection: Connection,
    profile: Profile,
    proven: bool,
    proofs: Proofs,
    lacking: Option<Lacking>,
    standing: Result<Standing, Unfit>,
}

fn case(linking: Linking, proven: bool, proofs: Proofs) -> Case {
    let issuer = ("https://idp.test".to_owned(), "doorward".to_owned());
    let own = (TENANT, ConnectionId::from_bytes([4; 16]));
    let mut connection = Connection::new(own, "staff".to_owned(), issuer, NOW);
    (connection.linking, connection.provisioning) = (linking, Provisioning::JustInTime);
    let profile = Profile { email: Some("kim@acme.test".to_owned()), email_verified: proven, ..named("Kim") };
    Case { connection, profile, proven, proofs, lacking: None, standing: Ok(Standing::default()) }
}

fn named(given_name: &str) -> Profile {
    let family_name = Some("Doe".to_owned());
    Profile { given_name: Some(given_name.to_owned()), family_name, ..Profile::default() }
}

fn account() -> Candidate {
    let user = User { profile: named("kim"), ..User::new(ACCOUNT, TENANT, NOW) };
    Candidate { user, comes_through: false, owns_address: true }
}

impl Case {
    fn resolve(&self, known: KnownAs) -> Result<LinkDecision, NotAdmitted> {
        let subject = Subject { issuer: self.connection.issuer.clone(), subject: "kim".to_owned() };
        let arrival = Arrival {
            tenant: TENANT,
            connection: &self.connection,
            subject: &subject,
            profile: &self.profile,
            standing: self.standing.as_ref(),
            address_is_proven: self.proven,
            proofs: self.proofs,
            lacking: self.lacking.as_ref(),
            told: &Told::default(),
        };
        resolve(&arrival, known, NEW, NOW)
    }

    /// Who it comes to be, of these accounts or a new user.
    fn user(&self, accounts: Vec<Candidate>) -> Result<UserId, NotAdmitted> {
        self.resolve(KnownAs::Nobody(accounts)).map(|decision| decision.user().id)
    }
}

const TAKEN: Result<UserId, NotAdmitted> = Err(NotAdmitted::AddressTaken);
const PROVE_ACCOUNT: Result<UserId, NotAdmitted> = Err(NotAdmitted::Unproven(Unproven::Account(ACCOUNT)));

#[rstest]
#[case::never(case(Linking::Never, true, NOTHING), Ok(NEW))]
#[case::never_not_even_with_proof(case(Linking::Never, true, MAILED), Ok(NEW))]
#[case::proof_is_asked_for(case(Linking::Proof, true, NOTHING), PROVE_ACCOUNT)]
#[case::mail_proves_it(case(Linking::Proof, false, MAILED), Ok(ACCOUNT))]
#[case::the_password_proves_it(case(Linking::Proof, false, PASSWORD), Ok(ACCOUNT))]
#[case::another_account_proves_nothing(case(Linking::Proof, true, OF_ANOTHER), PROVE_ACCOUNT)]
#[case::by_address(case(Linking::VerifiedEmail, true, NOTHING), Ok(ACCOUNT))]
#[case::by_address_not_proven(case(Linking::VerifiedEmail, false, NOTHING), TAKEN)]
#[case::a_password_proves_no_address(case(Linking::VerifiedEmail, false, PASSWORD), TAKEN)]
#[case::by_address_and_name(case(Linking::VerifiedEmailAndName, true, NOTHING), Ok(ACCOUNT))]
fn up_09_an_account_is_whose_the_rule_says(
    #[case] case: Case,
    #[case] expected: Result<UserId, NotAdmitted>,
) {
    assert_eq!(case.user(vec![account()]), expected);
}

#[rstest]
fn up_11_an_account_that_may_be_anybodys_is_nobodys(
    #[values(Linking::Proof, Linking::VerifiedEmail, Linking::VerifiedEmailAndName)] rule: Linking,
) {
    let case = case(rule, true, MAILED);
    assert_eq!(case.user(vec![account(), account()]), TAKEN, "two have the address");
    let known_here = Candidate { comes_through: true, ..account() };
    assert_eq!(case.user(vec![known_here]), TAKEN, "it is somebody's at this connection");
    let disabled = User { enabled: false, ..account().user };
    let disabled = case.user(vec![Candidate { user: disabled, ..account() }]);
    assert_eq!(disabled, Err(NotAdmitted::Disabled));
    let made_to_wait = Candidate { owns_address: false, ..account() };
    let expected = if rule == Linking::Proof { Ok(ACCOUNT) } else { TAKEN };
    assert_eq!(case.user(vec![made_to_wait]), expected, "its address was never proved");
}

#[test]
fn an_address_is_proved_first_where_the_connection_minds() {
    let mut case = case(Linking::Never, false, NOTHING);
    case.connection.verify_email = true;
    let unproven = Err(NotAdmitted::Unproven(Unproven::Address));
    assert_eq!(case.user(Vec::new()), unproven);
    case.lacking = Some(Lacking::Group);
    assert_eq!(case.user(Vec::new()), Err(NotAdmitted::Lacking(Lacking::Group)), "nothing is asked in vain");
    case.lacking = None;
    case.connection.linking = Linking::VerifiedEmail;
    assert_eq!(case.user(vec![account()]), unproven, "nor is anybody told whether there is an account");
    case.connection.linking = Linking::Never;
    case.proofs = Proofs { account: None, address: true };
    let made = case.resolve(KnownAs::Nobody(Vec::new())).unwrap();
    assert!(made.user().profile.email_verified && made.user().address_proven);
    for no_address in [None, Some("kïm@acme.test".to_owned())] {
        case.profile.email = no_address;
        case.proofs = NOTHING;
        assert_eq!(case.user(Vec::new()), Err(NotAdmitted::Unfit(Unfit::Missing("email".to_owned()))));
    }
}

#[test]
fn what_was_proved_stays_so_as_long_as_the_address() {
    let mut case = case(Linking::Never, false, NOTHING);
    let mut user = User::new(ACCOUNT, TENANT, NOW);
    user.profile = Profile { email_verified: true, ..case.profile.clone() };
    user.address_proven = true;
    let known = |user: &User| KnownAs::User { user: Some(Box::new(user.clone())), has_come: true };
    assert_eq!(case.resolve(known(&user)), Ok(LinkDecision::Known(user.clone())), "nothing is new");
    case.profile.email = Some("new@acme.test".to_owned());
    let changed = case.resolve(known(&user)).unwrap();
    assert!(!changed.user().profile.email_verified && !changed.user().address_proven);
}

#[test]
fn who_is_unfit_does_not_come_in_known_or_not() {
    let mut case = case(Linking::Never, true, NOTHING);
    case.standing = Err(Unfit::Inactive("status".to_owned()));
    let expected = Err(NotAdmitted::Unfit(Unfit::Inactive("status".to_owned())));
    assert_eq!(case.user(Vec::new()), expected);
    let known = KnownAs::User { user: Some(Box::new(account().user)), has_come: true };
    assert_eq!(case.resolve(known).map(|decision| decision.user().id), expected);
}

#[test]
fn a_profile_may_be_the_tenants_to_change_but_a_standing_never_is() {
    let mut case = case(Linking::Never, true, NOTHING);
    case.connection.refresh_profile = RefreshProfile::FirstSignIn;
    case.standing = Ok(Standing { roles: vec!["agent".to_owned()], sites: Vec::new() });
    let user = account().user;
    let known = |has_come| KnownAs::User { user: Some(Box::new(user.clone())), has_come };
    let decided = case.resolve(known(true)).unwrap();
    let expected = User { standing: case.standing.clone().unwrap(), ..user.clone() };
    assert_eq!(decided, LinkDecision::Changed(expected));
    assert_eq!(case.resolve(known(false)).unwrap().user().profile, case.profile, "only a list knew them");
}
