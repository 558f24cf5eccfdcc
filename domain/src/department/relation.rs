//! Relations beside the tree.

use super::{DepartmentName, DepartmentStore, Path, RelationStore};
use crate::access::{self, AccessStore, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::DepartmentId;
use crate::journal::{Entry, Journal};
use crate::named::named;
use std::collections::HashMap;

named! {
    /// What one department is to another, beside the tree.
    RelationKind {
        /// It reports there as well.
        DottedLine "dotted_line";
        /// It works for the other one.
        Supports "supports";
        /// Its people see the other one's people as they see their own.
        SharesDirectory "shares_directory";
    }
}

named! {
    /// Which end of a relation a department is.
    Direction {
        /// It begins there.
        Outgoing "outgoing";
        /// It ends there.
        Incoming "incoming";
    }
}

/// A relation as one of its departments sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What it is.
    pub kind: RelationKind,
    /// Which end this department is.
    pub direction: Direction,
    /// The other one.
    pub other: DepartmentId,
    /// Its number.
    pub number: i64,
    /// Its name.
    pub name: DepartmentName,
}

/// How many relations a department has at most, in both directions.
const MAX_RELATIONS: usize = 100;

/// The relations of a department.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn relations(
    tx: &mut (impl DepartmentStore + RelationStore + AccessStore),
    actor: &MemberActor,
    id: DepartmentId,
) -> Result<Vec<Related>> {
    access::require(actor, Permission::DepartmentRead)?;
    let sight = access::sight(tx, actor)?;
    tx.department(id)?.filter(|known| sight.sees(&known.path)).ok_or(Code::NotFound)?;
    let mut all = tx.relations(id)?;
    if !sight.hidden.is_nowhere() {
        let others: Vec<DepartmentId> = all.iter().map(|one| one.other).collect();
        let paths: HashMap<DepartmentId, Path> = tx.paths(&others)?.into_iter().collect();
        all.retain(|one| paths.get(&one.other).is_some_and(|path| sight.sees(path)));
    }
    Ok(all)
}

/// Relates a department to another one. To do it again changes nothing.
///
/// # Errors
/// `forbidden`, also to share a department without managing it; `not_found` for either, `department_below_itself` for itself,
/// `relation_limit_reached`.
pub fn relate(
    tx: &mut (impl DepartmentStore + RelationStore + AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (from, kind, to): (DepartmentId, RelationKind, DepartmentId),
) -> Result<()> {
    access::reach(actor, Permission::DepartmentManage)?;
    if from == to {
        return Err(Code::DepartmentBelowItself.into());
    }
    let sight = access::sight(tx, actor)?;
    let mut known =
        |id| tx.department(id)?.filter(|one| sight.sees(&one.path)).ok_or(Error::new(Code::NotFound));
    let (whose, other) = (known(from)?, known(to)?);
    access::require_at(actor, Permission::DepartmentManage, &whose.path)?;
    // To share a department is to show it, also when it is hidden one day.
    if kind == RelationKind::SharesDirectory {
        access::require_at(actor, Permission::DepartmentManage, &other.path)?;
    }
    let known = tx.relations(from)?;
    let same =
        |known: &Related| (known.direction, known.kind, known.other) == (Direction::Outgoing, kind, to);
    if known.iter().any(same) {
        return Ok(());
    }
    if known.len() >= MAX_RELATIONS || tx.relations(to)?.len() >= MAX_RELATIONS {
        return Err(Error::new(Code::RelationLimitReached).with("max", MAX_RELATIONS));
    }
    tx.insert_relation(from, kind, to)?;
    let entry = entry("department.related", actor, from).change(kind.name(), None::<String>, to.to_string());
    tx.record(context, &actor.into(), entry)
}

/// Ends a relation.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn unrelate(
    tx: &mut (impl DepartmentStore + RelationStore + AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (from, kind, to): (DepartmentId, RelationKind, DepartmentId),
) -> Result<()> {
    access::reach(actor, Permission::DepartmentManage)?;
    let whose = tx.department(from)?.ok_or(Code::NotFound)?;
    access::require_seen(tx, actor, &whose.path)?;
    access::require_at(actor, Permission::DepartmentManage, &whose.path)?;
    tx.delete_relation(from, kind, to)?;
    let entry =
        entry("department.unrelated", actor, from).change(kind.name(), to.to_string(), None::<String>);
    tx.record(context, &actor.into(), entry)
}

fn entry(action: &'static str, actor: &MemberActor, from: DepartmentId) -> Entry {
    Entry::new(action, "department", from).of(actor.tenant)
}
