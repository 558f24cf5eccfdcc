//! Why somebody may do something, or why not; what they would have to have, and who could give it to them.

use super::{
    AccessStore, BuiltInRole, FieldGroup, FieldSet, Fields, Grant, Holder, Holding, Permission,
    PermissionGroup, PermissionSet, Reach, Rights, Role, Sight, forbidden, holdings, reach, require_for,
    sight, sight_of,
};
use crate::actor::{MemberActor, MemberRole};
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::{DepartmentStore, Path};
use crate::error::{Code, Faults, Place, Result};
use crate::id::{DepartmentId, MemberId, RoleId};
use crate::member::{Member, MemberState, MemberStore};
use crate::named::named;
use chrono::{DateTime, Utc};
use std::collections::HashSet;

bundle! {
    /// What explaining a decision reads.
    ExplainingStore: AccessStore + MemberStore + DepartmentStore
}

/// How many of those are named who could give what is missing.
const GRANTORS: usize = 10;
/// How many people who give roles are looked at for that.
const LOOKED_AT: u32 = 200;

/// What something is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The organization as a whole.
    Organization,
    /// A department.
    Department(DepartmentId),
    /// A member.
    Member(MemberId),
}

/// Whether somebody may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Who.
    pub member: MemberId,
    /// What.
    pub permission: Permission,
    /// With what.
    pub target: Target,
    /// And with which of a member's fields.
    pub field: Option<FieldGroup>,
}

named! {
    /// Why somebody may do something, or may not.
    Reason {
        /// They are the owner, who may do everything.
        Owner "owner";
        /// Everybody may.
        Everybody "everybody";
        /// It is about themselves.
        OwnRecord "own_record";
        /// Their roles allow it.
        Role "role";
        /// They do not get in: they have not come yet, are disabled, or left.
        NotActive "not_active";
        /// What it is done with is hidden from them.
        Hidden "hidden";
        /// No role of theirs allows it.
        NotGiven "not_given";
        /// What allows it counts elsewhere, or not for all of it.
        OutOfRange "out_of_range";
        /// What allows it does not have the field.
        FieldNotGiven "field_not_given";
    }
}

named! {
    /// What an assignment does about a question.
    Effect {
        /// It allows it.
        Allows "allows";
        /// It would, and is over.
        Over "over";
        /// It would in other departments.
        Elsewhere "elsewhere";
        /// It counts for some of the departments and not for all.
        Partly "partly";
        /// What it allows is only worth something for the whole organization, and it is not given everywhere.
        NotWhole "not_whole";
        /// It does not have the field.
        FieldNotGiven "field_not_given";
    }
}

/// What somebody would have to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// To do this.
    pub permissions: PermissionSet,
    /// With these fields.
    pub fields: FieldSet,
    /// In these departments, as far as the reader sees them; everywhere when none is named.
    pub departments: Option<Vec<DepartmentId>>,
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Whether they may.
    pub allowed: bool,
    /// Why, or why not.
    pub reason: Reason,
    /// The assignments of theirs that are about this, as far as the reader may see them, with what each does.
    pub assignments: Vec<(Holding, Effect)>,
    /// What they would have to be given, if they may not.
    pub missing: Option<Missing>,
    /// Who could give it, by name.
    pub grantors: Vec<(MemberId, String)>,
}

/// What something is done with, looked up.
struct Aim {
    permission: Permission,
    field: Option<FieldGroup>,
    /// The departments that it is done in; none is the whole organization.
    places: Option<Vec<(DepartmentId, Path)>>,
    /// Whether it takes all of them.
    of_member: bool,
}

impl Aim {
    fn paths(&self) -> Vec<Path> {
        self.places.iter().flatten().map(|(_, path)| path.clone()).collect()
    }

    /// Whether one department of a member is enough: to see them and what they are. To do something with them takes all.
    fn takes_any(&self) -> bool {
        use Permission::{HiddenRead, MemberExport, MemberRead};
        self.of_member && matches!(self.permission, MemberRead | HiddenRead | MemberExport)
    }

    /// Whether a reach is enough.
    fn is_within(&self, reach: &Reach) -> bool {
        match &self.places {
            None => reach.is_everywhere(),
            Some(_) if self.takes_any() => reach.covers_any(&self.paths()),
            Some(_) => reach.covers_all(&self.paths()),
        }
    }

    /// Why some rights do not allow it, but for what is hidden.
    fn refused(&self, rights: &Rights) -> Option<Reason> {
        if !self.is_within(&rights.reach(self.permission)) {
            let somewhere = rights.somewhere(self.permission);
            return Some(if somewhere { Reason::OutOfRange } else { Reason::NotGiven });
        }
        let writes = self.permission == Permission::MemberManage;
        let missing = |field: FieldGroup| {
            let paths = self.paths();
            !match &self.places {
                None if writes => rights.written(field).is_everywhere(),
                None => rights.seen(field).is_everywhere(),
                Some(_) if writes => rights.written_at(&paths).has(field),
                Some(_) => rights.seen_at(&paths).has(field),
            }
        };
        self.field.filter(|field| missing(*field)).map(|_| Reason::FieldNotGiven)
    }

    /// What an assignment does about it; nothing if its role has nothing to do with it.
    fn effect(&self, holding: &Holding, now: DateTime<Utc>) -> Option<Effect> {
        let (grant, paths) = (&holding.grant, self.paths());
        if !grant.permissions.has(self.permission) {
            return None;
        }
        let covers = match &self.places {
            _ if grant.reach.is_everywhere() => Effect::Allows,
            _ if !self.permission.is_ranged() => Effect::NotWhole,
            Some(_) if self.is_within(&grant.reach) => Effect::Allows,
            Some(_) if grant.reach.covers_any(&paths) => Effect::Partly,
            _ => Effect::Elsewhere,
        };
        let writes = self.permission == Permission::MemberManage;
        let fields = if writes { grant.fields.write } else { grant.fields.read };
        Some(match covers {
            Effect::Allows if !holding.assignment.counts_at(now) => Effect::Over,
            Effect::Allows if self.field.is_some_and(|field| !fields.has(field)) => Effect::FieldNotGiven,
            effect => effect,
        })
    }

    /// What would allow it.
    fn needed(&self, hidden: bool, places: &[&(DepartmentId, Path)]) -> Grant {
        let mut permissions = PermissionSet::with_needs(&[self.permission]);
        if hidden {
            permissions = permissions | PermissionSet::with_needs(&[Permission::HiddenRead]);
        }
        let field: FieldSet = self.field.into_iter().collect();
        let write = if self.permission == Permission::MemberManage { field } else { FieldSet::EMPTY };
        let reach = match &self.places {
            Some(_) if self.permission.is_ranged() => places.iter().map(|(_, path)| path.clone()).collect(),
            _ => Reach::everywhere(),
        };
        let fields = Fields { read: field, write };
        Grant { permissions, fields, reach, ..Grant::inborn(BuiltInRole::Member) }
    }
}

/// Explains a decision: to whom it is about, and to whoever may see who has which roles.
///
/// # Errors
/// `forbidden`; at `/permission` `permission_unknown`, at `/field` `field_unknown`, at `/member_id` and `/target/id` `member_unknown` and
/// `department_unknown`.
pub fn explain(
    tx: &mut impl ExplainingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    asked: &Question,
) -> Result<Explanation> {
    let own = asked.member == actor.member;
    let seen = sight(tx, actor)?;
    let (member, aim) = looked_up(tx, (actor, &seen), asked)?;
    let held = holdings(tx, &[member.id])?.remove(&member.id).unwrap_or_default();
    let now = context.now;
    let counting = held.iter().filter(|one| one.assignment.counts_at(now)).map(|one| one.grant.clone());
    let rights = match member.role {
        MemberRole::Owner => Rights::of_owner(),
        MemberRole::Member => Rights::of_member(counting.collect()),
    };
    let theirs = sight_of(tx, member.id, &rights)?;
    let hidden = !sees(tx, &theirs, asked.target, &aim)?;
    let about_themselves =
        asked.target == Target::Member(member.id) && asked.permission == Permission::MemberRead;
    let refused = if member.state != MemberState::Active {
        Some(Reason::NotActive)
    } else if about_themselves {
        None
    } else if hidden {
        Some(Reason::Hidden)
    } else {
        aim.refused(&rights)
    };
    let reason = refused.unwrap_or_else(|| {
        if member.role == MemberRole::Owner {
            Reason::Owner
        } else if about_themselves {
            Reason::OwnRecord
        } else if aim.refused(&Rights::of_member(Vec::new())).is_none() {
            Reason::Everybody
        } else {
            Reason::Role
        }
    });
    // Where one department is enough, it is the first that the reader sees, if they see one.
    let shown = |place: &&(DepartmentId, Path)| seen.sees(&place.1);
    let mut places: Vec<&(DepartmentId, Path)> = aim.places.iter().flatten().collect();
    if aim.takes_any() {
        places.sort_by_key(|place| !shown(place));
        places.truncate(1);
    }
    let needed = aim.needed(reason == Reason::Hidden, &places);
    let lack = rights.lack(&Grant { until: Some(now), ..needed.clone() });
    let missing = refused.filter(|reason| *reason != Reason::NotActive).map(|_| Missing {
        permissions: lack.permissions,
        fields: lack.fields,
        departments: (!needed.reach.is_everywhere())
            .then(|| places.into_iter().filter(shown).map(|(id, _)| *id).collect()),
    });
    let grantors = if missing.is_some() { grantors(tx, (&seen, now), &needed)? } else { Vec::new() };
    let visible =
        if own { Reach::everywhere() } else { actor.rights.reach(Permission::AccessRead).into_owned() };
    let assignments = held
        .into_iter()
        .filter(|one| !one.grant.reach.is_nowhere() || own || visible.is_everywhere())
        .filter(|one| visible.includes(&one.grant.reach))
        .filter_map(|one| aim.effect(&one, now).map(|effect| (one, effect)))
        .collect();
    Ok(Explanation { allowed: refused.is_none(), reason, assignments, missing, grantors })
}

/// Whom and what a question is about, for who may ask it.
fn looked_up(
    tx: &mut impl ExplainingStore,
    (actor, seen): (&MemberActor, &Sight),
    asked: &Question,
) -> Result<(Member, Aim)> {
    let own = asked.member == actor.member;
    if !own {
        reach(actor, Permission::AccessRead)?;
    }
    let unknown = |at: &str, code| Err(Faults::one(Place::Body, at, code));
    if asked.permission.group() == PermissionGroup::Platform {
        return unknown("/permission", Code::PermissionUnknown);
    }
    if !seen.among(tx, &[asked.member])?.has(asked.member) {
        return unknown("/member_id", Code::MemberUnknown);
    }
    let Some(member) = tx.member(asked.member)? else { return unknown("/member_id", Code::MemberUnknown) };
    if !own {
        require_for(tx, actor, Permission::AccessRead, asked.member)?;
    }
    let places = match asked.target {
        Target::Organization => None,
        Target::Department(id) => match tx.paths(&[id])?.pop().filter(|(_, path)| seen.sees(path)) {
            Some(place) => Some(vec![place]),
            None => return unknown("/target/id", Code::DepartmentUnknown),
        },
        Target::Member(id) => {
            if tx.member(id)?.is_none() || !seen.among(tx, &[id])?.has(id) {
                return unknown("/target/id", Code::MemberUnknown);
            }
            Some(places(tx, id)?)
        }
    };
    let of_member = matches!(asked.target, Target::Member(_));
    let aim = Aim { permission: asked.permission, field: asked.field, places, of_member };
    if asked.field.is_some() && !has_fields(asked.permission) {
        return unknown("/field", Code::FieldUnknown);
    }
    // What decides about others has to be the reader's to see.
    let sees = actor.rights.reach(Permission::AccessRead);
    if !own && !aim.places.as_ref().map_or(sees.is_everywhere(), |_| sees.covers_all(&aim.paths())) {
        return Err(forbidden(Permission::AccessRead));
    }
    Ok((member, aim))
}

/// Whether it is about fields of members.
fn has_fields(permission: Permission) -> bool {
    matches!(permission, Permission::MemberRead | Permission::MemberManage | Permission::MemberExport)
}

/// The departments of a member, each once.
fn places(tx: &mut impl ExplainingStore, member: MemberId) -> Result<Vec<(DepartmentId, Path)>> {
    let mut paths: Vec<Path> = tx.whereabouts(&[member])?.into_iter().map(|(_, path)| path).collect();
    paths.sort_unstable();
    paths.dedup();
    let numbers: Vec<i64> = paths.iter().filter_map(|path| path.numbers().last()).collect();
    let found = tx.departments_numbered(&numbers)?;
    Ok(found.into_iter().map(|one| (one.id, one.path)).collect())
}

fn sees(tx: &mut impl AccessStore, sight: &Sight, target: Target, aim: &Aim) -> Result<bool> {
    match target {
        Target::Organization => Ok(true),
        Target::Department(_) => Ok(aim.paths().iter().all(|path| sight.sees(path))),
        Target::Member(id) => Ok(sight.among(tx, &[id])?.has(id)),
    }
}

/// Who could give something, of those whom the reader sees; the owner first.
fn grantors(
    tx: &mut impl ExplainingStore,
    (seen, now): (&Sight, DateTime<Utc>),
    needed: &Grant,
) -> Result<Vec<(MemberId, String)>> {
    let owner = tx.owner()?;
    let built_in = BuiltInRole::ALL.iter().copied().filter(|role| role.is_assignable()).map(Role::BuiltIn);
    let roles: Vec<RoleId> = built_in
        .chain(tx.custom_roles()?.into_iter().map(Role::Custom))
        .filter(|role| role.permissions().has(Permission::AccessManage))
        .map(|role| role.id())
        .collect();
    let manages =
        |one: &Holding| one.assignment.counts_at(now) && one.grant.permissions.has(Permission::AccessManage);
    let found = tx.holders_of_roles(Some(&roles), None, LOOKED_AT)?;
    let mut candidates: Vec<MemberId> = found.into_iter().map(|(_, id)| id).collect();
    candidates.retain(|id| Some(*id) != owner);
    let held = holdings(tx, &candidates)?;
    let able = |id: &MemberId| {
        let theirs = held.get(id).map(Vec::as_slice).unwrap_or_default();
        if !theirs.iter().any(manages) {
            return false;
        }
        let counting = theirs.iter().filter(|one| one.assignment.counts_at(now));
        let rights = Rights::of_member(counting.map(|one| one.grant.clone()).collect());
        rights.reach(Permission::AccessManage).includes(&needed.reach) && rights.lack(needed).is_nothing()
    };
    let mut able: Vec<MemberId> = owner.into_iter().chain(candidates.into_iter().filter(able)).collect();
    let shown = seen.among(tx, &able)?;
    let there = tx.members(&able)?.into_iter().filter(|member| member.state == MemberState::Active);
    let there: HashSet<MemberId> = there.map(|member| member.id).collect();
    able.retain(|id| shown.has(*id) && there.contains(id));
    able.truncate(GRANTORS);
    let holders: Vec<Holder> = able.iter().copied().map(Holder::Member).collect();
    let names = tx.holder_names(&holders)?;
    let named = |id: &MemberId| {
        let name = names.iter().find(|(holder, _)| *holder == Holder::Member(*id));
        name.map(|(_, name)| (*id, name.clone()))
    };
    Ok(able.iter().filter_map(named).collect())
}
