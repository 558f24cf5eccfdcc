//! In which order rows are carried out.

use crate::id::MemberId;
use std::collections::HashMap;

/// The positions of rows, of each of which the member and to whom that one is to report are known: whoever leads comes before whoever is
/// led, so that everybody reports to somebody who is there already, and no step on the way makes a circle of rows that the end has not.
/// Otherwise they are in the order of the spreadsheet.
pub(super) fn positions(rows: &[(MemberId, Option<MemberId>)]) -> Vec<u32> {
    let at: HashMap<MemberId, usize> = rows.iter().enumerate().map(|(index, (id, _))| (*id, index)).collect();
    let mut depths: Vec<Option<u32>> = vec![None; rows.len()];
    let mut line = Vec::new();
    for start in 0..rows.len() {
        // Up to somebody whose depth is known, or who is led by nobody here; and down again. A circle is cut where it was entered.
        let mut next = Some(start);
        let mut depth = 0;
        while let Some(index) = next {
            if let Some(known) = depths[index] {
                depth = known + 1;
                break;
            }
            depths[index] = Some(0);
            line.push(index);
            next = rows[index].1.and_then(|leader| at.get(&leader).copied());
        }
        while let Some(index) = line.pop() {
            depths[index] = Some(depth);
            depth += 1;
        }
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|index| (depths[*index], *index));
    let mut positions = vec![0; rows.len()];
    for (position, index) in (0..).zip(order) {
        positions[index] = position;
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn id(n: usize) -> MemberId {
        Uuid::from_u128(n as u128).into()
    }

    #[test]
    fn whoever_leads_comes_first() {
        let rows =
            [(id(1), Some(id(3))), (id(2), None), (id(3), Some(id(4))), (id(4), None), (id(5), Some(id(9)))];
        assert_eq!(positions(&rows), [4, 0, 3, 1, 2]);
        // A circle is a fault, and ends nevertheless.
        assert_eq!(positions(&[(id(1), Some(id(2))), (id(2), Some(id(1)))]).len(), 2);
        assert_eq!(positions(&[(id(1), Some(id(1)))]), [0]);
    }

    proptest! {
        #[test]
        fn every_row_has_its_place(leaders in proptest::collection::vec(proptest::option::of(0_usize..40), 0..40)) {
            let rows: Vec<_> = leaders.iter().enumerate().map(|(n, leader)| (id(n), leader.map(id))).collect();
            let found = positions(&rows);
            let mut sorted = found.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..u32::try_from(rows.len()).unwrap()).collect::<Vec<_>>());
            // Leaders come first wherever that is possible: up to who is led by nobody here.
            for (n, leader) in leaders.iter().enumerate() {
                let mut above = *leader;
                let mut steps = 0;
                while let Some(one) = above.filter(|one| *one < leaders.len()) {
                    above = leaders[one];
                    steps += 1;
                    if steps > 40 { break }
                }
                if let Some(leader) = leader.filter(|one| *one < leaders.len() && steps <= 40) {
                    prop_assert!(found[leader] < found[n]);
                }
            }
        }
    }
}
