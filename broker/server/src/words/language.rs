//! Which language somebody reads.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// A language that our pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// What everybody gets who reads none of the others.
    #[default]
    English,
    /// With the formal Sie.
    German,
    /// With vous.
    French,
    /// With usted.
    Spanish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    /// Its tag (BCP 47), which is also the name of its folder in `locales/`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// The language for a reader: the first that the app names in `ui_locales` (OIDC Core section
    /// 3.1.2.1) and we have, or what the browser likes best, or English. Nothing of a request is
    /// kept, however many languages it makes up (AZ-09).
    pub fn of_reader(ui_locales: Option<&str>, headers: &HeaderMap) -> Self {
        let named = ui_locales.and_then(|tags| tags.split(' ').find_map(Self::lookup));
        named.or_else(|| accepted(headers)).unwrap_or_default()
    }

    /// RFC 4647 section 3.4: a range loses its last subtags until we have the language, so de-CH is de.
    fn lookup(range: &str) -> Option<Self> {
        let primary = range.trim().split('-').next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

/// The language of ours with the highest weight; of equals the first (RFC 9110 section 12.5.4).
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let lines = headers.get_all(ACCEPT_LANGUAGE).into_iter().filter_map(|line| line.to_str().ok());
    let ours = lines.flat_map(|line| line.split(',')).filter_map(|range| {
        let (tag, weight) = range.split_once(';').map_or((range, Some(1.0)), |(tag, q)| (tag, weight(q)));
        Some((Language::lookup(tag)?, weight.filter(|weight| *weight > 0.0)?))
    });
    ours.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(language, _)| language)
}

/// RFC 9110 section 12.4.2.
fn weight(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    let weight = value.trim().parse().ok()?;
    (name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&weight)).then_some(weight)
}
