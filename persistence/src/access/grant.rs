//! What members have by all their roles.

use super::below;
use super::role::{fields, permissions};
use crate::connection::on;
use crate::department::path;
use crate::error::{Understood, corrupt};
use crate::schema::{
    departments, members, placements, role_assignment_departments as ranges, role_assignments as assignments,
    roles, taggings,
};
use crate::sql_type::{Id, Instant, Json, name_of};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::access::{BuiltInRole, Grant, GrantStore, HolderKind, RangeKind, Reach};
use domain::actor::MemberRole;
use domain::department::Path;
use domain::error::Result;
use domain::id::{MemberId, RoleId};
use domain::member::MemberState;

diesel::alias!(departments as own: Own, departments as held: Held);

/// What one assignment gives, in one of its departments.
type Given = (Id, Id, String, Option<Instant>, Option<Json>, Option<Json>, Option<String>, Option<String>);

impl Tx<'_> {
    /// The same, in a tenant that the transaction need not be bound to.
    pub(crate) fn grants_in(
        &mut self,
        tenant: Id,
        member: MemberId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Grant>> {
        let (member, now) = (Id::from(member), Instant(now));
        let rows: Vec<Given> = on!(self.db, |db| {
            let role = roles::tenant_id.eq(assignments::tenant_id).and(roles::id.eq(assignments::role_id));
            let range =
                ranges::tenant_id.eq(assignments::tenant_id).and(ranges::assignment_id.eq(assignments::id));
            let chosen =
                departments::tenant_id.eq(ranges::tenant_id).and(departments::id.eq(ranges::department_id));
            let by_department = assignments::holder_kind.eq(HolderKind::Department.name());
            let holds = held
                .field(departments::tenant_id)
                .eq(assignments::tenant_id)
                .and(held.field(departments::id).eq(assignments::holder_id))
                .and(by_department);
            // Their departments, where it takes them to say who has it or where it counts.
            let asked = assignments::range_kind.eq(RangeKind::Own.name()).or(by_department);
            let mine = placements::tenant_id
                .eq(assignments::tenant_id)
                .and(placements::member_id.eq(member))
                .and(asked);
            let there = own
                .field(departments::tenant_id)
                .eq(placements::tenant_id)
                .and(own.field(departments::id).eq(placements::department_id));
            let below = below!(own, held);
            let tags = taggings::table
                .filter(taggings::tenant_id.eq(tenant))
                .filter(taggings::member_id.eq(member))
                .select(taggings::tag_id);
            let directly =
                assignments::holder_kind.eq(HolderKind::Member.name()).and(assignments::holder_id.eq(member));
            let by_tag =
                assignments::holder_kind.eq(HolderKind::Tag.name()).and(assignments::holder_id.eq_any(tags));
            assignments::table
                // What decides who has it comes first: the rest is looked up for those alone.
                .left_join(held.on(holds))
                .left_join(placements::table.on(mine))
                .left_join(own.on(there))
                .left_join(roles::table.on(role))
                .left_join(ranges::table.on(range))
                .left_join(departments::table.on(chosen))
                .filter(assignments::tenant_id.eq(tenant))
                .filter(assignments::until.is_null().or(assignments::until.gt(Some(now))))
                .filter(directly.or(by_tag).or(below.assume_not_null()))
                .order(assignments::id)
                .select((
                    assignments::id,
                    assignments::role_id,
                    assignments::range_kind,
                    assignments::until,
                    roles::permissions.nullable(),
                    roles::fields.nullable(),
                    departments::path.nullable(),
                    own.field(departments::path).nullable(),
                ))
                .load(db)
        })
        .understood()?;
        let mut grants: Vec<(Id, Grant, Vec<Path>)> = Vec::new();
        for (id, role, range, until, allowed, shown, chosen, place) in rows {
            if grants.last().is_none_or(|(last, ..)| *last != id) {
                let wrong = |column| corrupt("role_assignments", id.0, column);
                let (permissions, fields) = match (BuiltInRole::with_id(role.get()), allowed, shown) {
                    (Some(role), ..) => (role.permissions(), role.fields()),
                    (None, Some(allowed), Some(shown)) => {
                        let allowed = permissions(&allowed).ok_or_else(|| wrong("permissions"))?;
                        (allowed, fields(shown).ok_or_else(|| wrong("fields"))?)
                    }
                    _ => return Err(wrong("role_id")),
                };
                let everywhere = range == RangeKind::Everywhere.name();
                let places = if everywhere { vec![Path::root()] } else { Vec::new() };
                let until = until.map(|until| until.0);
                let (assignment, reach) = (Some(id.get()), Reach::nowhere());
                grants.push((
                    id,
                    Grant { assignment, role: role.get(), permissions, fields, reach, until },
                    places,
                ));
            }
            let range_is_own = range == RangeKind::Own.name();
            if let Some((.., places)) = grants.last_mut() {
                let mine = range_is_own.then_some(place).flatten();
                for text in [chosen, mine].into_iter().flatten() {
                    places.push(path(&text)?);
                }
            }
        }
        let reaching = |(_, grant, places): (Id, Grant, Vec<Path>)| Grant {
            reach: places.into_iter().collect(),
            ..grant
        };
        Ok(grants.into_iter().map(reaching).collect())
    }
}

impl GrantStore for Tx<'_> {
    fn grants_of(&mut self, member: MemberId, now: DateTime<Utc>) -> Result<Vec<Grant>> {
        let tenant = self.bound()?;
        self.grants_in(tenant, member, now)
    }

    fn holders_of_roles(
        &mut self,
        roles: Option<&[RoleId]>,
        after: Option<&(String, MemberId)>,
        limit: u32,
    ) -> Result<Vec<(String, MemberId)>> {
        let tenant = self.bound()?;
        let some: Vec<Id> = roles.unwrap_or_default().iter().copied().map(Id::from).collect();
        let any = roles.is_none();
        let rows: Vec<(String, Id)> = on!(self.db, |db| {
            let given = |kind: HolderKind| {
                let wanted = any.into_sql::<diesel::sql_types::Bool>().or(assignments::role_id.eq_any(&some));
                assignments::tenant_id.eq(tenant).and(assignments::holder_kind.eq(kind.name())).and(wanted)
            };
            let themselves =
                assignments::table.filter(given(HolderKind::Member)).select(assignments::holder_id);
            let tag = taggings::tenant_id
                .eq(assignments::tenant_id)
                .and(taggings::tag_id.eq(assignments::holder_id));
            let by_tag = assignments::table
                .inner_join(taggings::table.on(tag))
                .filter(given(HolderKind::Tag))
                .select(taggings::member_id);
            let holds = held
                .field(departments::tenant_id)
                .eq(assignments::tenant_id)
                .and(held.field(departments::id).eq(assignments::holder_id));
            let below = own
                .field(departments::tenant_id)
                .eq(held.field(departments::tenant_id))
                .and(below!(own, held));
            let there = placements::tenant_id
                .eq(own.field(departments::tenant_id))
                .and(placements::department_id.eq(own.field(departments::id)));
            let by_department = assignments::table
                .inner_join(held.on(holds))
                .inner_join(own.on(below))
                .inner_join(placements::table.on(there))
                .filter(given(HolderKind::Department))
                .select(placements::member_id);
            let (key, id) = match after {
                Some((key, id)) => (key.as_str(), Id::from(*id)),
                None => ("", Id(uuid::Uuid::nil())),
            };
            members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::state.ne(MemberState::Departed.name()))
                .filter(members::role.ne(name_of(&MemberRole::Owner)))
                .filter(
                    members::id
                        .eq_any(themselves)
                        .or(members::id.eq_any(by_tag))
                        .or(members::id.eq_any(by_department)),
                )
                .filter(members::sort_key.ge(key))
                .filter(members::sort_key.gt(key).or(members::id.gt(id)))
                .order((members::sort_key, members::id))
                .limit(limit.into())
                .select((members::sort_key, members::id))
                .load(db)
        })
        .understood()?;
        Ok(rows.into_iter().map(|(key, id)| (key, id.get())).collect())
    }
}
