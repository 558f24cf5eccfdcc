//! One's number and one's mailbox.

pub(crate) mod change;
pub(crate) mod remove;
pub(crate) mod send_code;
