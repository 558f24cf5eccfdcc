//! Ports to the outside, one file an adapter.

pub(crate) mod documents;
pub(crate) mod human;
pub(crate) mod mail;
pub(crate) mod outbox;
pub(crate) mod passwords;
pub mod reader;
pub(crate) mod scanner;
pub(crate) mod sms;
