//! What people come to have though nobody gives it to them: roles are given to departments and tags, and count where people stand, so
//! that whoever moves somebody, tags somebody or moves a department gives and widens rights. Nobody does so beyond their own.

use super::assign::beyond;
use super::manage_role::find;
use super::{AccessStore, Assignment, Grant, Holder, Lack, Range, Reach, Rights, Role, range_of};
use crate::actor::{Actor, MemberActor};
use crate::department::Path;
use crate::error::{Code, Faults, Result, Violation};
use crate::id::{DepartmentId, MemberId, RoleId, TagId};
use crate::member::MemberChange;
use std::collections::HashMap;

/// A member who comes into departments.
pub(crate) struct Placing {
    /// The member.
    pub(crate) member: MemberId,
    /// Where they are.
    pub(crate) had: Vec<DepartmentId>,
    /// Where they are to be.
    pub(crate) has: Vec<DepartmentId>,
}

/// What assignments give, with every role looked up once.
struct Giving {
    roles: HashMap<RoleId, Option<Role>>,
}

impl Giving {
    fn new() -> Self {
        Self { roles: HashMap::new() }
    }

    /// What somebody with these rights lacks in order to give an assignment where it would newly count.
    fn lack(
        &mut self,
        tx: &mut impl AccessStore,
        rights: &Rights,
        given: &Assignment,
        reach: Reach,
    ) -> Result<Lack> {
        let role = if let Some(known) = self.roles.get(&given.role) {
            known.clone()
        } else {
            let found = find(tx, given.role)?;
            self.roles.insert(given.role, found.clone());
            found
        };
        Ok(role.map_or_else(Lack::default, |role| {
            let grant: Grant = given.grant(&role, reach);
            rights.lack(&grant)
        }))
    }
}

/// What somebody lacks in order to place each of some members.
pub(crate) fn placing(tx: &mut impl AccessStore, rights: &Rights, members: &[Placing]) -> Result<Vec<Lack>> {
    let come = |one: &Placing| one.has.iter().any(|department| !one.had.contains(department));
    if rights.are_all() || !members.iter().any(come) {
        return Ok(vec![Lack::default(); members.len()]);
    }
    let (held, own) = (tx.held_by_departments()?, tx.own_assignments()?);
    if held.is_empty() && own.is_empty() {
        return Ok(vec![Lack::default(); members.len()]);
    }
    let mut departments: Vec<DepartmentId> =
        members.iter().flat_map(|one| one.had.iter().chain(&one.has)).copied().collect();
    departments.sort_unstable();
    departments.dedup();
    let paths: HashMap<DepartmentId, Path> = tx.paths(&departments)?.into_iter().collect();
    let at = |ids: &[DepartmentId]| ids.iter().filter_map(|id| paths.get(id)).cloned().collect::<Vec<Path>>();
    let mut giving = Giving::new();
    let mut lacks = Vec::with_capacity(members.len());
    for one in members {
        let (had, has) = (at(&one.had), at(&one.has));
        let new: Vec<Path> = has.into_iter().filter(|path| !had.contains(path)).collect();
        let mut lack = Lack::default();
        for (path, given) in &held {
            let below: Reach = new.iter().filter(|place| path.covers(place)).cloned().collect();
            let has_it = had.iter().any(|place| path.covers(place));
            let reach = match given.range {
                _ if below.is_nowhere() => continue,
                Range::Own => below,
                _ if has_it => continue,
                _ => range_of(tx, given)?,
            };
            lack = lack.and(giving.lack(tx, rights, given, reach)?);
        }
        // Who has a tag is not asked: whoever has a role by one may be anybody.
        let theirs = own.iter().filter(|given| match given.holder {
            Holder::Member(member) => member == one.member,
            Holder::Department(_) => false,
            Holder::Tag(_) => true,
        });
        for given in theirs.filter(|_| !new.is_empty()) {
            lack = lack.and(giving.lack(tx, rights, given, new.iter().cloned().collect())?);
        }
        lacks.push(lack);
    }
    Ok(lacks)
}

/// Notes which changes of members would give what their maker does not have.
pub(crate) fn check_placing(
    tx: &mut impl AccessStore,
    by: &Actor,
    changes: &[MemberChange],
    faults: &mut Faults,
) -> Result<()> {
    let Actor::Member(actor) = by else { return Ok(()) };
    let places = |placements: &[crate::department::Placement]| {
        placements.iter().map(|placement| placement.department).collect::<Vec<_>>()
    };
    let placed: Vec<Placing> = changes
        .iter()
        .map(|change| Placing {
            member: change.after.id,
            had: places(change.had()),
            has: places(&change.placements),
        })
        .collect();
    for (change, lack) in changes.iter().zip(placing(tx, &actor.rights, &placed)?) {
        if !lack.is_nothing() {
            faults.note(&format!("{}/departments", change.at), lack.violation());
        }
    }
    Ok(())
}

/// Refuses to give tags by which somebody would come to have what the giver does not have.
pub(crate) fn check_tagging(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    tags: impl IntoIterator<Item = TagId>,
) -> Result<()> {
    if actor.rights.are_all() {
        return Ok(());
    }
    let holders: Vec<Holder> = tags.into_iter().map(Holder::Tag).collect();
    let mut giving = Giving::new();
    for given in tx.assignments_of(&holders)? {
        let reach = range_of(tx, &given)?;
        beyond(giving.lack(tx, &actor.rights, &given, reach)?)?;
    }
    Ok(())
}

/// Refuses to move a department and what is below it to another place, where others come to reach it, or those who are in it come to have
/// more, than the mover could give.
pub(crate) fn check_moving(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    (from, below): (&Path, &Path),
) -> Result<()> {
    if actor.rights.are_all() {
        return Ok(());
    }
    let newly = |path: &Path| path.covers(below) && !path.covers(from);
    let moved = || Reach::from_iter([from.clone()]);
    let mut giving = Giving::new();
    for (path, given) in tx.held_by_departments()? {
        if newly(&path) {
            let reach = if given.range == Range::Own { moved() } else { range_of(tx, &given)? };
            beyond(giving.lack(tx, &actor.rights, &given, reach)?)?;
        }
    }
    let above: Vec<i64> = below.numbers().collect();
    for (path, given) in tx.assignments_at(&above)? {
        if newly(&path) {
            beyond(giving.lack(tx, &actor.rights, &given, moved())?)?;
        }
    }
    for given in tx.own_assignments()? {
        let widens = match given.holder {
            Holder::Member(member) => tx.whereabouts(&[member])?.iter().any(|(_, path)| newly(path)),
            Holder::Department(id) => tx.paths(&[id])?.iter().any(|(_, path)| path.covers(below)),
            Holder::Tag(_) => true,
        };
        if widens {
            beyond(giving.lack(tx, &actor.rights, &given, moved())?)?;
        }
    }
    Ok(())
}

/// The same where a department goes up in another one: who was in it is in that one from now on, and what counts where they are counts
/// there.
pub(crate) fn check_merging(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    (from, into): (&Path, &Path),
) -> Result<()> {
    check_moving(tx, actor, (from, into))?;
    if actor.rights.are_all() {
        return Ok(());
    }
    let mut giving = Giving::new();
    for given in tx.own_assignments()? {
        let comes = match given.holder {
            Holder::Member(member) => tx.whereabouts(&[member])?.iter().any(|(_, path)| path == from),
            Holder::Department(id) => tx.paths(&[id])?.iter().any(|(_, path)| path.covers(from)),
            Holder::Tag(_) => true,
        };
        if comes {
            let reach = Reach::from_iter([into.clone()]);
            beyond(giving.lack(tx, &actor.rights, &given, reach)?)?;
        }
    }
    Ok(())
}

impl Lack {
    /// Both together.
    fn and(self, other: Self) -> Self {
        Self { permissions: self.permissions | other.permissions, fields: self.fields.and(other.fields) }
    }

    /// What is said of it where something is written.
    fn violation(self) -> Violation {
        let (permissions, fields) = self.names();
        Violation::new(Code::BeyondOwnRights).with("permissions", permissions).with("fields", fields)
    }
}
