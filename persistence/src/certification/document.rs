//! Documents of the bound tenant; their bytes are elsewhere.

use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::documents;
use crate::sql_type::{Id, Instant, Json, name_of, named};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::certification::{Document, DocumentContent, DocumentStore, Reading, RequirementKind, SealedKey};
use domain::error::{Code, Error, Result};
use domain::id::{ApplicationId, DocumentId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = documents, treat_none_as_default_value = false)]
struct DocumentRow {
    tenant_id: Id,
    id: Id,
    application_id: Id,
    kind: String,
    page: i64,
    media_type: String,
    size: i64,
    sha256: String,
    kept_sha256: String,
    width: Option<i64>,
    height: Option<i64>,
    sharpness: Option<i64>,
    pages: Option<i64>,
    reading: Option<Json>,
    key_sealed: Vec<u8>,
    uploaded_by: Id,
    uploaded_at: Instant,
    removed_at: Option<Instant>,
    erased_at: Option<Instant>,
}

impl TryFrom<DocumentRow> for Document {
    type Error = Error;

    fn try_from(row: DocumentRow) -> Result<Self> {
        let wrong = |column: &str| corrupt("documents", row.id.0, column);
        let small = |column: &str, value: Option<i64>| {
            value.map(u32::try_from).transpose().map_err(|_| wrong(column))
        };
        Ok(Self {
            id: row.id.get(),
            application: row.application_id.get(),
            kind: named(&row.kind).ok_or_else(|| wrong("kind"))?,
            page: row.page.try_into().map_err(|_| wrong("page"))?,
            content: DocumentContent {
                media_type: named(&row.media_type).ok_or_else(|| wrong("media_type"))?,
                size: row.size.try_into().map_err(|_| wrong("size"))?,
                sha256: row.sha256.clone(),
                kept_sha256: row.kept_sha256.clone(),
                width: small("width", row.width)?,
                height: small("height", row.height)?,
                sharpness: small("sharpness", row.sharpness)?,
                pages: small("pages", row.pages)?,
                key: SealedKey(row.key_sealed.clone()),
            },
            reading: row
                .reading
                .as_ref()
                .map(|reading| serde_json::from_value(reading.0.clone()))
                .transpose()
                .map_err(|_| wrong("reading"))?,
            uploaded_by: row.uploaded_by.get(),
            uploaded_at: row.uploaded_at.0,
            removed_at: row.removed_at.map(|at| at.0),
            erased_at: row.erased_at.map(|at| at.0),
        })
    }
}

fn json_of(reading: &Reading) -> Result<Json> {
    let json = serde_json::to_value(reading);
    json.map(Json).map_err(|error| Error::internal(format!("reading: {error}")))
}

impl DocumentStore for Tx<'_> {
    fn documents(&mut self, application: ApplicationId) -> Result<Vec<Document>> {
        let tenant = self.bound()?;
        let rows: Vec<DocumentRow> = on!(self.db, |db| documents::table
            .filter(documents::tenant_id.eq(tenant))
            .filter(documents::application_id.eq(Id::from(application)))
            .filter(documents::removed_at.is_null())
            .order((documents::kind, documents::page))
            .select(DocumentRow::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(Document::try_from).collect()
    }

    fn documents_by_id(&mut self, ids: &[DocumentId]) -> Result<Vec<Document>> {
        let tenant = self.bound()?;
        let ids: Vec<_> = ids.iter().copied().map(Id::from).collect();
        let rows: Vec<DocumentRow> = on!(self.db, |db| documents::table
            .filter(documents::tenant_id.eq(tenant))
            .filter(documents::id.eq_any(ids))
            .select(DocumentRow::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(Document::try_from).collect()
    }

    fn document(&mut self, id: DocumentId) -> Result<Document> {
        let tenant = self.bound()?;
        let row: DocumentRow = on!(self.db, |db| documents::table
            .filter(documents::tenant_id.eq(tenant))
            .filter(documents::id.eq(Id::from(id)))
            .select(DocumentRow::as_select())
            .first(db))
        .understood()?;
        row.try_into()
    }

    fn insert_document(&mut self, document: &Document) -> Result<()> {
        let content = &document.content;
        let row = DocumentRow {
            tenant_id: self.bound()?,
            id: document.id.into(),
            application_id: document.application.into(),
            kind: name_of(&document.kind),
            page: document.page.into(),
            media_type: name_of(&content.media_type),
            size: i64::try_from(content.size).unwrap_or(i64::MAX),
            sha256: content.sha256.clone(),
            kept_sha256: content.kept_sha256.clone(),
            width: content.width.map(i64::from),
            height: content.height.map(i64::from),
            sharpness: content.sharpness.map(i64::from),
            pages: content.pages.map(i64::from),
            reading: document.reading.as_ref().map(json_of).transpose()?,
            key_sealed: content.key.0.clone(),
            uploaded_by: document.uploaded_by.into(),
            uploaded_at: document.uploaded_at.into(),
            removed_at: document.removed_at.map(Instant::from),
            erased_at: document.erased_at.map(Instant::from),
        };
        on!(self.db, |db| diesel::insert_into(documents::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn remove_document(&mut self, id: DocumentId, now: DateTime<Utc>) -> Result<()> {
        let known = documents::table
            .filter(documents::tenant_id.eq(self.bound()?))
            .filter(documents::id.eq(Id::from(id)))
            .filter(documents::removed_at.is_null());
        let changed = on!(self.db, |db| diesel::update(known)
            .set(documents::removed_at.eq(Some(Instant(now))))
            .execute(db))
        .understood()?;
        if changed == 1 { Ok(()) } else { Err(Code::NotFound.into()) }
    }

    fn set_reading(&mut self, id: DocumentId, reading: &Reading) -> Result<()> {
        let known = documents::table
            .filter(documents::tenant_id.eq(self.bound()?))
            .filter(documents::id.eq(Id::from(id)))
            .filter(documents::erased_at.is_null());
        let reading = documents::reading.eq(Some(json_of(reading)?));
        on!(self.db, |db| diesel::update(known).set(reading).execute(db)).understood().map(drop)
    }

    fn last_upload(
        &mut self,
        application: ApplicationId,
        kinds: &[RequirementKind],
    ) -> Result<Option<DateTime<Utc>>> {
        let tenant = self.bound()?;
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        let last: Option<Instant> = on!(self.db, |db| documents::table
            .filter(documents::tenant_id.eq(tenant))
            .filter(documents::application_id.eq(Id::from(application)))
            .filter(documents::kind.eq_any(kinds))
            .filter(documents::erased_at.is_null())
            .order(documents::uploaded_at.desc())
            .select(documents::uploaded_at)
            .first(db))
        .optional()
        .understood()?;
        Ok(last.map(|last| last.0))
    }

    fn erase_documents(
        &mut self,
        application: ApplicationId,
        kinds: &[RequirementKind],
        now: DateTime<Utc>,
    ) -> Result<Vec<DocumentId>> {
        let tenant = self.bound()?;
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
        let ids: Vec<Id> = on!(self.db, |db| documents::table
            .filter(documents::tenant_id.eq(tenant))
            .filter(documents::application_id.eq(Id::from(application)))
            .filter(documents::kind.eq_any(kinds))
            .filter(documents::erased_at.is_null())
            .select(documents::id)
            .load(db))
        .understood()?;
        let theirs = || {
            documents::table.filter(documents::tenant_id.eq(tenant)).filter(documents::id.eq_any(ids.clone()))
        };
        // Without its key, what is left in the store or in a copy of it is noise.
        let gone = (
            documents::erased_at.eq(Some(Instant(now))),
            documents::key_sealed.eq(Vec::new()),
            documents::reading.eq(None::<Json>),
        );
        on!(self.db, |db| diesel::update(theirs()).set(gone).execute(db)).understood()?;
        let left = theirs().filter(documents::removed_at.is_null());
        let removed = documents::removed_at.eq(Some(Instant(now)));
        on!(self.db, |db| diesel::update(left).set(removed).execute(db)).understood()?;
        Ok(ids.into_iter().map(Id::get).collect())
    }
}
