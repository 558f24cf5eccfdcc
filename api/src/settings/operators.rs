//! How operators get in.

use super::{Mode, SettingError, Source};

/// How operators get in.
#[derive(Debug, Clone)]
pub struct Operators {
    /// Whether they need an authenticator.
    pub need_totp: bool,
}

pub(super) fn read(source: &mut Source, mode: Mode) -> Result<Operators, SettingError> {
    let default = match mode {
        Mode::Embedded => "optional",
        Mode::Production => "required",
    };
    let need_totp = match source
        .get(
            "GONGPAI_OPERATOR_TOTP",
            default,
            "required or optional: whether operators need an authenticator",
        )
        .as_str()
    {
        "required" => true,
        "optional" if mode == Mode::Embedded => false,
        "optional" => {
            return Err(SettingError::new("GONGPAI_OPERATOR_TOTP", "is required in production mode"));
        }
        _ => return Err(SettingError::new("GONGPAI_OPERATOR_TOTP", "is required or optional")),
    };
    Ok(Operators { need_totp })
}
