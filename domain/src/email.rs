//! Email addresses.

use crate::error::{Code, Violation};
use email_address::{EmailAddress as Parsed, Options};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// The longest address that can be sent to (RFC 5321, 4.5.3.1.3, without its brackets).
const MAX_LENGTH: usize = 254;

/// A mailbox, such as `zhang@example.com`: in lower case, a domain of another script in its ASCII form. That a provider tells
/// `Zhang` and `zhang` apart is allowed (RFC 5321, 2.4) and not done, and two accounts of one mailbox would be worse.
///
/// `Debug` shows it masked: an address is personal and does not belong in a log.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress {
    address: String,
    at: usize,
}

impl EmailAddress {
    /// Reads an address as people write it: without a name before it, quotes, or an IP address behind it.
    ///
    /// # Errors
    /// [`Code::EmailInvalid`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let invalid = || Violation::from(Code::EmailInvalid);
        let text: String = raw.trim().nfkc().collect::<String>().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or_else(invalid)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| invalid())?;
        let address = format!("{local}@{domain}");
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        let named =
            domain.rsplit('.').next().is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()));
        let plain = named && address.is_ascii() && !local.contains('"') && address.len() <= MAX_LENGTH;
        if !plain || Parsed::parse_with_options(&address, options).is_err() {
            return Err(invalid());
        }
        Ok(Self { at: local.len(), address })
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// What is before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        &self.address[..self.at]
    }

    /// The form in which it may be shown to someone who does not own it: `z***@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}***{}", &self.address[..1], &self.address[self.at..])
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_as_people_write_them() {
        for (raw, kept) in [
            (" Zhang.San@Example.COM ", "zhang.san@example.com"),
            ("zhang+work@mail.example.cn", "zhang+work@mail.example.cn"),
            ("ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "zhang@example.com"),
            ("zhang@例子.中国", "zhang@xn--fsqu00a.xn--fiqs8s"),
        ] {
            let address = EmailAddress::parse(raw).unwrap();
            assert_eq!(address.as_str(), kept, "{raw}");
            assert_eq!(EmailAddress::parse(kept).unwrap(), address, "what is kept is read again");
        }
        let address = EmailAddress::parse("zhang@example.com").unwrap();
        assert_eq!(format!("{address:?}"), "z***@example.com");
        assert_eq!(address.local_part(), "zhang");
    }

    #[test]
    fn what_is_no_mailbox() {
        for raw in [
            "",
            "zhang",
            "@example.com",
            "zhang@",
            "zhang@localhost",
            "zhang@[192.0.2.1]",
            "zhang@192.0.2.1",
            "zhang san@example.com",
            "\"zhang san\"@example.com",
            "张三@example.com",
            "Zhang <zhang@example.com>",
            "zhang@example.com, li@example.com",
            "zhang@example.com\r\nBcc: li@example.com",
            "zhang@exam_ple.com",
            "a@b@example.com",
            "zhang.@example.com",
            &format!("{}@example.com", "a".repeat(65)),
            &format!("zhang@{}.com", "a.".repeat(130)),
        ] {
            assert_eq!(EmailAddress::parse(raw).unwrap_err().code, Code::EmailInvalid, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_one_line_and_is_read_again(raw in "\\PC{0,12}@?[a-zA-Z.一-龥\r\n -]{0,24}") {
            if let Ok(address) = EmailAddress::parse(&raw) {
                prop_assert!(address.as_str().is_ascii() && !address.as_str().contains(char::is_whitespace));
                prop_assert_eq!(EmailAddress::parse(address.as_str()).unwrap(), address);
            }
        }
    }
}
