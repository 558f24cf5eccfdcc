//! What somebody may do, all their roles taken together: the context in which every decision is made, without looking anything up.

use super::{BuiltInRole, FieldGroup, FieldSet, Fields, Permission, PermissionSet, Reach};
use crate::department::Path;
use crate::id::{AssignmentId, RoleId};
use chrono::{DateTime, Utc};
use std::borrow::Cow;

/// What one role gives, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// By which assignment; none for what comes with being the owner or a member.
    pub assignment: Option<AssignmentId>,
    /// The role.
    pub role: RoleId,
    /// What it allows.
    pub permissions: PermissionSet,
    /// What of members it shows and lets change.
    pub fields: Fields,
    /// Where.
    pub reach: Reach,
    /// When it ends.
    pub until: Option<DateTime<Utc>>,
}

impl Grant {
    /// What a built-in role gives everywhere to whoever has it without an assignment.
    #[must_use]
    pub fn inborn(role: BuiltInRole) -> Self {
        Self {
            assignment: None,
            role: role.id(),
            permissions: role.permissions(),
            fields: role.fields(),
            reach: Reach::everywhere(),
            until: None,
        }
    }

    /// Whether it lasts at least as long as another.
    fn outlasts(&self, other: &Self) -> bool {
        self.until.is_none_or(|until| other.until.is_some_and(|other| other <= until))
    }

    /// Where it gives a permission. One that cannot be given for departments alone counts only where it is given for all of them.
    fn reach_of(&self, permission: Permission) -> Option<&Reach> {
        let given =
            self.permissions.has(permission) && (permission.is_ranged() || self.reach.is_everywhere());
        given.then_some(&self.reach)
    }
}

/// What somebody would have to have in order to give something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lack {
    /// What they may not do there for so long.
    pub permissions: PermissionSet,
    /// What they do not see or change there for so long.
    pub fields: FieldSet,
}

impl Lack {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// The names of both.
    pub(super) fn names(self) -> (Vec<&'static str>, Vec<&'static str>) {
        let permissions = self.permissions.iter().map(Permission::name).collect();
        (permissions, self.fields.iter().map(FieldGroup::name).collect())
    }
}

/// Everything that somebody may do in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights(Vec<Grant>);

impl Rights {
    /// Those of the owner.
    #[must_use]
    pub fn of_owner() -> Self {
        Self(vec![Grant::inborn(BuiltInRole::Owner)])
    }

    /// Those of a member with some roles.
    #[must_use]
    pub fn of_member(roles: Vec<Grant>) -> Self {
        let mut grants = vec![Grant::inborn(BuiltInRole::Member)];
        grants.extend(roles);
        Self(grants)
    }

    /// What gives them.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.0
    }

    /// Whether they are the owner's: everything, everywhere, for good.
    #[must_use]
    pub fn are_all(&self) -> bool {
        self.0.iter().any(|grant| grant.role == BuiltInRole::Owner.id())
    }

    /// Whether there is more than everybody has.
    #[must_use]
    pub fn are_administrative(&self) -> bool {
        let common = BuiltInRole::Member.permissions();
        self.0.iter().any(|grant| !grant.permissions.within(common))
    }

    /// Whether something is allowed in the whole organization.
    #[must_use]
    pub fn everywhere(&self, permission: Permission) -> bool {
        self.given(permission).any(Reach::is_everywhere)
    }

    /// Whether something is allowed somewhere.
    #[must_use]
    pub fn somewhere(&self, permission: Permission) -> bool {
        self.given(permission).any(|reach| !reach.is_nowhere())
    }

    /// Whether something is allowed at a department.
    #[must_use]
    pub fn at(&self, permission: Permission, path: &Path) -> bool {
        self.given(permission).any(|reach| reach.covers(path))
    }

    /// Where something is allowed.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Cow<'_, Reach> {
        together(self.given(permission))
    }

    /// Where a group of fields is seen.
    #[must_use]
    pub fn seen(&self, group: FieldGroup) -> Cow<'_, Reach> {
        together(self.reading().filter(|grant| grant.fields.read.has(group)).map(|grant| &grant.reach))
    }

    /// What is seen of everybody of whom anything is.
    #[must_use]
    pub fn seen_of_all(&self) -> FieldSet {
        let sees = self.reach(Permission::MemberRead);
        FieldGroup::ALL.iter().copied().filter(|group| self.seen(*group).includes(&sees)).collect()
    }

    /// What is seen of anybody at all.
    #[must_use]
    pub fn seen_of_any(&self) -> FieldSet {
        self.reading().fold(FieldSet::EMPTY, |set, grant| set.and(grant.fields.read))
    }

    /// What can be changed of everybody in the organization.
    #[must_use]
    pub fn written_of_all(&self) -> FieldSet {
        FieldGroup::ALL.iter().copied().filter(|group| self.written(*group).is_everywhere()).collect()
    }

    /// What is seen of somebody who is in some departments.
    #[must_use]
    pub fn seen_at(&self, places: &[Path]) -> FieldSet {
        let there = self.reading().filter(|grant| grant.reach.covers_any(places));
        there.fold(FieldSet::EMPTY, |set, grant| set.and(grant.fields.read))
    }

    /// What can be changed of somebody who is in some departments: what can be changed in each of them.
    #[must_use]
    pub fn written_at(&self, places: &[Path]) -> FieldSet {
        let at = |place: &Path| {
            let there = self.0.iter().filter(|grant| grant.permissions.has(Permission::MemberManage));
            there
                .filter(|grant| grant.reach.covers(place))
                .fold(FieldSet::EMPTY, |set, grant| set.and(grant.fields.write))
        };
        places.iter().map(at).reduce(FieldSet::common).unwrap_or_default()
    }

    /// What of all that a role would give somewhere is not within these rights: in what it allows, where, what it shows, or for how long.
    /// What it gives to no effect is not looked at.
    #[must_use]
    pub fn lack(&self, grant: &Grant) -> Lack {
        let lasting = Self(self.0.iter().filter(|own| own.outlasts(grant)).cloned().collect());
        let permitted = |permission: &Permission| {
            grant.reach_of(*permission).is_none_or(|reach| lasting.reach(*permission).includes(reach))
        };
        let reads = grant.permissions.has(Permission::MemberRead);
        let writes = grant.permissions.has(Permission::MemberManage);
        let fields = |group: &FieldGroup| {
            let read =
                !reads || !grant.fields.read.has(*group) || lasting.seen(*group).includes(&grant.reach);
            read && (!writes
                || !grant.fields.write.has(*group)
                || lasting.written(*group).includes(&grant.reach))
        };
        Lack {
            permissions: grant.permissions.iter().filter(|permission| !permitted(permission)).collect(),
            fields: FieldGroup::ALL.iter().copied().filter(|group| !fields(group)).collect(),
        }
    }

    fn given(&self, permission: Permission) -> impl Iterator<Item = &Reach> {
        self.0.iter().filter_map(move |grant| grant.reach_of(permission))
    }

    fn reading(&self) -> impl Iterator<Item = &Grant> {
        self.0.iter().filter(|grant| grant.permissions.has(Permission::MemberRead))
    }

    fn written(&self, group: FieldGroup) -> Cow<'_, Reach> {
        let managing = self.0.iter().filter(|grant| grant.permissions.has(Permission::MemberManage));
        together(managing.filter(|grant| grant.fields.write.has(group)).map(|grant| &grant.reach))
    }
}

/// All of some reaches; copied only where there are several.
fn together<'a>(mut reaches: impl Iterator<Item = &'a Reach>) -> Cow<'a, Reach> {
    let Some(first) = reaches.next() else { return Cow::Owned(Reach::nowhere()) };
    if first.is_everywhere() {
        return Cow::Borrowed(first);
    }
    reaches.fold(Cow::Borrowed(first), |all, one| match one {
        one if one.is_everywhere() => Cow::Borrowed(one),
        _ if all.is_everywhere() => all,
        one => Cow::Owned(all.into_owned().and(one.clone())),
    })
}
