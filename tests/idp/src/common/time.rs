//! Times as people and headers write them.

/// `2024-01-31 23:59:59Z`, as Microsoft stamps its errors.
pub(crate) fn with_blank(unix: i64) -> String {
    written(unix, ' ', "Z")
}

/// `2024-01-31T23:59:59.000Z`, as JSON APIs write times.
pub(crate) fn iso(unix: i64) -> String {
    written(unix, 'T', ".000Z")
}

fn written(unix: i64, between: char, end: &str) -> String {
    let (days, seconds) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{end}")
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar. Years begin in March here,
/// so that a leap day is the last day of its year.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{iso, with_blank};

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(with_blank(0), "1970-01-01 00:00:00Z");
        assert_eq!(with_blank(951_782_400), "2000-02-29 00:00:00Z");
        assert_eq!(with_blank(1_704_067_199), "2023-12-31 23:59:59Z");
        assert_eq!(iso(1_800_000_000), "2027-01-15T08:00:00.000Z");
        assert_eq!(with_blank(4_102_444_799), "2099-12-31 23:59:59Z");
    }
}
