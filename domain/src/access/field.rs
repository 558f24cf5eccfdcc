//! What of a member somebody sees and changes, in groups.

use crate::named::named;
use serde::{Deserialize, Serialize};

named! {
    /// What a field of a member is about.
    FieldGroup {
        /// Who they are and where: names, picture, position, departments, leader, state.
        Basic "basic";
        /// How they are reached: mobile number, email address, telephone, place of work.
        Contact "contact";
        /// What is nobody's business: gender, address.
        Personal "personal";
        /// What they are hired as: employee number, day of entry.
        Employment "employment";
        /// The fields that the organization added.
        Custom "custom";
    }
}

impl FieldGroup {
    /// The fields of each group but the basic one, as they are written.
    pub const GROUPED: [(Self, &[&str]); 4] = [
        (Self::Contact, &["mobile", "email", "telephone", "work_location"]),
        (Self::Personal, &["gender", "address"]),
        (Self::Employment, &["employee_number", "hire_date"]),
        (Self::Custom, &["custom"]),
    ];

    /// The group of a field.
    #[must_use]
    pub fn of(field: &str) -> Self {
        let found = Self::GROUPED.iter().find(|(_, fields)| fields.contains(&field));
        found.map_or(Self::Basic, |(group, _)| *group)
    }
}

/// Groups of fields, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FieldSet(u8);

impl FieldSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// Every group.
    #[must_use]
    pub fn all() -> Self {
        FieldGroup::ALL.iter().copied().collect()
    }

    /// One bit for each, as they are kept.
    #[must_use]
    pub fn bits(self) -> i64 {
        self.0.into()
    }

    /// Whether every group is among them.
    #[must_use]
    pub fn is_all(self) -> bool {
        self == Self::all()
    }

    /// Whether a group is among them.
    #[must_use]
    pub fn has(self, group: FieldGroup) -> bool {
        self.0 & (1 << group as u8) != 0
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are in both.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = FieldGroup> {
        FieldGroup::ALL.iter().copied().filter(move |group| self.has(*group))
    }
}

impl FromIterator<FieldGroup> for FieldSet {
    fn from_iter<I: IntoIterator<Item = FieldGroup>>(groups: I) -> Self {
        Self(groups.into_iter().fold(0, |set, group| set | 1 << group as u8))
    }
}

impl Serialize for FieldSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for FieldSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<FieldGroup>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// What of members a role lets somebody see, and what it lets them change: never what they do not see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fields {
    /// What they see.
    pub read: FieldSet,
    /// What they change.
    pub write: FieldSet,
}

impl Fields {
    /// None.
    pub const NONE: Self = Self { read: FieldSet::EMPTY, write: FieldSet::EMPTY };

    /// All of it.
    #[must_use]
    pub fn all() -> Self {
        Self { read: FieldSet::all(), write: FieldSet::all() }
    }

    /// Some to see, none to change.
    #[must_use]
    pub fn seen(groups: &[FieldGroup]) -> Self {
        Self { read: groups.iter().copied().collect(), write: FieldSet::EMPTY }
    }

    /// The same, and what is changed is seen.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { read: self.read.and(self.write), ..self }
    }
}
