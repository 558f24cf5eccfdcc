//! Whatever people give, edit, tag, place, move, merge and import: nobody comes to have a right, at any department and at any time, that whoever
//! did it did not have there and then. What each may is worked out after every step from all that is kept.

use crate::people::{department, member_id};
use chrono::{DateTime, Duration, Utc};
use domain::access::{
    self, AssignmentFilter, AssignmentStore, BuiltInRole, FieldGroup, FieldSet, Fields, GrantStore, Holder,
    Holding, NewAssignment, Permission, PermissionGroup, Range, Reach, Rights, RoleDraft, RolePatch,
    holdings,
};
use domain::actor::{MemberActor, MemberRole};
use domain::context::{Context, Origin};
use domain::department::{
    Department, DepartmentName, DepartmentPatch, DepartmentStore, NewDepartment, Path, Scope, create, merge,
};
use domain::error::{Code, Kind, Result};
use domain::id::{DepartmentId, MemberId, RoleId, TagId};
use domain::member::{self, MemberStore, Patch};
use domain::member_import::{self, MemberImportStore, Options, Order, Planner, Sheet, SheetRow, execute};
use domain::tag::{self, Retagging};
use domain::tenant::TenantScope;
use persistence::{Database, Tx};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tests::both;
use uuid::Uuid;

/// Something that somebody does: everything by its place in a list.
#[derive(Debug, Clone)]
enum Step {
    Assign { role: usize, holder: (u8, usize), range: (u8, usize, usize), until: u8 },
    Withdraw(usize),
    EditRole { role: usize, permissions: Vec<usize>, read: u8, write: u8 },
    Tag { tag: usize, member: usize, give: bool },
    Place { member: usize, one: usize, two: Option<usize> },
    Move { one: usize, to: usize },
    Merge { into: usize, from: usize },
    Create { above: usize },
    Import { member: usize, below: usize, new: bool },
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let any = || prop::num::usize::ANY;
    let step = prop_oneof![
        5 => (any(), (0..3_u8, any()), (0..3_u8, any(), any()), 0..3_u8)
            .prop_map(|(role, holder, range, until)| Step::Assign { role, holder, range, until }),
        1 => any().prop_map(Step::Withdraw),
        2 => (any(), prop::collection::vec(any(), 0..4), prop::num::u8::ANY, prop::num::u8::ANY)
            .prop_map(|(role, permissions, read, write)| Step::EditRole { role, permissions, read, write }),
        2 => (any(), any(), prop::bool::ANY).prop_map(|(tag, member, give)| Step::Tag { tag, member, give }),
        3 => (any(), any(), prop::option::of(any())).prop_map(|(member, one, two)| Step::Place { member, one, two }),
        2 => (any(), any()).prop_map(|(one, to)| Step::Move { one, to }),
        1 => (any(), any()).prop_map(|(into, from)| Step::Merge { into, from }),
        1 => any().prop_map(|above| Step::Create { above }),
        2 => (any(), any(), prop::bool::weighted(0.2))
            .prop_map(|(member, below, new)| Step::Import { member, below, new }),
    ];
    prop::collection::vec((any(), step), 2..7)
}

/// What the kinds of steps are called.
const KINDS: [&str; 9] =
    ["Assign", "Withdraw", "EditRole", "Tag", "Place", "Move", "Merge", "Create", "Import"];

/// A right of somebody at a department, at one of the times that are looked at.
type Right = (MemberId, usize, &'static str, DepartmentId);

/// A company, as the domain changes it.
struct Office {
    database: Database,
    service: Arc<api::service::Service>,
    owner: MemberActor,
    people: Vec<MemberId>,
    tags: Vec<TagId>,
    custom: Vec<RoleId>,
    origin: Origin,
}

const ROLES: [BuiltInRole; 5] = [
    BuiltInRole::Administrator,
    BuiltInRole::DirectoryManager,
    BuiltInRole::HumanResources,
    BuiltInRole::Auditor,
    BuiltInRole::DepartmentManager,
];

fn groups(bits: u8) -> FieldSet {
    FieldGroup::ALL.iter().copied().filter(|group| bits & (1 << *group as u8) != 0).collect()
}

fn permissions() -> Vec<Permission> {
    Permission::ALL.iter().copied().filter(|one| one.group() != PermissionGroup::Platform).collect()
}

impl Office {
    fn read<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        let read = self.database.read(|tx| {
            tx.enter(self.owner.tenant);
            work(tx)
        });
        read.unwrap()
    }

    fn write<T>(&self, work: impl Fn(&mut Tx<'_>, &Context<'_>) -> Result<T>) -> Result<T> {
        self.database.write(|tx| {
            tx.enter(self.owner.tenant);
            let (now, random) = (self.service.clock.now(), &self.service.random);
            work(tx, &Context { now, random, origin: &self.origin })
        })
    }

    fn departments(&self) -> Vec<Department> {
        let scope = Scope::Within { path: Path::root(), after: None, to_level: None };
        self.read(|tx| tx.departments(&scope, &access::Sight::full(self.owner.member), u32::MAX))
    }

    /// The times that are looked at: what is given for a minute, for an hour and for good differs at them.
    fn times(&self) -> [DateTime<Utc>; 3] {
        let now = self.service.clock.now();
        [now, now + Duration::minutes(10), now + Duration::days(1)]
    }

    /// The same company at the beginning of every sequence.
    fn begin_anew(&self) {
        let owner = &self.owner;
        let kept = self
            .read(|tx| tx.assignments(&AssignmentFilter::default(), &Reach::everywhere(), None, u32::MAX));
        for one in kept {
            self.write(|tx, context| access::withdraw(tx, context, owner, one.id)).unwrap();
        }
        // What was made grows over the sequences, and every step looks at all of it.
        for one in self.departments().iter().skip(9).rev() {
            self.write(|tx, context| merge(tx, context, owner, (one.parent.unwrap(), None), &[one.id]))
                .unwrap();
        }
        for n in self.departments().len()..7 {
            let above = self.departments()[n / 2].id;
            let name = DepartmentName::parse(&Uuid::now_v7().to_string()).unwrap();
            let new =
                NewDepartment { parent: Some(above), name, english_name: None, order: None, hidden: false };
            self.write(|tx, context| create(tx, context, owner, new.clone())).unwrap();
        }
        let departments = self.departments();
        for (n, member) in self.people.iter().enumerate() {
            self.place(owner, *member, &[departments[n % departments.len()].id]).unwrap();
        }
        for tag in &self.tags {
            let asked = Retagging { add: Vec::new(), remove: self.people.clone() };
            self.write(|tx, context| tag::retag(tx, context, owner, (*tag, None), &asked)).unwrap();
        }
        for role in &self.custom {
            self.edit(owner, *role, &[Permission::AccessManage], (3, 1)).unwrap();
        }
        // Somebody to begin with who gives everywhere, and two who give in some departments, one for an hour.
        let (one, two) = (departments[1].id, departments[2].id);
        let only = |id| Range::Departments(vec![id]);
        let hour = Some(self.service.clock.now() + Duration::hours(1));
        let person = |place: usize| Holder::Member(self.people[place]);
        for (role, holder, range, until) in [
            (BuiltInRole::Administrator.id(), person(0), Range::Everywhere, hour),
            (BuiltInRole::Administrator.id(), person(1), only(one), None),
            (self.custom[0], person(2), only(two), None),
            (BuiltInRole::DepartmentManager.id(), person(2), only(two), None),
            (BuiltInRole::DirectoryManager.id(), person(3), Range::Own, None),
            // And one who tags, where a tag gives more than they have.
            (BuiltInRole::DirectoryManager.id(), person(4), Range::Everywhere, None),
            (BuiltInRole::Administrator.id(), Holder::Tag(self.tags[0]), Range::Everywhere, None),
        ] {
            let new = NewAssignment { role, holder, range, until };
            self.write(|tx, context| access::assign(tx, context, owner, &new)).unwrap();
        }
    }

    fn place(&self, by: &MemberActor, member: MemberId, departments: &[DepartmentId]) -> Result<()> {
        let places: Vec<_> = departments.iter().map(|id| json!({"department_id": id.to_string()})).collect();
        let patch = Patch { id: member, expected: None, document: json!({"departments": places}) };
        self.write(|tx, context| member::update(tx, context, by, &patch).map(drop))
    }

    fn edit(
        &self,
        by: &MemberActor,
        role: RoleId,
        allowed: &[Permission],
        (read, write): (u8, u8),
    ) -> Result<()> {
        let patch = RolePatch {
            permissions: Some(allowed.to_vec()),
            read: Some(groups(read)),
            write: Some(groups(write)),
            ..RolePatch::default()
        };
        self.write(|tx, context| access::update_role(tx, context, by, (role, None), patch.clone()).map(drop))
    }

    fn take(&self, by: &MemberActor, step: &Step) -> Result<()> {
        let departments = self.departments();
        let at = |place: usize| departments[place % departments.len()].id;
        let person = |place: usize| self.people[place % self.people.len()];
        let tag = |place: usize| self.tags[place % self.tags.len()];
        match step {
            Step::Assign { role, holder, range, until } => {
                let own = role % (ROLES.len() + self.custom.len());
                let role = ROLES.get(own).map_or_else(|| self.custom[own - ROLES.len()], |role| role.id());
                let holder = match holder.0 {
                    0 => Holder::Member(person(holder.1)),
                    1 => Holder::Department(at(holder.1)),
                    _ => Holder::Tag(tag(holder.1)),
                };
                let range = match range.0 {
                    0 => Range::Everywhere,
                    1 => Range::Own,
                    _ => Range::Departments(BTreeSet::from([at(range.1), at(range.2)]).into_iter().collect()),
                };
                let minutes = [None, Some(1), Some(60)][usize::from(*until)];
                let until = minutes.map(|minutes| self.service.clock.now() + Duration::minutes(minutes));
                let new = NewAssignment { role, holder, range, until };
                self.write(|tx, context| access::assign(tx, context, by, &new).map(drop))
            }
            Step::Withdraw(place) => {
                let all = self.read(|tx| {
                    tx.assignments(&AssignmentFilter::default(), &Reach::everywhere(), None, u32::MAX)
                });
                let Some(one) = all.get(place % all.len().max(1)) else { return Ok(()) };
                self.write(|tx, context| access::withdraw(tx, context, by, one.id))
            }
            Step::EditRole { role, permissions: some, read, write } => {
                let all = permissions();
                let allowed: Vec<_> = some.iter().map(|place| all[place % all.len()]).collect();
                self.edit(by, self.custom[role % self.custom.len()], &allowed, (*read, *write))
            }
            Step::Tag { tag: place, member, give } => {
                let one = vec![person(*member)];
                let (add, remove) = if *give { (one, Vec::new()) } else { (Vec::new(), one) };
                let asked = Retagging { add, remove };
                self.write(|tx, context| tag::retag(tx, context, by, (tag(*place), None), &asked).map(drop))
            }
            Step::Place { member, one, two } => {
                let places: BTreeSet<_> = std::iter::once(*one).chain(*two).map(at).collect();
                self.place(by, person(*member), &places.into_iter().collect::<Vec<_>>())
            }
            Step::Move { one, to } => {
                let patch = DepartmentPatch { parent: Some(at(*to)), ..DepartmentPatch::default() };
                let known = (at(*one), None);
                self.write(|tx, context| {
                    domain::department::update(tx, context, by, known, patch.clone()).map(drop)
                })
            }
            Step::Merge { into, from } => {
                self.write(|tx, context| merge(tx, context, by, (at(*into), None), &[at(*from)]).map(drop))
            }
            Step::Create { above } => {
                let name = DepartmentName::parse(&Uuid::now_v7().to_string()).unwrap();
                let parent = Some(at(*above));
                let new = NewDepartment { parent, name, english_name: None, order: None, hidden: false };
                self.write(|tx, context| create(tx, context, by, new.clone()).map(drop))
            }
            Step::Import { member, below, new } => {
                self.import(by, person(*member), &departments[below % departments.len()], *new)
            }
        }
    }

    /// Imports a spreadsheet of one row, which puts a member into a department, or into one that is made below it.
    fn import(&self, by: &MemberActor, member: MemberId, place: &Department, new: bool) -> Result<()> {
        let departments = self.departments();
        let name = |number: i64| departments.iter().find(|one| one.path.numbers().last() == Some(number));
        let above = place.path.numbers().filter_map(name).map(|one| one.name.as_str().to_owned());
        let made = new.then(|| Uuid::now_v7().to_string());
        let path = above.chain(made).collect::<Vec<_>>().join("/");
        let person = self.read(|tx| tx.member(member)).unwrap();
        let row = |row, cells: [&str; 3]| SheetRow {
            row,
            cells: cells.map(str::to_owned).to_vec(),
            ..SheetRow::default()
        };
        let rows = [
            row(1, ["姓名", "帐号", "部门"]),
            row(2, [person.details.name.as_str(), person.userid.as_str(), &path]),
        ];
        let options = Options { create_departments: true, ..Options::default() };
        let terms = &self.service.settings.certification;
        self.write(|tx, context| {
            let sheet = Sheet::find(&rows, &[]).unwrap();
            let id = member_import::start(tx, context, by, options, (&sheet, 1, b""))?.id;
            let mut planner = Planner::begin(tx, id)?.unwrap();
            planner.survey(tx, context, &rows[1..])?;
            planner.settle(tx, context)?;
            let planned = planner.plan(tx, context, &rows[1..])?;
            tx.insert_planned_rows(id, &planned)?;
            let planned = planner.finish(tx, context, terms)?;
            tx.refuse_rows(id, &planned.refused)?;
            tx.insert_planned_departments(id, &planned.departments)?;
            let asked = Order { plan_hash: planned.plan.hash.clone(), removals: None, skip_refused: false };
            planner.ready(planned.plan);
            tx.save_member_import(planner.import())?;
            member_import::order(tx, context, by, (id, &asked), terms)?;
            while execute(tx, context, (by.tenant, id), terms, Duration::zero())?.more {}
            // A row that was left out was refused.
            let import = tx.member_import(id)?.unwrap();
            if import.failed == 0 { Ok(()) } else { Err(Code::RangeBeyondOwn.into()) }
        })
    }

    /// Everything that everybody may, by all that is kept; which the one query of requests has to say as well.
    fn rights(&self) -> (HashMap<DepartmentId, Path>, BTreeSet<Right>) {
        let paths: HashMap<DepartmentId, Path> =
            self.departments().into_iter().map(|one| (one.id, one.path)).collect();
        let now = self.service.clock.now();
        let (held, asked): (HashMap<MemberId, Vec<Holding>>, Vec<_>) = self.read(|tx| {
            let asked: Result<Vec<_>> =
                self.people.iter().map(|id| Ok((*id, tx.grants_of(*id, now)?))).collect();
            Ok((holdings(tx, &self.people)?, asked?))
        });
        for (id, grants) in asked {
            let counting: Vec<_> = held
                .get(&id)
                .into_iter()
                .flatten()
                .filter(|one| one.assignment.counts_at(now))
                .map(|one| one.grant.clone())
                .collect();
            assert_eq!(grants, counting);
        }
        let mut all = BTreeSet::new();
        for (id, held) in &held {
            for (time, moment) in self.times().into_iter().enumerate() {
                let counting = held.iter().filter(|one| one.assignment.counts_at(moment));
                let rights = Rights::of_member(counting.map(|one| one.grant.clone()).collect());
                for (department, path) in &paths {
                    all.extend(said(&rights, path).into_iter().map(|right| (*id, time, right, *department)));
                }
            }
        }
        (paths, all)
    }
}

/// What some rights allow at a department, and show and let change there, in words.
fn said(rights: &Rights, path: &Path) -> Vec<&'static str> {
    let own = Rights::of_member(Vec::new());
    let allowed = permissions()
        .into_iter()
        .filter(|one| if one.is_ranged() { rights.at(*one, path) } else { rights.everywhere(*one) });
    let place = std::slice::from_ref(path);
    let mut all: Vec<&'static str> =
        allowed.filter(|one| !own.at(*one, path)).map(Permission::name).collect();
    // Who people are, everybody sees.
    let seen = rights.seen_at(place);
    all.extend(seen.iter().filter(|group| *group != FieldGroup::Basic).map(FieldGroup::name));
    let changed = |group: FieldGroup| match group {
        FieldGroup::Basic => "change basic",
        FieldGroup::Contact => "change contact",
        FieldGroup::Personal => "change personal",
        FieldGroup::Employment => "change employment",
        FieldGroup::Custom => "change custom",
    };
    all.extend(rights.written_at(place).iter().map(changed));
    all
}

/// How many sequences are walked through: as many more as somebody wants who has the time.
#[expect(clippy::disallowed_methods, reason = "no setting of the service")]
fn sequences(usual: u32) -> u32 {
    std::env::var("ACCESS_SEQUENCES").map_or(usual, |count| count.parse().unwrap())
}

fn walk(office: &Office, sequences: u32) {
    let mut done: HashMap<&'static str, usize> = HashMap::new();
    let config =
        Config { cases: sequences, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
    let (done_by, turns) = (std::cell::RefCell::new(&mut done), std::cell::Cell::new(0_u32));
    let walked = TestRunner::new(config).run(&steps(), |steps| {
        // Most sequences go on where the one before ended, so that more and more has been given.
        let turn = turns.replace(turns.get() + 1);
        if turn % 5 == 0 {
            office.begin_anew();
        }
        let (mut paths, mut before) = office.rights();
        for (by, step) in &steps {
            let member = office.people[by % office.people.len()];
            let now = office.service.clock.now();
            let rights = office.read(|tx| access::rights_of(tx, (member, MemberRole::Member), now));
            let account = office.read(|tx| tx.member(member)).unwrap().account.unwrap();
            let actor =
                MemberActor { account, member, role: MemberRole::Member, rights, ..office.owner.clone() };
            let taken = office.take(&actor, step);
            match &taken {
                Ok(()) => {
                    let name = format!("{step:?}");
                    let name = KINDS.into_iter().find(|known| name.starts_with(known));
                    *done_by.borrow_mut().entry(name.unwrap()).or_default() += 1;
                }
                Err(error) => {
                    let refused = [Kind::Forbidden, Kind::Invalid, Kind::Conflict, Kind::NotFound];
                    prop_assert!(refused.contains(&error.kind()), "{step:?}: {error}");
                    continue;
                }
            }
            let (now_paths, after) = office.rights();
            let gained = after.difference(&before).filter(|(.., department)| paths.contains_key(department));
            for (who, time, right, department) in gained {
                let had = before.contains(&(member, *time, *right, *department));
                prop_assert!(
                    had,
                    "{member} does {step:?}: {who} comes to have {right} at {department}, time {time}"
                );
            }
            (paths, before) = (now_paths, after);
        }
        Ok(())
    });
    walked.unwrap();
    println!("{sequences} sequences: {done:?}");
    // Each kind of step came about, so that what is said above is said of something.
    assert!(done.len() == KINDS.len(), "{done:?}");
}

both!(no_sequence_of_steps_gives_what_nobody_had, |world| {
    let company = world.company("推演公司").registered().await;
    let owner = member_id(&company).await;
    let mut people = Vec::new();
    for _ in 0..5 {
        let person = company.plain_member().await;
        people.push(member_id(&person).await.parse::<Uuid>().unwrap().into());
    }
    let mut tags = Vec::new();
    for n in 0..2 {
        let tag = company.post("/v1/tags", json!({"name": format!("签{n}")})).send().await.expect(201);
        tags.push(tag.text("/id").parse::<Uuid>().unwrap().into());
    }
    department(&company, "第一").await;
    let id = |text: &str| text.parse::<Uuid>().unwrap();
    let owner = MemberActor {
        account: Uuid::nil().into(),
        tenant: id(&company.tenant).into(),
        member: id(&owner).into(),
        role: MemberRole::Owner,
        session: Uuid::nil().into(),
        rights: Arc::new(Rights::of_owner()),
    };
    let database = world.service().database.clone();
    let origin = Origin::default();
    let mut office =
        Office { database, service: world.running(), owner, people, tags, custom: Vec::new(), origin };
    let sequences = sequences(if world.service().database.is_in_process() { 2_000 } else { 100 });
    let work = move || {
        for name in ["甲", "乙"] {
            let draft = RoleDraft {
                name: domain::access::RoleName::parse(name).unwrap(),
                description: None,
                permissions: vec![Permission::AccessManage],
                fields: Fields::NONE,
            };
            let by = office.owner.clone();
            let made = office.write(|tx, context| access::create_role(tx, context, &by, draft.clone()));
            office.custom.push(made.unwrap().id);
        }
        walk(&office, sequences);
    };
    tokio::task::spawn_blocking(work).await.unwrap();
});
