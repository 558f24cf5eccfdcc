use super::{ApplicationKindName, ApplicationState, FindingView, ReviewOutcome, SubjectView};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use chrono::{DateTime, Utc};
use domain::access::{Permission, require};
use domain::certification::{Application, ApplicationStore, Attempt, SHOWN_ATTEMPTS};
use domain::error::Language;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What was decided on an attempt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionView {
    /// What was decided.
    outcome: ReviewOutcome,
    /// Whether a rejection is for good.
    r#final: bool,
    /// When.
    decided_at: DateTime<Utc>,
    /// What was found wanting.
    findings: Vec<FindingView>,
}

/// One submission, as it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptView {
    /// Which submission, from 1.
    #[schema(minimum = 1, example = 1)]
    attempt: u32,
    /// When it was submitted.
    submitted_at: DateTime<Utc>,
    /// The subject as it was submitted.
    subject: SubjectView,
    /// The documents as they were submitted.
    document_ids: Vec<Uuid>,
    /// What was decided; null while nothing is.
    decision: Option<DecisionView>,
}

impl AttemptView {
    pub(crate) fn of(
        attempt: &Attempt,
        language: Language,
        view: fn(&domain::certification::Finding, Language) -> FindingView,
    ) -> Self {
        Self {
            attempt: attempt.number,
            submitted_at: attempt.submitted_at,
            subject: SubjectView::of(&attempt.draft),
            document_ids: attempt.documents.iter().map(|id| (*id).into()).collect(),
            decision: attempt.decision.as_ref().map(|decision| DecisionView {
                outcome: decision.outcome.into(),
                r#final: decision.is_final,
                decided_at: decision.at,
                findings: decision.findings.iter().map(|finding| view(finding, language)).collect(),
            }),
        }
    }
}

/// An application with its attempts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationHistory {
    /// Its id.
    id: Uuid,
    /// Its public number.
    #[schema(example = "GP-1S39QN9SEJHP")]
    number: String,
    /// Why it was made.
    kind: ApplicationKindName,
    /// Where it stands.
    state: ApplicationState,
    /// When it was begun.
    created_at: DateTime<Utc>,
    /// Its newest submissions, newest first, at most 20.
    attempts: Vec<AttemptView>,
}

/// The name of the list in its cursors.
const LIST: &str = "applications";

/// List the applications
///
/// With every attempt and what was decided on it.
#[utoipa::path(
    operation_id = "list_certification_applications", tag = "certification",
    params(PageParams),
    responses((status = 200, description = "Applications, newest first.", body = Page<ApplicationHistory>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("certification:read"))),
)]
#[get("/v1/certification/applications")]
pub(crate) async fn list_certification_applications(
    call: Call,
    member: Member,
    page: Params<PageParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        require(&member.0, Permission::CertificationRead)?;
        let keys = &world.service.keys;
        let after: Option<Uuid> = position(keys, LIST, page.0.cursor.as_deref())?;
        let limit = page.0.limit();
        let mut applications = tx.applications(after.map(Into::into), limit + 1)?;
        let next_cursor = cut(keys, LIST, limit, &mut applications, |last| Uuid::from(last.id))?;
        let ids: Vec<_> = applications.iter().map(|application| application.id).collect();
        let attempts = tx.attempts_of(&ids, SHOWN_ATTEMPTS.saturating_mul(limit))?;
        let history = |application: &Application| ApplicationHistory {
            id: application.id.into(),
            number: application.number.as_str().to_owned(),
            kind: application.kind.into(),
            state: application.state.at(world.context.now).kind().told_to_applicant().into(),
            created_at: application.created_at,
            attempts: attempts
                .iter()
                .filter(|attempt| attempt.application == application.id)
                .take(SHOWN_ATTEMPTS as usize)
                .map(|attempt| AttemptView::of(attempt, world.language, FindingView::of))
                .collect(),
        };
        Reply::ok(&Page { data: applications.iter().map(history).collect(), next_cursor, total: None })
    })
    .await
}
