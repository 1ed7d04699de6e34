//! The catalogue of errors: each row is about its own example and no other row is; every error that the
//! documents list has a row, and so has every check of ours.

use std::collections::BTreeSet;

use doorward_net::{NetError, Refusal};
use doorward_store::StoreError;
use rstest::rstest;

use crate::federation::catalogue::{Catalogue, Pattern, Product, Retry, Row, Severity, check_of};
use crate::federation::claims::ClaimsError;
use crate::federation::{FederationError, IdTokenError, TokenError, UserinfoError};
use crate::trace::verdict::Values;

fn told<'a>(product: Product, error: &str, description: &str) -> Option<&'a str> {
    Catalogue::get().told(product, error, Some(description)).map(|row| row.id.as_str())
}

#[test]
fn the_files_can_be_read() {
    let catalogue = Catalogue::embedded().unwrap();
    assert!(!catalogue.own().is_empty());
    assert!(Product::ALL.into_iter().all(|product| !catalogue.rows(product).is_empty()));
}

/// The rows that fit an error best; more than one when the file does not say which is meant.
fn closest<'a>(rows: &'a [Row], error: &str, description: &str) -> Vec<&'a str> {
    let fits = rows.iter().filter_map(|row| Some((row.fit(error, description)?, row.id.as_str())));
    let fits: Vec<_> = fits.collect();
    let best = fits.iter().map(|(fit, _)| *fit).max();
    fits.into_iter().filter(|(fit, _)| Some(*fit) == best).map(|(_, id)| id).collect()
}

#[rstest]
#[case::entra(Product::Entra)]
#[case::okta(Product::Okta)]
#[case::halopsa(Product::HaloPsa)]
#[case::google(Product::Google)]
#[case::oidc(Product::Oidc)]
fn every_row_s_example_matches_exactly_that_row(#[case] product: Product) {
    let rows = Catalogue::get().rows(product);
    let mut wrong = Vec::new();
    for row in rows {
        let examples: Vec<(String, String)> = match &row.pattern {
            Pattern::Numbers(numbers) => {
                let own = ("invalid_grant".to_owned(), row.example.clone());
                let others = numbers.iter().map(|it| (String::new(), format!("AADSTS{it}: in other words")));
                others.chain([own]).collect()
            }
            Pattern::Words { error, .. } => vec![(error.clone(), row.example.clone())],
            Pattern::Check => vec![],
        };
        assert!(!examples.is_empty(), "{} is about nothing that a provider says", row.id);
        for (error, example) in examples {
            if closest(rows, &error, &example) != [row.id.as_str()] {
                wrong.push(format!("{}: {error} {example:?}", row.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[rstest]
#[case::entra(Product::Entra)]
#[case::okta(Product::Okta)]
#[case::halopsa(Product::HaloPsa)]
#[case::google(Product::Google)]
#[case::oidc(Product::Oidc)]
fn every_row_has_a_name_of_its_own_and_plain_words(#[case] product: Product) {
    plain_words(Catalogue::get().rows(product));
}

#[test]
fn our_own_rows_have_names_of_their_own_and_plain_words() {
    plain_words(Catalogue::get().own());
}

fn plain_words(rows: &[Row]) {
    let names: BTreeSet<_> = rows.iter().map(|row| &row.id).collect();
    assert_eq!(names.len(), rows.len());
    for row in rows {
        assert!(row.title.len() <= 80 && !row.title.ends_with('.'), "{}: a heading", row.id);
        for sentence in row.how.iter().chain([&row.cause]) {
            assert!(sentence.ends_with('.'), "{}: {sentence:?} is no sentence", row.id);
            let filled = Values::default().fill(sentence);
            assert!(!filled.contains(['{', '}']), "{}: {sentence:?}", row.id);
        }
        if row.severity == Severity::Expected {
            assert_ne!(row.how.len(), 0);
        }
        let waits = row.how.iter().any(|it| it.contains("Try again in") || it.contains("Wait"));
        assert!(!(waits && row.retry == Retry::Never), "{}: to wait is to try again", row.id);
    }
}

/// The numbers that administrators meet most often.
const LISTED: [u32; 98] = [
    7000215, 7000222, 70002, 7000218, 700025, 700027, 700016, 700011, 90002, 90038, 50011, 500113, 900971,
    50105, 50020, 50034, 51004, 50014, 16000, 16003, 65001, 90094, 90095, 90008, 65004, 650056, 65005,
    650057, 650052, 500011, 50194, 50128, 50059, 700054, 70011, 28002, 70023, 900144, 90014, 9002313, 900561,
    54005, 70008, 700082, 700084, 700005, 501481, 50147, 501491, 50076, 50079, 50074, 50072, 50078, 50158,
    53003, 53000, 53001, 53002, 530032, 530035, 53011, 50131, 50126, 50053, 50055, 50056, 50057, 50144,
    50173, 50089, 50132, 50133, 70043, 50058, 50140, 90072, 7000112, 70001, 700229, 70021, 700211, 700212,
    700213, 50146, 501461, 50196, 90055, 90024, 90006, 90033, 50033, 9001023, 90124, 90130, 9002325, 650053,
    70005,
];

#[test]
fn every_number_that_the_documents_list_has_one_row() {
    let rows = Catalogue::get().rows(Product::Entra);
    let about = |number| {
        let own = |row: &&Row| matches!(&row.pattern, Pattern::Numbers(numbers) if numbers.contains(&number));
        rows.iter().filter(own).count()
    };
    let wrong: Vec<_> = LISTED.into_iter().filter(|number| about(*number) != 1).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_number_is_found_wherever_it_stands_and_not_as_a_part_of_another() {
    assert_eq!(told(Product::Entra, "invalid_client", "AADSTS7000215: x Trace ID: y"), Some("secret-wrong"));
    assert_eq!(told(Product::Entra, "invalid_grant", "x\r\nAADSTS50057\r\n"), Some("account-disabled"));
    assert_eq!(told(Product::Entra, "invalid_client", "AADSTS70002150: x"), Some("invalid-client"));
    assert_eq!(told(Product::Entra, "invalid_client", "7000215"), Some("invalid-client"));
}

#[test]
fn what_no_row_of_the_product_knows_the_general_ones_do() {
    assert_eq!(told(Product::Okta, "access_denied", "something new"), Some("access-denied"));
    assert_eq!(told(Product::Oidc, "access_denied", "User is not assigned"), Some("access-denied"));
    assert_eq!(told(Product::HaloPsa, "server_error", ""), Some("server-error"));
    assert_eq!(told(Product::Google, "no_such_error", ""), None);
    assert!(Catalogue::get().told(Product::Okta, "login_required", None).is_some());
}

#[rstest]
#[case(Product::Entra, " 50105 ", "unassigned")]
#[case(Product::Entra, "Message: AADSTS50011: The redirect URI", "redirect-uri")]
#[case(
    Product::Google,
    "Error 400: redirect_uri_mismatch ... register it in the Google Cloud Console",
    "redirect-uri"
)]
#[case(Product::Google, "Error 403: org_internal", "internal")]
#[case(Product::Okta, "The 'redirect_uri' parameter must be a Login redirect URI in the", "redirect-uri")]
fn what_people_copy_from_a_provider_s_page_is_recognised(
    #[case] product: Product,
    #[case] text: &str,
    #[case] expected: &str,
) {
    let row = Catalogue::get().pasted(product, text);
    assert_eq!(row.map(|row| row.id.as_str()), Some(expected));
    assert!(Catalogue::get().pasted(product, "hello").is_none());
}

#[rstest]
#[case("https://login.microsoftonline.com/x/v2.0", Product::Entra)]
#[case("https://acme.okta.com/oauth2/default", Product::Okta)]
#[case("https://acme.halopsa.com/auth", Product::HaloPsa)]
#[case("https://accounts.google.com", Product::Google)]
#[case("https://notokta.com", Product::Oidc)]
#[case("https://okta.com.evil.example", Product::Oidc)]
#[case("no url", Product::Oidc)]
fn a_product_is_known_by_its_host(#[case] issuer: &str, #[case] product: Product) {
    assert_eq!(Product::of_issuer(issuer), product);
}

/// One of each of what is wrong with an ID token.
fn own_id_token_errors() -> Vec<IdTokenError> {
    let text = String::new;
    vec![
        IdTokenError::TooLarge,
        IdTokenError::Malformed(""),
        IdTokenError::Mistyped(""),
        IdTokenError::AlgorithmNotAllowed(text()),
        IdTokenError::UnknownKey,
        IdTokenError::AmbiguousKey,
        IdTokenError::SignatureInvalid,
        IdTokenError::IssuerMismatch { expected: text(), got: text() },
        IdTokenError::AudienceMismatch,
        IdTokenError::NonceMismatch,
        IdTokenError::Expired,
        IdTokenError::FromTheFuture(""),
        IdTokenError::IssuedTooEarly,
        IdTokenError::AuthenticationTooOld,
        IdTokenError::SubjectInvalid,
        IdTokenError::OtherDirectory,
        IdTokenError::NoObjectId,
        IdTokenError::KeyOfOthers,
        IdTokenError::HostedDomain,
        IdTokenError::AccessTokenMismatch,
    ]
}

/// One of each of our own errors.
fn own_errors() -> Vec<FederationError> {
    let text = String::new;
    let net = [
        NetError::Refused(Refusal::Url),
        NetError::Unreachable,
        NetError::TimedOut,
        NetError::TooLarge,
        NetError::Redirected,
        NetError::Encoded,
        NetError::Busy,
        NetError::CircuitOpen { retry_after: std::time::Duration::ZERO },
    ];
    let no_code = TokenError::TokenEndpoint { status: 500, error: None, description: None };
    let token = [
        TokenError::SecretNotText,
        TokenError::SecretTooShort,
        TokenError::Key,
        TokenError::Malformed,
        TokenError::NotBearer,
        TokenError::NoIdToken,
    ];
    let userinfo = [
        UserinfoError::Status(500),
        UserinfoError::Malformed,
        UserinfoError::SubjectMismatch,
        UserinfoError::AccessToken,
    ];
    let others = [
        FederationError::OtherConnection,
        FederationError::StateMismatch,
        FederationError::TooLate,
        FederationError::ConnectionNotInUse,
        FederationError::ConnectionChanged,
        FederationError::IssuerMismatch { expected: text(), got: None },
        FederationError::NoCode,
        FederationError::Claims(ClaimsError::TooManyGroups(1)),
        FederationError::Claims(ClaimsError::TooMuch(1)),
        FederationError::Store(StoreError::Unavailable(text())),
    ];
    let net = net.into_iter().map(|cause| TokenError::Unreachable(cause).into());
    let token = token.into_iter().chain([no_code]).map(FederationError::Token);
    let id_token = own_id_token_errors().into_iter().map(FederationError::IdToken);
    others.into_iter().chain(net).chain(token).chain(id_token).chain(userinfo.map(Into::into)).collect()
}

#[test]
fn every_check_of_ours_has_a_row() {
    for error in own_errors() {
        let check = check_of(&error).unwrap_or_else(|| panic!("{error} has no check"));
        assert!(Catalogue::get().found(check).is_some(), "{check} has no row");
        assert!(Catalogue::get().explain(Product::Oidc, &error).is_some());
    }
}

#[test]
fn a_failed_login_is_explained_by_what_the_provider_said() {
    let explain =
        |error: FederationError| Catalogue::get().explain(Product::Entra, &error).map(|row| row.id.clone());
    let description = Some("AADSTS7000222: x".to_owned());
    let error = Some("invalid_client".to_owned());
    let refused = TokenError::TokenEndpoint { status: 401, error, description };
    assert_eq!(explain(refused.into()).as_deref(), Some("secret-expired"));
    let description = Some("AADSTS65004: x".to_owned());
    let refused = FederationError::UpstreamRefused { error: "access_denied".to_owned(), description };
    assert_eq!(explain(refused).as_deref(), Some("consent-declined"));
    assert_eq!(explain(FederationError::TooLate).as_deref(), Some("callback.too_late"));
}
