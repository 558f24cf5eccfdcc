//! Fields that a tenant adds to what is said of its members.

mod manage;
mod value;

pub use manage::{FieldPatch, NewField, create, delete, list, update};

use crate::error::Result;
use crate::id::{MemberFieldId, MemberId};
use crate::named::named;
use crate::text::Line;
use std::collections::BTreeMap;

/// How many fields a tenant adds at most.
pub const MAX_FIELDS: usize = 50;
/// From how many options a choice is made at most.
pub const MAX_OPTIONS: usize = 100;

/// What a field is called: 1 to 64 characters.
pub type FieldName = Line<1, 64>;
/// Something to choose: 1 to 64 characters.
pub type FieldOption = Line<1, 64>;

/// What a member has in the fields of their tenant.
pub type Custom = BTreeMap<MemberFieldId, String>;

named! {
    /// What a field holds.
    FieldKind {
        /// Up to 256 characters.
        Text "text";
        /// A decimal number, such as `-12.50`.
        Number "number";
        /// A day, such as `2026-03-01`.
        Date "date";
        /// One of some options.
        Choice "choice";
        /// The address of something on the web.
        Link "link";
    }
}

/// A field that a tenant added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberField {
    /// Its id.
    pub id: MemberFieldId,
    /// What it is called; no two of a tenant are called the same.
    pub name: FieldName,
    /// What it holds; never changes.
    pub kind: FieldKind,
    /// What can be chosen.
    pub options: Vec<FieldOption>,
    /// Whether every member has to have it.
    pub required: bool,
    /// Whether no two members have the same; never changes.
    pub unique: bool,
    /// Whether members see it of each other.
    pub visible: bool,
    /// Its place among the fields, smallest first.
    pub order: i64,
    /// The version read from the store; 0 for one not yet kept.
    pub version: i64,
}

/// Keeps the fields of the tenant that the transaction is bound to, and what members have in them.
pub trait MemberFieldStore {
    /// The fields, in their order.
    ///
    /// # Errors
    /// When the store fails.
    fn member_fields(&mut self) -> Result<Vec<MemberField>>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_member_field(&mut self, field: &MemberField) -> Result<()>;
    /// Forgets a field with whatever members have in it.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_member_field(&mut self, id: MemberFieldId) -> Result<()>;
    /// What some members have in the fields.
    ///
    /// # Errors
    /// When the store fails.
    fn custom_values(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, MemberFieldId, String)>>;
    /// Gives members these values in the fields and no others.
    ///
    /// # Errors
    /// `busy` when another transaction just gave away what only one of them can have.
    fn replace_custom_values(&mut self, values: &[(MemberId, &Custom)], fields: &[MemberField])
    -> Result<()>;
}
