//! Joining of one's own accord: links that an organization hands out, and those who ask by them.

pub(crate) mod ask;
pub(crate) mod decide;
pub(crate) mod link;
mod qr;
pub(crate) mod see;
