//! What somebody may do, all their roles taken together: the context in which every decision is made, without looking anything up.

use super::{BuiltInRole, FieldGroup, FieldSet, Fields, Permission, PermissionSet, Reach};
use crate::department::Path;
use crate::id::{AssignmentId, RoleId};
use crate::member::FoundBy;
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

    /// Whether there is more than to look into the directory.
    #[must_use]
    pub fn are_administrative(&self) -> bool {
        let looking = PermissionSet::with_needs(&[Permission::HiddenRead, Permission::TagRead]);
        self.0.iter().any(|grant| !grant.permissions.within(looking))
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

    /// Whether the same is seen of everybody.
    #[must_use]
    pub fn sees_alike(&self) -> bool {
        self.seen_of_all() == self.seen_of_any()
    }

    /// What is seen of anybody at all.
    #[must_use]
    pub fn seen_of_any(&self) -> FieldSet {
        self.reading().fold(FieldSet::EMPTY, |set, grant| set.and(grant.fields.read))
    }

    /// In which groups of fields members are looked for.
    #[must_use]
    pub fn found_by(&self) -> FoundBy {
        let of_all = self.seen_of_all();
        let groups = FieldGroup::ALL.iter().copied().filter(|group| !of_all.has(*group));
        let mut within: Vec<(FieldSet, Reach)> = Vec::new();
        for group in groups {
            let (set, reach) = ([group].into_iter().collect::<FieldSet>(), self.seen(group).into_owned());
            match within.iter_mut().find(|(_, known)| *known == reach) {
                Some((known, _)) => *known = known.and(set),
                None if reach.is_nowhere() => {}
                None => within.push((set, reach)),
            }
        }
        FoundBy { of_all, within }
    }

    /// What can be changed of everybody in the organization.
    #[must_use]
    pub fn written_of_all(&self) -> FieldSet {
        FieldGroup::ALL.iter().copied().filter(|group| self.written(*group).is_everywhere()).collect()
    }

    /// What is seen of somebody who is in some departments.
    #[must_use]
    pub fn seen_at<'a>(&self, places: impl IntoIterator<Item = &'a Path>) -> FieldSet {
        let places: Vec<&Path> = places.into_iter().collect();
        let there = self.reading().filter(|grant| grant.reach.covers_any(places.iter().copied()));
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

    /// Where a group of fields can be changed.
    #[must_use]
    pub fn written(&self, group: FieldGroup) -> Cow<'_, Reach> {
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
        one => Cow::Owned(all.and(one)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn path(numbers: &[i64]) -> Path {
        numbers.iter().fold(Path::root(), |path, number| path.below(*number))
    }

    fn grant(permissions: &[Permission], fields: Fields, reach: Reach, minutes: Option<i64>) -> Grant {
        Grant {
            assignment: None,
            role: Uuid::from_u128(9).into(),
            permissions: PermissionSet::with_needs(permissions),
            fields,
            reach,
            until: minutes.map(|minutes| DateTime::UNIX_EPOCH + Duration::minutes(minutes)),
        }
    }

    fn lacks(rights: &Rights, given: &Grant) -> (Vec<&'static str>, Vec<&'static str>) {
        rights.lack(given).names()
    }

    #[test]
    fn what_cannot_be_given_for_departments_alone_counts_everywhere_or_not() {
        let some = Reach::from_iter([path(&[3])]);
        let rights =
            Rights::of_member(vec![grant(&[Permission::PolicyManage], Fields::NONE, some.clone(), None)]);
        assert!(!rights.somewhere(Permission::PolicyManage) && !rights.everywhere(Permission::PolicyManage));
        // So it is no more than anybody has to give it there.
        let nothing = Rights::of_member(Vec::new());
        assert_eq!(
            lacks(&nothing, &grant(&[Permission::PolicyManage], Fields::NONE, some, None)),
            (vec![], vec![])
        );
    }

    #[test]
    fn a_gift_is_no_wider_longer_or_fuller_than_its_giver() {
        let north = || Reach::from_iter([path(&[3])]);
        let basic = Fields { read: [FieldGroup::Basic].into_iter().collect(), write: FieldSet::EMPTY };
        let giver = Rights::of_member(vec![grant(&[Permission::MemberManage], basic, north(), Some(10))]);
        let given = |fields, reach, minutes| {
            lacks(&giver, &grant(&[Permission::MemberManage], fields, reach, minutes))
        };
        assert_eq!(given(basic, north(), Some(10)), (vec![], vec![]));
        assert_eq!(given(basic, Reach::from_iter([path(&[3, 1])]), Some(5)), (vec![], vec![]));
        let both = vec!["hidden:read", "member:manage"];
        assert_eq!(given(basic, north(), Some(11)), (both.clone(), vec![]));
        assert_eq!(given(basic, north(), None), (both.clone(), vec![]));
        assert_eq!(given(basic, Reach::from_iter([path(&[3]), path(&[4])]), Some(10)), (both, vec![]));
        assert_eq!(
            given(Fields::seen(&[FieldGroup::Personal]), north(), Some(10)),
            (vec![], vec!["personal"])
        );
        let write = Fields { write: basic.read, ..basic };
        assert_eq!(given(write, north(), Some(10)), (vec![], vec!["basic"]));
    }

    #[test]
    fn to_look_into_the_directory_is_not_to_administer() {
        let with = |permission| {
            Rights::of_member(vec![grant(&[permission], Fields::NONE, Reach::everywhere(), None)])
        };
        assert!(!Rights::of_member(Vec::new()).are_administrative());
        assert!(
            !with(Permission::MemberRead).are_administrative()
                && !with(Permission::TagRead).are_administrative()
        );
        assert!(
            with(Permission::MemberExport).are_administrative() && Rights::of_owner().are_administrative()
        );
    }

    #[test]
    fn what_is_seen_of_all_is_seen_of_each() {
        let (basic, contact) = (FieldGroup::Basic, FieldGroup::Contact);
        let near =
            grant(&[Permission::MemberRead], Fields::seen(&[contact]), Reach::from_iter([path(&[3])]), None);
        let all = grant(&[Permission::MemberRead], Fields::seen(&[basic]), Reach::everywhere(), None);
        let rights = Rights::of_member(vec![near, all]);
        assert_eq!(rights.seen_of_all().iter().collect::<Vec<_>>(), [basic]);
        assert_eq!(rights.seen_at(&[path(&[3, 7])]).iter().collect::<Vec<_>>(), [basic, contact]);
        assert_eq!(rights.seen_at(&[path(&[4])]).iter().collect::<Vec<_>>(), [basic]);
    }

    fn grants() -> impl Strategy<Value = Vec<Grant>> {
        let permissions = prop::sample::subsequence(
            vec![
                Permission::MemberRead,
                Permission::MemberManage,
                Permission::DepartmentManage,
                Permission::PolicyRead,
            ],
            0..4,
        );
        let groups = || prop::sample::subsequence(FieldGroup::ALL.to_vec(), 0..4);
        let place = prop::collection::vec(1..4_i64, 0..3).prop_map(|numbers| path(&numbers));
        let reach = prop::collection::vec(place, 0..3).prop_map(|paths| paths.into_iter().collect::<Reach>());
        let one = (permissions, groups(), groups(), reach, prop::option::of(1..4_i64)).prop_map(
            |(permissions, read, write, reach, minutes)| {
                let fields = Fields { read: read.into_iter().collect(), write: write.into_iter().collect() };
                grant(&permissions, fields.whole(), reach, minutes)
            },
        );
        prop::collection::vec(one, 0..4)
    }

    proptest! {
        // Whatever somebody may give changes nothing of what they may themselves, at any place and any time.
        #[test]
        fn nobody_gains_by_giving_to_themselves(own in grants(), gifts in grants(), at in prop::collection::vec(1..4_i64, 0..4), minute in 0..4_i64) {
            let rights = Rights::of_member(own.clone());
            let given = gifts.into_iter().filter(|gift| rights.lack(gift).is_nothing());
            let all: Vec<Grant> = own.iter().cloned().chain(given).collect();
            let now = DateTime::UNIX_EPOCH + Duration::minutes(minute);
            let lasting = |grants: &[Grant]| {
                let there = grants.iter().filter(|grant| grant.until.is_none_or(|until| now < until));
                Rights::of_member(there.cloned().collect())
            };
            let (before, after, place) = (lasting(&own), lasting(&all), path(&at));
            for permission in Permission::ALL {
                prop_assert_eq!(before.at(*permission, &place), after.at(*permission, &place), "{}", permission.name());
            }
            let places = [place];
            prop_assert_eq!(before.seen_at(&places), after.seen_at(&places));
            prop_assert_eq!(before.written_at(&places), after.written_at(&places));
        }
    }
}
