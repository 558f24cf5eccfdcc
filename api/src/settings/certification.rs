//! How certification works.

use super::{SettingError, Source};
use chrono::Duration;
use domain::certification::Terms;
use domain::reference::Calendar;

pub(super) fn read(source: &mut Source) -> Result<Terms, SettingError> {
    Ok(Terms {
        review: source.duration(
            "GONGPAI_REVIEW_DAYS",
            3,
            Duration::try_days,
            "how many working days a review may take",
        )?,
        response: source.duration(
            "GONGPAI_RESPONSE_DAYS",
            30,
            Duration::try_days,
            "how long an applicant has to answer",
        )?,
        claim: source.duration(
            "GONGPAI_CLAIM_MINUTES",
            30,
            Duration::try_minutes,
            "how long a reviewer's claim lasts",
        )?,
        validity: source.duration(
            "GONGPAI_CERTIFICATE_DAYS",
            365,
            Duration::try_days,
            "how long a certificate is valid",
        )?,
        grace: source.duration(
            "GONGPAI_GRACE_DAYS",
            30,
            Duration::try_days,
            "how long a certificate serves after its end",
        )?,
        reads_licenses: false,
        evidence: Vec::new(),
        identity_images: source.duration(
            "GONGPAI_IDENTITY_IMAGE_DAYS",
            30,
            Duration::try_days,
            "how long images of identity documents are kept after an approval",
        )?,
        documents: source.duration(
            "GONGPAI_DOCUMENT_DAYS",
            90,
            Duration::try_days,
            "how long documents are kept after a rejection, withdrawal or expiry, and drafts with documents after the last upload",
        )?,
        calendar: calendar(source)?,
    })
}

fn calendar(source: &mut Source) -> Result<Calendar, SettingError> {
    const NAME: &str = "GONGPAI_CALENDAR";
    let path = source.optional(NAME, "a calendar of working days in the place of the shipped one");
    let read = match path {
        None => Calendar::shipped(),
        Some(path) => std::fs::read_to_string(&path)
            .map_err(|error| SettingError::new(NAME, &format!("({path}) cannot be read: {error}")))
            .map(|text| Calendar::from_json(&text))?,
    };
    read.map_err(|error| SettingError::new(NAME, error.log_context().unwrap_or_default()))
}
