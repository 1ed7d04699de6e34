//! What is kept of a provider's claims, and what another mapping would make of it.

use doorward_domain::connection::Field;
use doorward_domain::{Connection, Profile, Standing, Told};
use serde_json::{Map, Value};

use super::claims::{self, is_reserved};
use super::id_token::VerifiedClaims;

/// The most that is kept, roughly in bytes.
const MOST: usize = 8 * 1024;

/// What somebody is by a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What is known of them.
    pub profile: Profile,
    /// What they are, and where.
    pub standing: Standing,
}

/// What is kept of `claims`, which somebody came with through `connection`.
pub(super) fn record(connection: &Connection, claims: &VerifiedClaims, groups_known: bool) -> Told {
    let mut kept = Map::new();
    for name in standard() {
        if let Some(value) = claims.get(name) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    for name in special(connection) {
        kept.insert(name.to_owned(), claims.get(name).cloned().unwrap_or(Value::Null));
    }
    let groups_unknown = !groups_known;
    match kept.iter().map(|(name, value)| name.len() + size(value)).sum::<usize>() > MOST {
        true => Told { claims: Map::new(), groups_unknown, too_much: true },
        false => Told { claims: kept, groups_unknown, too_much: false },
    }
}

/// What `connection` makes of what was kept.
///
/// # Errors
/// Why nobody would come in with it, in a sentence.
pub fn judge(connection: &Connection, told: &Told) -> Result<Judged, String> {
    let claims = VerifiedClaims::kept(told.claims.clone());
    let (profile, _) = claims::map(&connection.mapping, &claims).map_err(|error| error.to_string())?;
    let standing = claims::standing(connection, (&profile, !told.groups_unknown), &claims);
    Ok(Judged { standing: standing.map_err(|unfit| unfit.to_string())?, profile })
}

/// The claims that `connection` looks at, and that nobody looked for when this was kept.
pub fn not_looked_for<'c>(connection: &'c Connection, told: &Told) -> Vec<&'c str> {
    special(connection).filter(|name| told.too_much || !told.claims.contains_key(*name)).collect()
}

fn standard() -> impl Iterator<Item = &'static str> {
    Field::ALL.into_iter().map(Field::standard_claim).chain(["roles"])
}

/// The claims that a connection looks at beside the standard ones.
fn special(connection: &Connection) -> impl Iterator<Item = &str> {
    connection.wanted_claims().filter(|name| !is_reserved(name) && !standard().any(|it| it == *name))
}

fn size(value: &Value) -> usize {
    const SCALAR: usize = 8;
    match value {
        Value::String(text) => text.len() + SCALAR,
        Value::Array(listed) => listed.iter().map(size).sum::<usize>() + SCALAR,
        Value::Object(parts) => parts.iter().map(|(name, value)| name.len() + size(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => SCALAR,
    }
}
