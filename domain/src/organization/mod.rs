//! The organization's profile: what it shows to its members.

mod logo;
mod profile;
mod website;

pub use logo::{LOGO_SIZES, remove_logo, set_logo};
pub use profile::{OrganizationPatch, Profile, get, update};
pub use website::Website;

use crate::phone::Phone;
use crate::text::{Line, PersonName};

/// What people call an organization: 1 to 32 characters.
pub type ShortName = Line<1, 32>;

/// What an organization shows besides what it registered with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    /// What people call it.
    pub short_name: Option<ShortName>,
    /// Where it is on the web.
    pub website: Option<Website>,
    /// Whom to ask.
    pub contact: Option<PrimaryContact>,
    /// The digest of its logo, if it has one.
    pub logo: Option<String>,
}

/// Whom to ask about an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryContact {
    /// Their name.
    pub name: PersonName,
    /// Where they are called.
    pub phone: Phone,
}
