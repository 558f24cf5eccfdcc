//! Numbers that registries give: to organizations and to people. Each knows its format and its check character.

mod credit_code;
mod identity_document;
mod organization_code;
mod registration_number;
mod resident_id;

pub use credit_code::CreditCode;
pub use identity_document::{IdentityKind, IdentityNumber, mask};
pub use organization_code::OrganizationCode;
pub use registration_number::RegistrationNumber;
pub use resident_id::ResidentId;

/// Why a number of a registry was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Wrong length or characters.
    Format,
    /// The check character does not fit the others.
    Check,
}
