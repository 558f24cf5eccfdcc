//! The official calendar: which days are worked. Monday to Friday, but for public holidays and the weekends that are worked
//! in their place (调休), as the State Council announces them for each year.
//!
//! Working time runs around the clock on working days and stands still on all others, so that it can be stopped and taken up
//! again at any moment and nothing is lost.

use crate::error::{Error, Result};
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Further ahead than this nothing is reckoned: a calendar on which hardly a day is worked must not take for ever.
const HORIZON: u64 = 3660;

/// Which days are worked, in one time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: Tz,
    /// The years whose holidays are known.
    years: BTreeSet<i32>,
    /// The days that are not what their weekday says, and whether they are worked.
    exceptions: BTreeMap<NaiveDate, bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    zone: String,
    years: Vec<Year>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    #[serde(rename = "year")]
    number: i32,
    /// The announcement, for whoever checks the file.
    #[serde(rename = "source")]
    _source: String,
    off: Vec<String>,
    work: Vec<String>,
}

impl Calendar {
    /// The calendar that Gongpai brings along.
    ///
    /// # Errors
    /// Never for the shipped file, which a test reads.
    pub fn shipped() -> Result<Self> {
        Self::from_json(include_str!("../../data/calendar.json"))
    }

    /// Reads an installation's own file: days and spans of days (`2026-10-01/2026-10-07`) off and worked, by year.
    ///
    /// # Errors
    /// `internal` with the place of the mistake.
    pub fn from_json(text: &str) -> Result<Self> {
        let wrong = |what: String| Error::internal(format!("calendar: {what}"));
        let file: File = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let zone = file.zone.parse().map_err(|_| wrong(format!("there is no zone {}", file.zone)))?;
        let mut calendar = Self { zone, years: BTreeSet::new(), exceptions: BTreeMap::new() };
        for year in &file.years {
            if !calendar.years.insert(year.number) {
                return Err(wrong(format!("the year {} stands twice", year.number)));
            }
            for (spans, worked) in [(&year.off, false), (&year.work, true)] {
                for span in spans {
                    let days = days(span).ok_or_else(|| wrong(format!("{span} is no span of days")))?;
                    for day in days {
                        if day.year() != year.number || calendar.exceptions.insert(day, worked).is_some() {
                            return Err(wrong(format!("{day} is of another year or stands twice")));
                        }
                    }
                }
            }
        }
        let (first, last) = (calendar.years.first(), calendar.years.last());
        let span = first.zip(last).map_or(0, |(first, last)| last - first + 1);
        if usize::try_from(span) != Ok(calendar.years.len()) {
            return Err(wrong("its years do not follow each other".to_owned()));
        }
        Ok(calendar)
    }

    /// The day of an instant, where days are counted.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// Whether a day is worked. Where a year's holidays are not known, its weekdays are.
    #[must_use]
    pub fn is_worked(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.exceptions.get(&day).copied().unwrap_or(!weekend)
    }

    /// Whether the holidays of an instant's year are known, so that what was reckoned up to it stands.
    #[must_use]
    pub fn covers(&self, at: DateTime<Utc>) -> bool {
        // What ends with the last moment of a year does not depend on the next one.
        self.years.contains(&self.day(at - Duration::microseconds(1)).year())
    }

    /// The first day whose year is known, if any is.
    #[must_use]
    pub fn known_from(&self) -> Option<NaiveDate> {
        self.years.first().and_then(|year| NaiveDate::from_ymd_opt(*year, 1, 1))
    }

    /// The last day whose year is known, if any is.
    #[must_use]
    pub fn known_until(&self) -> Option<NaiveDate> {
        self.years.last().and_then(|year| NaiveDate::from_ymd_opt(*year, 12, 31))
    }

    /// When so much working time has passed since an instant.
    #[must_use]
    pub fn after(&self, from: DateTime<Utc>, working: Duration) -> DateTime<Utc> {
        let mut left = working;
        let mut at = from;
        for day in self.day(from).iter_days().take(usize::try_from(HORIZON).unwrap_or(usize::MAX)) {
            if left <= Duration::zero() {
                break;
            }
            let end = self.end_of(day);
            if self.is_worked(day) {
                let start = at.max(self.start_of(day));
                if end - start >= left {
                    return start + left;
                }
                left -= end - start;
            }
            at = end;
        }
        at
    }

    /// How much working time lies between two instants; none when the second is not later.
    #[must_use]
    pub fn between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Duration {
        let mut worked = Duration::zero();
        for day in self.day(from).iter_days().take(usize::try_from(HORIZON).unwrap_or(usize::MAX)) {
            let start = self.start_of(day).max(from);
            if start >= until {
                break;
            }
            if self.is_worked(day) {
                worked += self.end_of(day).min(until) - start;
            }
        }
        worked
    }

    /// The first moment of a day. Where clocks are set forward at midnight, that is later than midnight.
    #[must_use]
    pub fn start_of(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        let first = (0..4)
            .find_map(|hours| self.zone.from_local_datetime(&(midnight + Duration::hours(hours))).earliest());
        first.map_or_else(|| midnight.and_utc(), |first| first.to_utc())
    }

    /// The first moment after a day.
    #[must_use]
    pub fn end_of(&self, day: NaiveDate) -> DateTime<Utc> {
        self.start_of(day + Days::new(1))
    }
}

/// The days of `2026-01-04` or of `2026-10-01/2026-10-07`.
fn days(span: &str) -> Option<Vec<NaiveDate>> {
    let (first, last) = span.split_once('/').unwrap_or((span, span));
    let (first, last): (NaiveDate, NaiveDate) = (first.parse().ok()?, last.parse().ok()?);
    let days: Vec<_> = first.iter_days().take_while(|day| *day <= last).take(366).collect();
    (!days.is_empty()).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    /// Every month's working days of 2026, as a wall calendar counts them.
    #[test]
    fn the_working_days_of_2026() {
        let calendar = Calendar::shipped().unwrap();
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let mut by_month = [0; 12];
        for day in first.iter_days().take(365).filter(|day| calendar.is_worked(*day)) {
            by_month[day.month0() as usize] += 1;
        }
        assert_eq!(by_month, [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]);
        assert_eq!(calendar.known_until(), NaiveDate::from_ymd_opt(2026, 12, 31));
    }

    #[test]
    fn time_stands_still_on_holidays_and_runs_on_make_up_days() {
        let calendar = Calendar::shipped().unwrap();
        let days = Duration::days;
        // Wednesday noon before the National Day: Thursday to Wednesday are off, Saturday the 10th is worked.
        let due = calendar.after(at("2026-09-30T12:00:00+08:00"), days(3));
        assert_eq!(due, at("2026-10-10T12:00:00+08:00"));
        // The Spring Festival, with the Saturday before it worked.
        let due = calendar.after(at("2026-02-13T18:00:00+08:00"), days(2));
        assert_eq!(due, at("2026-02-24T18:00:00+08:00"));
        // What comes on a Saturday is begun on Monday and done when Wednesday is over.
        let due = calendar.after(at("2026-11-21T10:00:00+08:00"), days(3));
        assert_eq!(due, at("2026-11-26T00:00:00+08:00"));
        assert_eq!(calendar.between(at("2026-11-21T10:00:00+08:00"), due), days(3));
        assert_eq!(calendar.between(due, at("2026-11-21T10:00:00+08:00")), days(0));
    }

    #[test]
    fn past_its_years_nothing_is_certain() {
        let calendar = Calendar::shipped().unwrap();
        assert!(calendar.covers(at("2027-01-01T00:00:00+08:00")));
        assert!(!calendar.covers(at("2027-01-01T00:00:01+08:00")));
        assert!(!calendar.covers(at("2025-12-31T00:00:00+08:00")));
        assert!(calendar.is_worked(NaiveDate::from_ymd_opt(2027, 1, 1).unwrap()));
    }

    #[test]
    fn a_broken_file_names_its_mistake() {
        let of = |off: &str| {
            let year = format!(r#"{{"year":2026,"source":"","off":[{off}],"work":[]}}"#);
            let text = format!(r#"{{"zone":"Asia/Shanghai","years":[{year}]}}"#);
            Calendar::from_json(&text).unwrap_err().to_string()
        };
        assert!(of(r#""2026-13-01""#).contains("no span"));
        assert!(of(r#""2026-01-02/2026-01-01""#).contains("no span"));
        assert!(of(r#""2027-01-01""#).contains("another year"));
        assert!(of(r#""2026-01-01", "2026-01-01""#).contains("twice"));
        assert!(Calendar::from_json(r#"{"zone":"Mars","years":[]}"#).is_err());
        let year = |year: i32| format!(r#"{{"year":{year},"source":"","off":[],"work":[]}}"#);
        let text = format!(r#"{{"zone":"Asia/Shanghai","years":[{},{}]}}"#, year(2026), year(2028));
        assert!(Calendar::from_json(&text).unwrap_err().to_string().contains("follow"));
    }

    proptest! {
        #[test]
        fn pausing_loses_nothing(from in 1_767_200_000_i64..1_798_700_000, working in 1_i64..1_000_000, pause in 0_i64..1_000_000, rest in 0_i64..3_000_000) {
            let calendar = Calendar::shipped().unwrap();
            let from = DateTime::from_timestamp(from, 0).unwrap();
            let working = Duration::seconds(working);
            let due = calendar.after(from, working);
            prop_assert_eq!(calendar.between(from, due), working);
            let paused = (from + Duration::seconds(pause)).min(due);
            let left = calendar.between(paused, due);
            prop_assert_eq!(calendar.between(from, paused) + left, working);
            let resumed = paused + Duration::seconds(rest);
            prop_assert_eq!(calendar.between(resumed, calendar.after(resumed, left)), left);
        }
    }
}
