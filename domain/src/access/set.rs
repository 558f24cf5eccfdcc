//! Several permissions at once.

use super::Permission;
use std::fmt;
use std::ops::BitOr;

/// Permissions, one bit each.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// None.
    pub const EMPTY: Self = Self(0);

    /// Those of a list, and whatever they are of no use without.
    #[must_use]
    pub fn with_needs(permissions: &[Permission]) -> Self {
        permissions.iter().fold(Self::EMPTY, |set, one| {
            let whole = set | Self::from(*one);
            if one.needs().iter().all(|needed| set.has(*needed)) {
                whole
            } else {
                whole | Self::with_needs(one.needs())
            }
        })
    }

    /// Whether a permission is among them.
    #[must_use]
    pub fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether all of them are among others.
    #[must_use]
    pub fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in the order of the catalogue.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
}

const fn bit(permission: Permission) -> u64 {
    1 << permission as u64
}

impl From<Permission> for PermissionSet {
    fn from(permission: Permission) -> Self {
        Self(bit(permission))
    }
}

impl BitOr for PermissionSet {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::EMPTY, |set, permission| set | permission.into())
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::name)).finish()
    }
}
