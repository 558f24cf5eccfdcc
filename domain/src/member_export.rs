//! Members as rows of a spreadsheet, in the words in which an import reads them.

use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::{Department, DepartmentStore};
use crate::error::{Code, Faults, Language, Place, Result, Violation};
use crate::id::{DepartmentId, MemberId};
use crate::journal::{Entry, Journal};
use crate::member::{Gender, ListedMember, MemberFilter, SeenMember, Spot, ViewingStore, list, narrowed};
use crate::member_field::MemberField;
use crate::member_import::{Column, joined, written};
use crate::text::Line;
use std::collections::{HashMap, HashSet};

bundle! {
    /// What exporting members reads.
    ExportingStore: ViewingStore + DepartmentStore
}

/// What of members is exported.
#[derive(Debug, Clone)]
pub struct Export {
    /// Which members.
    pub filter: MemberFilter,
    /// What of them, in this order.
    pub columns: Vec<Column>,
    /// In which language headings and words are.
    pub language: Language,
    /// The fields that the tenant added.
    pub fields: Vec<MemberField>,
    /// The departments that were met so far, by their numbers: those of one page are mostly those of the next.
    departments: HashMap<i64, Department>,
    /// The numbers of those.
    numbers: HashMap<DepartmentId, i64>,
}

/// Begins an export, which the journal remembers: who it was, and what they asked for.
///
/// # Errors
/// `forbidden`; at `fields` `value_not_allowed`.
pub fn begin(
    tx: &mut (impl ExportingStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (filter, wanted): (MemberFilter, Option<&str>),
    language: Language,
) -> Result<Export> {
    let limits = access::reach(actor, Permission::MemberExport)?;
    let fields = tx.member_fields()?;
    let custom = fields.iter().map(|field| Column::Custom(field.id));
    let seen = actor.rights.seen_of_any();
    let visible = |column: &Column| match column {
        Column::Custom(id) => fields.iter().any(|field| field.id == *id && field.visible),
        _ => false,
    };
    let shown = |column: &Column| seen.has(column.group()) || visible(column);
    let all: Vec<Column> = Column::ALL.into_iter().chain(custom).filter(shown).collect();
    let columns = wanted.map_or_else(|| Ok(all.clone()), |wanted| chosen(wanted, &all))?;
    let names: Vec<String> = columns.iter().map(|column| column.field()).collect();
    let entry = Entry::new("member.exported", "tenant", actor.tenant)
        .of(actor.tenant)
        .change("fields", None::<String>, names)
        .change("filtered", false, filter != MemberFilter::default());
    tx.record(context, &actor.into(), entry)?;
    let filter = narrowed(tx, &filter, &limits)?.into_owned();
    Ok(Export { filter, columns, language, fields, departments: HashMap::new(), numbers: HashMap::new() })
}

/// The columns that are named, with commas between.
fn chosen(wanted: &str, all: &[Column]) -> Result<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    for name in wanted.split(',') {
        let known = Column::about(name.trim()).filter(|column| all.contains(column));
        let Some(column) = known.filter(|column| !columns.contains(column)) else {
            let names: Vec<String> = all.iter().map(|column| column.field()).collect();
            let violation = Violation::new(Code::ValueNotAllowed).with("allowed", names.join(", "));
            return Err(Faults::one(Place::Query, "fields", violation));
        };
        columns.push(column);
    }
    Ok(columns)
}

impl Export {
    /// The headings.
    #[must_use]
    pub fn headings(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.heading(self.language, &self.fields)).collect()
    }

    /// Some members as rows, and the place of the last one if there may be more.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn page(
        &mut self,
        tx: &mut impl ExportingStore,
        actor: &MemberActor,
        after: Option<&Spot>,
        limit: u32,
    ) -> Result<(Vec<Vec<String>>, Option<Spot>)> {
        access::reach(actor, Permission::MemberExport)?;
        let found = list(tx, actor, &self.filter, after, limit)?;
        let last = found.last().map(|(spot, _)| spot.clone());
        let members: Vec<SeenMember> = found.into_iter().filter_map(|(_, member)| member).collect();
        let placed =
            members.iter().flat_map(|one| &one.listed.placements).map(|placement| placement.department);
        let placed: HashSet<DepartmentId> = placed.collect();
        self.know(tx, actor, &placed)?;
        let leaders: HashSet<MemberId> =
            members.iter().filter_map(|one| one.listed.member.details.leader).collect();
        let leaders: HashMap<MemberId, String> = tx
            .members(&leaders.into_iter().collect::<Vec<_>>())?
            .into_iter()
            .map(|leader| (leader.id, leader.userid.to_string()))
            .collect();
        let row = |one: &SeenMember| -> Vec<String> {
            let cell = |column: &Column| {
                // What is not seen of the fields that were added is not there.
                let seen = matches!(column, Column::Custom(_)) || one.fields.has(column.group());
                if seen { self.cell(*column, &one.listed, &leaders) } else { String::new() }
            };
            self.columns.iter().map(cell).collect()
        };
        Ok((members.iter().map(row).collect(), last))
    }

    /// Sees to it that some departments are known, and those above them.
    fn know(
        &mut self,
        tx: &mut impl ExportingStore,
        actor: &MemberActor,
        wanted: &HashSet<DepartmentId>,
    ) -> Result<()> {
        let missing: Vec<DepartmentId> =
            wanted.iter().filter(|id| !self.numbers.contains_key(id)).copied().collect();
        let found = tx.known_departments(&missing)?;
        let above: HashSet<i64> = found.iter().flat_map(|one| one.path.numbers()).collect();
        self.keep(found);
        let above: Vec<i64> =
            above.into_iter().filter(|number| !self.departments.contains_key(number)).collect();
        let mut found = tx.departments_numbered(&above)?;
        let sight = access::sight(tx, actor)?;
        found.retain(|one| sight.sees(&one.path));
        self.keep(found);
        Ok(())
    }

    fn keep(&mut self, found: Vec<Department>) {
        for department in found {
            self.numbers.insert(department.id, department.number);
            self.departments.insert(department.number, department);
        }
    }

    /// The names from below the root down to a department; the root by its own.
    fn path(&self, number: i64) -> String {
        let Some(department) = self.departments.get(&number) else { return String::new() };
        let all: Vec<&Department> =
            department.path.numbers().filter_map(|number| self.departments.get(&number)).collect();
        // The root is named where a department below it is called the same, and would be taken for it.
        let root = match all[..] {
            [root, first, ..] => root.name.key() == first.name.key(),
            _ => true,
        };
        let names: Vec<String> =
            all.iter().skip(usize::from(!root)).map(|known| written(known.name.as_str())).collect();
        names.join("/")
    }

    fn cell(&self, column: Column, one: &ListedMember, leaders: &HashMap<MemberId, String>) -> String {
        fn text<const MIN: usize, const MAX: usize>(line: Option<&Line<MIN, MAX>>) -> String {
            line.map(|line| line.as_str().to_owned()).unwrap_or_default()
        }
        let details = &one.member.details;
        let word = |chinese: &str, english: &str| {
            if self.language == Language::Chinese { chinese.to_owned() } else { english.to_owned() }
        };
        match column {
            Column::Userid => one.member.userid.to_string(),
            Column::Name => details.name.as_str().to_owned(),
            Column::Alias => text(details.alias.as_ref()),
            Column::EmployeeNumber => text(details.employee_number.as_ref()),
            Column::Position => text(details.position.as_ref()),
            Column::Gender => match details.gender {
                Some(Gender::Male) => word("男", "male"),
                Some(Gender::Female) => word("女", "female"),
                None => String::new(),
            },
            Column::Mobile => details.mobile.as_str().to_owned(),
            Column::Email => {
                details.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default()
            }
            Column::Telephone => {
                details.telephone.as_ref().map(|phone| phone.as_str().to_owned()).unwrap_or_default()
            }
            Column::WorkLocation => text(details.work_location.as_ref()),
            Column::Address => text(details.address.as_ref()),
            Column::HireDate => details.hire_date.map(|day| day.to_string()).unwrap_or_default(),
            Column::Leader => {
                details.leader.and_then(|leader| leaders.get(&leader)).cloned().unwrap_or_default()
            }
            Column::Departments => {
                let path = |id: &DepartmentId| self.numbers.get(id).map(|number| self.path(*number));
                let paths: Vec<String> =
                    one.placements.iter().filter_map(|placement| path(&placement.department)).collect();
                joined(&paths)
            }
            Column::Leads => {
                let leads: Vec<String> = one
                    .placements
                    .iter()
                    .map(|placement| if placement.leads { word("是", "yes") } else { word("否", "no") })
                    .collect();
                leads.join("; ")
            }
            Column::Custom(id) => one.custom.get(&id).cloned().unwrap_or_default(),
        }
    }
}
