//! One's own authenticator, and the codes kept for the day without it.

pub(crate) mod begin;
pub(crate) mod confirm;
pub(crate) mod forget;
pub(crate) mod get;
pub(crate) mod recovery;

use crate::token;
use data_encoding::Encoding;
use domain::context::Random;
use domain::error::{Error, Result};
use domain::session::TokenHash;
use domain::totp::{RECOVERY_CODES, TotpSecret};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Serialize;
use std::sync::LazyLock;
use utoipa::ToSchema;

/// Who an authenticator says that its codes are for.
const ISSUER: &str = "Gongpai";
/// The side of a QR code, in pixels.
const SIDE: u32 = 240;
/// The characters of a recovery code: 50 bits.
const LENGTH: usize = 10;

/// Digits and letters without those that are taken for one another (Crockford's base 32).
static ALPHABET: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut specification = data_encoding::Specification::new();
    specification.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
    specification.encoding().ok()
});

/// Codes for the day without the authenticator, as they are shown once.
#[derive(Clone)]
pub(crate) struct RecoveryCodes([String; RECOVERY_CODES]);

impl RecoveryCodes {
    pub(crate) fn make(random: &dyn Random) -> Self {
        Self(std::array::from_fn(|_| {
            let text =
                ALPHABET.as_ref().map(|alphabet| alphabet.encode(&random.bytes()[..7])).unwrap_or_default();
            format!("{}-{}", &text[..LENGTH / 2], &text[LENGTH / 2..LENGTH])
        }))
    }

    pub(crate) fn codes(&self) -> &[String] {
        &self.0
    }

    pub(crate) fn hashes(&self) -> [TokenHash; RECOVERY_CODES] {
        std::array::from_fn(|n| recovery_code(&self.0[n]))
    }
}

/// The hash of a recovery code as somebody types it: with or without hyphens and spaces, in either case, and with letters that are
/// taken for digits.
pub(crate) fn recovery_code(typed: &str) -> TokenHash {
    let plain = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase);
    let plain = plain.map(|c| match c {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    token::hash(&plain.collect::<String>())
}

/// An authenticator that has to show that it works.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTotp {
    /// The secret in base 32, for who types it.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The address that the QR code holds: six digits every thirty seconds, SHA-1 (RFC 6238).
    #[schema(
        example = "otpauth://totp/Gongpai:138****8000?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Gongpai"
    )]
    uri: String,
    /// The QR code, an image in SVG.
    #[schema(example = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    qr_svg: String,
}

impl NewTotp {
    pub(crate) fn of(secret: &TotpSecret, account: &str) -> Result<Self> {
        let (secret, uri) = (secret.base32()?, secret.uri(ISSUER, account)?);
        let code = QrCode::new(&uri).map_err(|error| Error::internal(format!("a QR code: {error}")))?;
        let qr_svg = code.render::<svg::Color<'_>>().min_dimensions(SIDE, SIDE).build();
        Ok(Self { secret, uri, qr_svg })
    }
}

/// Codes for the day without the authenticator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecoveryCodesView {
    /// Each is good once, in the place of a code of the authenticator. They are shown this one time: keep them on paper.
    #[schema(example = json!(["k7w2m-9xq4d", "3bn8t-zs60p"]))]
    recovery_codes: Vec<String>,
}

impl RecoveryCodesView {
    fn of(codes: &RecoveryCodes) -> Self {
        Self { recovery_codes: codes.codes().to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemRandomness};

    #[test]
    fn a_code_is_understood_as_people_type_it() {
        let codes = RecoveryCodes::make(&SystemRandomness::new(Clock::default()));
        let code = &codes.codes()[0];
        assert_eq!(code.len(), LENGTH + 1);
        let typed =
            format!(" {} ", code.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "l"));
        assert_eq!(recovery_code(&typed), codes.hashes()[0]);
        assert_ne!(codes.hashes()[0], codes.hashes()[1]);
    }
}
