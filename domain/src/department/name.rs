//! What a department may be called.

use crate::error::{Code, Violation};
use crate::text::{Line, OrganizationName, comparison_key};

/// The name of a department: 1 to 64 characters, none of `\ : * ? " < > |`. No two departments right below one have names that a
/// reader would call the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentName(Line<1, 64>);

/// What no name has, and what stands for it where the name of an organization becomes that of its root.
const FORBIDDEN: [(char, char); 8] =
    [('\\', '＼'), (':', '：'), ('*', '＊'), ('?', '？'), ('"', '＂'), ('<', '＜'), ('>', '＞'), ('|', '｜')];

impl DepartmentName {
    /// Reads a name.
    ///
    /// # Errors
    /// `value_too_short`, `value_too_long`, `text_character_forbidden`.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let line = Line::parse(raw)?;
        if line.as_str().chars().any(|c| FORBIDDEN.iter().any(|(forbidden, _)| *forbidden == c)) {
            return Err(Code::TextCharacterForbidden.into());
        }
        Ok(Self(line))
    }

    /// The name of an organization's root.
    #[must_use]
    pub fn of(organization: &OrganizationName) -> Self {
        let wide = |c| FORBIDDEN.iter().find(|(forbidden, _)| *forbidden == c).map_or(c, |(_, wide)| *wide);
        let name: String = organization.as_str().chars().map(wide).collect();
        Line::parse(&name).map_or_else(|_| Self(Line::from_stricter(organization)), Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The form in which names are compared.
    #[must_use]
    pub fn key(&self) -> String {
        comparison_key(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_nothing_that_paths_are_written_with_elsewhere() {
        for wrong in [r"a\b", "a:b", "a*", "?", "\"", "<b>", "a|b", "a\u{202E}b", "", " "] {
            assert!(DepartmentName::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(DepartmentName::parse(" 研发/测试 ").unwrap().as_str(), "研发/测试");
        assert_eq!(DepartmentName::parse(&"长".repeat(65)).unwrap_err().code, Code::ValueTooLong);
        let key = |name| DepartmentName::parse(name).unwrap().key();
        assert_eq!(key("Ｒ＆Ｄ 中心"), key("r&d中心"));
    }

    #[test]
    fn every_organization_has_a_root() {
        let organization = OrganizationName::parse("甲:乙*公司").unwrap();
        assert_eq!(DepartmentName::of(&organization).as_str(), "甲：乙＊公司");
    }
}
