//! What somebody has in hand, and what became of it.

use super::{Departure, DepartureStore, HadTag};
use crate::access::{self, AccessStore, Permission};
use crate::actor::MemberActor;
use crate::error::{Code, Result};
use crate::id::{DepartmentId, MemberId};
use crate::member::MemberStore;
use crate::tag::TagStore;

/// What somebody has in hand that others would have to take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InHand {
    /// The departments that they lead, with their names.
    pub leaderships: Vec<(DepartmentId, String)>,
    /// The tags that they have.
    pub tags: Vec<HadTag>,
    /// How many report to them.
    pub reports: u64,
}

/// What a member has in hand. Nothing happens.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn preview(
    tx: &mut (impl AccessStore + MemberStore + DepartureStore + TagStore),
    actor: &MemberActor,
    id: MemberId,
) -> Result<InHand> {
    access::require_for(tx, actor, Permission::MemberManage, id)?;
    tx.member(id)?.ok_or(Code::NotFound)?;
    let led = tx.led_by(&[id])?;
    let leaderships = led.into_iter().map(|(_, department, name)| (department, name)).collect();
    let tags = tx.taggings(&[id])?.into_iter().map(|(_, tag, name)| HadTag { tag, name }).collect();
    Ok(InHand { leaderships, tags, reports: tx.count_reports(id)? })
}

/// How a member left, and to whom what they had in hand went.
///
/// # Errors
/// `forbidden`, `not_found` also for who has not left.
pub fn get(
    tx: &mut (impl AccessStore + DepartureStore),
    actor: &MemberActor,
    id: MemberId,
) -> Result<Departure> {
    access::require_for(tx, actor, Permission::MemberManage, id)?;
    tx.departure(id)?.ok_or_else(|| Code::NotFound.into())
}
