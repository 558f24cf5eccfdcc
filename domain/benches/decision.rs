//! How long it takes to decide whether somebody may do something at a department, with one role for one, a hundred and a thousand
//! departments, and for the owner; and whether a role could be given. `cargo bench -p domain --features bench`.

use criterion::{BenchmarkId, Criterion};
use domain::access::{BuiltInRole, Grant, Permission, Reach, Rights};
use domain::department::Path;
use std::hint::black_box;

/// A path five levels down, of a number.
fn path(number: i64) -> Path {
    [number % 7 + 2, number % 31 + 10, number % 199 + 50, number + 1_000]
        .into_iter()
        .fold(Path::root(), |path, one| path.below(one))
}

fn manager(ranges: i64) -> Rights {
    let reach: Reach = (0..ranges).map(path).collect();
    Rights::of_member(vec![Grant { reach, ..Grant::inborn(BuiltInRole::DepartmentManager) }])
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let (inside, outside) = (path(0).below(77), path(70_000));
    let mut decision = criterion.benchmark_group("decision");
    decision.bench_function("owner", |bench| {
        let rights = Rights::of_owner();
        bench.iter(|| black_box(&rights).at(Permission::MemberManage, black_box(&inside)));
    });
    for ranges in [1, 100, 1_000] {
        let rights = manager(ranges);
        assert!(
            rights.at(Permission::MemberManage, &inside) && !rights.at(Permission::MemberManage, &outside)
        );
        decision.bench_with_input(BenchmarkId::new("allowed", ranges), &rights, |bench, rights| {
            bench.iter(|| black_box(rights).at(Permission::MemberManage, black_box(&inside)));
        });
        decision.bench_with_input(BenchmarkId::new("refused", ranges), &rights, |bench, rights| {
            bench.iter(|| black_box(rights).at(Permission::MemberManage, black_box(&outside)));
        });
    }
    decision.finish();
    criterion.final_summary();
}
