//! From claims to a profile, by the tenant's mapping. Pure.
//!
//! A claim of the wrong type or form is left out and noted, so that a tenant's administrator can be
//! told; one beyond the limits refuses the sign-in with a clear error (UP-16). Nothing here identifies
//! anybody or grants anything.

use std::borrow::Cow;

use doorward_domain::connection::Field;
use doorward_domain::standing::Values;
use doorward_domain::{Address, ClaimMapping, Connection, Domain, Lacking, Profile, Standing, Unfit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::id_token::VerifiedClaims;

/// The longest text that a field holds, in characters.
pub const MAX_TEXT: usize = 256;
/// The longest URL that a field holds, in bytes.
pub const MAX_URL: usize = 2048;
/// The most groups of a person.
pub const MAX_GROUPS: usize = 500;
/// The longest profile, in bytes of JSON: it goes into tokens, which have to fit into a header.
pub const MAX_PROFILE: usize = 10 * 1024;

/// Claims of the protocol itself, which no field of a profile is filled from (UP-16).
#[rustfmt::skip]
const RESERVED: [&str; 15] = [
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "auth_time", "acr", "amr", "azp", "at_hash",
    "c_hash", "sid",
];

/// A claim that was left out of a profile, and why. Never what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The field it was mapped to.
    pub field: Field,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What is wrong with a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The mapping names a claim of the protocol.
    Reserved,
    /// Not a string, for groups not a list of strings, for an address not an object.
    WrongType,
    /// Not an e-mail address.
    NotAnAddress,
    /// Not an https URL.
    NotAUrl,
    /// Said to be verified, and not believed of this provider.
    NotBelieved,
    /// Not in the token, and nobody who may be asked tells them: that is not to have none.
    Unknown,
}

/// A claim that is more than a profile can hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// A text is too long.
    #[error("the claim for {0:?} is longer than {MAX_TEXT} characters")]
    TooLong(Field),
    /// There are too many groups.
    #[error("there are {0} groups, more than {MAX_GROUPS}")]
    TooManyGroups(usize),
    /// All of it together is too long.
    #[error("the claims make a profile of {0} bytes, more than {MAX_PROFILE}")]
    TooMuch(usize),
}

/// Whether a mapping may not name `claim`.
pub fn is_reserved(claim: &str) -> bool {
    RESERVED.contains(&claim)
}

/// The profile that the claims give, with notes on what was left out.
pub(super) fn map(
    mapping: &ClaimMapping,
    claims: &VerifiedClaims,
) -> Result<(Profile, Vec<Note>), ClaimsError> {
    let mut reader = Reader { mapping, claims, notes: Vec::new() };
    let profile = Profile {
        name: reader.text(Field::Name)?,
        given_name: reader.text(Field::GivenName)?,
        family_name: reader.text(Field::FamilyName)?,
        preferred_username: reader.text(Field::PreferredUsername)?,
        email: reader.email()?,
        email_verified: false,
        locale: reader.text(Field::Locale)?,
        zoneinfo: reader.text(Field::Zoneinfo)?,
        picture: reader.picture(),
        phone_number: reader.text(Field::PhoneNumber)?,
        phone_number_verified: false,
        address: reader.address()?,
        groups: reader.groups()?,
    };
    let size = serde_json::to_vec(&profile).map_or(usize::MAX, |json| json.len());
    if size > MAX_PROFILE {
        return Err(ClaimsError::TooMuch(size));
    }
    let email_verified = profile.email.is_some() && reader.email_is_verified();
    let phone_number_verified = profile.phone_number.is_some() && reader.phone_number_is_verified();
    Ok((Profile { email_verified, phone_number_verified, ..profile }, reader.notes))
}

/// What somebody with this profile and these claims lacks to become a user. An address that they have to prove
/// here before that counts as proved.
pub(super) fn lacking(
    connection: &Connection,
    profile: &Profile,
    claims: &VerifiedClaims,
) -> Option<Lacking> {
    let verified = profile.email_verified || connection.verify_email;
    let verified = profile.email.as_deref().filter(|_| verified);
    connection.admission.judge(verified, &profile.groups, |name| values(claims, name)).err()
}

/// What somebody with this profile and these claims is, by the rules of `connection`.
pub(super) fn standing(
    connection: &Connection,
    (profile, groups_known): (&Profile, bool),
    claims: &VerifiedClaims,
) -> Result<Standing, Unfit> {
    let mapping = &connection.mapping;
    if let Some(field) = mapping.required().find(|field| !is_filled(profile, *field)) {
        return Err(Unfit::Missing(mapping.claim(field).to_owned()));
    }
    let groups = groups_known.then_some(profile.groups.as_slice());
    connection.standing.judge(groups, |name| values(claims, name))
}

/// A claim's values as texts. Claims of the protocol have none (UP-16).
fn values<'a>(claims: &'a VerifiedClaims, name: &str) -> Values<'a> {
    let text = |value: &'a Value| match value {
        Value::String(text) => Some(Cow::Borrowed(text.as_str())),
        Value::Bool(said) => Some(Cow::Borrowed(if *said { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    };
    match claims.get(name).filter(|_| !is_reserved(name)) {
        Some(Value::Array(listed)) => listed.iter().filter_map(text).collect(),
        Some(single) => text(single).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Whether there is something in a field.
pub(crate) const fn is_filled(profile: &Profile, field: Field) -> bool {
    match field {
        Field::Name => profile.name.is_some(),
        Field::GivenName => profile.given_name.is_some(),
        Field::FamilyName => profile.family_name.is_some(),
        Field::PreferredUsername => profile.preferred_username.is_some(),
        Field::Email => profile.email.is_some(),
        Field::Locale => profile.locale.is_some(),
        Field::Zoneinfo => profile.zoneinfo.is_some(),
        Field::Picture => profile.picture.is_some(),
        Field::PhoneNumber => profile.phone_number.is_some(),
        Field::Address => profile.address.is_some(),
        Field::Groups => !profile.groups.is_empty(),
    }
}

struct Reader<'a> {
    mapping: &'a ClaimMapping,
    claims: &'a VerifiedClaims,
    notes: Vec<Note>,
}

impl<'a> Reader<'a> {
    /// The claim that fills `field`, if there is one and it may.
    fn claim(&mut self, field: Field) -> Option<&'a Value> {
        let name = self.mapping.claim(field);
        if is_reserved(name) {
            self.note(field, Flaw::Reserved);
            return None;
        }
        self.claims.get(name)
    }

    /// What the mapping says stands there for those of whom the provider tells nothing.
    fn default_of(&self, field: Field) -> Option<String> {
        self.mapping.default_of(field).and_then(cleaned)
    }

    fn note(&mut self, field: Field, flaw: Flaw) {
        self.notes.push(Note { field, flaw });
    }

    fn string(&mut self, field: Field) -> Option<&'a str> {
        let text = self.claim(field)?.as_str();
        if text.is_none() {
            self.note(field, Flaw::WrongType);
        }
        text
    }

    fn text(&mut self, field: Field) -> Result<Option<String>, ClaimsError> {
        let told = self.string(field).and_then(cleaned);
        told.or_else(|| self.default_of(field)).map(|text| within_limit(field, text)).transpose()
    }

    /// Exactly one `@`, something before it, a DNS name after it, no display name (UP-10). An address
    /// is never cleaned: that would make another address of it (UP-12).
    fn email(&mut self) -> Result<Option<String>, ClaimsError> {
        let Some(address) = self.string(Field::Email).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let bare = |c: char| !c.is_control() && !c.is_whitespace() && !"<>()[],;:\\\"".contains(c);
        if address.chars().all(bare) && Domain::of_email(address).is_some() {
            return within_limit(Field::Email, address.to_owned()).map(Some);
        }
        self.note(Field::Email, Flaw::NotAnAddress);
        Ok(None)
    }

    /// Only JSON `true` counts (UP-10), and only for the claim that it is about.
    fn email_is_verified(&self) -> bool {
        self.mapping.claim(Field::Email) == "email"
            && self.claims.get("email_verified") == Some(&Value::Bool(true))
    }

    /// Likewise.
    fn phone_number_is_verified(&self) -> bool {
        self.mapping.claim(Field::PhoneNumber) == "phone_number"
            && self.claims.get("phone_number_verified") == Some(&Value::Bool(true))
    }

    /// An object of texts (OIDC Core section 5.1.1); `None` when nothing in it is one.
    fn address(&mut self) -> Result<Option<Box<Address>>, ClaimsError> {
        let Some(claim) = self.claim(Field::Address) else { return Ok(None) };
        let Value::Object(parts) = claim else {
            self.note(Field::Address, Flaw::WrongType);
            return Ok(None);
        };
        let part = |name: &str| {
            let text = parts.get(name).and_then(Value::as_str).and_then(cleaned_lines);
            text.map(|text| within_limit(Field::Address, text)).transpose()
        };
        let address = Address {
            formatted: part("formatted")?,
            street_address: part("street_address")?,
            locality: part("locality")?,
            region: part("region")?,
            postal_code: part("postal_code")?,
            country: part("country")?,
        };
        Ok((address != Address::default()).then(|| Box::new(address)))
    }

    /// Apps put it into an `img` element, so nothing but https.
    fn picture(&mut self) -> Option<String> {
        let told = self.string(Field::Picture).filter(|text| !text.is_empty());
        let picture = told.or_else(|| self.mapping.default_of(Field::Picture))?;
        let url = Url::parse(picture).ok().filter(|url| url.scheme() == "https").map(String::from);
        let url = url.filter(|url| url.len() <= MAX_URL);
        if url.is_none() {
            self.note(Field::Picture, Flaw::NotAUrl);
        }
        url
    }

    /// A list of strings; a single string is a list of one.
    fn groups(&mut self) -> Result<Vec<String>, ClaimsError> {
        let listed = match self.claim(Field::Groups) {
            None => return Ok(self.default_of(Field::Groups).into_iter().collect()),
            Some(Value::Array(listed)) => listed.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        if listed.len() > MAX_GROUPS {
            return Err(ClaimsError::TooManyGroups(listed.len()));
        }
        if !listed.iter().all(Value::is_string) {
            self.note(Field::Groups, Flaw::WrongType);
        }
        let named = listed.iter().filter_map(Value::as_str).filter_map(cleaned);
        named.map(|group| within_limit(Field::Groups, group)).collect()
    }
}

/// Without control characters and surrounding blanks; `None` when nothing is left.
fn cleaned(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The same for what may have several lines.
fn cleaned_lines(text: &str) -> Option<String> {
    let lines: Vec<_> = text.lines().filter_map(cleaned).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn within_limit(field: Field, text: String) -> Result<String, ClaimsError> {
    if text.chars().count() > MAX_TEXT { Err(ClaimsError::TooLong(field)) } else { Ok(text) }
}
