//! The service itself: its health, its keys, its contract, its errors.

pub(crate) mod docs;
pub(crate) mod error;
pub(crate) mod fallback;
pub(crate) mod health;
pub(crate) mod jwks;
pub(crate) mod meta;
pub(crate) mod metrics;
pub(crate) mod outbox;
