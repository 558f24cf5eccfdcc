//! What people see of members.

use super::{Member, MemberState, MemberStore};
use crate::access::{self, AccessStore, FieldGroup, FieldSet, Permission, Reach, Sight};
use crate::actor::MemberActor;
use crate::bundle::bundle;
use crate::department::{Path, Placement, PlacementStore};
use crate::error::{Code, Result};
use crate::id::{DepartmentId, MemberFieldId, MemberId, TagId};
use crate::member_field::{Custom, MemberFieldStore};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

bundle! {
    /// What seeing members touches.
    ViewingStore: AccessStore + MemberStore + PlacementStore + MemberFieldStore
}

/// A member with their departments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMember {
    /// The member.
    pub member: Member,
    /// Their departments, the main one first.
    pub placements: Vec<Placement>,
    /// What they have in the fields that the tenant added.
    pub custom: Custom,
}

/// A member as somebody sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenMember {
    /// The member.
    pub listed: ListedMember,
    /// What they see of them.
    pub fields: FieldSet,
}

/// Some members as somebody sees them who may see them.
///
/// # Errors
/// When the store fails.
pub fn seen(
    tx: &mut impl ViewingStore,
    actor: &MemberActor,
    members: Vec<ListedMember>,
) -> Result<Vec<SeenMember>> {
    let sight = access::sight(tx, actor)?;
    seen_by(tx, (actor, &sight), members)
}

fn seen_by(
    tx: &mut impl ViewingStore,
    (actor, sight): (&MemberActor, &Sight),
    mut members: Vec<ListedMember>,
) -> Result<Vec<SeenMember>> {
    let (alike, of_all) = (actor.rights.sees_alike(), actor.rights.seen_of_all());
    let paths = if alike && sight.hidden.is_nowhere() { HashMap::new() } else { paths(tx, &members)? };
    let seen_of = |one: &ListedMember| {
        if one.member.id == actor.member {
            return FieldSet::all();
        }
        if alike {
            return of_all;
        }
        let there = one.placements.iter().map(|placement| placement.department);
        let places = there.chain([one.member.department]).filter_map(|id| paths.get(&id).cloned());
        let places = places.filter(|path| sight.sees(path));
        actor.rights.seen_at(&places.collect::<Vec<_>>())
    };
    let fields: HashMap<MemberId, FieldSet> =
        members.iter().map(|one| (one.member.id, seen_of(one))).collect();
    if !sight.is_clear() {
        without_hidden(tx, (sight, &paths), &mut members)?;
    }
    let with = |listed: ListedMember| {
        let fields = fields.get(&listed.member.id).copied().unwrap_or_default();
        SeenMember { listed, fields }
    };
    let mut seen: Vec<SeenMember> = members.into_iter().map(with).collect();
    let partly = |one: &SeenMember| !one.fields.has(FieldGroup::Custom) && !one.listed.custom.is_empty();
    if seen.iter().any(partly) {
        let fields = tx.member_fields()?;
        let visible: HashSet<MemberFieldId> =
            fields.iter().filter(|field| field.visible).map(|field| field.id).collect();
        let partly = seen.iter_mut().filter(|one| partly(one));
        partly.for_each(|one| one.listed.custom.retain(|field, _| visible.contains(field)));
    }
    Ok(seen)
}

/// Where the departments of some members stand.
fn paths(tx: &mut impl AccessStore, members: &[ListedMember]) -> Result<HashMap<DepartmentId, Path>> {
    let placed = members.iter().flat_map(|one| &one.placements).map(|placement| placement.department);
    let placed: HashSet<DepartmentId> =
        placed.chain(members.iter().map(|one| one.member.department)).collect();
    Ok(tx.paths(&placed.into_iter().collect::<Vec<_>>())?.into_iter().collect())
}

/// Leaves out of members that are seen in which departments they are and to whom they report, where that is not seen.
fn without_hidden(
    tx: &mut impl AccessStore,
    (sight, paths): (&Sight, &HashMap<DepartmentId, Path>),
    members: &mut [ListedMember],
) -> Result<()> {
    let leaders: HashSet<MemberId> = members.iter().filter_map(|one| one.member.details.leader).collect();
    let leaders: Vec<MemberId> = leaders.into_iter().collect();
    let leaders = if leaders.is_empty() { HashSet::new() } else { tx.seen(sight, &leaders)? };
    for one in &mut *members {
        one.member.details.leader = one.member.details.leader.filter(|leader| leaders.contains(leader));
    }
    if sight.hidden.is_nowhere() {
        return Ok(());
    }
    let hidden = |id: DepartmentId| paths.get(&id).is_some_and(|path| !sight.sees(path));
    for one in members {
        one.placements.retain(|placement| !hidden(placement.department));
        if hidden(one.member.department)
            && let Some(first) = one.placements.first()
        {
            one.member.department = first.department;
        }
    }
    Ok(())
}

/// In which departments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InDepartment {
    /// In this one itself, in the order of its members.
    Itself(DepartmentId),
    /// In some of them, or anywhere below.
    Within(Reach),
}

impl InDepartment {
    /// Where they are, if it is not one department alone.
    #[must_use]
    pub fn reach(&self) -> Option<&Reach> {
        match self {
            Self::Itself(_) => None,
            Self::Within(reach) => Some(reach),
        }
    }
}

/// Which members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberFilter {
    /// In which state; any but of those who left when none is named.
    pub state: Option<MemberState>,
    /// In which departments.
    pub department: Option<InDepartment>,
    /// Who report to this one.
    pub leader: Option<MemberId>,
    /// Who have this tag.
    pub tag: Option<TagId>,
    /// Who are found by this, in the form of [`super::search_key`]; then in the order of what they were found by.
    pub search: Option<String>,
    /// In which groups of fields that is looked for, and where each.
    pub found_by: FoundBy,
    /// Whom the reader sees, unless that is everybody.
    pub sight: Option<Sight>,
}

/// In which groups of fields somebody looks for members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundBy {
    /// In these, of anybody.
    pub of_all: FieldSet,
    /// In these, of those who are within a reach.
    pub within: Vec<(FieldSet, Reach)>,
}

/// The place of a member in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The place among the members of a department, where the list is of one; 0 elsewhere.
    pub order: i64,
    /// What the list is sorted by.
    pub key: String,
    /// The member.
    pub id: MemberId,
}

/// A page of members: by the sound of their names, unless the filter has an order of its own. Whoever vanishes while they are looked up has
/// a spot and nothing else.
///
/// # Errors
/// `forbidden`.
pub fn list(
    tx: &mut impl ViewingStore,
    actor: &MemberActor,
    filter: &MemberFilter,
    after: Option<&Spot>,
    limit: u32,
) -> Result<Vec<(Spot, Option<SeenMember>)>> {
    access::require(actor, Permission::MemberRead)?;
    if filter.tag.is_some() {
        access::require(actor, Permission::TagRead)?;
    }
    let sight = access::sight(tx, actor)?;
    if let Some(leader) = filter.leader
        && !sight.among(tx, &[leader])?.has(leader)
    {
        return Ok(Vec::new());
    }
    // Who left is hidden from whoever sees nothing that is.
    if filter.state == Some(MemberState::Departed) && sight.open.is_nowhere() {
        return Ok(Vec::new());
    }
    let mut filter = Cow::Borrowed(filter);
    // Who left is in no list that does not ask for them.
    if !sight.is_clear() || (filter.state == Some(MemberState::Departed) && !sight.is_full()) {
        filter.to_mut().sight = Some(sight.clone());
    }
    if filter.search.is_some() {
        filter.to_mut().found_by = actor.rights.found_by();
    }
    let spots = tx.find_members(&filter, after, limit)?;
    let ids: Vec<_> = spots.iter().map(|spot| spot.id).collect();
    let members = listed(tx, &ids)?;
    let mut found: HashMap<MemberId, SeenMember> =
        seen_by(tx, (actor, &sight), members)?.into_iter().map(|one| (one.listed.member.id, one)).collect();
    let with_member = |spot: Spot| {
        let member = found.remove(&spot.id);
        (spot, member)
    };
    Ok(spots.into_iter().map(with_member).collect())
}

/// The same filter, of who is within a reach.
///
/// # Errors
/// When the store fails.
pub fn narrowed<'a>(
    tx: &mut impl AccessStore,
    filter: &'a MemberFilter,
    limits: &Reach,
) -> Result<Cow<'a, MemberFilter>> {
    if limits.is_everywhere() {
        return Ok(Cow::Borrowed(filter));
    }
    let reach = match &filter.department {
        Some(InDepartment::Itself(id)) => {
            if tx.paths(&[*id])?.iter().any(|(_, path)| limits.covers(path)) {
                return Ok(Cow::Borrowed(filter));
            }
            Reach::nowhere()
        }
        Some(InDepartment::Within(asked)) => {
            asked.departments().iter().map(|top| limits.below(top)).fold(Reach::nowhere(), Reach::and)
        }
        None => limits.clone(),
    };
    let department = Some(InDepartment::Within(reach));
    Ok(Cow::Owned(MemberFilter { department, ..filter.clone() }))
}

/// A member.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn get(tx: &mut impl ViewingStore, actor: &MemberActor, id: MemberId) -> Result<SeenMember> {
    access::require(actor, Permission::MemberRead)?;
    let sight = access::sight(tx, actor)?;
    if !sight.among(tx, &[id])?.has(id) {
        return Err(Code::NotFound.into());
    }
    let member = listed(tx, &[id])?;
    seen_by(tx, (actor, &sight), member)?.pop().ok_or_else(|| Code::NotFound.into())
}

/// Those of some members that are there, in no order.
pub(crate) fn listed(tx: &mut impl ViewingStore, ids: &[MemberId]) -> Result<Vec<ListedMember>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // First, so that what changes between the questions is seen under a version before it, which a change cannot name.
    let members = tx.members(ids)?;
    let mut placements: HashMap<MemberId, Vec<Placement>> = HashMap::new();
    for (member, placement) in tx.placements(ids)? {
        placements.entry(member).or_default().push(placement);
    }
    let mut custom: HashMap<MemberId, Custom> = HashMap::new();
    for (member, field, value) in tx.custom_values(ids)? {
        custom.entry(member).or_default().insert(field, value);
    }
    let listed = |member: Member| {
        let mut placements = placements.remove(&member.id).unwrap_or_default();
        placements.sort_by_key(|placement| (placement.department != member.department, placement.department));
        let custom = custom.remove(&member.id).unwrap_or_default();
        ListedMember { member, placements, custom }
    };
    Ok(members.into_iter().map(listed).collect())
}
