//! A person's rights over what is kept about them: to have it, to correct it, to have it erased.

pub(crate) mod close;
pub(crate) mod correct;
pub(crate) mod export;
