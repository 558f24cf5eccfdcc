//! What is asked of changes of members together, however many there are.

use super::{ListedMember, Member, MemberChange, MemberState, MemberStore};
use crate::department::{DepartmentStore, MAX_LEADERS, Placement, PlacementStore};
use crate::error::{Code, Faults, Result, Violation};
use crate::id::{DepartmentId, MemberFieldId, MemberId};
use crate::member_field::{Custom, MemberField};
use std::collections::{HashMap, HashSet};

/// How many levels of leaders there are at most above anybody.
pub(crate) const MAX_REPORTING: usize = 100;
/// How many departments are asked about at once.
const SOME: usize = 1_000;

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
