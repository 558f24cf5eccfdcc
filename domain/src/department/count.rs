//! How many people there are, in a department and below.

use super::Department;
use crate::id::{DepartmentId, MemberId};
use std::collections::HashMap;

/// How many members there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the department itself.
    pub direct: u64,
    /// There and below, each person once.
    pub total: u64,
}

/// The counts of whole trees, in the order of the departments. `direct`: how many are in each; `shared`: where those are who are in
/// several departments, for in those above, each counts once.
#[must_use]
pub fn roll_up(
    departments: &[Department],
    direct: &[(DepartmentId, u64)],
    shared: &[(MemberId, DepartmentId)],
) -> Vec<Counts> {
    let by_number: HashMap<i64, usize> =
        departments.iter().enumerate().map(|(at, department)| (department.number, at)).collect();
    let by_id: HashMap<DepartmentId, usize> =
        departments.iter().enumerate().map(|(at, department)| (department.id, at)).collect();
    let above =
        |at: usize| departments[at].path.numbers().filter_map(|number| by_number.get(&number).copied());
    let mut counts = vec![Counts::default(); departments.len()];
    for (id, heads) in direct {
        let Some(&at) = by_id.get(id) else { continue };
        counts[at].direct = *heads;
        above(at).for_each(|at| counts[at].total += heads);
    }
    let mut places: HashMap<MemberId, Vec<usize>> = HashMap::new();
    for (member, id) in shared {
        places.entry(*member).or_default().extend(by_id.get(id));
    }
    for places in places.into_values() {
        let mut times: HashMap<usize, u64> = HashMap::new();
        for at in places.into_iter().flat_map(above) {
            *times.entry(at).or_default() += 1;
        }
        times
            .into_iter()
            .for_each(|(at, times)| counts[at].total = counts[at].total.saturating_sub(times - 1));
    }
    counts
}
