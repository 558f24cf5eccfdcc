//! Reference data: what forms offer.

pub(crate) mod list_industries;
pub(crate) mod list_organization_types;
pub(crate) mod list_regions;
