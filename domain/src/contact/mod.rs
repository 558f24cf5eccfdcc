//! Contact points: where somebody is reached, and as what they sign in.

mod change;

pub use change::{Changed, change, remove_email, send_code};

use crate::email::EmailAddress;
use crate::error::Violation;
use crate::phone::MobileNumber;

/// A mobile number or a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ContactPoint {
    /// Reached by SMS.
    Mobile(MobileNumber),
    /// Reached by email.
    Email(EmailAddress),
}

impl ContactPoint {
    /// Reads either of them: an address has an `@`.
    ///
    /// # Errors
    /// Those of [`MobileNumber::parse`] and [`EmailAddress::parse`].
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if text.contains('@') {
            EmailAddress::parse(text).map(Self::Email)
        } else {
            MobileNumber::parse(text).map(Self::Mobile)
        }
    }

    /// Its text, which no other one has.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mobile(mobile) => mobile.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// The word for which of them it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mobile(_) => "mobile",
            Self::Email(_) => "email",
        }
    }

    /// The form in which it may be shown to someone who does not own it.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Mobile(mobile) => mobile.masked(),
            Self::Email(email) => email.masked(),
        }
    }

    /// The block of numbers it belongs to, for budgets. Mailboxes have none: half of a country is with one provider.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        match self {
            Self::Mobile(mobile) => Some(mobile.prefix()),
            Self::Email(_) => None,
        }
    }
}

impl From<MobileNumber> for ContactPoint {
    fn from(mobile: MobileNumber) -> Self {
        Self::Mobile(mobile)
    }
}

impl From<&MobileNumber> for ContactPoint {
    fn from(mobile: &MobileNumber) -> Self {
        Self::Mobile(mobile.clone())
    }
}

impl From<EmailAddress> for ContactPoint {
    fn from(email: EmailAddress) -> Self {
        Self::Email(email)
    }
}
