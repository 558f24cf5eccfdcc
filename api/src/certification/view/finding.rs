//! What is missing or wrong.

use crate::certification::{FindingCode, FindingRemedy, RequirementKind};
use domain::certification::Finding;
use domain::error::Language;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something missing or wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// Its id.
    id: Uuid,
    /// The field of the subject, as a JSON pointer into it.
    #[schema(example = "/legal_name")]
    pointer: Option<String>,
    /// The document.
    requirement: Option<RequirementKind>,
    /// What is wrong.
    code: FindingCode,
    /// What is wrong, in words: the reviewer's own, or the client's language.
    #[schema(example = "This is not filled in yet.")]
    message: String,
    /// What to do.
    remedy: FindingRemedy,
    /// Whether submission is refused while it stands. One that does not block is left to the reviewer.
    blocking: bool,
    /// Whether sending again can help.
    retryable: bool,
    /// What was measured, if anything was.
    measured: Option<f64>,
    /// The limit that was missed, if there is one.
    limit: Option<f64>,
    /// A page that says what helps.
    #[schema(format = "uri-reference", example = "/errors/field_missing")]
    help_url: String,
    /// For operators alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    internal_note: Option<String>,
}

impl FindingView {
    /// As an applicant sees it.
    pub(crate) fn of(finding: &Finding, language: Language) -> Self {
        Self {
            id: finding.id,
            pointer: finding.pointer.clone(),
            requirement: finding.requirement.map(Into::into),
            code: finding.code.into(),
            message: finding.text(language).to_owned(),
            remedy: finding.remedy.into(),
            blocking: finding.blocking,
            retryable: finding.retryable,
            measured: finding.measured,
            limit: finding.limit,
            help_url: format!("/errors/{}", finding.code.name()),
            internal_note: None,
        }
    }

    /// As an operator sees it.
    pub(crate) fn for_operator(finding: &Finding, language: Language) -> Self {
        Self { internal_note: finding.internal_note.clone(), ..Self::of(finding, language) }
    }
}
