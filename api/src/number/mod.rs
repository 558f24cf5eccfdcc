//! One's number.

pub(crate) mod change;
pub(crate) mod send_code;
