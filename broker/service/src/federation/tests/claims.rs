use doorward_domain::connection::Field;
use doorward_domain::{Address, ClaimMapping, Profile};
use rstest::rstest;
use serde_json::{Value, json};

use super::world::mapping;
use crate::federation::claims::{ClaimsError, Flaw, Note, is_reserved, map};
use crate::federation::id_token::VerifiedClaims;

fn mapped_by(mapping: &ClaimMapping, claims: Value) -> (Profile, Vec<Note>) {
    map(mapping, &VerifiedClaims::of(claims)).unwrap()
}

fn mapped(claims: Value) -> (Profile, Vec<Note>) {
    mapped_by(&ClaimMapping::default(), claims)
}

#[test]
fn standard_claims_fill_their_fields() {
    let (profile, notes) = mapped(json!({
        "name": "Kim Example", "given_name": "Kim", "family_name": "Example", "preferred_username": "kim",
        "email": "kim@acme.test", "email_verified": true, "locale": "de-DE", "zoneinfo": "Europe/Berlin",
        "picture": "https://acme.test/kim.png", "groups": ["door", "staff"],
        "phone_number": "+1 (604) 555-1234", "phone_number_verified": true,
        "address": { "street_address": "7 Market Lane\r\n2nd floor", "country": "CH", "planet": "Earth", "region": 7 },
    }));
    let some = |text: &str| Some(text.to_owned());
    let expected = Profile {
        name: some("Kim Example"),
        given_name: some("Kim"),
        family_name: some("Example"),
        preferred_username: some("kim"),
        email: some("kim@acme.test"),
        email_verified: true,
        locale: some("de-DE"),
        zoneinfo: some("Europe/Berlin"),
        picture: some("https://acme.test/kim.png"),
        phone_number: some("+1 (604) 555-1234"),
        phone_number_verified: true,
        address: Some(Box::new(Address {
            street_address: some("7 Market Lane\n2nd floor"),
            country: some("CH"),
            ..Address::default()
        })),
        groups: vec!["door".into(), "staff".into()],
    };
    assert_eq!((profile, notes), (expected, vec![]));
    assert_eq!(mapped(json!({})), (Profile::default(), vec![]));
}

#[test]
fn the_mapping_says_otherwise() {
    let mapping = mapping(&[(Field::PreferredUsername, "upn"), (Field::Groups, "https://acme.test/teams")]);
    let (profile, _) = mapped_by(
        &mapping,
        json!({ "upn": "kim@corp", "preferred_username": "no", "https://acme.test/teams": "door", "groups": ["no"] }),
    );
    assert_eq!(profile.preferred_username.as_deref(), Some("kim@corp"));
    assert_eq!(profile.groups, ["door"], "a single string is a list of one");
}

#[rstest]
#[case(json!(true), true)]
#[case(json!(false), false)]
#[case(json!("true"), false)]
#[case(json!("false"), false)]
#[case(json!(1), false)]
#[case(json!([true]), false)]
#[case(json!(null), false)]
fn up_10_only_true_verifies(#[case] email_verified: Value, #[case] verified: bool) {
    let (profile, _) = mapped(json!({ "email": "kim@acme.test", "email_verified": email_verified }));
    assert_eq!((profile.email.as_deref(), profile.email_verified), (Some("kim@acme.test"), verified));
}

#[rstest]
#[case(json!(["kim@acme.test"]), Some(Flaw::WrongType))]
#[case(json!(1), Some(Flaw::WrongType))]
#[case(json!("kim@acme.test@evil.test"), Some(Flaw::NotAnAddress))]
#[case(json!("\"kim@acme.test\"@evil.test"), Some(Flaw::NotAnAddress))]
#[case(json!("Kim <kim@acme.test>"), Some(Flaw::NotAnAddress))]
#[case(json!("kim@acme.test, bob@acme.test"), Some(Flaw::NotAnAddress))]
#[case(json!("kim"), Some(Flaw::NotAnAddress))]
#[case(json!("@acme.test"), Some(Flaw::NotAnAddress))]
#[case(json!("kim@"), Some(Flaw::NotAnAddress))]
#[case(json!("kim@acme.te\0st"), Some(Flaw::NotAnAddress))]
#[case(json!("kim@acme.test\r\nBcc: all@acme.test"), Some(Flaw::NotAnAddress))]
#[case(json!(" kim@acme.test"), Some(Flaw::NotAnAddress))]
#[case(json!(""), None)]
#[case(json!(null), None)]
fn up_10_what_is_no_address_is_left_out(#[case] email: Value, #[case] flaw: Option<Flaw>) {
    let (profile, notes) = mapped(json!({ "email": email, "email_verified": true }));
    assert_eq!((profile.email, profile.email_verified), (None, false));
    assert_eq!(notes, flaw.map(|flaw| Note { field: Field::Email, flaw }).into_iter().collect::<Vec<_>>());
}

#[test]
fn up_10_email_verified_says_nothing_of_another_claim() {
    let claims = json!({ "email": "kim@acme.test", "email_verified": true, "upn": "alice@victim.test" });
    let (profile, _) = mapped_by(&mapping(&[(Field::Email, "upn")]), claims);
    assert_eq!((profile.email.as_deref(), profile.email_verified), (Some("alice@victim.test"), false));
}

#[test]
fn up_16_claims_of_the_protocol_fill_nothing() {
    let claims = json!({
        "iss": "i", "sub": "s", "aud": "a", "amr": ["pwd"], "acr": "0", "auth_time": 1, "nonce": "n", "sid": "s",
    });
    for name in claims.as_object().unwrap().keys() {
        assert!(is_reserved(name));
        let (profile, notes) = mapped_by(&mapping(&[(Field::Name, name)]), claims.clone());
        assert_eq!(
            (profile, notes),
            (Profile::default(), vec![Note { field: Field::Name, flaw: Flaw::Reserved }])
        );
    }
}

#[test]
fn up_16_what_is_not_mapped_gives_nothing() {
    let (profile, notes) = mapped(json!({
        "tenant": "other", "roles": ["admin"], "platform_admin": true, "enabled": true, "id": "usr_1",
    }));
    assert_eq!((profile, notes), (Profile::default(), vec![]));
}

#[test]
fn up_16_limits_are_exact_and_clear() {
    let name = |length: usize| {
        map(&ClaimMapping::default(), &VerifiedClaims::of(json!({ "name": "ä".repeat(length) })))
    };
    assert!(name(256).is_ok());
    assert_eq!(name(257).unwrap_err(), ClaimsError::TooLong(Field::Name));
    assert_eq!(name(1 << 20).unwrap_err(), ClaimsError::TooLong(Field::Name));

    let groups =
        |groups: Vec<String>| map(&ClaimMapping::default(), &VerifiedClaims::of(json!({ "groups": groups })));
    let many = |count: usize| (0..count).map(|number| number.to_string()).collect();
    assert_eq!(groups(many(500)).unwrap().0.groups.len(), 500);
    assert_eq!(groups(many(501)).unwrap_err(), ClaimsError::TooManyGroups(501));
    assert_eq!(groups(many(100_000)).unwrap_err(), ClaimsError::TooManyGroups(100_000));
    assert_eq!(groups(vec!["g".repeat(257)]).unwrap_err(), ClaimsError::TooLong(Field::Groups));
    assert!(matches!(groups(vec!["g".repeat(128); 90]).unwrap_err(), ClaimsError::TooMuch(_)));
}

#[test]
fn texts_lose_control_characters_and_keep_markup() {
    let (profile, notes) = mapped(json!({
        "name": " <b>Kim</b>\u{0}\r\n ", "given_name": "\u{1b}[31m", "family_name": " \t ", "groups": ["a\nb", " ", 7],
    }));
    assert_eq!(profile.name.as_deref(), Some("<b>Kim</b>"), "pages escape");
    assert_eq!(profile.given_name.as_deref(), Some("[31m"));
    assert_eq!(profile.family_name, None);
    assert_eq!(profile.groups, ["ab"]);
    assert_eq!(notes, [Note { field: Field::Groups, flaw: Flaw::WrongType }]);
}

#[rstest]
#[case(json!("http://acme.test/kim.png"))]
#[case(json!("javascript:alert(1)"))]
#[case(json!("data:image/png;base64,AA"))]
#[case(json!("//acme.test/kim.png"))]
#[case(json!(format!("https://acme.test/{}", "x".repeat(2048))))]
fn a_picture_is_an_https_url(#[case] picture: Value) {
    let (profile, notes) = mapped(json!({ "picture": picture }));
    assert_eq!((profile.picture, notes), (None, vec![Note { field: Field::Picture, flaw: Flaw::NotAUrl }]));
}

#[test]
fn an_address_is_an_object_and_a_number_is_verified_by_the_source_that_tells_it() {
    let flaw = |flaw| vec![Note { field: Field::Address, flaw }];
    for wrong in [json!("7 Market Lane"), json!(["CH"]), json!(true)] {
        assert_eq!(mapped(json!({ "address": wrong })), (Profile::default(), flaw(Flaw::WrongType)));
    }
    assert_eq!(mapped(json!({ "address": {"country": 7} })), (Profile::default(), vec![]));
    for verified in [json!("true"), json!(1), json!(null)] {
        let (profile, _) = mapped(json!({ "phone_number": "+1", "phone_number_verified": verified }));
        assert!(!profile.phone_number_verified);
    }
}
