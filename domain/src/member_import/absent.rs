//! Who is not in a spreadsheet, and is to leave.

use super::order::positions;
use super::{MemberImportStore, PlannedRow, Present, RowAction};
use crate::error::Result;
use crate::id::MemberId;
use crate::member::MemberDraft;

/// How many people are looked for at once.
const SOME: u32 = 1_000;

/// Those who are to leave, as rows from a position on, and how many are there in all. Whoever is led leaves before whoever leads, so
/// that nobody is handed over who leaves as well.
pub(super) fn absent(
    tx: &mut impl MemberImportStore,
    stays: impl Fn(MemberId) -> bool,
    first: usize,
) -> Result<(Vec<PlannedRow>, u32)> {
    let (mut absent, mut after, mut present): (Vec<Present>, _, _) = (Vec::new(), None, 0);
    loop {
        let some = tx.present(after, SOME)?;
        let Some(last) = some.last() else { break };
        after = Some(last.id);
        present += u32::try_from(some.len()).unwrap_or_default();
        absent.extend(some.into_iter().filter(|one| one.may_leave && !stays(one.id)));
    }
    let lines: Vec<_> = absent.iter().map(|one| (one.id, one.leader)).collect();
    let last = u32::try_from(first + absent.len()).unwrap_or(u32::MAX).saturating_sub(1);
    let row = |(place, one): (u32, Present)| PlannedRow {
        position: last - place,
        row: None,
        member: one.id,
        action: RowAction::Remove,
        failed: false,
        expected: one.version,
        draft: MemberDraft { userid: Some(one.userid), name: Some(one.name), ..MemberDraft::default() },
        changes: Vec::new(),
        faults: Vec::new(),
    };
    let mut rows: Vec<PlannedRow> = positions(&lines).into_iter().zip(absent).map(row).collect();
    rows.sort_unstable_by_key(|row| row.position);
    Ok((rows, present))
}
