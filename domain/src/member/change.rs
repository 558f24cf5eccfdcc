//! Making and changing members, one or many at once: what is asked of them together, and keeping them. One way for a request, for many
//! members in one, and for a spreadsheet.

use super::{ListedMember, Member, MemberState, MemberStore};
use crate::actor::Actor;
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::{DepartmentStore, MAX_LEADERS, Placement, PlacementStore};
use crate::error::{Code, Faults, Result, Violation};
use crate::id::{DepartmentId, MemberFieldId, MemberId};
use crate::journal::{Entry, Journal};
use crate::member_field::{Custom, MemberField, MemberFieldStore};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

bundle! {
    /// What changing members touches.
    ChangingStore: MemberStore + DepartmentStore + PlacementStore + MemberFieldStore + Journal
}

/// Something that only one member of a tenant has at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Held {
    /// What integrators call them, in the form in which it is compared.
    Userid(String),
    /// A mobile number.
    Mobile(String),
    /// A mailbox.
    Email(String),
    /// What stands in a field of the tenant, in the form in which it is compared.
    Custom(MemberFieldId, String),
}

impl Held {
    /// Where it is written, and what is said when somebody else has it.
    fn taken(&self) -> (String, Code) {
        match self {
            Self::Userid(_) => ("userid".to_owned(), Code::UseridTaken),
            Self::Mobile(_) => ("mobile".to_owned(), Code::MemberMobileTaken),
            Self::Email(_) => ("email".to_owned(), Code::MemberEmailTaken),
            Self::Custom(field, _) => (format!("custom/{field}"), Code::CustomValueTaken),
        }
    }

    fn of(member: &Member, custom: &Custom, fields: &[MemberField]) -> Vec<Self> {
        let details = &member.details;
        let unique = fields.iter().filter(|field| field.unique);
        let custom =
            unique.filter_map(|field| Some(Self::Custom(field.id, field.key(custom.get(&field.id)?))));
        let email = details.email.as_ref().map(|email| Self::Email(email.as_str().to_owned()));
        let named = [Self::Userid(member.userid.key()), Self::Mobile(details.mobile.as_str().to_owned())];
        named.into_iter().chain(email).chain(custom).collect()
    }
}

/// How many levels of leaders there are at most above anybody.
pub(crate) const MAX_REPORTING: usize = 100;

/// How a member is, and is to be from now on.
#[derive(Debug, Clone)]
pub struct MemberChange {
    /// The pointer below which faults are told: nothing for a member alone, `/members/3/patch` for one of many.
    pub at: String,
    /// As they are; nothing for a new one.
    pub before: Option<ListedMember>,
    /// As they are to be.
    pub after: Member,
    /// Their departments, as they are to be.
    pub placements: Vec<Placement>,
    /// What they are to have in the fields that the tenant added.
    pub custom: Custom,
}

impl MemberChange {
    fn was(&self) -> Option<&Member> {
        self.before.as_ref().map(|before| &before.member)
    }

    fn had(&self) -> &[Placement] {
        self.before.as_ref().map_or(&[], |before| &before.placements)
    }

    fn new_leader(&self) -> Option<MemberId> {
        let leader = self.after.details.leader;
        leader.filter(|_| self.was().is_none_or(|was| was.details.leader != leader))
    }

    fn changes_something(&self) -> bool {
        self.was() != Some(&self.after) || self.had() != self.placements || self.says_otherwise()
    }

    fn says_otherwise(&self) -> bool {
        self.before.as_ref().map_or(!self.custom.is_empty(), |before| before.custom != self.custom)
    }
}

/// Whoever is nowhere else is at the root, and the main department can be no other one then.
pub(super) fn at_least_root(
    placements: &mut Vec<Placement>,
    main: Option<DepartmentId>,
    root: DepartmentId,
    at: &str,
    faults: &mut Faults,
) {
    if placements.is_empty() {
        placements.push(Placement { department: root, order: 0, leads: false });
        if main.is_some_and(|main| main != root) {
            faults.note(&format!("{at}/department_id"), Code::MainDepartmentMissing);
        }
    }
}

/// Notes whatever forbids some changes together.
pub(super) fn review(
    tx: &mut (impl MemberStore + DepartmentStore + PlacementStore),
    changes: &[MemberChange],
    fields: &[MemberField],
    faults: &mut Faults,
) -> Result<()> {
    nothing_missing(changes, fields, faults);
    one_holder(tx, changes, fields, faults)?;
    departments_there(tx, changes, faults)?;
    few_leaders(tx, changes, faults)?;
    no_circle(tx, changes, faults)
}

/// Whoever is new, or has anything else in the fields from now on, has all that are required.
fn nothing_missing(changes: &[MemberChange], fields: &[MemberField], faults: &mut Faults) {
    for change in changes.iter().filter(|change| change.before.is_none() || change.says_otherwise()) {
        for field in fields.iter().filter(|field| field.required && !change.custom.contains_key(&field.id)) {
            faults.note(&format!("{}/custom/{}", change.at, field.id), Code::FieldRequired);
        }
    }
}

fn one_holder(
    tx: &mut impl MemberStore,
    changes: &[MemberChange],
    fields: &[MemberField],
    faults: &mut Faults,
) -> Result<()> {
    let mut wanted: Vec<(usize, Held)> = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let held = |before: &ListedMember| Held::of(&before.member, &before.custom, fields);
        let had = change.before.as_ref().map(held).unwrap_or_default();
        wanted.extend(
            Held::of(&change.after, &change.custom, fields)
                .into_iter()
                .filter(|it| !had.contains(it))
                .map(|it| (index, it)),
        );
    }
    let all: Vec<Held> = wanted.iter().map(|(_, held)| held.clone()).collect();
    let holders: HashMap<Held, (MemberId, MemberState)> =
        tx.holders(&all)?.into_iter().map(|(held, holder, state)| (held, (holder, state))).collect();
    let mut given: HashSet<&Held> = HashSet::new();
    for (index, held) in &wanted {
        let holder = holders.get(held).filter(|(holder, _)| *holder != changes[*index].after.id);
        if !given.insert(held) || holder.is_some() {
            let (field, code) = held.taken();
            let left = holder.is_some_and(|(_, state)| *state == MemberState::Departed);
            let code = if left { Code::HeldByDeparted } else { code };
            faults.note(&format!("{}/{field}", changes[*index].at), code);
        }
    }
    Ok(())
}

fn departments_there(
    tx: &mut impl DepartmentStore,
    changes: &[MemberChange],
    faults: &mut Faults,
) -> Result<()> {
    let mut asked: Vec<DepartmentId> =
        changes.iter().flat_map(|change| &change.placements).map(|placement| placement.department).collect();
    asked.sort_unstable();
    asked.dedup();
    let there: HashSet<DepartmentId> = tx.departments_there(&asked)?.into_iter().collect();
    for change in changes {
        for (index, placement) in change.placements.iter().enumerate() {
            if !there.contains(&placement.department) {
                let pointer = format!("{}/departments/{index}/department_id", change.at);
                faults.note(&pointer, Code::DepartmentUnknown);
            }
        }
    }
    Ok(())
}

fn few_leaders(tx: &mut impl PlacementStore, changes: &[MemberChange], faults: &mut Faults) -> Result<()> {
    let leads = |placements: &[Placement], department: DepartmentId| {
        placements.iter().any(|placement| placement.leads && placement.department == department)
    };
    let mut newly: Vec<(usize, usize, DepartmentId)> = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        for (index, placement) in change.placements.iter().enumerate() {
            if placement.leads && !leads(change.had(), placement.department) {
                newly.push((at, index, placement.department));
            }
        }
    }
    let mut asked: Vec<DepartmentId> = newly.iter().map(|(_, _, department)| *department).collect();
    asked.sort_unstable();
    asked.dedup();
    if asked.is_empty() {
        return Ok(());
    }
    let mut counts: HashMap<DepartmentId, usize> = HashMap::new();
    for (department, leader) in tx.leaders(&asked)? {
        let stays = changes
            .iter()
            .find(|change| change.after.id == leader.id)
            .is_none_or(|change| leads(&change.placements, department));
        *counts.entry(department).or_default() += usize::from(stays);
    }
    for (at, index, department) in newly {
        let count = counts.entry(department).or_default();
        *count += 1;
        if *count > MAX_LEADERS {
            let violation = Violation::new(Code::LeaderLimitReached).with("max", MAX_LEADERS);
            faults.note(&format!("{}/departments/{index}/is_leader", changes[at].at), violation);
        }
    }
    Ok(())
}

/// Nobody reports to themselves, by however many others.
fn no_circle(tx: &mut impl MemberStore, changes: &[MemberChange], faults: &mut Faults) -> Result<()> {
    let mut to: HashMap<MemberId, Option<MemberId>> =
        changes.iter().map(|change| (change.after.id, change.after.details.leader)).collect();
    if changes.iter().all(|change| change.new_leader().is_none()) {
        return Ok(());
    }
    // Also of those who only stand between two that change.
    let mut next: Vec<MemberId> = changes.iter().filter_map(|change| change.after.details.leader).collect();
    let mut missing: HashSet<MemberId> = HashSet::new();
    let mut levels = 0;
    // A question for each step up, however many climb.
    loop {
        next.sort_unstable();
        next.dedup();
        next.retain(|id| !to.contains_key(id) && !missing.contains(id));
        if next.is_empty() || levels == MAX_REPORTING {
            break;
        }
        levels += 1;
        let found = tx.reporting(&next)?;
        missing.extend(next.drain(..));
        for (member, leader) in found {
            missing.remove(&member);
            to.insert(member, leader);
            next.extend(leader);
        }
    }
    for change in changes {
        let Some(leader) = change.new_leader() else { continue };
        let pointer = format!("{}/leader_id", change.at);
        if missing.contains(&leader) {
            faults.note(&pointer, Code::MemberUnknown);
            continue;
        }
        if !next.is_empty() {
            faults.note(&pointer, Violation::new(Code::ReportingTooDeep).with("max", MAX_REPORTING));
            continue;
        }
        let mut above = Some(leader);
        let mut steps = 0;
        while let Some(one) = above {
            if one == change.after.id {
                faults.note(&pointer, Code::ReportingCircular);
                break;
            }
            above = to.get(&one).copied().flatten();
            steps += 1;
            if steps > MAX_REPORTING {
                faults.note(&pointer, Violation::new(Code::ReportingTooDeep).with("max", MAX_REPORTING));
                break;
            }
        }
    }
    Ok(())
}

/// Keeps changes that nothing forbids; gives the members as they are now.
pub(crate) fn keep(
    tx: &mut impl ChangingStore,
    context: &Context<'_>,
    by: &Actor,
    mut changes: Vec<MemberChange>,
    fields: &[MemberField],
) -> Result<Vec<ListedMember>> {
    for change in &mut changes {
        let main = change.after.department;
        change.placements.sort_by_key(|one| (one.department != main, one.department));
    }
    let (new, known): (Vec<_>, Vec<_>) = changes
        .iter()
        .filter(|change| change.changes_something())
        .partition(|change| change.before.is_none());
    let inserted: Vec<Member> = new.iter().map(|change| change.after.clone()).collect();
    tx.insert_members(&inserted)?;
    for change in &known {
        tx.save_member(&change.after)?;
    }
    let renamed =
        |change: &MemberChange| change.was().is_none_or(|was| was.details.name != change.after.details.name);
    let moved = |change: &&MemberChange| change.had() != change.placements || renamed(change);
    let placed: Vec<(&Member, &[Placement])> = new
        .iter()
        .chain(&known)
        .copied()
        .filter(moved)
        .map(|change| (&change.after, change.placements.as_slice()))
        .collect();
    tx.replace_placements(&placed)?;
    let said: Vec<(MemberId, &Custom)> = new
        .iter()
        .chain(&known)
        .filter(|change| change.says_otherwise())
        .map(|change| (change.after.id, &change.custom))
        .collect();
    tx.replace_custom_values(&said, fields)?;
    for change in new.iter().chain(&known) {
        tx.record(context, by, entry(change))?;
    }
    let listed = |change: MemberChange| {
        let mut member = change.after.clone();
        member.version += i64::from(change.changes_something());
        ListedMember { member, placements: change.placements, custom: change.custom }
    };
    Ok(changes.into_iter().map(listed).collect())
}

fn entry(change: &MemberChange) -> Entry {
    let (was, is) = (change.was(), &change.after);
    let (was_state, is_state) = (was.map(|was| was.state.name()), Some(is.state.name()));
    let action = match (was_state, is_state) {
        (None, _) => "member.invited",
        (Some("disabled"), Some("active")) => "member.enabled",
        (Some("active"), Some("disabled")) => "member.disabled",
        _ => "member.changed",
    };
    let departments = |placements: &[Placement]| -> Value {
        placements
            .iter()
            .map(|one| format!("{}{}", one.department, if one.leads { " leads" } else { "" }))
            .collect()
    };
    let text = |id: Option<Uuid>| id.map(|id| id.to_string());
    let entry = Entry::new(action, "member", is.id)
        .of(is.tenant)
        .change("state", was_state, is_state)
        .change("department", text(was.map(|was| was.department.into())), text(Some(is.department.into())))
        .change("departments", departments(change.had()), departments(&change.placements))
        .change(
            "leader",
            text(was.and_then(|was| was.details.leader).map(Uuid::from)),
            text(is.details.leader.map(Uuid::from)),
        );
    let entry = if was.is_none() { entry.new_person() } else { entry };
    // A key of this tenant alone, so that it can be forgotten when they have left.
    let custom = |custom: &Custom| {
        let said = custom.iter().map(|(field, value)| (field.to_string(), Value::from(value.as_str())));
        (!custom.is_empty()).then(|| Value::Object(said.collect()).to_string())
    };
    let had = change.before.as_ref().and_then(|before| custom(&before.custom));
    let personal = personal(was, is).into_iter().chain([("custom", had, custom(&change.custom))]);
    entry.about(is.id, personal)
}

/// The fields that are the member's own.
fn personal(was: Option<&Member>, is: &Member) -> Vec<(&'static str, Option<String>, Option<String>)> {
    fn values(member: &Member) -> [(&'static str, Option<String>); 12] {
        fn line<const MIN: usize, const MAX: usize>(
            line: Option<&crate::text::Line<MIN, MAX>>,
        ) -> Option<String> {
            line.map(|line| line.as_str().to_owned())
        }
        let details = &member.details;
        [
            ("userid", Some(member.userid.to_string())),
            ("name", Some(details.name.as_str().to_owned())),
            ("alias", line(details.alias.as_ref())),
            ("employee_number", line(details.employee_number.as_ref())),
            ("position", line(details.position.as_ref())),
            ("gender", details.gender.map(|gender| gender.name().to_owned())),
            ("mobile", Some(details.mobile.as_str().to_owned())),
            ("email", details.email.as_ref().map(|email| email.as_str().to_owned())),
            ("telephone", details.telephone.as_ref().map(|phone| phone.as_str().to_owned())),
            ("work_location", line(details.work_location.as_ref())),
            ("address", line(details.address.as_ref())),
            ("hire_date", details.hire_date.map(|day| day.to_string())),
        ]
    }
    let before = was.map(values);
    let old = |at: usize| before.as_ref().and_then(|before| before[at].1.clone());
    values(is).into_iter().enumerate().map(|(at, (field, new))| (field, old(at), new)).collect()
}
