//! Notes of operators on cases of the bound tenant. They may name people, so they are sealed.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::review_notes;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::id::ApplicationId;
use domain::review::{Note, NoteStore};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = review_notes)]
struct Row {
    tenant_id: Id,
    id: Id,
    application_id: Id,
    operator_id: Id,
    text_sealed: Vec<u8>,
    created_at: Instant,
}

pub(crate) fn place(id: Id) -> String {
    format!("review_notes.text {}", id.0)
}

impl NoteStore for Tx<'_> {
    fn insert_note(&mut self, note: &Note) -> Result<()> {
        let id = Id::from(note.id);
        let row = Row {
            tenant_id: self.bound()?,
            id,
            application_id: note.application.into(),
            operator_id: note.by.into(),
            text_sealed: self.seal(&place(id), &note.text)?,
            created_at: note.at.into(),
        };
        on!(self.db, |db| diesel::insert_into(review_notes::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn notes(&mut self, application: ApplicationId, limit: u32) -> Result<Vec<Note>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| review_notes::table
            .filter(review_notes::tenant_id.eq(tenant))
            .filter(review_notes::application_id.eq(Id::from(application)))
            .order(review_notes::id.desc())
            .limit(limit.into())
            .select(Row::as_select())
            .load(db))
        .understood()?;
        let note = |row: Row| {
            Ok(Note {
                id: row.id.get(),
                application: row.application_id.get(),
                by: row.operator_id.get(),
                text: self.open(&place(row.id), &row.text_sealed)?,
                at: row.created_at.0,
            })
        };
        rows.into_iter().map(note).collect()
    }
}
