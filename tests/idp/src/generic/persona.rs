//! The people who can sign in.

use serde_json::{Map, Value, json};

/// Somebody who can sign in, by a click or by username and password.
#[derive(Clone, Debug)]
pub struct Persona {
    /// What is typed at the sign-in page; the `email` claim is accepted in its place.
    pub username: String,
    /// The password.
    pub password: String,
    /// What is special about this person, for the one who picks.
    pub note: String,
    /// The claims an ID token and userinfo may carry, `sub` among them.
    pub claims: Map<String, Value>,
}

/// The claims that the scope `profile` gives (OpenID Connect Core 1.0 section 5.4).
const PROFILE_CLAIMS: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

impl Persona {
    /// The password of every default persona.
    pub const PASSWORD: &str = "test";

    /// Somebody with only a subject identifier.
    pub fn new(username: &str, password: &str, sub: &str) -> Self {
        let persona = Self {
            username: username.to_owned(),
            password: password.to_owned(),
            note: String::new(),
            claims: Map::new(),
        };
        persona.with("sub", sub)
    }

    /// The same person with one claim more, or another value for it.
    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(claim.to_owned(), value.into());
        self
    }

    /// The same person described so.
    #[must_use]
    pub fn noted(mut self, note: &str) -> Self {
        self.note = note.to_owned();
        self
    }

    /// One person per case that a broker has to master. Their addresses are at `{issuer}.example`.
    pub fn defaults(issuer: &str) -> Vec<Self> {
        let named = |username: &str, given: &str, family: &str| {
            Self::new(username, Self::PASSWORD, &format!("{issuer}-{username}"))
                .with("name", format!("{given} {family}"))
                .with("given_name", given)
                .with("family_name", family)
                .with("preferred_username", username)
        };
        let email = |username: &str| format!("{username}@{issuer}.example");
        let groups: Vec<String> = (1..=250).map(|n| format!("group-{n:03}")).collect();
        vec![
            named("alice", "Alice", "Archer")
                .with("email", email("alice"))
                .with("email_verified", true)
                .with("groups", vec!["staff", "engineering"])
                .with("phone_number", "+41 44 555 01 23")
                .with("phone_number_verified", true)
                .with("address", alices_address())
                .noted("everything as it should be"),
            named("nora", "Nora", "Nomail").noted("has no e-mail address"),
            named("uma", "Uma", "Unproven")
                .with("email", email("uma"))
                .with("email_verified", false)
                .noted("e-mail address not verified"),
            named("greg", "Greg", "Grouper")
                .with("email", email("greg"))
                .with("email_verified", true)
                .with("groups", groups)
                .noted("member of 250 groups"),
        ]
    }

    /// The subject identifier; empty when the claims have none.
    pub fn sub(&self) -> &str {
        self.claim("sub")
    }

    /// The full name, or the username of a person without one.
    pub fn display_name(&self) -> &str {
        Some(self.claim("name")).filter(|name| !name.is_empty()).unwrap_or(&self.username)
    }

    /// Whether `login` names this person.
    pub(crate) fn answers_to(&self, login: &str) -> bool {
        !login.is_empty()
            && (self.username.eq_ignore_ascii_case(login) || self.claim("email").eq_ignore_ascii_case(login))
    }

    /// What a token with these scopes may say. Claims beyond OpenID Connect's own need no scope.
    pub(crate) fn claims_for(&self, scope: &str, hide_email: bool) -> Map<String, Value> {
        let granted = |wanted| scope.split(' ').any(|scope| scope == wanted);
        let allowed = |claim: &str| match claim {
            "email" | "email_verified" => granted("email") && !hide_email,
            "phone_number" | "phone_number_verified" => granted("phone"),
            "address" => granted("address"),
            claim if PROFILE_CLAIMS.contains(&claim) => granted("profile"),
            _ => true,
        };
        self.claims.iter().filter(|(name, _)| allowed(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
    }

    fn claim(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// OpenID Connect Core 1.0 section 5.1.1.
fn alices_address() -> Value {
    json!({
        "formatted": "Marktgasse 7\n8001 Zürich",
        "street_address": "Marktgasse 7",
        "locality": "Zürich",
        "postal_code": "8001",
        "country": "CH",
    })
}
