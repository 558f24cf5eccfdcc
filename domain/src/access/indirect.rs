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
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};

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
pub(crate) fn placing(
    tx: &mut impl AccessStore,
    (rights, now): (&Rights, DateTime<Utc>),
    members: &[Placing],
) -> Result<Vec<Lack>> {
    let come = |one: &Placing| one.has.iter().any(|department| !one.had.contains(department));
    if rights.are_all() || !members.iter().any(come) {
        return Ok(vec![Lack::default(); members.len()]);
    }
    let (held, own) = (on_departments(tx, now)?, own(tx, now)?);
    if held.is_empty() && own.is_empty() {
        return Ok(vec![Lack::default(); members.len()]);
    }
    let mut departments: Vec<DepartmentId> =
        members.iter().flat_map(|one| one.had.iter().chain(&one.has)).copied().collect();
    departments.sort_unstable();
    departments.dedup();
    let paths: HashMap<DepartmentId, Path> = tx.paths(&departments)?.into_iter().collect();
    let at = |ids: &[DepartmentId]| ids.iter().filter_map(|id| paths.get(id)).cloned().collect::<Vec<Path>>();
    let by_tag = own.iter().any(|given| matches!(given.holder, Holder::Tag(_)));
    let ids: Vec<MemberId> = members.iter().map(|one| one.member).collect();
    let tagged: HashSet<(MemberId, TagId)> =
        if by_tag { tx.tags_of(&ids)?.into_iter().collect() } else { HashSet::new() };
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
        let theirs = own.iter().filter(|given| match given.holder {
            Holder::Member(member) => member == one.member,
            Holder::Department(_) => false,
            Holder::Tag(tag) => tagged.contains(&(one.member, tag)),
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
    (by, now): (&Actor, DateTime<Utc>),
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
    for (change, lack) in changes.iter().zip(placing(tx, (actor.rights.as_ref(), now), &placed)?) {
        if !lack.is_nothing() {
            faults.note(&format!("{}/departments", change.at), lack.violation());
        }
    }
    Ok(())
}

/// Refuses to give tags by which somebody would come to have what the giver does not have.
pub(crate) fn check_tagging(
    tx: &mut impl AccessStore,
    (actor, now): (&MemberActor, DateTime<Utc>),
    tags: impl IntoIterator<Item = TagId>,
) -> Result<()> {
    if actor.rights.are_all() {
        return Ok(());
    }
    let holders: Vec<Holder> = tags.into_iter().map(Holder::Tag).collect();
    let mut giving = Giving::new();
    for given in tx.assignments_of(&holders)?.into_iter().filter(|given| given.counts_at(now)) {
        let reach = range_of(tx, &given)?;
        beyond(giving.lack(tx, &actor.rights, &given, reach)?)?;
    }
    Ok(())
}

/// What is given to departments and counts, and where those stand.
fn on_departments(tx: &mut impl AccessStore, now: DateTime<Utc>) -> Result<Vec<(Path, Assignment)>> {
    let mut all = tx.held_by_departments()?;
    all.retain(|(_, given)| given.counts_at(now));
    Ok(all)
}

/// What counts where its holders are.
fn own(tx: &mut impl AccessStore, now: DateTime<Utc>) -> Result<Vec<Assignment>> {
    let mut all = tx.own_assignments()?;
    all.retain(|given| given.counts_at(now));
    Ok(all)
}

/// How the people of a department change places with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    /// The department goes below another one, and they stay in it.
    Below,
    /// It goes up in the other one, and they are in that from now on.
    Into,
}

/// Refuses to move a department and what is below it to another place, where others come to reach it, or those who are in it come to have
/// more, than the mover could give.
pub(crate) fn check_moving(
    tx: &mut impl AccessStore,
    (actor, now): (&MemberActor, DateTime<Utc>),
    (from, to): (&Path, &Path),
    shift: Shift,
) -> Result<()> {
    if actor.rights.are_all() {
        return Ok(());
    }
    let newly = |path: &Path| path.covers(to) && !path.covers(from);
    let just = |path: &Path| Reach::from_iter([path.clone()]);
    let mut giving = Giving::new();
    let mut check = |tx: &mut _, given: &Assignment, reach: Reach| {
        beyond(giving.lack(tx, &actor.rights, given, reach)?)
    };
    for (path, given) in on_departments(tx, now)? {
        match given.range {
            // Whoever is between this department and the other one reaches what comes, and whoever comes has there what counts where they are.
            Range::Own if path.covers(to) => {
                check(tx, &given, just(from))?;
                if shift == Shift::Into {
                    check(tx, &given, just(to))?;
                }
            }
            Range::Own => {}
            _ if newly(&path) => {
                let reach = range_of(tx, &given)?;
                check(tx, &given, reach)?;
            }
            _ => {}
        }
    }
    let above: Vec<i64> = to.numbers().collect();
    for (path, given) in tx.assignments_at(&above)? {
        if given.counts_at(now) && newly(&path) {
            check(tx, &given, just(from))?;
        }
    }
    let own = own(tx, now)?;
    let members: Vec<MemberId> = own
        .iter()
        .filter_map(|given| match given.holder {
            Holder::Member(member) => Some(member),
            Holder::Department(_) | Holder::Tag(_) => None,
        })
        .collect();
    let mut places: HashMap<MemberId, Vec<Path>> = HashMap::new();
    for (member, path) in tx.whereabouts(&members)? {
        places.entry(member).or_default().push(path);
    }
    for given in own {
        let (reached, comes) = match given.holder {
            Holder::Member(member) => {
                let places = places.get(&member).map(Vec::as_slice).unwrap_or_default();
                (places.iter().any(newly), places.contains(from))
            }
            // Those of departments have been looked at, and whoever has a tag may be anybody.
            Holder::Department(_) => (false, false),
            Holder::Tag(_) => (true, true),
        };
        if reached {
            check(tx, &given, just(from))?;
        }
        if comes && shift == Shift::Into {
            check(tx, &given, just(to))?;
        }
    }
    Ok(())
}

/// Refuses to shut out or see off people who have roles that whoever does it could not give, and to change the number by which somebody who
/// has such roles comes in.
pub(crate) fn check_people(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    now: DateTime<Utc>,
    members: &[MemberId],
) -> Result<Vec<Lack>> {
    if actor.rights.are_all() || members.is_empty() {
        return Ok(vec![Lack::default(); members.len()]);
    }
    let holders: Vec<Holder> = members.iter().copied().map(Holder::Member).collect();
    let mut giving = Giving::new();
    let mut lacks: HashMap<MemberId, Lack> = HashMap::new();
    for given in tx.assignments_of(&holders)?.into_iter().filter(|given| given.counts_at(now)) {
        // How long it would last does not matter.
        let given = Assignment { until: Some(now), ..given };
        let reach = range_of(tx, &given)?;
        let lack = giving.lack(tx, &actor.rights, &given, reach)?;
        if let Holder::Member(member) = given.holder {
            let known = lacks.entry(member).or_default();
            *known = known.and(lack);
        }
    }
    Ok(members.iter().map(|member| lacks.get(member).copied().unwrap_or_default()).collect())
}

impl Lack {
    /// Both together.
    fn and(self, other: Self) -> Self {
        Self { permissions: self.permissions | other.permissions, fields: self.fields.and(other.fields) }
    }

    /// What is said of it where something is written.
    pub(crate) fn violation(self) -> Violation {
        let (permissions, fields) = self.names();
        Violation::new(Code::BeyondOwnRights).with("permissions", permissions).with("fields", fields)
    }
}
