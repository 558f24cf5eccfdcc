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
    seen_by(tx, (actor, &sight), (members, HashMap::new()))
}

/// Some members of whom it is known where some of their departments stand.
type Whereabouts = (Vec<ListedMember>, HashMap<DepartmentId, Path>);

/// Whether it matters to somebody where members are.
fn depends_on_places(actor: &MemberActor, sight: &Sight) -> bool {
    !actor.rights.sees_alike() || !sight.hidden.is_nowhere()
}

fn seen_by(
    tx: &mut impl ViewingStore,
    (actor, sight): (&MemberActor, &Sight),
    (mut members, mut paths): Whereabouts,
) -> Result<Vec<SeenMember>> {
    if depends_on_places(actor, sight) {
        find_paths(tx, &members, &mut paths)?;
    }
    let seen_of = |one: &ListedMember| {
        let there = one.placements.iter().map(|placement| placement.department);
        let places = there.chain([one.member.department]).filter_map(|id| paths.get(&id));
        (one.member.id, access::fields_of(actor, sight, one.member.id, places))
    };
    let fields: HashMap<MemberId, FieldSet> = members.iter().map(seen_of).collect();
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

/// Finds where those departments of some members stand of which it is not known.
fn find_paths(
    tx: &mut impl AccessStore,
    members: &[ListedMember],
    known: &mut HashMap<DepartmentId, Path>,
) -> Result<()> {
    let placed = members.iter().flat_map(|one| &one.placements).map(|placement| placement.department);
    let placed = placed.chain(members.iter().map(|one| one.member.department));
    let unknown: HashSet<DepartmentId> = placed.filter(|id| !known.contains_key(id)).collect();
    if !unknown.is_empty() {
        known.extend(tx.paths(&unknown.into_iter().collect::<Vec<_>>())?);
    }
    Ok(())
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

impl MemberFilter {
    /// Whether it asks for nothing but where members are.
    #[must_use]
    pub fn is_of_places_alone(&self) -> bool {
        let Self { state, department: _, leader, tag, search, found_by: _, sight: _ } = self;
        state.is_none() && leader.is_none() && tag.is_none() && search.is_none()
    }
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
    let members = whereabouts(tx, (actor, &sight), &ids)?;
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
            asked.departments().iter().fold(Reach::nowhere(), |all, top| all.and(&limits.below(top)))
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
    let member = whereabouts(tx, (actor, &sight), &[id])?;
    seen_by(tx, (actor, &sight), member)?.pop().ok_or_else(|| Code::NotFound.into())
}

/// Those of some members that are there, in no order, with where they are as far as that matters to somebody.
fn whereabouts(
    tx: &mut impl ViewingStore,
    (actor, sight): (&MemberActor, &Sight),
    ids: &[MemberId],
) -> Result<Whereabouts> {
    if ids.is_empty() || !depends_on_places(actor, sight) {
        return Ok((listed(tx, ids)?, HashMap::new()));
    }
    let members = tx.members(ids)?;
    let (mut placements, mut paths) = (Vec::new(), HashMap::new());
    for (member, placement, path) in tx.placements_with_paths(ids)? {
        paths.insert(placement.department, path);
        placements.push((member, placement));
    }
    Ok((put_together(tx, members, placements)?, paths))
}

/// Those of some members that are there, in no order.
pub(crate) fn listed(tx: &mut impl ViewingStore, ids: &[MemberId]) -> Result<Vec<ListedMember>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // First, so that what changes between the questions is seen under a version before it, which a change cannot name.
    let members = tx.members(ids)?;
    let placements = tx.placements(ids)?;
    put_together(tx, members, placements)
}

fn put_together(
    tx: &mut impl ViewingStore,
    members: Vec<Member>,
    placed: Vec<(MemberId, Placement)>,
) -> Result<Vec<ListedMember>> {
    let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
    let mut placements: HashMap<MemberId, Vec<Placement>> = HashMap::new();
    for (member, placement) in placed {
        placements.entry(member).or_default().push(placement);
    }
    let mut custom: HashMap<MemberId, Custom> = HashMap::new();
    for (member, field, value) in tx.custom_values(&ids)? {
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
