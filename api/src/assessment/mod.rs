//! The assessment before registration.

pub(crate) mod assess;
