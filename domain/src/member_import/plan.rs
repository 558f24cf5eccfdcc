//! The dry run: what every row would do, and what is wrong with it.

use super::cell::{self, Cells, differences, row_fault};
use super::order::positions;
use super::path::Paths;
use super::{
    Heading, ImportState, MemberImport, MemberImportStore, Plan, PlannedDepartment, PlannedRow, Present,
    Problem, REMOVED_PART, REMOVED_UNCOUNTED, RowAction, RowCounts, SheetRow,
};
use crate::bundle::bundle;
use crate::certification::{CertificateStore, Terms};
use crate::context::Context;
use crate::department::{DepartmentStore, MAX_DEPARTMENTS, PlacementStore};
use crate::error::{Code, Error, Fault, Faults, Result, Violation};
use crate::id::{DepartmentId, MemberId, MemberImportId};
use crate::member::{
    Held, ListedMember, Member, MemberChange, MemberDraft, MemberState, MemberStore, Review, has_room, listed,
};
use crate::member_field::{Custom, MemberField, MemberFieldStore};
use crate::phone::MobileNumber;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

bundle! {
    /// What planning an import reads.
    PlanningStore: MemberStore + DepartmentStore + PlacementStore + MemberFieldStore + CertificateStore + MemberImportStore
}

/// How many people are looked for at once.
const PRESENT: u32 = 1_000;

/// A row as far as it is known before others are.
struct Surveyed {
    member: MemberId,
    /// Whether the member is there already.
    there: bool,
    /// How its leader is called, until that one is found.
    leader: Option<String>,
    led_by: Option<MemberId>,
    /// Whether an earlier row is about the same member.
    repeated: bool,
}

/// Makes the plan of an import, in three passes over its rows: who they are about, then what they do, then what forbids them together.
pub struct Planner {
    import: MemberImport,
    fields: Vec<MemberField>,
    root: DepartmentId,
    paths: Paths,
    rows: Vec<Surveyed>,
    /// Whom a row is about.
    members: HashSet<MemberId>,
    /// Whom a row names at least by a number.
    named: HashSet<MemberId>,
    userids: HashMap<String, MemberId>,
    mobiles: HashMap<String, MemberId>,
    positions: Vec<u32>,
    new: Vec<PlannedDepartment>,
    /// The departments that rows without faults name.
    used: HashSet<DepartmentId>,
    /// The plan, until all of it is kept.
    made: Option<Plan>,
    /// Who is absent, from the last one to be seen off to the first.
    absent: Option<Vec<PlannedRow>>,
    review: Option<Review>,
    counts: RowCounts,
    digests: Vec<[u8; 32]>,
    actions: Vec<RowAction>,
    /// Who is there in all.
    present: u32,
    /// How many rows have been planned.
    planned: usize,
}

impl Planner {
    /// Begins with an import that waits for its plan; nothing when that does not wait any more.
    ///
    /// # Errors
    /// When the store fails.
    pub fn begin(tx: &mut impl PlanningStore, id: MemberImportId) -> Result<Option<Self>> {
        let import = tx.member_import(id)?.filter(|import| import.state == ImportState::Planning);
        let Some(import) = import else { return Ok(None) };
        let root = tx.root_department()?;
        let name = tx.known_departments(&[root])?.pop().ok_or_else(|| Error::internal("no root"))?.name;
        Ok(Some(Self {
            import,
            fields: tx.member_fields()?,
            root,
            paths: Paths::new(root, &name),
            rows: Vec::new(),
            members: HashSet::new(),
            named: HashSet::new(),
            userids: HashMap::new(),
            mobiles: HashMap::new(),
            positions: Vec::new(),
            new: Vec::new(),
            used: HashSet::new(),
            made: None,
            absent: None,
            review: None,
            counts: RowCounts::default(),
            digests: Vec::new(),
            actions: Vec::new(),
            present: 0,
            planned: 0,
        }))
    }

    /// The import, as it is to be kept.
    #[must_use]
    pub fn import(&self) -> &MemberImport {
        &self.import
    }

    /// How many rows of the spreadsheet come before its members.
    #[must_use]
    pub fn headings(&self) -> usize {
        self.import.headings as usize
    }

    /// Notes how many rows are planned.
    pub fn progress(&mut self, done: u32) {
        self.import.done = done;
    }

    /// Notes that the import was kept.
    pub fn saved(&mut self) {
        self.import.version += 1;
    }

    /// The departments that are made.
    #[must_use]
    pub fn departments(&self) -> &[PlannedDepartment] {
        &self.new
    }

    fn cells<'a>(row: &'a SheetRow, columns: &'a [Heading]) -> Cells<'a> {
        Cells::new(row, columns)
    }

    /// Finds out who some rows are about, and which departments they name.
    ///
    /// # Errors
    /// When the store fails.
    pub fn survey(
        &mut self,
        tx: &mut impl PlanningStore,
        context: &Context<'_>,
        rows: &[SheetRow],
    ) -> Result<()> {
        let columns = std::mem::take(&mut self.import.columns);
        let mut asked: Vec<Held> = Vec::new();
        for row in rows {
            let cells = Self::cells(row, &columns);
            asked.extend(cells.userid().map(|userid| Held::Userid(userid.key())));
            asked.extend(cells.mobile().map(|mobile| Held::Mobile(mobile.as_str().to_owned())));
            if let Some(Ok(paths)) = cells.departments() {
                paths.iter().for_each(|path| self.paths.add(path));
            }
        }
        let there: HashMap<Held, MemberId> =
            tx.holders(&asked)?.into_iter().map(|(held, member, _)| (held, member)).collect();
        for row in rows {
            let cells = Self::cells(row, &columns);
            let by_userid = cells.userid().map(|userid| Held::Userid(userid.key()));
            let by_mobile = cells.mobile().map(|mobile| Held::Mobile(mobile.as_str().to_owned()));
            let found = by_userid.as_ref().or(by_mobile.as_ref()).and_then(|held| there.get(held)).copied();
            // Whoever is not absent in one way or the other does not leave.
            self.named.extend([by_userid, by_mobile].iter().flatten().filter_map(|held| there.get(held)));
            let member = found.unwrap_or_else(|| context.id());
            let repeated = found.is_some() && self.members.contains(&member);
            let leader = cells.leader().map(str::to_owned);
            self.members.insert(member);
            if let Some(userid) = cells.userid() {
                self.userids.entry(userid.key()).or_insert(member);
            }
            if let Some(mobile) = cells.mobile() {
                self.mobiles.entry(mobile.as_str().to_owned()).or_insert(member);
            }
            self.rows.push(Surveyed { member, there: found.is_some(), leader, led_by: None, repeated });
        }
        self.import.columns = columns;
        Ok(())
    }

    /// Finds the departments and leaders that all rows name, and the order of the rows.
    ///
    /// # Errors
    /// When the store fails.
    pub fn settle(&mut self, tx: &mut impl PlanningStore, context: &Context<'_>) -> Result<()> {
        self.paths.resolve(tx, context.random, self.import.options.create_departments)?;
        self.find_leaders(tx)?;
        let rows: Vec<_> = self.rows.iter().map(|row| (row.member, row.led_by)).collect();
        self.positions = positions(&rows);
        let new: HashSet<DepartmentId> = self.paths.new_ones().iter().map(|new| new.id).collect();
        self.review = Some(Review::new(&self.fields, new));
        self.digests = vec![[0; 32]; rows.len()];
        self.actions = vec![RowAction::Keep; rows.len()];
        Ok(())
    }

    /// Whom the rows name as leaders: in the spreadsheet, or there already.
    fn find_leaders(&mut self, tx: &mut impl PlanningStore) -> Result<()> {
        let mut elsewhere: HashMap<Held, Option<MemberId>> = HashMap::new();
        let named = |leader: &str| {
            let mobile = MobileNumber::parse(leader).ok().map(|mobile| mobile.as_str().to_owned());
            (leader.trim().to_ascii_lowercase(), mobile)
        };
        for row in &mut self.rows {
            let Some(leader) = &row.leader else { continue };
            let (userid, mobile) = named(leader);
            let here = self.userids.get(&userid).or_else(|| self.mobiles.get(mobile.as_ref()?));
            row.led_by = here.copied();
            if here.is_none() {
                elsewhere.insert(Held::Userid(userid), None);
                elsewhere.extend(mobile.map(|mobile| (Held::Mobile(mobile), None)));
            }
        }
        let asked: Vec<Held> = elsewhere.keys().cloned().collect();
        for (held, member, state) in tx.holders(&asked)? {
            if state != MemberState::Departed {
                elsewhere.insert(held, Some(member));
            }
        }
        for row in self.rows.iter_mut().filter(|row| row.led_by.is_none()) {
            let Some(leader) = &row.leader else { continue };
            let (userid, mobile) = named(leader);
            let known = |held: Held| elsewhere.get(&held).copied().flatten();
            row.led_by = known(Held::Userid(userid)).or_else(|| known(Held::Mobile(mobile?)));
        }
        Ok(())
    }

    /// Plans some rows; they follow those that were planned before.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plan(
        &mut self,
        tx: &mut impl PlanningStore,
        context: &Context<'_>,
        rows: &[SheetRow],
    ) -> Result<Vec<PlannedRow>> {
        let first = self.planned;
        self.planned += rows.len();
        let known: Vec<MemberId> =
            self.rows[first..self.planned].iter().filter(|row| row.there).map(|row| row.member).collect();
        let mut there: HashMap<MemberId, ListedMember> =
            listed(tx, &known)?.into_iter().map(|one| (one.member.id, one)).collect();
        let (mut planned, mut changes) = (Vec::new(), Vec::new());
        for (index, row) in (first..).zip(rows) {
            let before =
                if self.rows[index].repeated { None } else { there.remove(&self.rows[index].member) };
            let (one, change) = self.plan_row(context, index, row, before);
            planned.push(one);
            changes.extend(change);
        }
        let mut faults = cell::faults();
        let review = self.review.as_mut().ok_or_else(|| Error::internal("nothing was settled"))?;
        review.add(tx, &changes, &mut faults)?;
        let mut refused = HashSet::new();
        for (position, fault) in self.by_row(&faults) {
            if let Some(row) = planned.iter_mut().find(|row| row.position == position) {
                row.faults.push(fault);
                row.action = RowAction::Refuse;
                refused.insert(row.member);
            }
        }
        if let Some(review) = &mut self.review {
            review.forget(&refused);
        }
        for row in planned.iter().filter(|row| row.action != RowAction::Refuse) {
            let theirs = row.draft.departments.iter().flatten();
            self.used.extend(theirs.map(|placement| DepartmentId::from(placement.department_id)));
        }
        for (index, row) in (first..).zip(&planned) {
            self.counts.add(row.action);
            self.actions[row.position as usize] = row.action;
            self.digests[row.position as usize] = digest(row);
            debug_assert_eq!(self.positions[index], row.position);
        }
        Ok(planned)
    }

    /// Whose faults are whose: the pointer of each begins with the position.
    fn by_row(&self, faults: &Faults) -> Vec<(u32, super::RowFault)> {
        let place = |column| self.import.columns.iter().position(|heading| heading.column == Some(column));
        let mut all = Vec::new();
        for fault in faults.found() {
            let (position, pointer) = fault.pointer.split_once('/').unwrap_or((&fault.pointer, ""));
            let Ok(position) = position.parse() else { continue };
            let fault = Fault { pointer: pointer.to_owned(), ..fault.clone() };
            all.push((position, row_fault(&fault, place)));
        }
        all
    }

    fn plan_row(
        &self,
        context: &Context<'_>,
        index: usize,
        row: &SheetRow,
        before: Option<ListedMember>,
    ) -> (PlannedRow, Option<MemberChange>) {
        let (surveyed, position) = (&self.rows[index], self.positions[index]);
        let mut faults = cell::faults();
        let cells = Self::cells(row, &self.import.columns);
        cells.flaws(&mut faults);
        let had = before.as_ref().map(MemberDraft::of).unwrap_or_default();
        let by = if cells.userid().is_some() { "/userid" } else { "/mobile" };
        let mut draft =
            cells.onto(had.clone(), self.import.options, |path| self.paths.find(path), &mut faults);
        match (&surveyed.leader, surveyed.led_by) {
            (Some(_), None) => faults.note("/leader_id", Code::MemberUnknown),
            (Some(_), Some(leader)) => draft.leader_id = Some(leader.into()),
            (None, _) => {}
        }
        if surveyed.repeated {
            faults.note(by, Code::FieldRepeated);
        }
        let mut planned = PlannedRow {
            position,
            row: Some(row.row),
            member: surveyed.member,
            action: RowAction::Keep,
            failed: false,
            expected: before.as_ref().map_or(0, |before| before.member.version),
            changes: Vec::new(),
            faults: Vec::new(),
            draft,
        };
        let known = before.is_some();
        if before.as_ref().is_some_and(|before| before.member.state == MemberState::Departed) {
            faults.note(by, Code::HeldByDeparted);
        } else if known && !self.import.options.update_existing {
            return (PlannedRow { draft: had, ..planned }, None);
        }
        let change = self.change(context, before, &planned, &mut faults);
        if let Some(change) = &change {
            planned.draft = change.draft();
        }
        planned.faults.extend(faults.found().iter().map(|fault| cells.fault(fault)));
        planned.changes = differences(&had, &planned.draft);
        planned.action = if !planned.faults.is_empty() {
            RowAction::Refuse
        } else if !known {
            RowAction::Create
        } else if planned.changes.iter().any(|change| change.field == "departments") {
            RowAction::Move
        } else if planned.changes.is_empty() {
            RowAction::Keep
        } else {
            RowAction::Update
        };
        let change = change.filter(|_| planned.faults.is_empty());
        (planned, change)
    }

    /// The change that a row makes; its faults come without the row's place, and those that follow under its position.
    fn change(
        &self,
        context: &Context<'_>,
        before: Option<ListedMember>,
        planned: &PlannedRow,
        faults: &mut Faults,
    ) -> Option<MemberChange> {
        let empty = Custom::new();
        let had = before.as_ref().map_or(&empty, |before| &before.custom);
        let read = planned.draft.read("", (&self.fields, had), faults)?;
        let member = before.as_ref().map_or_else(
            || Member::new(self.import.tenant, planned.member, read.details.clone(), self.root, context.now),
            |before| before.member.clone(),
        );
        let mut change = MemberChange::to(String::new(), (before, member), read, self.root, faults)?;
        change.at = planned.position.to_string();
        Some(change)
    }

    /// Those who are not in the spreadsheet and are to leave, some after the other; none when these were all. Whoever is led leaves before
    /// whoever leads, so that nobody is handed over who leaves as well.
    ///
    /// # Errors
    /// When the store fails.
    pub fn absent(&mut self, tx: &mut impl PlanningStore, some: usize) -> Result<Vec<PlannedRow>> {
        let mut all = match self.absent.take() {
            Some(all) => all,
            None if self.import.options.remove_absent => self.find_absent(tx)?,
            None => Vec::new(),
        };
        let rest = all.len().saturating_sub(some);
        let rows: Vec<PlannedRow> = all.drain(rest..).rev().collect();
        self.absent = Some(all);
        for row in &rows {
            self.counts.add(row.action);
            self.digests.push(digest(row));
            self.actions.push(row.action);
        }
        Ok(rows)
    }

    fn find_absent(&mut self, tx: &mut impl PlanningStore) -> Result<Vec<PlannedRow>> {
        // Nobody removes themselves, or who takes over, by leaving them out.
        let needed = [Some(self.import.by.member), self.import.options.successor.map(MemberId::from)];
        let (mut absent, mut after): (Vec<Present>, _) = (Vec::new(), None);
        loop {
            let some = tx.present(after, PRESENT)?;
            let Some(last) = some.last() else { break };
            after = Some(last.id);
            self.present += u32::try_from(some.len()).unwrap_or_default();
            absent.extend(some.into_iter().filter(|one| {
                let here = self.members.contains(&one.id) || self.named.contains(&one.id);
                one.may_leave && !here && !needed.contains(&Some(one.id))
            }));
        }
        let lines: Vec<_> = absent.iter().map(|one| (one.id, one.leader)).collect();
        let places = positions(&lines);
        let (first, count) = (self.digests.len(), absent.len());
        let row = |(place, one): (u32, Present)| PlannedRow {
            position: u32::try_from(first + count - 1).unwrap_or(u32::MAX) - place,
            row: None,
            member: one.id,
            action: RowAction::Remove,
            failed: false,
            expected: one.version,
            draft: MemberDraft { userid: Some(one.userid), name: Some(one.name), ..MemberDraft::default() },
            changes: Vec::new(),
            faults: Vec::new(),
        };
        let mut rows: Vec<PlannedRow> = places.into_iter().zip(absent).map(row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.position));
        Ok(rows)
    }

    /// Ends with what forbids rows together: their positions with their faults.
    ///
    /// # Errors
    /// When the store fails.
    pub fn finish(
        &mut self,
        tx: &mut impl PlanningStore,
        context: &Context<'_>,
        terms: &Terms,
    ) -> Result<Vec<(u32, Vec<super::RowFault>)>> {
        let mut refused: HashMap<u32, Vec<super::RowFault>> = HashMap::new();
        let members: HashMap<u32, MemberId> =
            self.positions.iter().copied().zip(self.rows.iter().map(|row| row.member)).collect();
        // Who is refused leads nobody who is not there already, which is another fault.
        while let Some(review) = &mut self.review {
            let mut faults = cell::faults();
            review.together(tx, &mut faults)?;
            let found = self.by_row(&faults);
            if found.is_empty() {
                break;
            }
            let out: HashSet<MemberId> =
                found.iter().filter_map(|(position, _)| members.get(position)).copied().collect();
            for (position, fault) in found {
                refused.entry(position).or_default().push(fault);
            }
            if let Some(review) = &mut self.review {
                review.forget(&out);
            }
        }
        for position in refused.keys() {
            let action = &mut self.actions[*position as usize];
            match action {
                RowAction::Create => self.counts.create -= 1,
                RowAction::Update => self.counts.update -= 1,
                RowAction::Move => self.counts.moved -= 1,
                RowAction::Keep | RowAction::Remove | RowAction::Refuse => continue,
            }
            self.counts.refuse += 1;
            *action = RowAction::Refuse;
        }
        let mut problems = Vec::new();
        let room = has_room(tx, context, terms, self.counts.create);
        match room {
            Err(error) if error.code() == Code::MemberLimitReached => problems.push(Problem::from(&error)),
            other => other?,
        }
        self.new = self.paths.made_for(&self.used);
        if tx.tree()?.departments + self.new.len() as u64 > MAX_DEPARTMENTS {
            let full = Violation::new(Code::DepartmentLimitReached).with("max", MAX_DEPARTMENTS);
            problems.push(Problem::from(&full));
        }
        let mut hash = Sha256::new();
        for new in &self.new {
            hash.update(new.id.to_string());
            hash.update(new.parent.to_string());
            hash.update(new.name.as_str());
        }
        for (digest, action) in self.digests.iter().zip(&self.actions) {
            hash.update(digest);
            hash.update(action.name());
        }
        let departments = u32::try_from(self.new.len()).unwrap_or(u32::MAX);
        let removed = self.counts.remove;
        self.made = Some(Plan {
            hash: hex(&hash.finalize()),
            rows: self.counts,
            departments,
            removes_many: removed > REMOVED_UNCOUNTED || removed * REMOVED_PART > self.present,
            problems,
        });
        Ok(refused.into_iter().collect())
    }

    /// The import has its plan, all of which is kept.
    pub fn ready(&mut self) {
        let rows = u32::try_from(self.digests.len()).unwrap_or(u32::MAX);
        self.import.total = rows + self.made.as_ref().map_or(0, |plan| plan.departments);
        self.import.plan = self.made.take();
        self.import.state = ImportState::Planned;
        self.import.done = 0;
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn digest(row: &PlannedRow) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(row.position.to_be_bytes());
    hash.update(row.member.to_string());
    hash.update(row.expected.to_be_bytes());
    hash.update(serde_json::to_vec(&row.draft).unwrap_or_default());
    hash.finalize().into()
}
