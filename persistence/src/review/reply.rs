//! Saved replies. A global table: they belong to the platform.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::saved_replies;
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::certification::FindingCode;
use domain::error::{Code, Error, Result};
use domain::id::SavedReplyId;
use domain::review::{ReplyDraft, ReplyStore, SavedReply};
use domain::text::{Line, Prose};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = saved_replies, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: Id,
    title: String,
    code: Option<String>,
    remedy: Option<String>,
    message: String,
    changed_by: Id,
    changed_at: Instant,
    version: i64,
}

impl From<&SavedReply> for Row {
    fn from(reply: &SavedReply) -> Self {
        Self {
            id: reply.id.into(),
            title: reply.draft.title.as_str().to_owned(),
            code: reply.draft.code.as_ref().map(name_of),
            remedy: reply.draft.remedy.as_ref().map(name_of),
            message: reply.draft.message.as_str().to_owned(),
            changed_by: reply.changed_by.into(),
            changed_at: reply.changed_at.into(),
            version: reply.version,
        }
    }
}

impl TryFrom<Row> for SavedReply {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("saved_replies", row.id.0, column);
        let code = |name: &String| named(name).ok_or_else(|| wrong("code"));
        let remedy = |name: &String| named(name).ok_or_else(|| wrong("remedy"));
        Ok(Self {
            id: row.id.get(),
            draft: ReplyDraft {
                title: Line::parse(&row.title).map_err(|_| wrong("title"))?,
                code: row.code.as_ref().map(code).transpose()?,
                remedy: row.remedy.as_ref().map(remedy).transpose()?,
                message: Prose::parse(&row.message).map_err(|_| wrong("message"))?,
            },
            changed_by: row.changed_by.get(),
            changed_at: row.changed_at.0,
            version: row.version,
        })
    }
}

impl ReplyStore for Tx<'_> {
    fn replies(
        &mut self,
        code: Option<FindingCode>,
        after: Option<&(String, SavedReplyId)>,
        limit: u32,
    ) -> Result<Vec<SavedReply>> {
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: saved_replies::BoxedQuery<'_, _> = saved_replies::table.into_boxed();
            if let Some(code) = code {
                let any = saved_replies::code.is_null();
                query = query.filter(saved_replies::code.eq(code.name()).assume_not_null().or(any));
            }
            if let Some((title, id)) = after {
                let same = saved_replies::title.eq(title).and(saved_replies::id.gt(Id::from(*id)));
                query = query.filter(saved_replies::title.gt(title).or(same));
            }
            query
                .order((saved_replies::title, saved_replies::id))
                .limit(limit.into())
                .select(Row::as_select())
                .load(db)
        })
        .understood()?;
        rows.into_iter().map(SavedReply::try_from).collect()
    }

    fn reply(&mut self, id: SavedReplyId) -> Result<SavedReply> {
        let row: Row =
            on!(self.db, |db| saved_replies::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .understood()?;
        row.try_into()
    }

    fn insert_reply(&mut self, reply: &SavedReply) -> Result<()> {
        let row = Row::from(reply);
        on!(self.db, |db| diesel::insert_into(saved_replies::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn update_reply(&mut self, reply: &SavedReply) -> Result<()> {
        let mut row = Row::from(reply);
        row.version += 1;
        let known = saved_replies::table.find(row.id).filter(saved_replies::version.eq(reply.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn delete_reply(&mut self, id: SavedReplyId) -> Result<()> {
        let known = saved_replies::table.find(Id::from(id));
        let deleted = on!(self.db, |db| diesel::delete(known).execute(db)).understood()?;
        if deleted == 1 { Ok(()) } else { Err(Code::NotFound.into()) }
    }
}
