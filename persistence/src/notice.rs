//! Notices to members of the bound tenant.

use crate::account::stored_mobile;
use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::{accounts, members, notices};
use crate::sql_type::{Id, Instant, Json, name_of, named};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::error::{Code, Error, Result};
use domain::id::{MemberId, NoticeId};
use domain::member::MemberState;
use domain::notice::{Notice, NoticeStore, Position};
use domain::phone::MobileNumber;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, treat_none_as_default_value = false)]
pub(crate) struct Row {
    pub(crate) tenant_id: Id,
    id: Id,
    member_id: Id,
    kind: String,
    params: Json,
    created_at: Instant,
    read_at: Option<Instant>,
}

impl TryFrom<Row> for Notice {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("notices", row.id.0, column);
        Ok(Self {
            id: row.id.get(),
            member: row.member_id.get(),
            kind: named(&row.kind).ok_or_else(|| wrong("kind"))?,
            params: serde_json::from_value(row.params.0.clone()).map_err(|_| wrong("params"))?,
            created_at: row.created_at.0,
            read_at: row.read_at.map(|at| at.0),
        })
    }
}

impl NoticeStore for Tx<'_> {
    fn insert_notice(&mut self, notice: &Notice) -> Result<bool> {
        let params = serde_json::to_value(&notice.params)
            .map_err(|error| Error::internal(format!("notice: {error}")))?;
        let row = Row {
            tenant_id: self.bound()?,
            id: notice.id.into(),
            member_id: notice.member.into(),
            kind: name_of(&notice.kind),
            params: Json(params),
            created_at: notice.created_at.into(),
            read_at: notice.read_at.map(Instant::from),
        };
        let inserted = on!(self.db, |db| diesel::insert_into(notices::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(db));
        Ok(inserted.understood()? == 1)
    }

    fn notices(
        &mut self,
        member: MemberId,
        unread: bool,
        after: Option<&Position>,
        limit: u32,
    ) -> Result<Vec<Notice>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: notices::BoxedQuery<'_, _> = notices::table.into_boxed();
            query =
                query.filter(notices::tenant_id.eq(tenant)).filter(notices::member_id.eq(Id::from(member)));
            if unread {
                query = query.filter(notices::read_at.is_null());
            }
            if let Some(after) = after {
                let (at, id) = (Instant(after.created_at), Id::from(after.id));
                let same = notices::created_at.eq(at).and(notices::id.lt(id));
                query = query.filter(notices::created_at.lt(at).or(same));
            }
            query
                .order((notices::created_at.desc(), notices::id.desc()))
                .limit(limit.into())
                .select(Row::as_select())
                .load(db)
        })
        .understood()?;
        rows.into_iter().map(Notice::try_from).collect()
    }

    fn unread_notices(&mut self, member: MemberId) -> Result<u64> {
        let tenant = self.bound()?;
        let count: i64 = on!(self.db, |db| notices::table
            .filter(notices::tenant_id.eq(tenant))
            .filter(notices::member_id.eq(Id::from(member)))
            .filter(notices::read_at.is_null())
            .count()
            .get_result(db))
        .understood()?;
        Ok(count.unsigned_abs())
    }

    fn read_notices(&mut self, member: MemberId, one: Option<NoticeId>, now: DateTime<Utc>) -> Result<()> {
        let theirs = notices::tenant_id.eq(self.bound()?).and(notices::member_id.eq(Id::from(member)));
        let read = notices::read_at.eq(Some(Instant(now)));
        let Some(one) = one else {
            let unread = notices::table.filter(theirs).filter(notices::read_at.is_null());
            on!(self.db, |db| diesel::update(unread).set(read).execute(db)).understood()?;
            return Ok(());
        };
        let known = notices::table.filter(theirs).filter(notices::id.eq(Id::from(one)));
        let there: Option<Option<Instant>> =
            on!(self.db, |db| known.select(notices::read_at).first(db)).optional().understood()?;
        match there {
            None => Err(Code::NotFound.into()),
            Some(Some(_)) => Ok(()),
            Some(None) => {
                on!(self.db, |db| diesel::update(known).set(read).execute(db)).understood().map(drop)
            }
        }
    }

    fn notice_to_send(&mut self, id: NoticeId) -> Result<Option<(Notice, MobileNumber)>> {
        let tenant = self.bound()?;
        let found: Option<(Row, String, Option<String>, Option<String>)> = on!(self.db, |db| notices::table
            .inner_join(
                members::table
                    .on(members::tenant_id.eq(notices::tenant_id).and(members::id.eq(notices::member_id)))
            )
            .left_join(accounts::table.on(accounts::id.nullable().eq(members::account_id)))
            .filter(notices::tenant_id.eq(tenant))
            .filter(notices::id.eq(Id::from(id)))
            .select((Row::as_select(), members::state, members::mobile, accounts::mobile.nullable()))
            .first(db))
        .optional()
        .understood()?;
        let Some((row, state, invited, joined)) = found else { return Ok(None) };
        let Some(mobile) = invited.or(joined) else { return Ok(None) };
        let mobile = stored_mobile("accounts", row.member_id.0, &mobile)?;
        let notice: Notice = row.try_into()?;
        let gone = [MemberState::Disabled, MemberState::Departed].map(MemberState::name);
        let told = notice.kind.is_of_account() || !gone.contains(&state.as_str());
        Ok(told.then_some((notice, mobile)))
    }
}
