//! What DNS says of a claim, in sentences: what is there, what is wrong with it, and who can mend it. Pure.

use doorward_domain::{Domain, DomainToken};
use doorward_net::{DnsError, Texts};

/// Of a value that is not the one that was looked for so much is shown.
const SHOWN: usize = 60;
/// And of so many.
const SHOWN_VALUES: usize = 5;

/// A name, and what DNS says of it.
pub type Looked = (String, Result<Texts, DnsError>);

/// What DNS says of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `proven`, `no_name`, `no_record`, `other_values`, `other_claim`, `misplaced` or `no_answer`.
    pub outcome: &'static str,
    /// What was found, and what to do.
    pub told: Vec<String>,
    /// The values that stand in the record's place, as far as they are shown.
    pub values: Vec<String>,
}

/// The names at which records are put by mistake: under the domain twice, because a form adds the zone to every
/// name, and at the domain itself.
pub fn mistaken_places(domain: &Domain) -> Vec<String> {
    let name = DomainToken::name(domain);
    let doubled = zones(domain).map(|zone| format!("{name}.{zone}"));
    doubled.chain([domain.to_string()]).filter(|name| name.len() <= 253).collect()
}

/// The zones that a domain is most likely in: its own, or the one above.
fn zones(domain: &Domain) -> impl Iterator<Item = &str> {
    let above = domain.as_str().split_once('.').map(|(_, above)| above).filter(|above| above.contains('.'));
    std::iter::once(domain.as_str()).chain(above)
}

/// What `at_name` says, and, where the value is not there, the mistaken places.
pub fn judge(domain: &Domain, token: &DomainToken, at_name: &Looked, mistaken: &[Looked]) -> Finding {
    let name = &at_name.0;
    let texts = match &at_name.1 {
        Ok(Texts::Found(texts)) if texts.iter().any(|text| token.is_in(text)) => {
            return told("proven", vec![format!("The record is there: `{domain}` is this company's.")]);
        }
        Ok(Texts::Found(texts)) => texts.as_slice(),
        Ok(Texts::None | Texts::NoName) => &[],
        Err(error) => return told("no_answer", silence(domain, *error)),
    };
    let here = |(_, answer): &&Looked| matches!(answer, Ok(Texts::Found(texts)) if texts.iter().any(|it| token.is_in(it)));
    let finding = match mistaken.iter().find(here) {
        Some((place, _)) => told("misplaced", misplaced(domain, name, place)),
        None if texts.iter().any(|text| text.contains(DomainToken::PREFIX)) => told(
            "other_claim",
            vec![
                format!(
                    "At `{name}` stands a value for doorward, but it is another one: of an earlier claim, of \
                    another company or for another broker."
                ),
                "Put the value of this claim there, beside it or in its place.".to_owned(),
            ],
        ),
        None if !texts.is_empty() => told(
            "other_values",
            vec![
                format!("At `{name}` stand other texts, but not this value."),
                "Compare them letter by letter, and put the value there as a TXT record of its own."
                    .to_owned(),
            ],
        ),
        None if at_name.1 == Ok(Texts::None) => told(
            "no_record",
            vec![
                format!("There is a name `{name}`, but no TXT record."),
                "See that its type is TXT. A new record may take an hour until it is seen everywhere."
                    .to_owned(),
            ],
        ),
        None => told(
            "no_name",
            vec![
                format!("There is no `{name}` in DNS."),
                format!(
                    "Whoever looks after the DNS of `{domain}` has to publish the record. A new one may take \
                    an hour until it is seen everywhere."
                ),
            ],
        ),
    };
    Finding { values: texts.iter().take(SHOWN_VALUES).map(|text| clipped(text)).collect(), ..finding }
}

fn told(outcome: &'static str, told: Vec<String>) -> Finding {
    Finding { outcome, told, values: Vec::new() }
}

fn misplaced(domain: &Domain, name: &str, place: &str) -> Vec<String> {
    let stands = format!("The right value stands at `{place}`, but it belongs at `{name}`.");
    let label = DomainToken::LABEL;
    let mend = match zones(domain).find(|zone| place == format!("{name}.{zone}")) {
        Some(zone) => {
            let short = name.strip_suffix(zone).map_or(name, |short| short.trim_end_matches('.'));
            format!("Where the record was entered the zone is added to every name: enter `{short}` there.")
        }
        None => format!("Enter it with `{label}` in front of the domain, not at the domain itself."),
    };
    vec![stands, mend]
}

fn silence(domain: &Domain, error: DnsError) -> Vec<String> {
    let who = match error {
        DnsError::Failed => format!(
            "Whoever looks after the DNS of `{domain}` can see why its name servers, or the signatures of its \
             zone (DNSSEC), are not accepted."
        ),
        DnsError::Refused | DnsError::TimedOut => {
            "It may pass by itself. If not, whoever runs this broker can look after its name servers."
                .to_owned()
        }
        DnsError::NoServers | DnsError::Unreachable => {
            "Whoever runs this broker can mend that: its name servers are in `[dns]`, or the machine's own."
                .to_owned()
        }
    };
    vec![format!("DNS did not say: {error}."), who, "Nothing has changed.".to_owned()]
}

/// A stranger's text, harmless and short.
fn clipped(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_default).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain() -> Domain {
        Domain::parse("mail.acme.example").unwrap()
    }

    fn token() -> DomainToken {
        DomainToken::new([7; 20])
    }

    fn found(texts: &[&str]) -> Result<Texts, DnsError> {
        Ok(Texts::Found(texts.iter().map(|text| (*text).to_owned()).collect()))
    }

    /// What is told when DNS says this of the name, and `mistaken` of one where it does not belong.
    fn told_of(at_name: Result<Texts, DnsError>, mistaken: &[(&str, &str)]) -> Finding {
        let mistaken: Vec<_> =
            mistaken.iter().map(|(place, text)| ((*place).to_owned(), found(&[text]))).collect();
        judge(&domain(), &token(), &(DomainToken::name(&domain()), at_name), &mistaken)
    }

    #[test]
    fn the_value_proves_among_whatever_others_and_alone() {
        let value = token().value();
        for texts in [vec![value.as_str()], vec!["v=spf1 -all", "x", &value]] {
            let finding = told_of(found(&texts), &[]);
            assert_eq!((finding.outcome, finding.values.len()), ("proven", 0), "{texts:?}");
        }
    }

    #[test]
    fn what_is_not_the_value_is_told_apart() {
        let other = DomainToken::new([8; 20]).value();
        for (answer, outcome) in [
            (Ok(Texts::NoName), "no_name"),
            (Ok(Texts::None), "no_record"),
            (found(&[]), "no_name"),
            (found(&["v=spf1 -all"]), "other_values"),
            (found(&[&other]), "other_claim"),
            (found(&[&token().value().to_uppercase()]), "other_values"),
            (Err(DnsError::Failed), "no_answer"),
            (Err(DnsError::TimedOut), "no_answer"),
            (Err(DnsError::Refused), "no_answer"),
            (Err(DnsError::NoServers), "no_answer"),
        ] {
            let finding = told_of(answer, &[]);
            assert_eq!(finding.outcome, outcome, "{finding:?}");
            assert!(finding.told.len() >= 2, "what was found, and what to do: {finding:?}");
        }
    }

    #[test]
    fn a_record_in_the_wrong_place_is_found_and_its_right_name_told() {
        let name = "_doorward-challenge.mail.acme.example";
        for (place, enter) in [
            (format!("{name}.mail.acme.example"), "enter `_doorward-challenge` there"),
            (format!("{name}.acme.example"), "enter `_doorward-challenge.mail` there"),
            ("mail.acme.example".to_owned(), "Enter it with `_doorward-challenge` in front"),
        ] {
            assert!(mistaken_places(&domain()).contains(&place), "{place}");
            let finding = told_of(Ok(Texts::NoName), &[(&place, &token().value())]);
            assert_eq!(finding.outcome, "misplaced");
            assert!(finding.told[0].contains(&format!("`{place}`")), "{finding:?}");
            assert!(finding.told[1].contains(enter), "{finding:?}");
        }
        let wrong = told_of(Ok(Texts::NoName), &[("mail.acme.example", "v=spf1 -all")]);
        assert_eq!(wrong.outcome, "no_name");
    }

    #[test]
    fn names_that_cannot_be_are_not_looked_at() {
        let long = Domain::parse(&format!("{0}.{0}.{0}.example", "a".repeat(60))).unwrap();
        assert_eq!(mistaken_places(&long), [long.as_str()]);
        let short = Domain::parse("acme.example").unwrap();
        assert_eq!(
            mistaken_places(&short),
            ["_doorward-challenge.acme.example.acme.example", "acme.example"]
        );
    }

    #[test]
    fn sr_05_what_strangers_publish_is_shown_short_and_harmless() {
        let hostile = format!("\u{1b}[2J\r\n\u{202e}{}", "x".repeat(100_000));
        let many = vec![hostile.as_str(); 100];
        let finding = told_of(found(&many), &[]);
        assert_eq!(finding.values.len(), SHOWN_VALUES);
        for value in &finding.values {
            assert!(value.len() < 100 && value.ends_with('…'), "{value}");
            assert!(value.chars().all(|c| c == '…' || c.is_ascii_graphic() || c == ' '), "{value}");
        }
    }
}
