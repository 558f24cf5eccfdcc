//! How strangers who ask for many codes prove to be people.

use super::{Mode, SettingError, Source};
use std::fmt;

/// How strangers prove to be people.
#[derive(Clone)]
pub enum HumanCheck {
    /// They cannot: past the limit they wait.
    None,
    /// By a word that everybody knows, for development.
    Test,
    /// By a provider's puzzle.
    Provider {
        /// Where the provider is asked.
        url: String,
        /// The public key of the site, for frontends.
        site_key: String,
        /// The secret of the site.
        secret: String,
    },
}

/// Secrets are not for logs.
impl fmt::Debug for HumanCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Test => f.write_str("Test"),
            Self::Provider { url, site_key, .. } => f
                .debug_struct("Provider")
                .field("url", url)
                .field("site_key", site_key)
                .finish_non_exhaustive(),
        }
    }
}

pub(super) fn read(source: &mut Source, mode: Mode) -> Result<HumanCheck, SettingError> {
    let kind = source.get(
        "GONGPAI_HUMAN_CHECK",
        "none",
        "how strangers past the limit of codes prove to be people: none, siteverify (Turnstile, hCaptcha, reCAPTCHA), or test",
    );
    let url = source.get(
        "GONGPAI_HUMAN_CHECK_URL",
        "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        "where the provider of the human check is asked",
    );
    let site_key =
        source.optional("GONGPAI_HUMAN_CHECK_SITE_KEY", "the public key of the site at the provider");
    let secret = source.secret("GONGPAI_HUMAN_CHECK_SECRET", "the secret of the site at the provider")?;
    let required = |name: &'static str| {
        move || SettingError::new(name, "is required with GONGPAI_HUMAN_CHECK=siteverify")
    };
    match kind.as_str() {
        "none" => Ok(HumanCheck::None),
        "test" if mode == Mode::Embedded => Ok(HumanCheck::Test),
        "test" => Err(SettingError::new("GONGPAI_HUMAN_CHECK", "is no test in production mode")),
        "siteverify" => Ok(HumanCheck::Provider {
            url,
            site_key: site_key.ok_or_else(required("GONGPAI_HUMAN_CHECK_SITE_KEY"))?,
            secret: secret.ok_or_else(required("GONGPAI_HUMAN_CHECK_SECRET"))?,
        }),
        _ => Err(SettingError::new("GONGPAI_HUMAN_CHECK", "is none, siteverify or test")),
    }
}
