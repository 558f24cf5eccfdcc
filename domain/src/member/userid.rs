//! What integrators call a member.

use crate::error::{Code, Violation};
use crate::id::MemberId;
use std::fmt;
use uuid::Uuid;

/// 1 to 64 letters, digits and `_ . @ -` of ASCII, the first one a letter or a digit; unique in the tenant without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Userid(String);

impl Userid {
    /// Reads one.
    ///
    /// # Errors
    /// [`Code::ValueTooShort`], [`Code::ValueTooLong`], [`Code::UseridInvalid`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text = raw.trim();
        match text.chars().count() {
            0 => return Err(Violation::new(Code::ValueTooShort).with("min", 1)),
            1..=64 => {}
            _ => return Err(Violation::new(Code::ValueTooLong).with("max", 64)),
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.@-".contains(&byte);
        if !text.bytes().all(fits) || !text.as_bytes()[0].is_ascii_alphanumeric() {
            return Err(Code::UseridInvalid.into());
        }
        Ok(Self(text.to_owned()))
    }

    /// The one of the member who registers a tenant.
    #[must_use]
    pub fn owner() -> Self {
        Self("owner".to_owned())
    }

    /// One for whom nobody chose any; the id is unique, and so is this.
    #[must_use]
    pub fn of(id: MemberId) -> Self {
        Self(Uuid::from(id).simple().to_string())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two are compared.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Userid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_userid() {
        for good in ["a", "7", "zhang.san", "Zhang_San-2@corp", &"x".repeat(64)] {
            assert_eq!(Userid::parse(good).unwrap().as_str(), good);
        }
        for (wrong, code) in [
            ("", Code::ValueTooShort),
            ("  ", Code::ValueTooShort),
            (&*"x".repeat(65), Code::ValueTooLong),
            (".a", Code::UseridInvalid),
            ("-a", Code::UseridInvalid),
            ("张三", Code::UseridInvalid),
            ("a b", Code::UseridInvalid),
            ("a/b", Code::UseridInvalid),
            ("ａ", Code::UseridInvalid),
        ] {
            assert_eq!(Userid::parse(wrong).unwrap_err().code, code, "{wrong}");
        }
        assert_eq!(Userid::parse(" Zhang ").unwrap().key(), "zhang");
    }
}
