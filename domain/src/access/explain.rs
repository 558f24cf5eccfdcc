//! Why somebody may do something, or why not; what they would have to have, and who could give it to them.

use super::{
    AccessStore, FieldGroup, FieldSet, Fields, Grant, Holder, Holding, Permission, PermissionGroup,
    PermissionSet, Reach, Rights, Sight, holdings, reach, require_for, sight, sight_of,
};
use crate::actor::{MemberActor, MemberRole};
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::{DepartmentStore, Path};
use crate::error::{Code, Faults, Place, Result};
use crate::id::{DepartmentId, MemberId};
use crate::member::{MemberState, MemberStore};
use crate::named::named;
use chrono::{DateTime, Utc};

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
    /// In these departments; everywhere when none is named.
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

    /// Whether some rights allow it, but for what is hidden.
    fn allowed(&self, rights: &Rights) -> Option<Reason> {
        let paths = self.paths();
        let there = match &self.places {
            None => rights.everywhere(self.permission),
            Some(_) if self.of_member && self.permission == Permission::MemberRead => {
                rights.reach(self.permission).covers_any(&paths)
            }
            Some(_) => rights.reach(self.permission).covers_all(&paths),
        };
        if !there {
            let refused =
                if rights.somewhere(self.permission) { Reason::OutOfRange } else { Reason::NotGiven };
            return Some(refused);
        }
        let (Some(field), Some(_)) = (self.field, &self.places) else { return None };
        let has = match self.permission {
            Permission::MemberManage => rights.written_at(&paths).has(field),
            _ => rights.seen_at(&paths).has(field),
        };
        (!has).then_some(Reason::FieldNotGiven)
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
            None => Effect::Elsewhere,
            Some(_) if grant.reach.covers_all(&paths) => Effect::Allows,
            Some(_) if grant.reach.covers_any(&paths) => Effect::Partly,
            Some(_) => Effect::Elsewhere,
        };
        let fields =
            if self.permission == Permission::MemberManage { grant.fields.write } else { grant.fields.read };
        Some(match covers {
            Effect::Allows if !holding.assignment.counts_at(now) => Effect::Over,
            Effect::Allows if self.field.is_some_and(|field| !fields.has(field)) => Effect::FieldNotGiven,
            effect => effect,
        })
    }

    /// What would allow it.
    fn needed(&self, hidden: bool) -> Grant {
        let mut permissions = PermissionSet::with_needs(&[self.permission]);
        if hidden {
            permissions = permissions | PermissionSet::with_needs(&[Permission::HiddenRead]);
        }
        let field: FieldSet = self.field.into_iter().collect();
        let write = if self.permission == Permission::MemberManage { field } else { FieldSet::EMPTY };
        let reach = match &self.places {
            Some(_) if self.permission.is_ranged() => self.paths().into_iter().collect(),
            _ => Reach::everywhere(),
        };
        let fields = Fields { read: field, write };
        Grant { permissions, fields, reach, ..Grant::inborn(super::BuiltInRole::Member) }
    }
}

/// Explains a decision: to whom it is about, and to whoever may see who has which roles.
///
/// # Errors
/// `forbidden`; at `/permission` `permission_unknown`, at `/member_id` and `/target/id` `member_unknown` and `department_unknown`.
pub fn explain(
    tx: &mut impl ExplainingStore,
    context: &Context<'_>,
    actor: &MemberActor,
    asked: &Question,
) -> Result<Explanation> {
    let own = asked.member == actor.member;
    if !own {
        reach(actor, Permission::AccessRead)?;
    }
    let seen = sight(tx, actor)?;
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
        aim.allowed(&rights)
    };
    let reason = refused.unwrap_or_else(|| {
        if member.role == MemberRole::Owner {
            Reason::Owner
        } else if about_themselves {
            Reason::OwnRecord
        } else if aim.allowed(&Rights::of_member(Vec::new())).is_none() {
            Reason::Everybody
        } else {
            Reason::Role
        }
    });
    let needed = aim.needed(reason == Reason::Hidden);
    let lack = rights.lack(&Grant { until: Some(now), ..needed.clone() });
    let missing = refused.filter(|reason| *reason != Reason::NotActive).map(|_| Missing {
        permissions: lack.permissions,
        fields: lack.fields,
        departments: (!needed.reach.is_everywhere())
            .then(|| aim.places.iter().flatten().map(|(id, _)| *id).collect()),
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
    let manages =
        |one: &Holding| one.assignment.counts_at(now) && one.grant.permissions.has(Permission::AccessManage);
    let candidates: Vec<MemberId> =
        tx.holders_of_roles(None, LOOKED_AT)?.into_iter().map(|(_, id)| id).collect();
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
    able.retain(|id| shown.has(*id));
    able.truncate(GRANTORS);
    let holders: Vec<Holder> = able.iter().copied().map(Holder::Member).collect();
    let names = tx.holder_names(&holders)?;
    let named = |id: &MemberId| {
        let name = names.iter().find(|(holder, _)| *holder == Holder::Member(*id));
        name.map(|(_, name)| (*id, name.clone()))
    };
    Ok(able.iter().filter_map(named).collect())
}
