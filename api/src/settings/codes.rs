//! How codes are given out, by SMS and by email.

use super::{SettingError, Source};
use chrono::Duration;
use domain::verification::{Budgets, Limits};

pub(super) fn read(source: &mut Source) -> Result<Limits, SettingError> {
    Ok(Limits {
        lifetime: source.duration(
            "GONGPAI_CODE_SECONDS",
            300,
            Duration::try_seconds,
            "how long a code is valid",
        )?,
        attempts: source.number("GONGPAI_CODE_ATTEMPTS", 5, "how many wrong entries a code bears")?,
        resend_after: source.duration(
            "GONGPAI_CODE_RESEND_SECONDS",
            60,
            Duration::try_seconds,
            "how long to wait for the next code",
        )?,
        per_day: source.number(
            "GONGPAI_CODES_PER_DAY",
            5,
            "codes in 24 hours per number, purpose and requester",
        )?,
        budgets: Budgets {
            per_ip: source.number(
                "GONGPAI_CODES_PER_HOUR_AND_ADDRESS",
                30,
                "codes per client address; 0 is without limit",
            )?,
            per_prefix: source.number(
                "GONGPAI_CODES_PER_HOUR_AND_PREFIX",
                100,
                "codes per block of 10000 numbers; 0 is without limit",
            )?,
            per_tenant: source.number(
                "GONGPAI_CODES_PER_HOUR_AND_TENANT",
                200,
                "codes that the members of one organization cause; 0 is without limit",
            )?,
            platform: source.number("GONGPAI_CODES_PER_HOUR", 10_000, "codes in all; 0 is without limit")?,
        },
    })
}
