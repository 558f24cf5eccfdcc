//! Applications and their attempts, of the bound tenant.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::review::enqueue;
use crate::schema::{certification_applications as applications, certification_attempts as attempts};
use crate::sql_type::{Id, Instant, Json, name_of, named};
use crate::tx::Tx;
use chrono::Duration;
use diesel::prelude::*;
use domain::certification::{
    Application, ApplicationNumber, ApplicationStore, Attempt, Claim, Decision, State, Submission,
};
use domain::error::{Code, Error, Result};
use domain::id::{ApplicationId, DocumentId};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = applications, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct Row {
    tenant_id: Id,
    id: Id,
    number: String,
    kind: String,
    organization_type: String,
    subject: Json,
    subject_sealed: Option<Vec<u8>>,
    registration_key: Option<String>,
    state: String,
    attempt: Option<i64>,
    submitted_by: Option<Id>,
    submitted_at: Option<Instant>,
    due_at: Option<Instant>,
    review_left: Option<i64>,
    due_provisional: Option<bool>,
    decided_at: Option<Instant>,
    proposed_by: Option<Id>,
    proposed_at: Option<Instant>,
    respond_by: Option<Instant>,
    ended_at: Option<Instant>,
    retryable: Option<bool>,
    claim_holder: Option<Id>,
    claim_expires_at: Option<Instant>,
    last_decision_sealed: Option<Vec<u8>>,
    consent: Option<Json>,
    hold: Option<Json>,
    evidence: Json,
    created_at: Instant,
    version: i64,
}

impl Row {
    fn of(tx: &Tx<'_>, application: &Application) -> Result<Self> {
        let id = Id::from(application.id);
        let (subject, subject_sealed) = tx.seal_draft(&subject_place(id), &application.draft)?;
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
            registration_key: application.draft.registration_key(),
            state: application.state.name().to_owned(),
            attempt: submission.map(|submission| submission.attempt.into()),
            submitted_by: submission.map(|submission| submission.by.into()),
            submitted_at: submission.map(|submission| submission.at.into()),
            due_at: submission.map(|submission| submission.due_at.into()),
            review_left: submission.map(|submission| submission.left.num_seconds()),
            due_provisional: submission.map(|submission| submission.provisional),
            decided_at: None,
            proposed_by: None,
            proposed_at: None,
            respond_by: None,
            ended_at: None,
            retryable: None,
            claim_holder: None,
            claim_expires_at: None,
            last_decision_sealed: last_decision
                .map(|decision| tx.seal(&decision_place(id), decision))
                .transpose()?,
            consent: application.consent.as_ref().map(|value| json_of("consent", value)).transpose()?,
            hold: application.hold.as_ref().map(|value| json_of("hold", value)).transpose()?,
            evidence: json_of("evidence", &application.evidence)?,
            created_at: application.created_at.into(),
            version: application.version,
        };
        match application.state {
            State::Draft | State::Submitted(_) => {}
            State::InReview { claim, .. } => {
                row.claim_holder = claim.map(|claim| claim.holder.into());
                row.claim_expires_at = claim.map(|claim| claim.expires_at.into());
            }
            State::AwaitingConfirmation { proposed_by, proposed_at, .. } => {
                row.proposed_by = Some(proposed_by.into());
                row.proposed_at = Some(proposed_at.into());
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
            left: Duration::seconds(self.review_left?),
            due_at: self.due_at?.0,
            provisional: self.due_provisional?,
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
            "awaiting_confirmation" => State::AwaitingConfirmation {
                submission,
                proposed_by: self.proposed_by?.get(),
                proposed_at: self.proposed_at?.0,
            },
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

    pub(super) fn application(self, tx: &Tx<'_>) -> Result<Application> {
        let wrong = |column: &str| corrupt(TABLE, self.id.0, column);
        let state = self.state().ok_or_else(|| wrong("state"))?;
        let last_decision = self
            .last_decision_sealed
            .as_deref()
            .map(|sealed| tx.open(&decision_place(self.id), sealed))
            .transpose()?;
        Ok(Application {
            id: self.id.get(),
            tenant: self.tenant_id.get(),
            number: ApplicationNumber::parse(&self.number).map_err(|_| wrong("number"))?,
            kind: named(&self.kind).ok_or_else(|| wrong("kind"))?,
            organization_type: self.organization_type,
            draft: tx.open_draft(&subject_place(self.id), self.subject, self.subject_sealed.as_deref())?,
            state,
            last_decision,
            consent: self.consent.map(|json| of_json(self.id, "consent", json)).transpose()?,
            evidence: of_json(self.id, "evidence", self.evidence)?,
            hold: self.hold.map(|json| of_json(self.id, "hold", json)).transpose()?,
            created_at: self.created_at.0,
            version: self.version,
        })
    }
}

const TABLE: &str = "certification_applications";

fn json_of(column: &str, value: &impl Serialize) -> Result<Json> {
    let json = serde_json::to_value(value);
    json.map(Json).map_err(|error| Error::internal(format!("{column}: {error}")))
}

fn of_json<T: DeserializeOwned>(id: Id, column: &str, json: Json) -> Result<T> {
    serde_json::from_value(json.0).map_err(|_| corrupt(TABLE, id.0, column))
}

pub(crate) fn subject_place(id: Id) -> String {
    format!("certification_applications.subject {}", id.0)
}

pub(crate) fn decision_place(id: Id) -> String {
    format!("certification_applications.last_decision {}", id.0)
}

pub(crate) fn attempt_place(column: &str, application: Id, number: i64) -> String {
    format!("certification_attempts.{column} {} {number}", application.0)
}

/// A claim, where both of its columns are there.
pub(crate) fn claim(holder: Option<Id>, expires_at: Option<Instant>) -> Option<Claim> {
    Some(Claim { holder: holder?.get(), expires_at: expires_at?.0 })
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
    proposal_sealed: Option<Vec<u8>>,
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
        let open = |column: &str, sealed: Option<&[u8]>| {
            sealed.map(|sealed| tx.open(&attempt_place(column, key, self.number), sealed)).transpose()
        };
        let proposal = open("proposal", self.proposal_sealed.as_deref())?;
        let decision = open("decision", self.decision_sealed.as_deref())?;
        Ok(Attempt {
            application: key.get(),
            number: self.number.try_into().map_err(|_| wrong("number"))?,
            draft: tx.open_draft(
                &attempt_place("subject", key, self.number),
                self.subject,
                self.subject_sealed.as_deref(),
            )?,
            documents: documents.into_iter().map(DocumentId::from).collect(),
            submitted_by: self.submitted_by.get(),
            submitted_at: self.submitted_at.0,
            proposal,
            decision,
        })
    }
}

impl ApplicationStore for Tx<'_> {
    fn application(&mut self) -> Result<Application> {
        let tenant = self.bound()?;
        let row: Row = on!(self.db, |db| applications::table
            .filter(applications::tenant_id.eq(tenant))
            .order(applications::id.desc())
            .select(Row::as_select())
            .first(db))
        .understood()?;
        row.application(self)
    }

    fn application_by_id(&mut self, id: ApplicationId) -> Result<Application> {
        let tenant = self.bound()?;
        let row: Row = on!(self.db, |db| applications::table
            .filter(applications::tenant_id.eq(tenant))
            .filter(applications::id.eq(Id::from(id)))
            .select(Row::as_select())
            .first(db))
        .understood()?;
        row.application(self)
    }

    fn applications(&mut self, after: Option<ApplicationId>, limit: u32) -> Result<Vec<Application>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: applications::BoxedQuery<'_, _> = applications::table.into_boxed();
            query = query.filter(applications::tenant_id.eq(tenant));
            if let Some(after) = after {
                query = query.filter(applications::id.lt(Id::from(after)));
            }
            query.order(applications::id.desc()).limit(limit.into()).select(Row::as_select()).load(db)
        })
        .understood()?;
        rows.into_iter().map(|row| row.application(self)).collect()
    }

    fn attempts_of(&mut self, of: &[ApplicationId], limit: u32) -> Result<Vec<Attempt>> {
        let tenant = self.bound()?;
        let of: Vec<_> = of.iter().copied().map(Id::from).collect();
        let rows: Vec<AttemptRow> = on!(self.db, |db| attempts::table
            .filter(attempts::tenant_id.eq(tenant))
            .filter(attempts::application_id.eq_any(of))
            .order((attempts::application_id.desc(), attempts::number.desc()))
            .limit(limit.into())
            .select(AttemptRow::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(|row| row.attempt(self)).collect()
    }

    fn insert_application(&mut self, application: &Application) -> Result<()> {
        let row = Row::of(self, application)?;
        on!(self.db, |db| diesel::insert_into(applications::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn update_application(&mut self, application: &Application) -> Result<()> {
        let mut row = Row::of(self, application)?;
        row.version += 1;
        let known = applications::table
            .filter(applications::tenant_id.eq(self.bound()?))
            .filter(applications::id.eq(row.id))
            .filter(applications::version.eq(application.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)?;
        let Some(submission) = application.state.submission() else { return Ok(()) };
        enqueue(self, application, submission)
    }

    fn attempts(&mut self, application: ApplicationId, limit: u32) -> Result<Vec<Attempt>> {
        let tenant = self.bound()?;
        let rows: Vec<AttemptRow> = on!(self.db, |db| attempts::table
            .filter(attempts::tenant_id.eq(tenant))
            .filter(attempts::application_id.eq(Id::from(application)))
            .order(attempts::number.desc())
            .limit(limit.into())
            .select(AttemptRow::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(|row| row.attempt(self)).collect()
    }

    fn insert_attempt(&mut self, attempt: &Attempt) -> Result<()> {
        let owner = Id::from(attempt.application);
        let place = attempt_place("subject", owner, attempt.number.into());
        let (subject, subject_sealed) = self.seal_draft(&place, &attempt.draft)?;
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
            proposal_sealed: None,
            outcome: None,
            decided_at: None,
            decision_sealed: None,
        };
        on!(self.db, |db| diesel::insert_into(attempts::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn propose(
        &mut self,
        application: ApplicationId,
        attempt: u32,
        proposal: Option<&Decision>,
    ) -> Result<()> {
        let owner = Id::from(application);
        let undecided = attempts::table
            .find((self.bound()?, owner, i64::from(attempt)))
            .filter(attempts::outcome.is_null());
        let place = attempt_place("proposal", owner, attempt.into());
        let sealed = proposal.map(|proposal| self.seal(&place, proposal)).transpose()?;
        let proposed = attempts::proposal_sealed.eq(sealed);
        one_row(on!(self.db, |db| diesel::update(undecided).set(proposed).execute(db)).understood()?)
    }

    fn proposal(&mut self, application: ApplicationId, attempt: u32) -> Result<Decision> {
        let owner = Id::from(application);
        let known = attempts::table.find((self.bound()?, owner, i64::from(attempt)));
        let sealed: Option<Vec<u8>> =
            on!(self.db, |db| known.select(attempts::proposal_sealed).first(db)).understood()?;
        let sealed = sealed.ok_or_else(|| Error::from(Code::NotFound))?;
        self.open(&attempt_place("proposal", owner, attempt.into()), &sealed)
    }

    fn decide_attempt(
        &mut self,
        application: ApplicationId,
        attempt: u32,
        decision: &Decision,
    ) -> Result<()> {
        let owner = Id::from(application);
        let undecided = attempts::table
            .find((self.bound()?, owner, i64::from(attempt)))
            .filter(attempts::outcome.is_null());
        let decided = (
            attempts::outcome.eq(name_of(&decision.outcome)),
            attempts::decided_at.eq(Instant(decision.at)),
            attempts::decision_sealed
                .eq(self.seal(&attempt_place("decision", owner, attempt.into()), decision)?),
        );
        one_row(on!(self.db, |db| diesel::update(undecided).set(decided).execute(db)).understood()?)
    }
}
