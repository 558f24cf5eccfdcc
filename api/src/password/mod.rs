//! One's password: setting, changing, and setting a new one when it was forgotten.

pub(crate) mod change;
pub(crate) mod reset;

use crate::gateway::passwords::Zxcvbn;
use crate::service::Service;
use domain::error::{Code, Faults, Place, Result, Violation};
use domain::password::{Password, PasswordHash, Rules, StoredPassword, check};

const POINTER: &str = "/password";

/// Reads a new password, and tells every rule that it breaks.
fn good(raw: &str, words: &[String], rules: &Rules) -> Result<Password> {
    let mut faults = Faults::of(Place::Body);
    let Some(password) = faults.at(POINTER, Password::parse(raw)) else { return Err(faults.into_error()) };
    for violation in check(&password, words, rules, &Zxcvbn) {
        faults.note(POINTER, violation);
    }
    faults.finish()?;
    Ok(password)
}

/// The hash of a new password, which must be none of the last ones.
async fn hashed(
    service: &Service,
    password: &Password,
    known: Option<&StoredPassword>,
    rules: &Rules,
) -> Result<PasswordHash> {
    let remembered = known.filter(|_| rules.history > 0).map(StoredPassword::remembered);
    if let Some(remembered) = remembered
        && service.passwords.is_among(password, remembered).await?
    {
        let used = Violation::new(Code::PasswordUsedBefore).with("history", rules.history);
        return Err(Faults::one(Place::Body, POINTER, used));
    }
    service.passwords.hash(password).await
}
