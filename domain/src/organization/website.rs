//! Addresses on the web.

use crate::error::{Code, Violation};
use url::Url;

/// The longest address that is kept, in bytes.
const MAX_LENGTH: usize = 200;

/// Where an organization is on the web: an http or https URL with a host, without a password in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Website(String);

impl Website {
    /// Reads an address and brings it into its normal form (WHATWG URL).
    ///
    /// # Errors
    /// `website_invalid`, `value_too_long`.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let url = Url::parse(raw.trim()).map_err(|_| Violation::from(Code::WebsiteInvalid))?;
        let named = url.domain().is_some_and(|domain| domain.contains('.'));
        let open = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !named || !open {
            return Err(Code::WebsiteInvalid.into());
        }
        let text = String::from(url);
        if text.len() > MAX_LENGTH {
            return Err(Violation::new(Code::ValueTooLong).with("max", MAX_LENGTH));
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_is_an_open_address_of_a_host() {
        assert_eq!(
            Website::parse(" HTTPS://Example.COM/关于 ").unwrap().as_str(),
            "https://example.com/%E5%85%B3%E4%BA%8E"
        );
        for wrong in [
            "example.com",
            "ftp://example.com",
            "javascript:alert(1)",
            "https://",
            "https://u:p@example.com",
            "https://u@example.com",
            "http://localhost",
            "http://127.0.0.1",
            "data:text/html,x",
            "",
        ] {
            assert!(Website::parse(wrong).is_err(), "{wrong}");
        }
        let long = format!("https://example.com/{}", "a".repeat(200));
        assert_eq!(Website::parse(&long).unwrap_err().code, Code::ValueTooLong);
    }
}
