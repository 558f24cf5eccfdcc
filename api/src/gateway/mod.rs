//! Ports to the outside, one file an adapter.

pub(crate) mod documents;
pub mod reader;
pub(crate) mod scanner;
pub(crate) mod sms;
