use super::get::{ReviewView, reply};
use crate::certification::{FindingCode, FindingRemedy, RequirementKind, ReviewOutcome};
use crate::http::actor::Operator;
use crate::http::answer::Outcome;
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use actix_web::web::Path;
use domain::review::{JudgedFinding, Judgement, decide};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

/// A finding as a reviewer writes it: about a document or about a field, never both.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_target"))]
pub(crate) struct ReviewFinding {
    /// The document.
    requirement: Option<RequirementKind>,
    /// The field of the subject, as a JSON pointer into it.
    #[schema(example = "/legal_name", max_length = 200)]
    pointer: Option<String>,
    /// What is wrong.
    code: FindingCode,
    /// In words, for the applicant; without them the code's sentence stands.
    #[schema(min_length = 1, max_length = 1000)]
    message: Option<String>,
    /// What to do, if not what usually helps.
    remedy: Option<FindingRemedy>,
    /// Whether sending again can help; true when nothing is said.
    retryable: Option<bool>,
    /// For operators alone.
    #[schema(max_length = 1000)]
    internal_note: Option<String>,
}

/// A finding is about one thing.
fn one_target(finding: &ReviewFinding) -> Result<(), ValidationError> {
    if finding.requirement.is_some() == finding.pointer.is_some() {
        return Err(ValidationError::new("finding_target_required"));
    }
    Ok(())
}

/// What a reviewer decides.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "outcome": "request_information", "attempt": 1,
    "findings": [{"requirement": "business_license", "code": "document_blurry", "message": "执照右下角看不清，请重新拍摄。"}]
}))]
pub(crate) struct DecideReview {
    /// What.
    outcome: ReviewOutcome,
    /// Whether a rejection is for good. It takes effect when a second, senior reviewer confirms it.
    r#final: Option<bool>,
    /// Which submission was looked at.
    #[schema(minimum = 1, maximum = 1_000_000)]
    attempt: u32,
    /// For operators alone.
    #[schema(max_length = 2000)]
    internal_note: Option<String>,
    /// What was found wanting; none for an approval.
    #[schema(max_items = 50)]
    #[validate(nested)]
    #[serde(default)]
    findings: Vec<ReviewFinding>,
    /// The findings that do not matter here. An approval with any takes effect when a second, senior reviewer confirms it.
    #[schema(max_items = 50)]
    #[serde(default)]
    overrides: Vec<Uuid>,
}

impl DecideReview {
    fn parse(&self) -> Judgement {
        Judgement {
            outcome: self.outcome.into(),
            is_final: self.r#final.unwrap_or(false),
            attempt: self.attempt,
            findings: self.findings.iter().map(ReviewFinding::parse).collect(),
            overrides: self.overrides.clone(),
            internal_note: self.internal_note.clone(),
        }
    }
}

impl ReviewFinding {
    fn parse(&self) -> JudgedFinding {
        JudgedFinding {
            requirement: self.requirement.map(Into::into),
            pointer: self.pointer.clone(),
            code: self.code.into(),
            message: self.message.clone(),
            remedy: self.remedy.map(Into::into),
            retryable: self.retryable.unwrap_or(true),
            internal_note: self.internal_note.clone(),
        }
    }
}

/// Decide a case
///
/// Only who holds the claim can, and only about the attempt that was looked at. A rejection for good and an approval that
/// overrides findings are proposals: the case waits in `awaiting_confirmation` for a second, senior reviewer.
#[utoipa::path(
    operation_id = "decide_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application.")),
    request_body = DecideReview,
    responses((status = 200, description = "The decided case.", body = ReviewView,
        headers(("ETag" = String, description = "The version.")))),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:decide")), ("x-errors" = json!(["claim_lost", "attempt_mismatch", "action_not_allowed", "blocking_findings", "credit_code_taken", "own_organization", "input_invalid"]))),
)]
#[post("/v1/platform/reviews/{id}/decision")]
pub(crate) async fn decide_review(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    body: Body<DecideReview>,
) -> Outcome {
    let id = id.into_inner().into();
    let judgement = body.value.parse();
    call.write(None, body.fingerprint, move |tx, world| {
        let terms = &world.service.settings.certification;
        let case = decide(tx, &world.context, &operator.0, id, &judgement, &world.service.types, terms)?;
        reply(tx, world, &operator.0, case)
    })
    .await
}
