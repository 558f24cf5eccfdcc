//! Asking to join.

use super::{InvitationLink, JoinRequest, JoiningStore, Remark, find_link};
use crate::access::{AccessStore, FieldGroup, Permission, Placing, placing, rights_of};
use crate::actor::Actor;
use crate::bundle::bundle;
use crate::certification::Terms;
use crate::context::Context;
use crate::error::{Code, Error, Result};
use crate::id::{DepartmentId, TenantId};
use crate::journal::Entry;
use crate::member::{Held, InvitingStore, MemberDraft, MemberStore, PlacementDraft, add, has_room};
use crate::member_field::MemberFieldStore;
use crate::notice::{Notice, NoticeKind, Params, tell};
use crate::phone::MobileNumber;
use crate::tenant::TenantScope;
use crate::text::PersonName;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many requests of a tenant wait at most.
const MAX_WAITING: u32 = 1_000;

bundle! {
    /// What asking to join touches.
    AskingStore: JoiningStore + InvitingStore + TenantScope
}

/// Somebody who asks to join.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What the link has in it.
    pub token: String,
    /// The name.
    pub name: PersonName,
    /// The number with which they will sign in.
    pub mobile: MobileNumber,
    /// What they say to those who decide.
    pub remark: Option<Remark>,
}

/// What comes of it. It says nothing about whether the number is somebody's here already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An administrator decides.
    Waiting,
    /// Whoever has the number can sign in and is there.
    Welcome,
}

/// Whether an administrator decides who joins by a link. What is required of members is for an administrator to fill in; and where a
/// department has roles that whoever made the link could not give, or they could invite nobody by now, a link does not do it for them. Nor
/// does one to a department that is gone.
///
/// # Errors
/// When the store fails.
pub fn needs_approval(
    tx: &mut (impl MemberFieldStore + MemberStore + AccessStore),
    context: &Context<'_>,
    link: &InvitationLink,
) -> Result<bool> {
    if link.needs_approval || tx.member_fields()?.iter().any(|field| field.required) {
        return Ok(true);
    }
    let Some(maker) = tx.member(link.created_by)? else { return Ok(true) };
    let rights = rights_of(tx, (maker.id, maker.role), context.now)?;
    let writes = rights.written_of_all();
    let invites = rights.everywhere(Permission::MemberManage)
        && writes.has(FieldGroup::Basic)
        && writes.has(FieldGroup::Contact);
    let known = tx.paths(&[link.department])?.pop();
    let Some((department, _)) = known.filter(|_| invites) else { return Ok(true) };
    let joins = Placing { member: Uuid::nil().into(), had: Vec::new(), has: vec![department] };
    Ok(placing(tx, (rights.as_ref(), context.now), &[joins])?.into_iter().any(|lack| !lack.is_nothing()))
}

/// Asks to join, by a link. To ask again is to ask once, in the words of the last time. What is refused is refused to everybody alike.
///
/// # Errors
/// `link_invalid`, `join_requests_full`, `member_limit_reached`.
pub fn ask(tx: &mut impl AskingStore, context: &Context<'_>, ask: &Ask, terms: &Terms) -> Result<Asked> {
    let (tenant, link) = find_link(tx, context, &ask.token)?;
    let waits = needs_approval(tx, context, &link)?;
    if waits && tx.has_join_requests(MAX_WAITING)? {
        return Err(Error::new(Code::JoinRequestsFull).with("max", MAX_WAITING));
    }
    if !waits {
        has_room(tx, context, terms, 1)?;
    }
    let held = Held::Mobile(ask.mobile.as_str().to_owned());
    let known = !tx.holders(&[held])?.is_empty();
    match (known, waits) {
        (true, _) => {}
        (false, true) => wait(tx, context, tenant, &link, ask)?,
        (false, false) => {
            let department = tx.known_departments(&[link.department])?.pop().map(|known| known.id);
            let draft = draft((&ask.name, &ask.mobile), department, BTreeMap::new());
            add(tx, context, (tenant, &Actor::Anonymous), &draft, terms)?;
        }
    }
    Ok(if waits { Asked::Waiting } else { Asked::Welcome })
}

/// Who asked, as a member in a department; in the root when that is gone.
pub(super) fn draft(
    (name, mobile): (&PersonName, &MobileNumber),
    department: Option<DepartmentId>,
    custom: BTreeMap<Uuid, Option<String>>,
) -> MemberDraft {
    let placement =
        |id: DepartmentId| vec![PlacementDraft { department_id: id.into(), order: 0, is_leader: false }];
    MemberDraft {
        name: Some(name.as_str().to_owned()),
        mobile: Some(mobile.as_str().to_owned()),
        departments: department.map(placement),
        custom,
        ..MemberDraft::default()
    }
}

fn wait(
    tx: &mut impl AskingStore,
    context: &Context<'_>,
    tenant: TenantId,
    link: &InvitationLink,
    ask: &Ask,
) -> Result<()> {
    let request = JoinRequest {
        id: context.id(),
        department: link.department,
        name: ask.name.clone(),
        mobile: ask.mobile.clone(),
        remark: ask.remark.clone(),
        created_at: context.now,
    };
    let first = !tx.has_join_requests(1)?;
    if tx.replace_join_request(&request)? {
        return Ok(());
    }
    // Whoever decides is told of the first one that waits, and sees the others then.
    if first && let Some(owner) = tx.owner()? {
        let notice = Notice::new(context, owner, NoticeKind::JoinRequested, Params::new());
        tell(tx, context, tenant, &notice)?;
    }
    let entry = Entry::new("join_request.made", "join_request", request.id).of(tenant);
    tx.record(context, &Actor::Anonymous, entry)
}
