//! The rows of the catalogue, and which of them an error is about.

use serde::Deserialize;

/// What one error means.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawRow")]
pub struct Row {
    /// Its name, unique within its file.
    pub id: String,
    /// Which errors it is about.
    pub pattern: Pattern,
    /// A heading.
    pub title: String,
    /// What happened, in plain words.
    pub cause: String,
    /// Who can mend it.
    pub who: Mender,
    /// Where in the product's admin console it is mended.
    pub place: Option<String>,
    /// What to do, step by step. Real values take the places of [`crate::trace::verdict::Values`].
    pub how: Vec<String>,
    /// Where it comes to light.
    pub shows: Vec<Surface>,
    /// How bad it is, and for whom.
    pub severity: Severity,
    /// Whether trying again helps.
    pub retry: Retry,
    /// What the provider says, for instance.
    pub example: String,
}

/// Which errors a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Those with one of these AADSTS numbers.
    Numbers(Vec<u32>),
    /// Those with this code and, if they must say something, this in their description.
    Words {
        /// The error code.
        error: String,
        /// A part of the description, in small letters; empty for any.
        says: String,
    },
    /// What one of our own checks finds.
    Check,
}

/// Who can mend an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mender {
    /// The person who signs in.
    Person,
    /// An administrator of the tenant, at the provider or in the connection.
    TenantAdmin,
    /// The operator of this doorward.
    Operator,
    /// Whoever develops the app.
    AppDeveloper,
    /// Whoever runs the provider; for everybody else it passes by itself.
    Provider,
}

impl Mender {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::TenantAdmin => "tenant_admin",
            Self::Operator => "operator",
            Self::AppDeveloper => "app_developer",
            Self::Provider => "provider",
        }
    }
}

/// Where an error comes to light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// On a page of the provider's, from which nobody comes back.
    ProviderPage,
    /// At our callback.
    Callback,
    /// At the provider's token endpoint.
    Token,
    /// At the provider's token endpoint, when a sign-in is renewed.
    Refresh,
    /// At the provider's userinfo endpoint.
    Userinfo,
    /// In what the provider publishes of itself.
    Discovery,
    /// At an API of the provider's.
    Api,
    /// In a check of our own.
    Check,
}

/// How bad an error is, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is part of life.
    Expected,
    /// One person cannot sign in.
    Person,
    /// Nobody can sign in through this connection.
    Connection,
    /// Something is wrong on our side.
    Broker,
    /// It may be an attack.
    Security,
}

/// Whether trying again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Not before somebody has mended it.
    Never,
    /// A new sign-in may succeed.
    Again,
    /// Some time has to go by.
    Later,
}

impl Retry {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Again => "again",
            Self::Later => "later",
        }
    }
}

/// A row as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    id: String,
    #[serde(default)]
    numbers: Vec<u32>,
    error: Option<String>,
    says: Option<String>,
    title: String,
    cause: String,
    who: Mender,
    place: Option<String>,
    how: Vec<String>,
    shows: Vec<Surface>,
    severity: Severity,
    retry: Retry,
    #[serde(default)]
    example: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "error")]
    rows: Vec<Row>,
}

/// A file is not a list of rows.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Malformed(#[from] toml::de::Error);

/// The rows of a file.
pub(super) fn read(text: &str) -> Result<Vec<Row>, Malformed> {
    Ok(toml::from_str::<File>(text)?.rows)
}

impl TryFrom<RawRow> for Row {
    type Error = String;

    fn try_from(raw: RawRow) -> Result<Self, String> {
        let wrong = |what: &str| Err(format!("row {}: {what}", raw.id));
        if [&raw.title, &raw.cause].into_iter().chain(&raw.how).any(String::is_empty) {
            return wrong("a text is empty");
        }
        if raw.how.is_empty() || raw.shows.is_empty() {
            return wrong("how to mend it, or where it shows, is missing");
        }
        let pattern = match (raw.numbers.is_empty(), &raw.error, &raw.says) {
            (false, None, None) => Pattern::Numbers(raw.numbers),
            (true, Some(error), says) => Pattern::Words {
                error: error.clone(),
                says: says.as_ref().map(|says| says.to_lowercase()).unwrap_or_default(),
            },
            (true, None, None) if raw.shows == [Surface::Check] => Pattern::Check,
            _ => return wrong("it goes either by numbers, or by error and what it says, or is a check"),
        };
        Ok(Self {
            id: raw.id,
            pattern,
            title: raw.title,
            cause: raw.cause,
            who: raw.who,
            place: raw.place,
            how: raw.how,
            shows: raw.shows,
            severity: raw.severity,
            retry: raw.retry,
            example: raw.example,
        })
    }
}

impl Row {
    /// How closely the row fits: not at all, by the code alone, by so many characters of the
    /// description, or by the number.
    pub(in crate::federation) fn fit(&self, error: &str, description: &str) -> Option<usize> {
        match &self.pattern {
            Pattern::Numbers(own) => {
                numbers(description).any(|number| own.contains(&number)).then_some(usize::MAX)
            }
            Pattern::Words { error: own, says } => {
                let fits = own == error && description.to_lowercase().contains(says);
                fits.then_some(says.len())
            }
            Pattern::Check => None,
        }
    }
}

/// The row that fits best.
pub(super) fn best<'a>(rows: &'a [Row], error: &str, description: &str) -> Option<&'a Row> {
    let fitting = rows.iter().filter_map(|row| Some((row.fit(error, description)?, row)));
    fitting.max_by_key(|(fit, _)| *fit).map(|(_, row)| row)
}

/// The row that a text from a page is about: by a number in it, by an error code in it, by words.
pub(super) fn best_pasted<'a>(rows: &'a [Row], text: &str) -> Option<&'a Row> {
    let small = text.trim().to_lowercase();
    let bare = small.parse::<u32>().ok();
    let fit = |row: &Row| match &row.pattern {
        Pattern::Numbers(own) => {
            let told = numbers(text).chain(bare).any(|number| own.contains(&number));
            told.then_some(usize::MAX)
        }
        Pattern::Words { says, .. } if !says.is_empty() && small.contains(says) => Some(says.len()),
        Pattern::Words { error, says } => {
            let code = small.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let told = says.is_empty() && code.into_iter().any(|word| word.eq_ignore_ascii_case(error));
            told.then_some(0)
        }
        Pattern::Check => None,
    };
    let fitting = rows.iter().filter_map(|row| Some((fit(row)?, row)));
    fitting.max_by_key(|(fit, _)| *fit).map(|(_, row)| row)
}

/// The numbers that stand behind `AADSTS` in a text, wherever they stand: by position is no way to find
/// them.
fn numbers(text: &str) -> impl Iterator<Item = u32> {
    text.split("AADSTS").skip(1).filter_map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse().ok()
    })
}
