//! Whatever is done to a tree, it stays one.

use domain::access::{Rights, Sight};
use domain::actor::{MemberActor, MemberRole};
use domain::context::{Context, Origin};
use domain::department::{
    Department, DepartmentName, DepartmentPatch, DepartmentStore, NewDepartment, Placement, PlacementStore,
    Scope, create, delete, merge, update, whole,
};
use domain::error::{Kind, Result};
use domain::id::{DepartmentId, MemberId};
use domain::member::{self, Patch, get};
use domain::tenant::TenantScope;
use persistence::{Database, Tx};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tests::{Company, World, both};
use uuid::Uuid;

/// Something that is done to one department, and another one that it is done with: both by their places in a list.
#[derive(Debug, Clone)]
enum Step {
    Create(usize, u8),
    Move(usize, usize),
    Rename(usize, u8),
    Delete(usize),
    HandOver(usize, usize),
    Merge(usize, usize, usize),
    Place(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (any::<usize>(), any::<u8>()).prop_map(|(at, name)| Step::Create(at, name % 12)),
        3 => (any::<usize>(), any::<usize>()).prop_map(|(at, to)| Step::Move(at, to)),
        1 => (any::<usize>(), any::<u8>()).prop_map(|(at, name)| Step::Rename(at, name % 12)),
        1 => any::<usize>().prop_map(Step::Delete),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(at, to)| Step::HandOver(at, to)),
        1 => (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(at, one, two)| Step::Merge(at, one, two)),
        1 => any::<usize>().prop_map(Step::Place),
    ];
    prop::collection::vec(step, 1..40)
}

/// The company's tree, as the domain changes it.
#[derive(Clone)]
struct Grove {
    database: Database,
    service: Arc<api::service::Service>,
    actor: MemberActor,
}

impl Grove {
    fn of(world: &World, company: &Company, member: &str) -> Self {
        let id = |text: &str| text.parse::<Uuid>().unwrap();
        let actor = MemberActor {
            account: Uuid::nil().into(),
            tenant: id(&company.tenant).into(),
            member: id(member).into(),
            role: MemberRole::Owner,
            session: Uuid::nil().into(),
            rights: Arc::new(Rights::of_owner()),
        };
        Self { database: world.service().database.clone(), service: world.running(), actor }
    }

    fn read<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        let read = self.database.read(|tx| {
            tx.enter(self.actor.tenant);
            work(tx)
        });
        read.unwrap()
    }

    /// The owner sees everything.
    fn sight(&self) -> Sight {
        Sight::full(self.actor.member)
    }

    fn departments(&self) -> Vec<Department> {
        self.read(|tx| {
            let path = domain::department::Path::root();
            tx.departments(&Scope::Within { path, after: None, to_level: None }, &self.sight(), u32::MAX)
        })
    }

    /// Does something. It may be refused, and must not fail.
    fn take(&self, step: &Step, own: MemberId) {
        let all = self.departments();
        let at = |place: usize| all[place % all.len()].id;
        let name = |n: u8| DepartmentName::parse(&format!("部{n}")).unwrap();
        let origin = Origin::default();
        let done = self.database.write(|tx| {
            tx.enter(self.actor.tenant);
            let context =
                Context { now: self.service.clock.now(), random: &self.service.random, origin: &origin };
            let actor = &self.actor;
            match *step {
                Step::Create(parent, n) => {
                    let new = NewDepartment {
                        parent: Some(at(parent)),
                        name: name(n),
                        english_name: None,
                        order: None,
                        hidden: false,
                    };
                    create(tx, &context, actor, new).map(drop)
                }
                Step::Move(one, to) => {
                    let patch = DepartmentPatch { parent: Some(at(to)), ..DepartmentPatch::default() };
                    update(tx, &context, actor, (at(one), None), patch).map(drop)
                }
                Step::Rename(one, n) => {
                    let patch = DepartmentPatch { name: Some(name(n)), ..DepartmentPatch::default() };
                    update(tx, &context, actor, (at(one), None), patch).map(drop)
                }
                Step::Delete(one) => delete(tx, &context, actor, (at(one), None), None),
                Step::HandOver(one, to) => delete(tx, &context, actor, (at(one), None), Some(at(to))),
                Step::Merge(into, one, two) => {
                    merge(tx, &context, actor, (at(into), None), &[at(one), at(two)]).map(drop)
                }
                Step::Place(one) => {
                    let mut departments = get(tx, actor, own)?.listed.placements;
                    let department = at(one);
                    departments.retain(|placement| placement.department != department);
                    departments.push(Placement { department, order: 0, leads: false });
                    let written =
                        |placement: &Placement| json!({"department_id": placement.department.to_string()});
                    let departments: Vec<_> = departments.iter().map(written).collect();
                    let patch =
                        Patch { id: own, expected: None, document: json!({"departments": departments}) };
                    member::update(tx, &context, actor, &patch).map(drop)
                }
            }
        });
        if let Err(error) = done {
            let refused =
                [Kind::Invalid, Kind::Conflict, Kind::NotFound, Kind::Contention].contains(&error.kind());
            assert!(refused, "{step:?}: {error}");
        }
    }

    /// One root, no cycle, right paths, no two of one name side by side, right counts.
    fn assert_sound(&self) {
        let (found, heads) = self.read(|tx| {
            let found = whole(tx, (&self.actor, &self.sight()), (None, None), true, &|_| false)?;
            let ids: Vec<_> = tx
                .departments(
                    &Scope::Within { path: domain::department::Path::root(), after: None, to_level: None },
                    &self.sight(),
                    u32::MAX,
                )?
                .iter()
                .map(|department| department.id)
                .collect();
            Ok((found.unwrap(), tx.count_members(&ids, &self.sight())?))
        });
        let (main, placed) = self.read(|tx| {
            let own = get(tx, &self.actor, self.actor.member)?;
            Ok((own.listed.member.department, tx.placements(&[self.actor.member])?))
        });
        let by_id: BTreeMap<DepartmentId, &Department> =
            found.departments.iter().map(|department| (department.id, department)).collect();
        assert_eq!(by_id.len() as u64, found.tree.departments);
        assert_eq!(found.departments.iter().filter(|department| department.parent.is_none()).count(), 1);
        // Nobody is anywhere that is not there.
        assert!(placed.iter().any(|(_, placement)| placement.department == main));
        assert!(placed.iter().all(|(_, placement)| by_id.contains_key(&placement.department)));
        let mut names = BTreeSet::new();
        for department in &found.departments {
            assert!(names.insert((department.parent, department.name.key())), "{department:?}");
            assert!(department.path.level() <= 15);
            let expected = department.parent.map_or_else(domain::department::Path::root, |parent| {
                by_id[&parent].path.below(department.number)
            });
            assert_eq!(department.path, expected);
            assert!(department.number <= found.tree.last_number);
        }
        // Two ways of counting come to the same.
        let heads: BTreeMap<_, _> = heads.into_iter().collect();
        for (department, counts) in found.departments.iter().zip(found.counts.unwrap()) {
            assert_eq!(heads.get(&department.id).copied().unwrap_or_default(), counts, "{department:?}");
        }
    }
}

both!(any_sequence_of_changes_leaves_a_tree, |world| {
    let company = world.company("随机公司").registered().await;
    let owner = company.get("/v1/me").send().await.expect(200).text("/member/id");
    let grove = Grove::of(&world, &company, &owner);
    let own = grove.actor.member;
    let walk = move || {
        let config =
            Config { cases: 24, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
        let walked = TestRunner::new(config).run(&steps(), |steps| {
            // The tree goes on from one sequence to the next.
            for step in &steps {
                grove.take(step, own);
            }
            grove.assert_sound();
            Ok(())
        });
        walked.unwrap();
        assert!(grove.departments().len() > 5);
    };
    tokio::task::spawn_blocking(walk).await.unwrap();
});

both!(many_writers_at_once_leave_a_tree, |world| {
    let company = world.company("并发公司").registered().await;
    let owner = company.get("/v1/me").send().await.expect(200).text("/member/id");
    let grove = Grove::of(&world, &company, &owner);
    let own = grove.actor.member;
    let work = move || {
        for n in 0..12 {
            grove.take(&Step::Create(n, u8::try_from(n).unwrap()), own);
        }
        std::thread::scope(|scope| {
            for writer in 0..32_usize {
                let grove = grove.clone();
                scope.spawn(move || {
                    for turn in 0..6_usize {
                        let (one, two) = (writer * 7 + turn * 3 + 1, writer * 5 + turn * 11 + 2);
                        let step = match (writer + turn) % 4 {
                            0 => Step::Move(one, two),
                            1 => Step::Create(one, u8::try_from(turn + writer % 6).unwrap()),
                            2 => Step::HandOver(one, two),
                            _ => Step::Merge(one, two, one + two),
                        };
                        grove.take(&step, own);
                    }
                });
            }
        });
        grove.assert_sound();
    };
    tokio::task::spawn_blocking(work).await.unwrap();
});
