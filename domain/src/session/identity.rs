//! Who signs in: a person who works in companies, or one who works for the platform.

use crate::actor::Realm;
use crate::id::{AccountId, OperatorId};
use std::fmt;
use uuid::Uuid;

/// Who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// A person who works in companies.
    Account(AccountId),
    /// An operator of the platform.
    Operator(OperatorId),
}

impl Identity {
    /// The world that they sign in to.
    #[must_use]
    pub fn realm(self) -> Realm {
        match self {
            Self::Account(_) => Realm::Tenant,
            Self::Operator(_) => Realm::Platform,
        }
    }

    /// Their id.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Account(id) => id.into(),
            Self::Operator(id) => id.into(),
        }
    }

    /// Whoever has that id in a realm.
    #[must_use]
    pub fn of(realm: Realm, id: Uuid) -> Self {
        match realm {
            Realm::Tenant => Self::Account(id.into()),
            Realm::Platform => Self::Operator(id.into()),
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.realm().name(), self.id())
    }
}
