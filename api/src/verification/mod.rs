//! Codes that are asked for outside a registration.

pub(crate) mod request_code;
