//! Applications, attempts, documents and certificates of the bound tenant, and two global tables: the reviewers' queue,
//! which operators read over all tenants, and the certified registrations, which are unique over all tenants.

use crate::error::{Understood, corrupt, one_row};
use crate::schema::{
    certificates, certification_applications as applications, certification_attempts as attempts,
    certified_registrations, documents, reviews,
};
use crate::sql_type::{Id, Instant, Json, name_of, named};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::certification::{
    Application, ApplicationNumber, ApplicationStore, Attempt, Certificate, CertificateStore, Claim,
    Decision, Document, DocumentContent, State, Submission,
};
use domain::error::{Code, Error, Result};
use domain::id::{ApplicationId, DocumentId, TenantId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = applications, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    tenant_id: Id,
    id: Id,
    number: String,
    kind: String,
    organization_type: String,
    subject: Json,
    subject_sealed: Option<Vec<u8>>,
    state: String,
    attempt: Option<i64>,
    submitted_by: Option<Id>,
    submitted_at: Option<Instant>,
    due_at: Option<Instant>,
    decided_at: Option<Instant>,
    respond_by: Option<Instant>,
    ended_at: Option<Instant>,
    retryable: Option<bool>,
    claim_holder: Option<Id>,
    claim_expires_at: Option<Instant>,
    last_decision_sealed: Option<Vec<u8>>,
    created_at: Instant,
    version: i64,
}

impl Row {
    fn of(tx: &Tx<'_>, application: &Application) -> Result<Self> {
        let id = Id::from(application.id);
        let (subject, subject_sealed) = tx.seal_draft(id, &application.draft)?;
        let last_decision = application.last_decision.as_ref();
        let submission = application.state.submission();
        let mut row = Self {
            tenant_id: application.tenant.into(),
            id,
            number: application.number.as_str().to_owned(),
            kind: name_of(&application.kind),
            organization_type: application.organization_type.clone(),
            subject,
            subject_sealed,
            state: application.state.name().to_owned(),
            attempt: submission.map(|submission| submission.attempt.into()),
            submitted_by: submission.map(|submission| submission.by.into()),
            submitted_at: submission.map(|submission| submission.at.into()),
            due_at: submission.map(|submission| submission.due_at.into()),
            decided_at: None,
            respond_by: None,
            ended_at: None,
            retryable: None,
            claim_holder: None,
            claim_expires_at: None,
            last_decision_sealed: last_decision.map(|decision| tx.seal(id, decision)).transpose()?,
            created_at: application.created_at.into(),
            version: application.version,
        };
        match application.state {
            State::Draft | State::Submitted(_) => {}
            State::InReview { claim, .. } => {
                row.claim_holder = claim.map(|claim| claim.holder.into());
                row.claim_expires_at = claim.map(|claim| claim.expires_at.into());
            }
            State::InformationRequested { decided_at, respond_by, .. } => {
                row.decided_at = Some(decided_at.into());
                row.respond_by = Some(respond_by.into());
            }
            State::Approved { decided_at, .. } => row.decided_at = Some(decided_at.into()),
            State::Rejected { decided_at, retryable, .. } => {
                row.decided_at = Some(decided_at.into());
                row.retryable = Some(retryable);
            }
            State::Withdrawn { at, .. } | State::Expired { at, .. } => row.ended_at = Some(at.into()),
        }
        Ok(row)
    }

    fn submission(&self) -> Option<Submission> {
        Some(Submission {
            attempt: self.attempt?.try_into().ok()?,
            by: self.submitted_by?.get(),
            at: self.submitted_at?.0,
            due_at: self.due_at?.0,
        })
    }

    /// The state, if the columns that it needs are there.
    fn state(&self) -> Option<State> {
        if self.state == "draft" {
            return Some(State::Draft);
        }
        let submission = self.submission()?;
        Some(match self.state.as_str() {
            "submitted" => State::Submitted(submission),
            "in_review" => {
                State::InReview { submission, claim: claim(self.claim_holder, self.claim_expires_at) }
            }
            "information_requested" => State::InformationRequested {
                submission,
                decided_at: self.decided_at?.0,
                respond_by: self.respond_by?.0,
            },
            "approved" => State::Approved { submission, decided_at: self.decided_at?.0 },
            "rejected" => {
                State::Rejected { submission, decided_at: self.decided_at?.0, retryable: self.retryable? }
            }
            "withdrawn" => State::Withdrawn { submission, at: self.ended_at?.0 },
            "expired" => State::Expired { submission, at: self.ended_at?.0 },
            _ => return None,
        })
    }

    fn application(self, tx: &Tx<'_>) -> Result<Application> {
        const TABLE: &str = "certification_applications";
        let wrong = |column: &str| corrupt(TABLE, self.id.0, column);
        let state = self.state().ok_or_else(|| wrong("state"))?;
        let last_decision =
            self.last_decision_sealed.as_deref().map(|sealed| tx.open(TABLE, self.id, sealed)).transpose()?;
        Ok(Application {
            id: self.id.get(),
            tenant: self.tenant_id.get(),
            number: ApplicationNumber::parse(&self.number).map_err(|_| wrong("number"))?,
            kind: named(&self.kind).ok_or_else(|| wrong("kind"))?,
            organization_type: self.organization_type,
            draft: tx.open_draft(TABLE, self.id, self.subject, self.subject_sealed.as_deref())?,
            state,
            last_decision,
            created_at: self.created_at.0,
            version: self.version,
        })
    }
}

/// A claim, where both of its columns are there.
pub(crate) fn claim(holder: Option<Id>, expires_at: Option<Instant>) -> Option<Claim> {
    Some(Claim { holder: holder?.get(), expires_at: expires_at?.0 })
}

/// An application's place in the reviewers' queue.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reviews, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ReviewRow {
    pub(crate) id: Id,
    pub(crate) tenant_id: Id,
    pub(crate) number: String,
    pub(crate) waiting: bool,
    pub(crate) state: String,
    pub(crate) legal_name: String,
    pub(crate) organization_type: String,
    pub(crate) attempt: i64,
    pub(crate) submitted_at: Instant,
    pub(crate) due_at: Instant,
    pub(crate) claim_holder: Option<Id>,
    pub(crate) claim_expires_at: Option<Instant>,
}

impl ReviewRow {
    fn of(application: &Application, submission: &Submission) -> Self {
        let claim = match &application.state {
            State::InReview { claim, .. } => claim.as_ref(),
            _ => None,
        };
        Self {
            id: application.id.into(),
            tenant_id: application.tenant.into(),
            number: application.number.as_str().to_owned(),
            waiting: application.state.with_reviewer(),
            state: application.state.name().to_owned(),
            legal_name: application.draft.legal_name.clone().unwrap_or_default(),
            organization_type: application.organization_type.clone(),
            attempt: submission.attempt.into(),
            submitted_at: submission.at.into(),
            due_at: submission.due_at.into(),
            claim_holder: claim.map(|claim| claim.holder.into()),
            claim_expires_at: claim.map(|claim| claim.expires_at.into()),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
struct AttemptRow {
    tenant_id: Id,
    application_id: Id,
    number: i64,
    subject: Json,
    subject_sealed: Option<Vec<u8>>,
    documents: Json,
    submitted_by: Id,
    submitted_at: Instant,
    outcome: Option<String>,
    decided_at: Option<Instant>,
    decision_sealed: Option<Vec<u8>>,
}

impl AttemptRow {
    fn attempt(self, tx: &Tx<'_>) -> Result<Attempt> {
        const TABLE: &str = "certification_attempts";
        let key = self.application_id;
        let wrong = |column: &str| corrupt(TABLE, format!("{} {}", key.0, self.number), column);
        let documents: Vec<uuid::Uuid> =
            serde_json::from_value(self.documents.0.clone()).map_err(|_| wrong("documents"))?;
        let decision =
            self.decision_sealed.as_deref().map(|sealed| tx.open(TABLE, key, sealed)).transpose()?;
        Ok(Attempt {
            application: key.get(),
            number: self.number.try_into().map_err(|_| wrong("number"))?,
            draft: tx.open_draft(TABLE, key, self.subject, self.subject_sealed.as_deref())?,
            documents: documents.into_iter().map(DocumentId::from).collect(),
            submitted_by: self.submitted_by.get(),
            submitted_at: self.submitted_at.0,
            decision,
        })
    }
}

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
    pages: Option<i64>,
    uploaded_by: Id,
    uploaded_at: Instant,
    removed_at: Option<Instant>,
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
                pages: small("pages", row.pages)?,
            },
            uploaded_by: row.uploaded_by.get(),
            uploaded_at: row.uploaded_at.0,
            removed_at: row.removed_at.map(|at| at.0),
        })
    }
}

impl ApplicationStore for Tx<'_> {
    fn application(&mut self) -> Result<Application> {
        let row: Row = applications::table
            .filter(applications::tenant_id.eq(self.bound()?))
            .order(applications::id.desc())
            .select(Row::as_select())
            .first(self.db)
            .understood()?;
        row.application(self)
    }

    fn insert_application(&mut self, application: &Application) -> Result<()> {
        let row = Row::of(self, application)?;
        diesel::insert_into(applications::table).values(&row).execute(self.db).understood()?;
        Ok(())
    }

    fn update_application(&mut self, application: &Application) -> Result<()> {
        let mut row = Row::of(self, application)?;
        row.version += 1;
        let known = applications::table
            .filter(applications::tenant_id.eq(self.bound()?))
            .filter(applications::id.eq(row.id))
            .filter(applications::version.eq(application.version));
        one_row(diesel::update(known).set(&row).execute(self.db).understood()?)?;
        let Some(submission) = application.state.submission() else { return Ok(()) };
        let queued = ReviewRow::of(application, submission);
        let changed =
            diesel::update(reviews::table.find(queued.id)).set(&queued).execute(self.db).understood()?;
        if changed == 0 {
            diesel::insert_into(reviews::table).values(&queued).execute(self.db).understood()?;
        }
        Ok(())
    }

    fn attempts(&mut self, application: ApplicationId) -> Result<Vec<Attempt>> {
        let rows: Vec<AttemptRow> = attempts::table
            .filter(attempts::tenant_id.eq(self.bound()?))
            .filter(attempts::application_id.eq(Id::from(application)))
            .order(attempts::number.desc())
            .select(AttemptRow::as_select())
            .load(self.db)
            .understood()?;
        rows.into_iter().map(|row| row.attempt(self)).collect()
    }

    fn insert_attempt(&mut self, attempt: &Attempt) -> Result<()> {
        let owner = Id::from(attempt.application);
        let (subject, subject_sealed) = self.seal_draft(owner, &attempt.draft)?;
        let documents: Vec<_> =
            attempt.documents.iter().map(|id| serde_json::Value::from(id.to_string())).collect();
        let row = AttemptRow {
            tenant_id: self.bound()?,
            application_id: owner,
            number: attempt.number.into(),
            subject,
            subject_sealed,
            documents: Json(documents.into()),
            submitted_by: attempt.submitted_by.into(),
            submitted_at: attempt.submitted_at.into(),
            outcome: None,
            decided_at: None,
            decision_sealed: None,
        };
        diesel::insert_into(attempts::table).values(&row).execute(self.db).understood()?;
        Ok(())
    }

    fn decide_attempt(
        &mut self,
        application: ApplicationId,
        attempt: u32,
        decision: &Decision,
    ) -> Result<()> {
        let owner = Id::from(application);
        let undecided = attempts::table
            .filter(attempts::tenant_id.eq(self.bound()?))
            .filter(attempts::application_id.eq(owner))
            .filter(attempts::number.eq(i64::from(attempt)))
            .filter(attempts::outcome.is_null());
        let decided = (
            attempts::outcome.eq(name_of(&decision.outcome)),
            attempts::decided_at.eq(Instant(decision.at)),
            attempts::decision_sealed.eq(self.seal(owner, decision)?),
        );
        one_row(diesel::update(undecided).set(decided).execute(self.db).understood()?)
    }

    fn documents(&mut self, application: ApplicationId) -> Result<Vec<Document>> {
        let rows: Vec<DocumentRow> = documents::table
            .filter(documents::tenant_id.eq(self.bound()?))
            .filter(documents::application_id.eq(Id::from(application)))
            .filter(documents::removed_at.is_null())
            .order((documents::kind, documents::page))
            .select(DocumentRow::as_select())
            .load(self.db)
            .understood()?;
        rows.into_iter().map(Document::try_from).collect()
    }

    fn document(&mut self, id: DocumentId) -> Result<Document> {
        let row: DocumentRow = documents::table
            .filter(documents::tenant_id.eq(self.bound()?))
            .filter(documents::id.eq(Id::from(id)))
            .select(DocumentRow::as_select())
            .first(self.db)
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
            pages: content.pages.map(i64::from),
            uploaded_by: document.uploaded_by.into(),
            uploaded_at: document.uploaded_at.into(),
            removed_at: document.removed_at.map(Instant::from),
        };
        diesel::insert_into(documents::table).values(&row).execute(self.db).understood()?;
        Ok(())
    }

    fn remove_document(&mut self, id: DocumentId, now: DateTime<Utc>) -> Result<()> {
        let known = documents::table
            .filter(documents::tenant_id.eq(self.bound()?))
            .filter(documents::id.eq(Id::from(id)))
            .filter(documents::removed_at.is_null());
        let changed = diesel::update(known)
            .set(documents::removed_at.eq(Some(Instant(now))))
            .execute(self.db)
            .understood()?;
        if changed == 1 { Ok(()) } else { Err(Code::NotFound.into()) }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = certificates, treat_none_as_default_value = false)]
struct CertificateRow {
    tenant_id: Id,
    application_id: Id,
    registration_key: String,
    subject: Json,
    subject_sealed: Option<Vec<u8>>,
    valid_from: Instant,
    valid_until: Instant,
}

impl CertificateStore for Tx<'_> {
    fn certificate(&mut self) -> Result<Option<Certificate>> {
        let row: Option<CertificateRow> = certificates::table
            .filter(certificates::tenant_id.eq(self.bound()?))
            .select(CertificateRow::as_select())
            .first(self.db)
            .optional()
            .understood()?;
        let Some(row) = row else { return Ok(None) };
        let sealed = row.subject_sealed.as_deref();
        Ok(Some(Certificate {
            application: row.application_id.get(),
            registration_key: row.registration_key,
            subject: self.open_draft("certificates", row.tenant_id, row.subject, sealed)?,
            valid_from: row.valid_from.0,
            valid_until: row.valid_until.0,
        }))
    }

    fn insert_certificate(&mut self, certificate: &Certificate) -> Result<()> {
        let tenant_id = self.bound()?;
        let claimed = diesel::insert_into(certified_registrations::table)
            .values((
                certified_registrations::registration_key.eq(&certificate.registration_key),
                certified_registrations::tenant_id.eq(tenant_id),
                certified_registrations::certified_at.eq(Instant(certificate.valid_from)),
            ))
            .execute(self.db);
        match claimed {
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                return Err(Code::CreditCodeTaken.into());
            }
            other => other.understood()?,
        };
        let (subject, subject_sealed) = self.seal_draft(tenant_id, &certificate.subject)?;
        let row = CertificateRow {
            tenant_id,
            application_id: certificate.application.into(),
            registration_key: certificate.registration_key.clone(),
            subject,
            subject_sealed,
            valid_from: certificate.valid_from.into(),
            valid_until: certificate.valid_until.into(),
        };
        diesel::insert_into(certificates::table).values(&row).execute(self.db).understood()?;
        Ok(())
    }

    fn certified_tenant(&mut self, registration_key: &str) -> Result<Option<TenantId>> {
        let tenant: Option<Id> = certified_registrations::table
            .find(registration_key)
            .select(certified_registrations::tenant_id)
            .first(self.db)
            .optional()
            .understood()?;
        Ok(tenant.map(Id::get))
    }
}
