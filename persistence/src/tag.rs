//! Tags, and who has them. All of it belongs to one tenant.

use crate::connection::{BATCH, insert_all, on};
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{taggings, tags};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::error::Result;
use domain::id::{EntityId, MemberId, TagId};
use domain::member::sort_key;
use domain::tag::{Tag, TagName, TagSpot, TagStore};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tags, primary_key(tenant_id, id))]
struct Row {
    tenant_id: Id,
    id: Id,
    name: String,
    name_key: String,
    sort_key: String,
    created_at: Instant,
    version: i64,
}

impl TryFrom<Row> for Tag {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.get(),
            name: TagName::parse(&row.name).map_err(|_| corrupt("tags", row.id.0, "name"))?,
            created_at: row.created_at.0,
            version: row.version,
        })
    }
}

fn ids(members: &[MemberId]) -> Vec<Id> {
    members.iter().copied().map(Id::from).collect()
}

fn counted<T: EntityId>(rows: Vec<(Id, i64)>) -> impl Iterator<Item = (T, u64)> {
    rows.into_iter().map(|(id, count)| (id.get(), u64::try_from(count).unwrap_or_default()))
}

impl TagStore for Tx<'_> {
    fn tag(&mut self, id: TagId) -> Result<Option<Tag>> {
        let key = (self.bound()?, Id::from(id));
        let row: Option<Row> = on!(self.db, |db| tags::table.find(key).select(Row::as_select()).first(db))
            .optional()
            .understood()?;
        row.map(Tag::try_from).transpose()
    }

    fn tag_named(&mut self, key: &str) -> Result<Option<TagId>> {
        let tenant = self.bound()?;
        let found: Option<Id> = on!(self.db, |db| tags::table
            .filter(tags::tenant_id.eq(tenant))
            .filter(tags::name_key.eq(key))
            .select(tags::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(found.map(Id::get))
    }

    fn tags(
        &mut self,
        of: Option<MemberId>,
        after: Option<&TagSpot>,
        limit: u32,
    ) -> Result<Vec<(TagSpot, Tag)>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: tags::BoxedQuery<'_, _> = tags::table.into_boxed();
            query = query.filter(tags::tenant_id.eq(tenant));
            if let Some(member) = of {
                let theirs = taggings::table
                    .filter(taggings::tenant_id.eq(tenant))
                    .filter(taggings::member_id.eq(Id::from(member)))
                    .select(taggings::tag_id);
                query = query.filter(tags::id.eq_any(theirs));
            }
            if let Some((key, id)) = after {
                let (key, id) = (key.as_str(), Id::from(*id));
                query =
                    query.filter(tags::sort_key.ge(key)).filter(tags::sort_key.gt(key).or(tags::id.gt(id)));
            }
            query.order((tags::sort_key, tags::id)).limit(limit.into()).select(tags::all_columns).load(db)
        })
        .understood()?;
        let placed = |row: Row| Ok(((row.sort_key.clone(), row.id.get()), Tag::try_from(row)?));
        rows.into_iter().map(placed).collect()
    }

    fn count_tags(&mut self) -> Result<u64> {
        let tenant = self.bound()?;
        let count: i64 =
            on!(self.db, |db| tags::table.filter(tags::tenant_id.eq(tenant)).select(count_star()).first(db))
                .understood()?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn save_tag(&mut self, tag: &Tag) -> Result<()> {
        let row = Row {
            tenant_id: self.bound()?,
            id: tag.id.into(),
            name: tag.name.as_str().to_owned(),
            name_key: tag.key(),
            sort_key: sort_key(tag.name.as_str()),
            created_at: tag.created_at.into(),
            version: tag.version + 1,
        };
        if tag.version == 0 {
            return on!(self.db, |db| diesel::insert_into(tags::table).values(&row).execute(db))
                .understood()
                .map(drop);
        }
        let known = tags::table.find((row.tenant_id, row.id)).filter(tags::version.eq(tag.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn delete_tag(&mut self, id: TagId) -> Result<()> {
        let (tenant, id) = (self.bound()?, Id::from(id));
        let theirs = taggings::table.filter(taggings::tenant_id.eq(tenant)).filter(taggings::tag_id.eq(id));
        on!(self.db, |db| diesel::delete(theirs).execute(db)).understood()?;
        let known = tags::table.find((tenant, id));
        one_row(on!(self.db, |db| diesel::delete(known).execute(db)).understood()?)
    }

    fn known_tags(&mut self, of: &[TagId]) -> Result<Vec<TagId>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = of.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let rows: Vec<Id> = on!(self.db, |db| tags::table
                .filter(tags::tenant_id.eq(tenant))
                .filter(tags::id.eq_any(some))
                .select(tags::id)
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(Id::get::<TagId>));
        }
        Ok(found)
    }

    fn count_tags_of(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, u64)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        for some in ids(members).chunks(BATCH) {
            let rows: Vec<(Id, i64)> = on!(self.db, |db| taggings::table
                .filter(taggings::tenant_id.eq(tenant))
                .filter(taggings::member_id.eq_any(some))
                .group_by(taggings::member_id)
                .select((taggings::member_id, count_star()))
                .load(db))
            .understood()?;
            found.extend(counted(rows));
        }
        Ok(found)
    }

    fn count_tagged(&mut self, of: &[TagId]) -> Result<Vec<(TagId, u64)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = of.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let rows: Vec<(Id, i64)> = on!(self.db, |db| taggings::table
                .filter(taggings::tenant_id.eq(tenant))
                .filter(taggings::tag_id.eq_any(some))
                .group_by(taggings::tag_id)
                .select((taggings::tag_id, count_star()))
                .load(db))
            .understood()?;
            found.extend(counted(rows));
        }
        Ok(found)
    }

    fn tagged(&mut self, tag: TagId, among: &[MemberId]) -> Result<Vec<MemberId>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        for some in ids(among).chunks(BATCH) {
            let rows: Vec<Id> = on!(self.db, |db| taggings::table
                .filter(taggings::tenant_id.eq(tenant))
                .filter(taggings::tag_id.eq(Id::from(tag)))
                .filter(taggings::member_id.eq_any(some))
                .select(taggings::member_id)
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(Id::get::<MemberId>));
        }
        Ok(found)
    }

    fn taggings(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, TagId, String)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        for some in ids(members).chunks(BATCH) {
            let rows: Vec<(Id, Id, String)> = on!(self.db, |db| {
                let there = tags::tenant_id.eq(taggings::tenant_id).and(tags::id.eq(taggings::tag_id));
                taggings::table
                    .inner_join(tags::table.on(there))
                    .filter(taggings::tenant_id.eq(tenant))
                    .filter(taggings::member_id.eq_any(some))
                    .order((tags::sort_key, tags::id))
                    .select((taggings::member_id, tags::id, tags::name))
                    .load(db)
            })
            .understood()?;
            found.extend(rows.into_iter().map(|(member, tag, name)| (member.get(), tag.get(), name)));
        }
        Ok(found)
    }

    fn insert_taggings(&mut self, new: &[(TagId, MemberId)]) -> Result<()> {
        let tenant = self.bound()?;
        let row = |(tag, member): &(TagId, MemberId)| {
            (
                taggings::tenant_id.eq(tenant),
                taggings::tag_id.eq(Id::from(*tag)),
                taggings::member_id.eq(Id::from(*member)),
            )
        };
        let rows: Vec<_> = new.iter().map(row).collect();
        insert_all!(self.db, taggings::table, rows).understood()
    }

    fn delete_taggings(&mut self, tag: Option<TagId>, members: &[MemberId]) -> Result<()> {
        let tenant = self.bound()?;
        for some in ids(members).chunks(BATCH) {
            let theirs = taggings::table
                .filter(taggings::tenant_id.eq(tenant))
                .filter(taggings::member_id.eq_any(some));
            match tag.map(Id::from) {
                Some(tag) => {
                    let one = theirs.filter(taggings::tag_id.eq(tag));
                    on!(self.db, |db| diesel::delete(one).execute(db))
                }
                None => on!(self.db, |db| diesel::delete(theirs).execute(db)),
            }
            .understood()?;
        }
        Ok(())
    }
}
