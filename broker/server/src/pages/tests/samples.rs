//! One sample of every page, with the same text in all its fields.

use axum::body::to_bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;

use crate::pages::*;
use crate::words::{Language, Words};

/// A page as it goes out.
pub struct Sample {
    pub name: &'static str,
    pub language: Language,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

/// Every page in every language, with `text` wherever a page takes text.
pub async fn every_page(text: &str) -> Vec<Sample> {
    let mut pages = Vec::new();
    for language in Language::ALL {
        pages.extend(pages_in(language, text).await);
        pages.extend(account_pages_in(language, text).await);
        pages.extend(prove_pages(language, text).await);
    }
    pages
}

async fn pages_in(language: Language, text: &str) -> Vec<Sample> {
    let words = Words::from(language);
    let (unknown_code, too_many_codes) = (Some(DeviceCodeProblem::Unknown), Some(DeviceCodeProblem::TooMany));
    let (too_soon, short) = (Some(TryProblem::TooSoon("3".to_owned())), Some(NewPasswordProblem::Short));
    let sign_in = |problem| sign_in(words, text, problem);
    let welcome = WelcomePage { words, issuer: text.to_owned(), discovery: Href::here("/discovery") };
    vec![
        sample(language, "sign-in", sign_in(None)).await,
        sample(language, "sign-in again, empty", sign_in(Some(SignInProblem::Empty))).await,
        sample(language, "sign-in again, unknown", sign_in(Some(SignInProblem::Unknown))).await,
        sample(language, "sign-in again, not ready", sign_in(Some(SignInProblem::NotReady))).await,
        sample(language, "sign-in again, not this app", sign_in(Some(SignInProblem::NotThisApp))).await,
        sample(language, "sign-in, offered", sign_in_offered(words, text)).await,
        sample(language, "choose", choose(words, text)).await,
        sample(language, "consent", consent(words, text)).await,
        sample(language, "consent, registered by itself", unverified(words, text)).await,
        sample(language, "consent, published", published(words, text)).await,
        sample(language, "device code", device_code(words, text, None)).await,
        sample(language, "device code again, unknown", device_code(words, text, unknown_code)).await,
        sample(language, "device code again, too many", device_code(words, text, too_many_codes)).await,
        sample(language, "device", device(words, text)).await,
        sample(language, "device, let in", device_answered(words, text, true)).await,
        sample(language, "device, not let in", device_answered(words, text, false)).await,
        sample(language, "password", password(words, text, None)).await,
        sample(language, "password again, wrong", password(words, text, Some(TryProblem::Wrong))).await,
        sample(language, "password, no such passkey", no_such_passkey(words, text)).await,
        sample(language, "password again, too soon", password(words, text, too_soon.clone())).await,
        sample(language, "second factor", second_factor(words, text, None)).await,
        sample(language, "second factor, passkey", passkey_to_confirm(words, text)).await,
        sample(language, "second factor again, wrong", second_factor(words, text, Some(TryProblem::Wrong)))
            .await,
        sample(language, "second factor again, too soon", second_factor(words, text, too_soon)).await,
        sample(language, "reset", reset(words, text)).await,
        sample(language, "new password", new_password(words, text, None)).await,
        sample(language, "invitation", invitation(words, text)).await,
        sample(language, "new password again, short", new_password(words, text, short)).await,
        sample(language, "verify email", verify_email(words, text)).await,
        sample(language, "password saved", local_done(words, text, LocalDone::Password)).await,
        sample(language, "email confirmed", local_done(words, text, LocalDone::Email)).await,
        sample(language, "sign-out", sign_out(words, text)).await,
        sample(language, "signed-out", signed_out(words, some(text))).await,
        sample(language, "signed-out, by nobody", signed_out(words, None)).await,
        sample(language, "start", start(words, text)).await,
        sample(language, "start apps", start_apps(words, text)).await,
        sample(language, "connection test", connection_test(words, text, None)).await,
        sample(language, "connection test, failed", connection_test(words, text, Some((false, false)))).await,
        sample(language, "connection test, not in", connection_test(words, text, Some((true, false)))).await,
        sample(language, "connection test, works", connection_test(words, text, Some((true, true)))).await,
        sample(language, "error", error(words, text)).await,
        sample(language, "welcome", welcome).await,
    ]
}

/// The pages on which people decide how they sign in here.
async fn account_pages_in(language: Language, text: &str) -> Vec<Sample> {
    let words = Words::from(language);
    let wrong = Some(AccountProblem::Password(TryProblem::Wrong));
    let too_soon = Some(AccountProblem::Passkeys(TryProblem::TooSoon("3".to_owned())));
    let short = Some(AccountProblem::NewPassword(NewPasswordProblem::Short));
    vec![
        sample(language, "account", account(words, text, None)).await,
        sample(language, "account again, wrong", account(words, text, wrong)).await,
        sample(language, "account again, too soon", account(words, text, too_soon)).await,
        sample(language, "account again, short", account(words, text, short)).await,
        sample(language, "new passkey", new_passkey(words, text)).await,
        sample(language, "authenticator", authenticator(words, text, None)).await,
        sample(language, "authenticator again, wrong", authenticator(words, text, Some(TryProblem::Wrong)))
            .await,
        sample(language, "authenticator, to be removed", no_authenticator(words, text)).await,
        sample(language, "recovery codes", recovery_codes(words, text)).await,
        sample(language, "sign-in changed", local_done(words, text, LocalDone::SignIn)).await,
    ]
}

/// The page of somebody who proves something, at each of its stages.
async fn prove_pages(language: Language, text: &str) -> [Sample; 6] {
    let prove = |wanted, problem| prove(Words::from(language), text, wanted, problem);
    let (wrong, too_soon) = (Some(TryProblem::Wrong), Some(TryProblem::TooSoon("3".to_owned())));
    let second = |authenticator| Wanted::SecondFactor { authenticator };
    [
        sample(language, "prove", prove(Wanted::Proof, None)).await,
        sample(language, "prove again, wrong", prove(Wanted::Proof, wrong.clone())).await,
        sample(language, "prove, mailed", prove(Wanted::Code, None)).await,
        sample(language, "prove again, wrong code", prove(Wanted::Code, wrong)).await,
        sample(language, "prove again, too soon", prove(second(true), too_soon)).await,
        sample(language, "prove, second factor", prove(second(false), None)).await,
    ]
}

async fn sample(language: Language, name: &'static str, page: impl IntoResponse) -> Sample {
    let (parts, body) = page.into_response().into_parts();
    let html = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Sample { name, language, status: parts.status, headers: parts.headers, html }
}

fn sign_in(words: Words, text: &str, problem: Option<SignInProblem>) -> SignInPage {
    let (transaction, identifier) = (text.to_owned(), text.to_owned());
    SignInPage {
        words,
        app: some(text),
        transaction,
        identifier,
        offer: None,
        with_password: with_password(),
        passkey: passkey(text),
        may_cancel: true,
        problem,
    }
}

fn sign_in_offered(words: Words, text: &str) -> SignInPage {
    SignInPage { offer: some(text), ..sign_in(words, text, None) }
}

fn choose(words: Words, text: &str) -> ChoosePage {
    let choice = Choice { value: text.to_owned(), title: text.to_owned(), kind: text.to_owned() };
    ChoosePage {
        words,
        app: some(text),
        transaction: text.to_owned(),
        choices: vec![choice.clone(), choice],
        with_password: Some(with_password()),
    }
}

fn device_code(words: Words, text: &str, problem: Option<DeviceCodeProblem>) -> DeviceCodePage {
    DeviceCodePage { words, code: text.to_owned(), problem }
}

fn device(words: Words, text: &str) -> DevicePage {
    DevicePage {
        words,
        app: text.to_owned(),
        code: text.to_owned(),
        asked_from: some(text),
        tenant: text.to_owned(),
        person: text.to_owned(),
        scopes: scopes(text),
        transaction: text.to_owned(),
    }
}

fn device_answered(words: Words, text: &str, allowed: bool) -> DeviceAnsweredPage {
    DeviceAnsweredPage { words, app: text.to_owned(), allowed }
}

fn consent(words: Words, text: &str) -> ConsentPage {
    ConsentPage {
        words,
        app: text.to_owned(),
        logo: None,
        standing: Standing::Verified,
        policy: None,
        terms: None,
        destination: Destination::Host(text.to_owned()),
        tenant: text.to_owned(),
        person: text.to_owned(),
        scopes: scopes(text),
        transaction: text.to_owned(),
    }
}

fn unverified(words: Words, text: &str) -> ConsentPage {
    let (standing, destination) = (Standing::Unverified, Destination::ThisDevice);
    ConsentPage { standing, destination, ..consent(words, text) }
}

fn published(words: Words, text: &str) -> ConsentPage {
    ConsentPage {
        logo: Some(Picture::new("image/png", b"not really")),
        standing: Standing::PublishedAt(text.to_owned()),
        policy: Some(Href::here("/next?a='\">")),
        terms: Some(Href::here("/terms")),
        ..consent(words, text)
    }
}

fn scopes(text: &str) -> Vec<ScopeLine> {
    let known = ["openid", "profile", "email", "address", "phone", "groups", "offline_access", text];
    known.map(ScopeLine::from).into_iter().chain([ScopeLine::Resource(text.to_owned())]).collect()
}

fn password(words: Words, text: &str, problem: Option<TryProblem>) -> PasswordPage {
    let [app, transaction, login] = [text; 3].map(str::to_owned);
    let (reset, other) = (Href::here("/reset"), Href::here("/sign-in"));
    PasswordPage { words, app, transaction, login, reset, other, passkey: passkey(text), problem }
}

fn passkey(text: &str) -> PasskeyForm {
    PasskeyForm { action: "/sign-in/passkey", arrived: None, question: text.to_owned(), refused: false }
}

fn no_such_passkey(words: Words, text: &str) -> PasswordPage {
    let refused = PasskeyForm { refused: true, ..passkey(text) };
    PasswordPage { passkey: refused, ..password(words, text, None) }
}

fn passkey_to_confirm(words: Words, text: &str) -> SecondFactorPage {
    let passkey = Some(passkey(text));
    SecondFactorPage { authenticator: false, passkey, ..second_factor(words, text, None) }
}

fn account(words: Words, text: &str, problem: Option<AccountProblem>) -> AccountPage {
    let [tenant, login, id, name, created] = [text; 5].map(str::to_owned);
    let unused = PasskeyLine { id, name, created, used: None };
    let used = PasskeyLine { used: some(text), ..unused.clone() };
    let (passkeys, may_add, authenticator) = (vec![unused, used], true, false);
    AccountPage { words, tenant, login, passkeys, may_add, authenticator, problem }
}

fn new_passkey(words: Words, text: &str) -> NewPasskeyPage {
    NewPasskeyPage { words, tenant: text.to_owned(), question: text.to_owned() }
}

fn second_factor(words: Words, text: &str, problem: Option<TryProblem>) -> SecondFactorPage {
    let [app, transaction] = [text; 2].map(str::to_owned);
    SecondFactorPage { words, app, transaction, authenticator: true, passkey: None, problem }
}

fn prove(words: Words, text: &str, wanted: Wanted, problem: Option<TryProblem>) -> ProvePage {
    let [app, address, transaction, arrived] = [text; 4].map(str::to_owned);
    let action = "/sign-in/prove/passkey";
    let passkey = || PasskeyForm { action, arrived: Some(text.to_owned()), ..passkey(text) };
    let (passkey, other) = ((wanted != Wanted::Code).then(passkey), Href::here("/sign-in"));
    ProvePage { words, app, address, transaction, arrived, wanted, passkey, other, problem }
}

fn reset(words: Words, text: &str) -> ResetPage {
    ResetPage { words, transaction: text.to_owned(), login: text.to_owned() }
}

fn new_password(words: Words, text: &str, problem: Option<NewPasswordProblem>) -> ChoosePasswordPage {
    let [transaction, login, code] = [text; 3].map(str::to_owned);
    ChoosePasswordPage { words, invited_by: None, transaction, login, proof: ShownProof::Code(code), problem }
}

fn invitation(words: Words, text: &str) -> ChoosePasswordPage {
    let (invited_by, proof) = (some(text), ShownProof::Link(text.to_owned()));
    ChoosePasswordPage { invited_by, proof, ..new_password(words, text, None) }
}

fn authenticator(words: Words, text: &str, problem: Option<TryProblem>) -> AuthenticatorPage {
    let [secret, sealed] = [text; 2].map(str::to_owned);
    let setup = AuthenticatorSetup { secret, code: QrCode::new("key"), sealed };
    AuthenticatorPage { words, setup: Some(setup), tenant: text.to_owned(), problem }
}

fn no_authenticator(words: Words, text: &str) -> AuthenticatorPage {
    AuthenticatorPage { setup: None, ..authenticator(words, text, None) }
}

fn recovery_codes(words: Words, text: &str) -> RecoveryCodesPage {
    RecoveryCodesPage { words, tenant: text.to_owned(), codes: vec![text.to_owned()] }
}

fn verify_email(words: Words, text: &str) -> VerifyEmailPage {
    VerifyEmailPage { words, email: text.to_owned(), token: text.to_owned() }
}

fn local_done(words: Words, text: &str, done: LocalDone) -> LocalDonePage {
    LocalDonePage { words, done, tenant: text.to_owned(), go_on: Some(Href::here("/sign-in/password?tx=x")) }
}

fn sign_out(words: Words, text: &str) -> SignOutPage {
    SignOutPage { words, app: some(text), fields: vec![(text.to_owned(), text.to_owned())] }
}

fn signed_out(words: Words, app: Option<String>) -> SignedOutPage {
    SignedOutPage { words, app, frames: Vec::new(), next: Some(Href::here("/next?a='\">")) }
}

fn start(words: Words, text: &str) -> StartPage {
    StartPage { words, app: text.to_owned(), host: text.to_owned(), go: Href::here("/next?a='\">") }
}

fn start_apps(words: Words, text: &str) -> StartAppsPage {
    let app = StartApp { name: text.to_owned(), go: Href::here("/s/acme?app=a'\">") };
    StartAppsPage { words, company: text.to_owned(), apps: vec![app.clone(), app] }
}

fn connection_test(words: Words, text: &str, result: Option<(bool, bool)>) -> ConnectionTestPage {
    let owned = || text.to_owned();
    let verdict = |who| ShownVerdict {
        headline: owned(),
        cause: owned(),
        who,
        place: some(text),
        how: vec![owned()],
        compared: Some((owned(), owned())),
        said: some(text),
    };
    let step = |state| ShownStep { state, says: owned(), took: Some(12) };
    let result = result.map(|(works, comes_in)| ShownResult {
        works,
        comes_in,
        is_new: comes_in,
        name: owned(),
        works_with: some(text),
        verdict: Some(verdict(Who::Administrator)),
        remarks: [Who::Person, Who::Developer, Who::Operator, Who::Provider].map(verdict).into(),
        steps: [StepState::Done, StepState::Failed, StepState::NotReached].map(step).into(),
        checks: [true, false].map(|ok| (owned(), owned(), owned(), ok)).into(),
        claims: vec![(owned(), owned(), owned(), owned())],
        fields: [FieldBecame::Filled, FieldBecame::Missing, FieldBecame::LeftOut]
            .map(|became| (owned(), owned(), became))
            .into(),
        reference: owned(),
    });
    let pasted = Some((owned(), result.as_ref().map(|_| verdict(Who::Person))));
    let action = Href::here("/test/token");
    ConnectionTestPage { words, connection: owned(), tenant: owned(), action, result, pasted }
}

fn error(words: Words, text: &str) -> ErrorPage {
    ErrorPage {
        words,
        status: StatusCode::FORBIDDEN,
        failure: "no-account",
        app: text.to_owned(),
        try_again: Some(Href::here("/again")),
        back: Some(WayBack::Link(Href::here("/next?a='\">"))),
        reference: text.to_owned(),
        at: text.to_owned(),
    }
}

fn with_password() -> Href {
    Href::here("/sign-in/password")
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
