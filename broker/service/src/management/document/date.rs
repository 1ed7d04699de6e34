//! Days, as people write them in a document.

use chrono::{NaiveDate, NaiveTime};
use doorward_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// A day: `"2027-05-01"`, which begins at midnight in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(NaiveDate);

impl Date {
    /// The day that holds `time`.
    pub fn of(time: Timestamp) -> Self {
        let day = chrono::DateTime::from_timestamp_millis(time.as_millis());
        Self(day.map_or(NaiveDate::MAX, |time| time.date_naive()))
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_millis(self.0.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let day = text.parse::<NaiveDate>();
        day.map(Self).map_err(|_| format!("`{text}` is not a day such as \"2027-05-01\""))
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_and_written() {
        let day = Date::try_from("2027-05-01".to_owned()).unwrap();
        assert_eq!(day.start(), Timestamp::from_secs(1_809_129_600));
        assert_eq!(Date::of(Timestamp::from_secs(1_809_129_600 + 86_399)), day);
        assert_eq!(String::from(day), "2027-05-01");
        assert!(Date::try_from("1.5.2027".to_owned()).is_err());
    }
}
