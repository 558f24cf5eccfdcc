use super::hold::DocumentHold;
use super::{LeaseView, ReviewUrgency};
use crate::certification::list_applications::AttemptView;
use crate::certification::{ApplicationView, CertificateView, FindingView, Reader, ReviewOutcome};
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, World};
use crate::http::params::{NoParams, Params};
use crate::mirror::mirror;
use crate::session::TenantReference;
use actix_web::get;
use actix_web::web::Path;
use chrono::{DateTime, Utc};
use domain::actor::OperatorActor;
use domain::certification::{Case, Decision, Evidence, State};
use domain::error::{Language, Result};
use domain::review::{self, Dossier, Note, Urgency};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A case: everything that a reviewer looks at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewView {
    /// Its id, which is the application's.
    id: Uuid,
    /// The tenant.
    tenant: TenantReference,
    /// The application, with the actions of an operator.
    application: ApplicationView,
    /// The certificate that the tenant holds.
    certificate: CertificateView,
    /// The newest submissions, newest first, at most 20.
    attempts: Vec<AttemptView>,
    /// The decision that waits for a second reviewer; null when none does.
    proposal: Option<ProposalView>,
    /// The newest private notes, newest first, at most 50.
    notes: Vec<ReviewNote>,
    /// What others say of this submission, where they were asked.
    evidence: Vec<EvidenceView>,
    /// That its documents are kept because they are disputed; null when they are not.
    hold: Option<DocumentHold>,
    /// How pressing it is; null when it does not wait for a reviewer.
    urgency: Option<ReviewUrgency>,
    /// Who holds it; null when nobody does.
    lease: Option<LeaseView>,
}

mirror! {
    /// Who was asked about an organization.
    EvidenceSourceName = domain::certification::EvidenceKind {
        Registry "registry" "the registry of organizations";
        BankTransfer "bank_transfer" "a bank that moved a sum";
        ElectronicLicense "electronic_license" "whoever issues electronic licenses";
    }
}

mirror! {
    /// What they say.
    EvidenceOutcome = domain::certification::EvidenceOutcome {
        Confirmed "confirmed" "it is as the applicant says";
        NotFound "not_found" "they do not know the organization";
        Inactive "inactive" "they know it as dissolved, revoked or out of business";
        NameDiffers "name_differs" "they know it under another name";
        RepresentativeDiffers "representative_differs" "they know somebody else as its representative";
    }
}

/// What somebody says of a submission.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// Who.
    source: EvidenceSourceName,
    /// About which submission.
    #[schema(minimum = 1, example = 1)]
    attempt: u32,
    /// What.
    outcome: EvidenceOutcome,
    /// When.
    given_at: DateTime<Utc>,
}

impl From<&Evidence> for EvidenceView {
    fn from(evidence: &Evidence) -> Self {
        Self {
            source: evidence.kind.into(),
            attempt: evidence.attempt,
            outcome: evidence.outcome.into(),
            given_at: evidence.at,
        }
    }
}

/// A private note of an operator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewNote {
    /// Its id.
    id: Uuid,
    /// The operator who wrote it.
    operator_id: Uuid,
    /// What it says.
    #[schema(example = "电话核实过，执照为新版。")]
    text: String,
    /// When it was written.
    created_at: DateTime<Utc>,
}

impl From<&Note> for ReviewNote {
    fn from(note: &Note) -> Self {
        Self { id: note.id.into(), operator_id: note.by.into(), text: note.text.clone(), created_at: note.at }
    }
}

/// A decision that waits for a second reviewer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProposalView {
    /// The operator who proposed it, and cannot confirm it.
    proposed_by: Uuid,
    /// When.
    proposed_at: DateTime<Utc>,
    /// What was decided.
    outcome: ReviewOutcome,
    /// Whether a rejection is for good.
    r#final: bool,
    /// What was found wanting.
    findings: Vec<FindingView>,
    /// The findings that are not to matter.
    overrides: Vec<Uuid>,
    /// For operators alone.
    internal_note: Option<String>,
}

impl ProposalView {
    fn of(decision: &Decision, language: Language) -> Self {
        Self {
            proposed_by: decision.by,
            proposed_at: decision.at,
            outcome: decision.outcome.into(),
            r#final: decision.is_final,
            findings: decision.findings.iter().map(|f| FindingView::for_operator(f, language)).collect(),
            overrides: decision.overrides.clone(),
            internal_note: decision.internal_note.clone(),
        }
    }
}

impl ReviewView {
    pub(crate) fn of(dossier: &Dossier, world: &World<'_>) -> Self {
        let Dossier { overview, attempts, notes, allowed } = dossier;
        let application = &overview.case.application;
        let (terms, now) = (&world.service.settings.certification, world.context.now);
        let below = format!("/v1/platform/reviews/{}", application.id);
        let waiting = matches!(application.state, State::AwaitingConfirmation { .. });
        let proposal = attempts.first().and_then(|newest| newest.proposal.as_ref()).filter(|_| waiting);
        let submission = application.state.submission().filter(|_| application.state.with_reviewer());
        Self {
            id: application.id.into(),
            tenant: TenantReference::of(&overview.case.tenant),
            application: ApplicationView::of(
                overview,
                terms,
                world.language,
                Reader::Operator(allowed),
                &below,
                now,
            ),
            certificate: CertificateView::of(overview.case.certificate.as_ref(), terms, now),
            attempts: attempts
                .iter()
                .map(|attempt| AttemptView::of(attempt, world.language, FindingView::for_operator))
                .collect(),
            proposal: proposal.map(|proposal| ProposalView::of(proposal, world.language)),
            notes: notes.iter().map(Into::into).collect(),
            evidence: application.evidence.iter().map(Into::into).collect(),
            hold: application.hold.as_ref().map(Into::into),
            urgency: submission.map(|submission| Urgency::of(submission, now, terms).into()),
            lease: application.state.claim(now).map(LeaseView::of),
        }
    }
}

/// The answer that shows a case after an action on it.
pub(super) fn reply(
    tx: &mut persistence::Tx<'_>,
    world: &World<'_>,
    actor: &OperatorActor,
    case: Case,
) -> Result<Reply> {
    let (types, terms) = (&world.service.types, &world.service.settings.certification);
    show(&review::dossier(tx, &world.context, actor, case, types, terms)?, world)
}

fn show(dossier: &Dossier, world: &World<'_>) -> Result<Reply> {
    let version = dossier.overview.case.application.version;
    Ok(Reply::ok(&ReviewView::of(dossier, world))?.version(version))
}

/// See a case
#[utoipa::path(
    operation_id = "get_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    responses((status = 200, description = "The case.", body = ReviewView,
        headers(("ETag" = String, description = "The version."))),
        (status = 304, description = "It has not changed.")),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read")), ("x-errors" = json!(["own_organization"]))),
)]
#[get("/v1/platform/reviews/{id}")]
pub(crate) async fn get_review(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    _: Params<NoParams>,
) -> Outcome {
    let id = id.into_inner().into();
    call.read(None, move |tx, world| {
        let terms = &world.service.settings.certification;
        let types = &world.service.types;
        show(&review::get(tx, &world.context, &operator.0, id, types, terms)?, world)
    })
    .await
}
