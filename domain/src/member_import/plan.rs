//! The dry run: what every row would do, and what is wrong with it.

use super::absent::absent;
use super::cell::{self, Cells, differences};
use super::order::positions;
use super::path::Paths;
use super::row::{faults_by_row, row_faults};
use super::survey::Survey;
use super::{
    ImportState, MemberImport, MemberImportStore, Plan, PlannedDepartment, PlannedRow, REMOVED_PART,
    REMOVED_UNCOUNTED, RowAction, RowCounts, RowFault, SheetRow,
};
use crate::access::AccessStore;
use crate::bundle::bundle;
use crate::certification::{CertificateStore, Terms};
use crate::context::Context;
use crate::department::{DepartmentStore, PlacementStore};
use crate::error::{Code, Error, Problem, Result};
use crate::id::{DepartmentId, MemberId, MemberImportId};
use crate::member::{
    ListedMember, MemberChange, MemberDraft, MemberState, MemberStore, Review, has_room, listed,
};
use crate::member_field::{MemberField, MemberFieldStore};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};

bundle! {
    /// What planning an import reads.
    PlanningStore: AccessStore + MemberStore + DepartmentStore + PlacementStore + MemberFieldStore + CertificateStore + MemberImportStore
}

/// Makes the plan of an import, in three passes over its rows: who they are about, then what they do, then what forbids them together.
pub struct Planner {
    import: MemberImport,
    fields: Vec<MemberField>,
    root: DepartmentId,
    paths: Paths,
    survey: Survey,
    positions: Vec<u32>,
    /// The departments that rows without faults name.
    used: HashSet<DepartmentId>,
    review: Review,
    /// What has been planned, by position: what makes out the row, and what it does.
    digests: Vec<[u8; 32]>,
    actions: Vec<RowAction>,
    /// How many rows of the spreadsheet have been planned.
    planned: usize,
    /// Who is there in all, where that matters.
    present: u32,
}

/// What ends a plan.
#[derive(Debug)]
pub struct Planned {
    /// The positions of rows that others forbid, with their faults.
    pub refused: Vec<(u32, Vec<RowFault>)>,
    /// The departments that are made.
    pub departments: Vec<PlannedDepartment>,
    /// The plan as a whole.
    pub plan: Plan,
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
        let fields = tx.member_fields()?;
        Ok(Some(Self {
            import,
            review: Review::new(&fields, HashSet::new()),
            fields,
            root,
            paths: Paths::new(root, &name),
            survey: Survey::default(),
            positions: Vec::new(),
            used: HashSet::new(),
            digests: Vec::new(),
            actions: Vec::new(),
            planned: 0,
            present: 0,
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
        self.survey.add(tx, context, (rows, &self.import.columns), &mut self.paths)
    }

    /// Finds the departments and leaders that all rows name, and the order of the rows.
    ///
    /// # Errors
    /// When the store fails.
    pub fn settle(&mut self, tx: &mut impl PlanningStore, context: &Context<'_>) -> Result<()> {
        self.paths.resolve(tx, context.random, self.import.options.create_departments)?;
        self.survey.find_leaders(tx)?;
        let lines: Vec<_> = self.survey.rows.iter().map(|row| (row.member, row.led_by)).collect();
        self.positions = positions(&lines);
        let new: HashSet<DepartmentId> = self.paths.new_ones().iter().map(|new| new.id).collect();
        self.review = Review::new(&self.fields, new);
        self.digests = vec![[0; 32]; lines.len()];
        self.actions = vec![RowAction::Keep; lines.len()];
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
        let surveyed = &self.survey.rows[first..self.planned];
        let known: Vec<MemberId> = surveyed.iter().filter(|row| row.there).map(|row| row.member).collect();
        let mut there: HashMap<MemberId, ListedMember> =
            listed(tx, &known)?.into_iter().map(|one| (one.member.id, one)).collect();
        let (mut planned, mut changes) = (Vec::new(), Vec::new());
        for (index, row) in (first..).zip(rows) {
            let surveyed = &self.survey.rows[index];
            let before = if surveyed.repeated { None } else { there.remove(&surveyed.member) };
            let (one, change) = self.plan_row(context, index, row, before);
            planned.push(one);
            changes.extend(change);
        }
        let mut faults = cell::faults();
        self.review.add(tx, &changes, &mut faults)?;
        let mut wrong = faults_by_row(&faults, &self.import.columns);
        let mut refused = HashSet::new();
        for row in &mut planned {
            if let Some(faults) = wrong.remove(&row.position) {
                row.faults.extend(faults);
                row.action = RowAction::Refuse;
                refused.insert(row.member);
            }
        }
        self.review.forget(&refused);
        for row in &planned {
            self.actions[row.position as usize] = row.action;
            self.digests[row.position as usize] = digest(row);
            if row.action != RowAction::Refuse {
                let theirs = row.draft.departments.iter().flatten();
                self.used.extend(theirs.map(|placement| DepartmentId::from(placement.department_id)));
            }
        }
        Ok(planned)
    }

    fn plan_row(
        &self,
        context: &Context<'_>,
        index: usize,
        row: &SheetRow,
        before: Option<ListedMember>,
    ) -> (PlannedRow, Option<MemberChange>) {
        let surveyed = &self.survey.rows[index];
        let mut faults = cell::faults();
        let cells = Cells::new(row, &self.import.columns);
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
            position: self.positions[index],
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
        let tenant = (self.import.tenant, self.root, self.fields.as_slice());
        let change = planned.change(context, before, tenant, &mut faults);
        if let Some(change) = &change {
            planned.draft = change.draft();
        }
        planned.faults = row_faults(&faults, &self.import.columns);
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

    /// Those who are not in the spreadsheet and are to leave; they follow all rows that are.
    ///
    /// # Errors
    /// When the store fails.
    pub fn absent(&mut self, tx: &mut impl PlanningStore) -> Result<Vec<PlannedRow>> {
        if !self.import.options.remove_absent {
            return Ok(Vec::new());
        }
        // Nobody removes themselves, or who takes over, by leaving them out.
        let needed = [Some(self.import.by.member), self.import.options.successor.map(MemberId::from)];
        let stays = |member| self.survey.named.contains(&member) || needed.contains(&Some(member));
        let (rows, present) = absent(tx, stays, self.planned)?;
        self.present = present;
        self.digests.extend(rows.iter().map(digest));
        self.actions.extend(rows.iter().map(|row| row.action));
        Ok(rows)
    }

    /// Ends with what forbids rows together, and the plan as a whole.
    ///
    /// # Errors
    /// When the store fails.
    pub fn finish(
        &mut self,
        tx: &mut impl PlanningStore,
        context: &Context<'_>,
        terms: &Terms,
    ) -> Result<Planned> {
        let refused = self.refused_together(tx)?;
        for position in refused.keys() {
            self.actions[*position as usize] = RowAction::Refuse;
        }
        let rows = RowCounts::of(&self.actions);
        let departments = self.paths.made_for(&self.used);
        let room = [has_room(tx, context, terms, rows.create), tx.tree()?.room(departments.len() as u64)];
        let mut problems = Vec::new();
        for error in room.into_iter().filter_map(Result::err) {
            match error.code() {
                Code::MemberLimitReached | Code::DepartmentLimitReached => {
                    problems.push(Problem::from(&error));
                }
                _ => return Err(error),
            }
        }
        let plan = Plan {
            hash: self.hash(&departments),
            rows,
            departments: u32::try_from(departments.len()).unwrap_or(u32::MAX),
            removes_many: rows.remove > REMOVED_UNCOUNTED || rows.remove * REMOVED_PART > self.present,
            problems,
        };
        Ok(Planned { refused: refused.into_iter().collect(), departments, plan })
    }

    fn refused_together(&mut self, tx: &mut impl PlanningStore) -> Result<BTreeMap<u32, Vec<RowFault>>> {
        let mut refused: BTreeMap<u32, Vec<RowFault>> = BTreeMap::new();
        let members: HashMap<u32, MemberId> =
            self.positions.iter().copied().zip(self.survey.rows.iter().map(|row| row.member)).collect();
        // Who is refused leads nobody who is not there already, which is another fault.
        loop {
            let mut faults = cell::faults();
            self.review.together(tx, &mut faults)?;
            let found = faults_by_row(&faults, &self.import.columns);
            if found.is_empty() {
                return Ok(refused);
            }
            self.review.forget(&found.keys().filter_map(|position| members.get(position)).copied().collect());
            for (position, faults) in found {
                refused.entry(position).or_default().extend(faults);
            }
        }
    }

    fn hash(&self, departments: &[PlannedDepartment]) -> String {
        let mut hash = Sha256::new();
        for new in departments {
            hash.update(new.id.to_string());
            hash.update(new.parent.to_string());
            hash.update(new.name.as_str());
        }
        for (digest, action) in self.digests.iter().zip(&self.actions) {
            hash.update(digest);
            hash.update(action.name());
        }
        hex(&hash.finalize())
    }

    /// The import has its plan, all of which is kept.
    pub fn ready(&mut self, plan: Plan) {
        let rows = u32::try_from(self.digests.len()).unwrap_or(u32::MAX);
        self.import.total = rows + plan.departments;
        self.import.plan = Some(plan);
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
