//! Pages of members. Each kind of list is one walk along an index that has its order.

use super::DEPARTED;
use crate::connection::on;
use crate::error::Understood;
use crate::placed::{placed, placed_within};
use crate::schema::{departments, member_terms as terms, members, placements, taggings};
use crate::sees::{found, sees_member, sees_placed};
use crate::sql_type::Id;
use crate::tx::Tx;
use crate::within::within;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use domain::access::{Reach, Sight};
use domain::error::Result;
use domain::id::DepartmentId;
use domain::member::{InDepartment, MemberFilter, Spot};
use std::collections::HashMap;

diesel::alias!(terms as sooner: Sooner);

/// Up to so many members, those whom a filter leaves are looked up and sorted. Where there are more, everybody is walked through in
/// order until the page is full, which takes few steps because there are many.
const FEW: usize = 2_000;

/// How many are looked at to know whether there are more.
fn most() -> i64 {
    i64::try_from(FEW).unwrap_or(i64::MAX).saturating_add(1)
}

/// That whoever a column names has a tag.
macro_rules! tagged {
    ($tenant:expr, $member:expr, $tag:expr) => {
        taggings::table
            .filter(taggings::tenant_id.eq($tenant))
            .filter(taggings::tag_id.eq(Id::from($tag)))
            .filter(taggings::member_id.eq($member))
    };
}

/// What the reader sees, who is said to be nobody where they see everything.
fn sight_of(filter: &MemberFilter) -> Sight {
    filter.sight.clone().unwrap_or_else(|| Sight::full(uuid::Uuid::nil().into()))
}

/// What is greater than whatever begins with a text.
fn end(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// A page of what was found, when all of it is there.
fn page(mut found: Vec<(String, Id)>, after: Option<&Spot>, limit: u32) -> Vec<Spot> {
    found.sort_unstable_by(|one, other| (&one.0, one.1.0).cmp(&(&other.0, other.1.0)));
    found.dedup();
    let passed = |(key, id): &(String, Id)| {
        after.is_none_or(|after| (key.as_str(), id.0) > (after.key.as_str(), after.id.into()))
    };
    let rest = found.into_iter().filter(passed).take(limit as usize);
    rest.map(|(key, id)| Spot { order: 0, key, id: id.get() }).collect()
}

impl Tx<'_> {
    pub(super) fn find(
        &mut self,
        filter: &MemberFilter,
        after: Option<&Spot>,
        limit: u32,
    ) -> Result<Vec<Spot>> {
        if let Some(search) = &filter.search {
            return match self.few(filter)? {
                Some(few) => Ok(page(self.searched_among(filter, search, &few)?, after, limit)),
                None => self.searched(filter, search, after, limit),
            };
        }
        match &filter.department {
            Some(InDepartment::Itself(department)) => {
                let few = if filter.tag.is_some() { self.few(filter)? } else { None };
                self.in_department(filter, (*department, few), after, limit)
            }
            department => {
                // Everybody is somewhere below the root.
                let below =
                    department.as_ref().and_then(InDepartment::reach).filter(|reach| !reach.is_everywhere());
                // Of each placement it is known how its member is sorted.
                if let Some(reach) = below.filter(|_| filter.is_of_places_alone()) {
                    let some = self.within(reach, &sight_of(filter))?;
                    let few = some.len() <= FEW;
                    return if few {
                        Ok(page(some, after, limit))
                    } else {
                        self.sorted(filter, below, after, limit)
                    };
                }
                let few = if below.is_some() || filter.tag.is_some() { self.few(filter)? } else { None };
                match few {
                    Some(few) => Ok(page(self.among(filter, &few)?, after, limit)),
                    None => self.sorted(filter, below, after, limit),
                }
            }
        }
    }

    /// Who is within a reach, as far as is looked at.
    fn within(&mut self, reach: &Reach, sight: &Sight) -> Result<Vec<(String, Id)>> {
        let some = placed_within(self.bound()?, reach, sight, most());
        on!(self.db, |db| some.load(db)).understood()
    }

    /// Some members of its departments among whom are all that a filter leaves, if one of its conditions leaves few.
    fn few(&mut self, filter: &MemberFilter) -> Result<Option<Vec<Id>>> {
        let Some((few, there)) = self.few_candidates(filter)? else { return Ok(None) };
        if there { Ok(Some(few)) } else { self.also_there(filter, few).map(Some) }
    }

    /// The same, as far as one condition alone leaves them, and whether that was the one about departments.
    fn few_candidates(&mut self, filter: &MemberFilter) -> Result<Option<(Vec<Id>, bool)>> {
        let tenant = self.bound()?;
        let sight = sight_of(filter);
        let most = most();
        let department: Option<Vec<Id>> = match &filter.department {
            None => None,
            Some(InDepartment::Itself(department)) => Some(
                on!(self.db, |db| placements::table
                    .filter(placements::tenant_id.eq(tenant))
                    .filter(placements::department_id.eq(Id::from(*department)))
                    .limit(most)
                    .select(placements::member_id)
                    .load(db))
                .understood()?,
            ),
            Some(InDepartment::Within(reach)) => {
                Some(self.within(reach, &sight)?.into_iter().map(|(_, id)| id).collect())
            }
        };
        if let Some(mut ids) = department.filter(|ids| ids.len() <= FEW) {
            ids.sort_unstable_by_key(|id| id.0);
            ids.dedup();
            return Ok(Some((ids, true)));
        }
        let there = filter.department.is_none();
        if let Some(tag) = filter.tag {
            let ids: Vec<Id> = on!(self.db, |db| taggings::table
                .filter(taggings::tenant_id.eq(tenant))
                .filter(taggings::tag_id.eq(Id::from(tag)))
                .limit(most)
                .select(taggings::member_id)
                .load(db))
            .understood()?;
            if ids.len() <= FEW {
                return Ok(Some((ids, there)));
            }
        }
        if let Some(leader) = filter.leader {
            let ids: Vec<Id> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::leader_id.eq(Some(Id::from(leader))))
                .limit(most)
                .select(members::id)
                .load(db))
            .understood()?;
            if ids.len() <= FEW {
                return Ok(Some((ids, there)));
            }
        }
        if let Some(state) = filter.state {
            let ids: Vec<Id> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::state.eq(state.name()))
                .limit(most)
                .select(members::id)
                .load(db))
            .understood()?;
            return Ok((ids.len() <= FEW).then_some((ids, there)));
        }
        Ok(None)
    }

    /// Those of a few members whom a filter leaves but for its departments, with what they are sorted by.
    fn among(&mut self, filter: &MemberFilter, few: &[Id]) -> Result<Vec<(String, Id)>> {
        let tenant = self.bound()?;
        on!(self.db, |db| {
            let mut query: members::BoxedQuery<'_, _> = members::table.into_boxed();
            query = query.filter(members::tenant_id.eq(tenant)).filter(members::id.eq_any(few));
            query = match filter.state {
                Some(state) => query.filter(members::state.eq(state.name())),
                None => query.filter(members::state.ne(DEPARTED)),
            };
            if let Some(leader) = filter.leader {
                query = query.filter(members::leader_id.eq(Some(Id::from(leader))));
            }
            if let Some(tag) = filter.tag {
                query = query.filter(exists(tagged!(tenant, members::id, tag)));
            }
            if let Some(sight) = &filter.sight {
                query = query.filter(sees_member(sight));
            }
            query.select((members::sort_key, members::id)).load(db)
        })
        .understood()
    }

    /// Those of a few members who are found, with what they are found by first.
    fn searched_among(
        &mut self,
        filter: &MemberFilter,
        search: &str,
        few: &[Id],
    ) -> Result<Vec<(String, Id)>> {
        let tenant = self.bound()?;
        let left: Vec<Id> = self.among(filter, few)?.into_iter().map(|(_, id)| id).collect();
        let found: Vec<(String, Id)> = on!(self.db, |db| terms::table
            .filter(terms::tenant_id.eq(tenant))
            .filter(terms::member_id.eq_any(&left))
            .filter(terms::term.ge(search))
            .filter(terms::term.lt(end(search)))
            .filter(found("member_terms", &filter.found_by))
            .select((terms::term, terms::member_id))
            .load(db))
        .understood()?;
        let mut first: HashMap<Id, String> = HashMap::new();
        for (term, id) in found {
            let known = first.entry(id).or_insert_with(|| term.clone());
            if term < *known {
                *known = term;
            }
        }
        Ok(first.into_iter().map(|(id, term)| (term, id)).collect())
    }

    /// Those of some members who are in the departments of a filter.
    fn also_there(&mut self, filter: &MemberFilter, some: Vec<Id>) -> Result<Vec<Id>> {
        let tenant = self.bound()?;
        let mut ids: Vec<Id> = match &filter.department {
            None => return Ok(some),
            Some(InDepartment::Itself(department)) => on!(self.db, |db| placements::table
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::member_id.eq_any(&some))
                .filter(placements::department_id.eq(Id::from(*department)))
                .select(placements::member_id)
                .load(db)),
            Some(InDepartment::Within(reach)) => on!(self.db, |db| placed()
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::member_id.eq_any(&some))
                .filter(within(departments::path, reach))
                .filter(sees_placed(tenant, "departments.path", &sight_of(filter)))
                .select(placements::member_id)
                .load(db)),
        }
        .understood()?;
        ids.sort_unstable_by_key(|id| id.0);
        ids.dedup();
        Ok(ids)
    }

    /// By the sound of names: of those below a path, or of all.
    fn sorted(
        &mut self,
        filter: &MemberFilter,
        below: Option<&Reach>,
        after: Option<&Spot>,
        limit: u32,
    ) -> Result<Vec<Spot>> {
        let tenant = self.bound()?;
        let rows: Vec<(String, Id)> = on!(self.db, |db| {
            let mut query: members::BoxedQuery<'_, _> = members::table.into_boxed();
            query = query.filter(members::tenant_id.eq(tenant));
            query = match filter.state {
                Some(state) => query.filter(members::state.eq(state.name())),
                None => query.filter(members::state.ne(DEPARTED)),
            };
            if let Some(leader) = filter.leader {
                query = query.filter(members::leader_id.eq(Some(Id::from(leader))));
            }
            if let Some(tag) = filter.tag {
                query = query.filter(exists(tagged!(tenant, members::id, tag)));
            }
            if let Some(sight) = &filter.sight {
                query = query.filter(sees_member(sight));
            }
            if let Some(reach) = below {
                let there = placed()
                    .filter(placements::tenant_id.eq(members::tenant_id))
                    .filter(placements::member_id.eq(members::id))
                    .filter(within(departments::path, reach))
                    .filter(sees_placed(tenant, "departments.path", &sight_of(filter)));
                query = query.filter(exists(there));
            }
            if let Some(after) = after {
                let (key, id) = (after.key.as_str(), Id::from(after.id));
                query = query
                    .filter(members::sort_key.ge(key))
                    .filter(members::sort_key.gt(key).or(members::id.gt(id)));
            }
            query
                .order((members::sort_key, members::id))
                .limit(limit.into())
                .select((members::sort_key, members::id))
                .load(db)
        })
        .understood()?;
        Ok(rows.into_iter().map(|(key, id)| Spot { order: 0, key, id: id.get() }).collect())
    }

    /// In one department, in the order that it gives its members; only some of them, where few are left.
    fn in_department(
        &mut self,
        filter: &MemberFilter,
        (department, few): (DepartmentId, Option<Vec<Id>>),
        after: Option<&Spot>,
        limit: u32,
    ) -> Result<Vec<Spot>> {
        let tenant = self.bound()?;
        let rows: Vec<(i64, String, Id)> = on!(self.db, |db| {
            let mut query: placements::BoxedQuery<'_, _> = placements::table.into_boxed();
            query = query
                .filter(placements::tenant_id.eq(tenant))
                .filter(placements::department_id.eq(Id::from(department)));
            if let Some(few) = &few {
                query = query.filter(placements::member_id.eq_any(few));
            }
            let themselves = || {
                members::table
                    .filter(members::tenant_id.eq(placements::tenant_id))
                    .filter(members::id.eq(placements::member_id))
            };
            if let Some(state) = filter.state {
                query = query.filter(exists(themselves().filter(members::state.eq(state.name()))));
            }
            if let Some(leader) = filter.leader {
                let led = members::leader_id.eq(Some(Id::from(leader))).assume_not_null();
                query = query.filter(exists(themselves().filter(led)));
            }
            if let Some(tag) = filter.tag {
                query = query.filter(exists(tagged!(tenant, placements::member_id, tag)));
            }
            if let Some(sight) = &filter.sight {
                query = query.filter(exists(themselves().filter(sees_member(sight))));
            }
            if let Some(after) = after {
                let (order, key, id) = (after.order, after.key.as_str(), Id::from(after.id));
                let same_key = placements::sort_key.eq(key).and(placements::member_id.gt(id));
                let same_order =
                    placements::sort_order.eq(order).and(placements::sort_key.gt(key).or(same_key));
                query = query
                    .filter(placements::sort_order.ge(order))
                    .filter(placements::sort_order.gt(order).or(same_order));
            }
            query
                .order((placements::sort_order, placements::sort_key, placements::member_id))
                .limit(limit.into())
                .select((placements::sort_order, placements::sort_key, placements::member_id))
                .load(db)
        })
        .understood()?;
        Ok(rows.into_iter().map(|(order, key, id)| Spot { order, key, id: id.get() }).collect())
    }

    /// In the order of what they are found by, each once.
    fn searched(
        &mut self,
        filter: &MemberFilter,
        search: &str,
        after: Option<&Spot>,
        limit: u32,
    ) -> Result<Vec<Spot>> {
        let tenant = self.bound()?;
        let rows: Vec<(String, Id)> = on!(self.db, |db| {
            let mut query: terms::BoxedQuery<'_, _> = terms::table.into_boxed();
            query = query
                .filter(terms::tenant_id.eq(tenant))
                .filter(terms::term.ge(search))
                .filter(terms::term.lt(end(search)))
                .filter(found("member_terms", &filter.found_by));
            let sooner_found = sooner
                .filter(sooner.field(terms::tenant_id).eq(terms::tenant_id))
                .filter(sooner.field(terms::member_id).eq(terms::member_id))
                .filter(sooner.field(terms::term).ge(search))
                .filter(sooner.field(terms::term).lt(terms::term))
                .filter(found("sooner", &filter.found_by));
            query = query.filter(not(exists(sooner_found)));
            let themselves = || {
                members::table
                    .filter(members::tenant_id.eq(terms::tenant_id))
                    .filter(members::id.eq(terms::member_id))
            };
            if let Some(state) = filter.state {
                query = query.filter(exists(themselves().filter(members::state.eq(state.name()))));
            }
            if let Some(leader) = filter.leader {
                let led = members::leader_id.eq(Some(Id::from(leader))).assume_not_null();
                query = query.filter(exists(themselves().filter(led)));
            }
            if let Some(tag) = filter.tag {
                query = query.filter(exists(tagged!(tenant, terms::member_id, tag)));
            }
            if let Some(sight) = &filter.sight {
                query = query.filter(exists(themselves().filter(sees_member(sight))));
            }
            match &filter.department {
                None => {}
                Some(InDepartment::Itself(department)) => {
                    let there = placements::table
                        .filter(placements::tenant_id.eq(terms::tenant_id))
                        .filter(placements::member_id.eq(terms::member_id))
                        .filter(placements::department_id.eq(Id::from(*department)));
                    query = query.filter(exists(there));
                }
                Some(InDepartment::Within(reach)) => {
                    let below = placed()
                        .filter(placements::tenant_id.eq(terms::tenant_id))
                        .filter(placements::member_id.eq(terms::member_id))
                        .filter(within(departments::path, reach))
                        .filter(sees_placed(tenant, "departments.path", &sight_of(filter)));
                    query = query.filter(exists(below));
                }
            }
            if let Some(after) = after {
                let (key, id) = (after.key.as_str(), Id::from(after.id));
                query =
                    query.filter(terms::term.ge(key)).filter(terms::term.gt(key).or(terms::member_id.gt(id)));
            }
            query
                .order((terms::term, terms::member_id))
                .limit(limit.into())
                .select((terms::term, terms::member_id))
                .load(db)
        })
        .understood()?;
        Ok(rows.into_iter().map(|(key, id)| Spot { order: 0, key, id: id.get() }).collect())
    }
}
