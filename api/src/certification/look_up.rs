use super::ApplicationState;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::Params;
use actix_web::get;
use chrono::{DateTime, NaiveDate, Utc};
use domain::certification::{ApplicationNumber, State, look_up};
use domain::error::{Error, Fault, Place};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which application.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LookUp {
    /// The number of the application.
    #[param(example = "GP-1S39QN9SEJHP", min_length = 1, max_length = 40)]
    number: String,
    /// The day on which it was submitted.
    #[param(example = "2026-11-22")]
    submitted_on: NaiveDate,
}

/// What happens next.
///
/// - `review`: a reviewer looks at it
/// - `answer`: the applicant sends what was asked for
/// - `submit_again`: the applicant may submit again
/// - `nothing`: it is over
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NextStep {
    Review,
    Answer,
    SubmitAgain,
    Nothing,
}

/// Where an application stands, and nothing private.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CertificationStatus {
    /// The number.
    #[schema(example = "GP-1S39QN9SEJHP")]
    number: String,
    /// Where it stands.
    state: ApplicationState,
    /// What happens next.
    next: NextStep,
    /// Until when; null when nothing is waited for.
    next_by: Option<DateTime<Utc>>,
}

/// Look an application up
///
/// Without signing in, for whoever knows the number and the day of submission.
#[utoipa::path(
    operation_id = "look_up_certification", tag = "certification",
    params(LookUp),
    responses((status = 200, description = "Where it stands.", body = CertificationStatus)),
    extensions(("x-errors" = json!(["not_found"]))),
)]
#[get("/v1/certification-status")]
pub(crate) async fn look_up_certification(call: Call, query: Params<LookUp>) -> Outcome {
    let LookUp { number, submitted_on } = query.0;
    let number = ApplicationNumber::parse(&number).map_err(|violation| {
        Error::invalid(vec![Fault { place: Place::Query, pointer: "number".to_owned(), violation }])
    })?;
    call.read(None, move |tx, world| {
        let terms = &world.service.settings.certification;
        let application = look_up(tx, &world.context, &number, submitted_on, terms)?;
        let (next, next_by) = match application.state {
            State::Submitted(submission)
            | State::InReview { submission, .. }
            | State::AwaitingConfirmation { submission, .. } => (NextStep::Review, Some(submission.due_at)),
            State::InformationRequested { respond_by, .. } => (NextStep::Answer, Some(respond_by)),
            ref state if state.editable() => (NextStep::SubmitAgain, None),
            _ => (NextStep::Nothing, None),
        };
        Reply::ok(&CertificationStatus {
            number: application.number.as_str().to_owned(),
            state: application.state.kind().told_to_applicant().into(),
            next,
            next_by,
        })
    })
    .await
}
