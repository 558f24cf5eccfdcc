//! The fields of the form, and the consent that goes with it.

use crate::agreement::AcceptedAgreement;
use crate::certification::{ConsentWayName, FieldStatus, RequirementAwaiting};
use chrono::{DateTime, Utc};
use domain::certification::{ConsentState, Field, Overview};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A field of the subject that the application needs, and where it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldView {
    /// Its JSON pointer into the subject.
    #[schema(example = "/representative/capacity")]
    pointer: &'static str,
    /// Where it stands.
    status: FieldStatus,
    /// Whose turn it is.
    awaiting: RequirementAwaiting,
    /// Whether it has to be filled in.
    required: bool,
    /// What can stand there; empty when that is not a choice.
    #[schema(example = json!(["legal_representative"]))]
    allowed_values: Vec<Value>,
}

impl From<&Field> for FieldView {
    fn from(field: &Field) -> Self {
        Self {
            pointer: field.pointer,
            status: field.status.into(),
            awaiting: field.awaiting.into(),
            required: field.required,
            allowed_values: field.allowed.clone(),
        }
    }
}

/// Where the consent of whoever is to stand for the organization stands.
///
/// - `not_needed`: the letter under the body's seal says it along
/// - `missing`: ask for a code to the representative's number, or upload a `consent_letter`
/// - `letter`: there is a letter
/// - `given`: they have consented
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConsentStatus {
    NotNeeded,
    Missing,
    Letter,
    Given,
}

/// The consent of whoever is to stand for the organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ConsentView {
    /// Where it stands.
    status: ConsentStatus,
    /// Where a code would go; null while the number or the name is missing or wrong.
    #[schema(example = "+86 138****8000")]
    mobile_masked: Option<String>,
    /// How it was given.
    way: Option<ConsentWayName>,
    /// When it was given.
    given_at: Option<DateTime<Utc>>,
    /// The agreements to which the representative consented by a code, in the version that they saw.
    agreements: Vec<AcceptedAgreement>,
}

impl ConsentView {
    pub(super) fn of(overview: &Overview) -> Self {
        let (status, given) = match &overview.consent {
            ConsentState::NotNeeded => (ConsentStatus::NotNeeded, None),
            ConsentState::Missing => (ConsentStatus::Missing, None),
            ConsentState::Letter => (ConsentStatus::Letter, None),
            ConsentState::Given(consent) => (ConsentStatus::Given, Some(consent)),
        };
        let consenting = overview.case.application.draft.representative.consenting();
        Self {
            status,
            mobile_masked: consenting.map(|(_, mobile)| mobile.masked()),
            way: given.map(|consent| consent.way.into()),
            given_at: given.map(|consent| consent.at),
            agreements: given
                .iter()
                .flat_map(|consent| &consent.agreements)
                .map(AcceptedAgreement::of)
                .collect(),
        }
    }
}
