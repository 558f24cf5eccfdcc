//! Making and changing members, one or many at once: what is asked of them together, and keeping them. One way for a request, for many
//! members in one, and for a spreadsheet.

use super::draft::Read;
use super::{ListedMember, Member, MemberDraft, MemberState, MemberStore};
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
/// How many departments are asked about at once.
const SOME: usize = 1_000;

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

    /// What makes somebody, as they are or new, into what was read; nothing when that is a fault.
    pub(crate) fn to(
        at: String,
        (before, mut after): (Option<ListedMember>, Member),
        read: Read,
        root: DepartmentId,
        faults: &mut Faults,
    ) -> Option<Self> {
        if after.account.is_some() && read.details.mobile != after.details.mobile {
            faults.note(&format!("{at}/mobile"), Code::MobileOfAccount);
            return None;
        }
        let mut placements = read.placements;
        at_least_root(&mut placements, read.main, root, &at, faults);
        after.userid = read.userid.unwrap_or(after.userid);
        after.details = read.details;
        after.department = read.main.unwrap_or(placements[0].department);
        Some(Self { at, before, after, placements, custom: read.custom })
    }

    /// What would be written of them then.
    pub(crate) fn draft(&self) -> MemberDraft {
        let mut after = self.clone();
        after.sort();
        MemberDraft::of(&ListedMember {
            member: after.after,
            placements: after.placements,
            custom: after.custom,
        })
    }

    /// The main department first, as those of a member are listed.
    fn sort(&mut self) {
        let main = self.after.department;
        self.placements.sort_by_key(|one| (one.department != main, one.department));
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
fn at_least_root(
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
pub(crate) fn review(
    tx: &mut (impl MemberStore + DepartmentStore + PlacementStore),
    changes: &[MemberChange],
    fields: &[MemberField],
    faults: &mut Faults,
) -> Result<()> {
    let mut review = Review::new(fields, HashSet::new());
    review.add(tx, changes, faults)?;
    review.together(tx, faults)
}

/// What is asked of changes together, however many, some after the other.
pub(crate) struct Review {
    fields: Vec<MemberField>,
    /// Departments that come into being with the changes.
    new: HashSet<DepartmentId>,
    given: HashSet<Held>,
    /// Who leads a department newly: where that is written, who, and which department.
    newly: Vec<(String, MemberId, DepartmentId)>,
    /// Who led a department and does so no more.
    stopped: HashSet<(MemberId, DepartmentId)>,
    /// To whom everybody reports who changes.
    reporting: HashMap<MemberId, Option<MemberId>>,
    /// Who reports to another one from now on: where that is written, who, and to whom.
    led: Vec<(String, MemberId, MemberId)>,
}

impl Review {
    pub(crate) fn new(fields: &[MemberField], new: HashSet<DepartmentId>) -> Self {
        Self {
            fields: fields.to_vec(),
            new,
            given: HashSet::new(),
            newly: Vec::new(),
            stopped: HashSet::new(),
            reporting: HashMap::new(),
            led: Vec::new(),
        }
    }

    /// Notes whatever forbids some more changes by themselves, or beside those before them.
    pub(crate) fn add(
        &mut self,
        tx: &mut (impl MemberStore + DepartmentStore),
        changes: &[MemberChange],
        faults: &mut Faults,
    ) -> Result<()> {
        self.nothing_missing(changes, faults);
        self.one_holder(tx, changes, faults)?;
        self.departments_there(tx, changes, faults)?;
        for change in changes {
            self.remember(change);
        }
        Ok(())
    }

    /// Makes nothing of what some members were to be.
    pub(crate) fn forget(&mut self, members: &HashSet<MemberId>) {
        self.newly.retain(|(_, member, _)| !members.contains(member));
        self.stopped.retain(|(member, _)| !members.contains(member));
        self.led.retain(|(_, member, _)| !members.contains(member));
        self.reporting.retain(|member, _| !members.contains(member));
    }

    /// Notes what forbids all of them together.
    pub(crate) fn together(
        &mut self,
        tx: &mut (impl MemberStore + PlacementStore),
        faults: &mut Faults,
    ) -> Result<()> {
        self.few_leaders(tx, faults)?;
        self.no_circle(tx, faults)
    }

    fn remember(&mut self, change: &MemberChange) {
        let id = change.after.id;
        let leads = |placements: &[Placement], department: DepartmentId| {
            placements.iter().any(|placement| placement.leads && placement.department == department)
        };
        for (index, placement) in change.placements.iter().enumerate() {
            if placement.leads && !leads(change.had(), placement.department) {
                let at = format!("{}/departments/{index}/is_leader", change.at);
                self.newly.push((at, id, placement.department));
            }
        }
        for had in change.had().iter().filter(|had| had.leads) {
            if !leads(&change.placements, had.department) {
                self.stopped.insert((id, had.department));
            }
        }
        self.reporting.insert(id, change.after.details.leader);
        if let Some(leader) = change.new_leader() {
            self.led.push((format!("{}/leader_id", change.at), id, leader));
        }
    }

    /// Whoever is new, or has anything else in the fields from now on, has all that are required.
    fn nothing_missing(&self, changes: &[MemberChange], faults: &mut Faults) {
        for change in changes.iter().filter(|change| change.before.is_none() || change.says_otherwise()) {
            let required = self.fields.iter().filter(|field| field.required);
            for field in required.filter(|field| !change.custom.contains_key(&field.id)) {
                faults.note(&format!("{}/custom/{}", change.at, field.id), Code::FieldRequired);
            }
        }
    }

    fn one_holder(
        &mut self,
        tx: &mut impl MemberStore,
        changes: &[MemberChange],
        faults: &mut Faults,
    ) -> Result<()> {
        let mut wanted: Vec<(usize, Held)> = Vec::new();
        for (index, change) in changes.iter().enumerate() {
            let held = |before: &ListedMember| Held::of(&before.member, &before.custom, &self.fields);
            let had = change.before.as_ref().map(held).unwrap_or_default();
            let has = Held::of(&change.after, &change.custom, &self.fields);
            wanted.extend(has.into_iter().filter(|it| !had.contains(it)).map(|it| (index, it)));
        }
        let all: Vec<Held> = wanted.iter().map(|(_, held)| held.clone()).collect();
        let holders: HashMap<Held, (MemberId, MemberState)> =
            tx.holders(&all)?.into_iter().map(|(held, holder, state)| (held, (holder, state))).collect();
        for (index, held) in wanted {
            let holder = holders.get(&held).filter(|(holder, _)| *holder != changes[index].after.id);
            let (field, code) = held.taken();
            if !self.given.insert(held) || holder.is_some() {
                let left = holder.is_some_and(|(_, state)| *state == MemberState::Departed);
                let code = if left { Code::HeldByDeparted } else { code };
                faults.note(&format!("{}/{field}", changes[index].at), code);
            }
        }
        Ok(())
    }

    fn departments_there(
        &self,
        tx: &mut impl DepartmentStore,
        changes: &[MemberChange],
        faults: &mut Faults,
    ) -> Result<()> {
        let placements = changes.iter().flat_map(|change| &change.placements);
        let mut asked: Vec<DepartmentId> =
            placements.map(|placement| placement.department).filter(|id| !self.new.contains(id)).collect();
        asked.sort_unstable();
        asked.dedup();
        let there: HashSet<DepartmentId> =
            tx.known_departments(&asked)?.into_iter().map(|department| department.id).collect();
        for change in changes {
            for (index, placement) in change.placements.iter().enumerate() {
                if !there.contains(&placement.department) && !self.new.contains(&placement.department) {
                    let pointer = format!("{}/departments/{index}/department_id", change.at);
                    faults.note(&pointer, Code::DepartmentUnknown);
                }
            }
        }
        Ok(())
    }

    fn few_leaders(&self, tx: &mut impl PlacementStore, faults: &mut Faults) -> Result<()> {
        let mut asked: Vec<DepartmentId> = self.newly.iter().map(|(_, _, department)| *department).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut counts: HashMap<DepartmentId, usize> = HashMap::new();
        for some in asked.chunks(SOME) {
            for (department, leader) in tx.leaders(some)? {
                let stays = !self.stopped.contains(&(leader.id, department));
                *counts.entry(department).or_default() += usize::from(stays);
            }
        }
        for (at, _, department) in &self.newly {
            let count = counts.entry(*department).or_default();
            *count += 1;
            if *count > MAX_LEADERS {
                faults.note(at, Violation::new(Code::LeaderLimitReached).with("max", MAX_LEADERS));
            }
        }
        Ok(())
    }

    /// Nobody reports to themselves, by however many others.
    fn no_circle(&mut self, tx: &mut impl MemberStore, faults: &mut Faults) -> Result<()> {
        if self.led.is_empty() {
            return Ok(());
        }
        let to = &mut self.reporting;
        // Also of those who only stand between two that change.
        let mut next: Vec<MemberId> = to.values().copied().flatten().collect();
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
        let too_deep = || Violation::new(Code::ReportingTooDeep).with("max", MAX_REPORTING);
        for (at, member, leader) in &self.led {
            if missing.contains(leader) {
                faults.note(at, Code::MemberUnknown);
                continue;
            }
            if !next.is_empty() {
                faults.note(at, too_deep());
                continue;
            }
            let mut above = Some(*leader);
            let mut steps = 0;
            while let Some(one) = above {
                if one == *member {
                    faults.note(at, Code::ReportingCircular);
                    break;
                }
                above = to.get(&one).copied().flatten();
                steps += 1;
                if steps > MAX_REPORTING {
                    faults.note(at, too_deep());
                    break;
                }
            }
        }
        Ok(())
    }
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
        change.sort();
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
    let entries = new.iter().chain(&known).map(|change| entry(change)).collect();
    tx.record_all(context, by, entries)?;
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
