//! Access: who may do what, where, and with which fields of members.
//!
//! [`Rights`] are what all roles of somebody come to. They are looked up once, with the session, and every decision is made from them
//! alone: [`require`] for what concerns the whole organization, [`reach`] for what can be given for some departments.

mod assign;
mod assignment;
mod catalogue;
mod explain;
mod field;
mod holding;
mod indirect;
mod manage_role;
mod reach;
mod review;
mod rights;
mod role;
mod scope;
mod set;
mod sight;
mod store;
mod template;

pub use assign::{AssigningStore, NewAssignment, assign, assignment, assignments, withdraw};
pub(crate) use assign::{beyond, lose, lose_department};
pub use assignment::{Assignment, Holder, HolderKind, MAX_ASSIGNMENTS, MAX_DEPARTMENTS, Range, RangeKind};
pub use catalogue::{Permission, PermissionGroup};
pub use explain::{Effect, ExplainingStore, Explanation, Missing, Question, Reason, Target, explain};
pub use field::{FieldGroup, FieldSet, Fields};
pub use holding::{Holding, holdings};
pub(crate) use indirect::{
    Placing, Shift, check_moving, check_people, check_placing, check_tagging, placing,
};
pub use manage_role::{RoleDraft, RolePatch, create_role, delete_role, role, roles, update_role};
pub use reach::Reach;
pub use review::{Concern, ReviewSpot, Reviewed, UseStore, begin_review_export, review};
pub use rights::{Grant, Lack, Rights};
pub use role::{BuiltInRole, CustomRole, MAX_ROLES, Role, RoleDescription, RoleName};
pub use set::PermissionSet;
pub use sight::{Hidden, Shared, Sight, names_seen, sight};
pub(crate) use sight::{Those, require_seen, sight_of};
pub use store::{
    AccessStore, AssignmentFilter, AssignmentStore, GrantStore, HolderStore, RoleStore, SightStore,
};
pub use template::RoleTemplate;

use crate::actor::{MemberActor, MemberRole, OperatorActor, OperatorRole};
use crate::error::{Code, Error, Result};
use crate::id::MemberId;
use assign::range_of;
use chrono::{DateTime, Utc};
pub use scope::fields_seen;
pub(crate) use scope::{
    check_fields, check_patch, check_places, fields_of, require_all_fields, require_at, require_for,
    require_sight, scope, written_of,
};
use std::borrow::Cow;
use std::sync::Arc;

/// Somebody who may do some things everywhere in their world.
pub trait Permitted {
    /// Whether they may do this.
    fn may(&self, permission: Permission) -> bool;
}

impl Permitted for MemberActor {
    fn may(&self, permission: Permission) -> bool {
        self.rights.everywhere(permission)
    }
}

impl Permitted for OperatorActor {
    fn may(&self, permission: Permission) -> bool {
        self.role.permissions().has(permission)
    }
}

impl OperatorRole {
    /// What it allows.
    #[must_use]
    pub fn permissions(self) -> PermissionSet {
        use Permission::{
            CertificateSuspend, ReviewConfirm, ReviewDecide, ReviewRead, SmsRead, TicketAnswer,
        };
        let some: &[Permission] = match self {
            Self::Reviewer => &[ReviewRead, ReviewDecide, TicketAnswer, SmsRead],
            Self::SeniorReviewer => {
                &[ReviewRead, ReviewDecide, ReviewConfirm, CertificateSuspend, TicketAnswer, SmsRead]
            }
            Self::Support | Self::PlatformAdmin => &[ReviewRead, TicketAnswer, SmsRead],
        };
        some.iter().copied().collect()
    }
}

/// What a member may do at a moment.
///
/// # Errors
/// When the store fails.
pub fn rights_of(
    tx: &mut impl AccessStore,
    (member, role): (MemberId, MemberRole),
    now: DateTime<Utc>,
) -> Result<Arc<Rights>> {
    Ok(Arc::new(match role {
        MemberRole::Owner => Rights::of_owner(),
        MemberRole::Member => Rights::of_member(tx.grants_of(member, now)?),
    }))
}

/// Refuses whoever may not do something everywhere.
///
/// # Errors
/// [`Code::Forbidden`] with the permission's name.
pub fn require(asker: &impl Permitted, permission: Permission) -> Result<()> {
    if asker.may(permission) { Ok(()) } else { Err(forbidden(permission)) }
}

/// Where somebody may do something; refuses whoever may nowhere.
///
/// # Errors
/// [`Code::Forbidden`] with the permission's name.
pub fn reach(actor: &MemberActor, permission: Permission) -> Result<Cow<'_, Reach>> {
    let reach = actor.rights.reach(permission);
    if reach.is_nowhere() { Err(forbidden(permission)) } else { Ok(reach) }
}

fn forbidden(permission: Permission) -> Error {
    Error::new(Code::Forbidden).with("permission", permission.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::department::Path;
    use std::fmt::Write;

    /// Every role, by name, with what it allows everywhere.
    fn roles() -> Vec<(&'static str, PermissionSet)> {
        let members = BuiltInRole::ALL.iter().map(|role| (role.name(), role.permissions()));
        members.chain(OperatorRole::ALL.iter().map(|role| (role.name(), role.permissions()))).collect()
    }

    /// Somebody who has a role, somewhere.
    fn holder(role: BuiltInRole, reach: Reach) -> Rights {
        match role {
            BuiltInRole::Owner => Rights::of_owner(),
            BuiltInRole::Member => Rights::of_member(Vec::new()),
            given => Rights::of_member(vec![Grant { reach, ..Grant::inborn(given) }]),
        }
    }

    /// Where a role allows something, in a word: asked of those who have it for one department, there and elsewhere, and of those who have it
    /// everywhere.
    fn reaching(role: BuiltInRole, allows: impl Fn(&Rights, &Path) -> bool) -> &'static str {
        let (there, elsewhere) = (Path::root().below(3), Path::root().below(4));
        let (ranged, everywhere) =
            (holder(role, [there.clone()].into_iter().collect()), holder(role, Reach::everywhere()));
        match (allows(&ranged, &there), allows(&ranged, &elsewhere), allows(&everywhere, &elsewhere)) {
            (false, false, false) => "-",
            (false, false, true) => "whole",
            (true, false, true) => "range",
            (true, true, true) => "always",
            odd => panic!("{role:?} {odd:?}"),
        }
    }

    /// The golden matrix: a change of rights shows up in review, as a change of that file.
    #[test]
    fn role_by_permission_and_range() {
        let names: Vec<&str> = BuiltInRole::ALL.iter().map(|role| role.name()).collect();
        let mut matrix = format!("{:20} {}", "", names.join(" "));
        let mut row = |head: String, cell: &dyn Fn(BuiltInRole) -> &'static str| {
            write!(matrix, "\n{head:20}").unwrap();
            for role in BuiltInRole::ALL {
                write!(matrix, " {:width$}", cell(*role), width = role.name().len()).unwrap();
            }
        };
        let of_tenants = |one: &&Permission| one.group() != PermissionGroup::Platform;
        for permission in Permission::ALL.iter().filter(of_tenants) {
            row(permission.name().to_owned(), &|role| {
                reaching(role, |rights, path| rights.at(*permission, path))
            });
        }
        for group in FieldGroup::ALL {
            row(format!("see {}", group.name()), &|role| {
                reaching(role, |rights, path| rights.seen_at(std::slice::from_ref(path)).has(*group))
            });
        }
        for group in FieldGroup::ALL {
            row(format!("change {}", group.name()), &|role| {
                reaching(role, |rights, path| rights.written_at(std::slice::from_ref(path)).has(*group))
            });
        }
        golden(&matrix, include_str!("../../data/access/matrix.txt"));
    }

    /// The same of operators, who have no ranges.
    #[test]
    fn operator_by_permission() {
        let names: Vec<&str> = OperatorRole::ALL.iter().map(|role| role.name()).collect();
        let mut matrix = format!("{:20} {}", "", names.join(" "));
        for permission in Permission::ALL.iter().filter(|one| one.group() == PermissionGroup::Platform) {
            write!(matrix, "\n{:20}", permission.name()).unwrap();
            for role in OperatorRole::ALL {
                let cell = if role.permissions().has(*permission) { "always" } else { "-" };
                write!(matrix, " {cell:width$}", width = role.name().len()).unwrap();
            }
        }
        golden(&matrix, include_str!("../../data/access/operators.txt"));
    }

    fn golden(matrix: &str, kept: &str) {
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        // What follows a blank line is its legend.
        let kept = kept.split("\n\n").next().unwrap_or_default();
        assert_eq!(lines(matrix), lines(kept), "\n{matrix}\n");
    }

    #[test]
    fn the_catalogue_is_sound() {
        for permission in Permission::ALL {
            assert_eq!(Permission::find(permission.name()), Some(*permission));
            let (resource, action) = permission.name().split_once(':').unwrap();
            assert!(
                resource.chars().chain(action.chars()).all(|c| c.is_ascii_lowercase()),
                "{resource}:{action}"
            );
            for needed in permission.needs() {
                // Nothing needs what is of another world, nor something that needs it in turn.
                assert_ne!(needed, permission);
                assert!(!needed.needs().contains(permission));
                let platform = |one: Permission| one.group() == PermissionGroup::Platform;
                assert_eq!(platform(*needed), platform(*permission));
            }
        }
    }

    /// Whoever has a permission has those that it is of no use without.
    #[test]
    fn no_role_has_half_of_a_right() {
        for (role, holder) in roles() {
            for permission in Permission::ALL.iter().filter(|permission| holder.has(**permission)) {
                let whole = permission.needs().iter().all(|needed| holder.has(*needed));
                assert!(whole, "{role} {}", permission.name());
            }
        }
    }
}
