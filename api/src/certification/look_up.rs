use super::ApplicationState;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::Params;
use crate::mirror::mirror;
use actix_web::get;
use chrono::{DateTime, NaiveDate, Utc};
use domain::certification::{ApplicationNumber, NextStep, look_up};
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

mirror! {
    /// What happens next.
    NextStepName = domain::certification::NextStep {
        Review "review" "a reviewer looks at it";
        Answer "answer" "the applicant sends what was asked for";
        SubmitAgain "submit_again" "the applicant may submit again";
        Nothing "nothing" "it is over";
    }
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
    next: NextStepName,
    /// The same in words, in the client's language.
    #[schema(example = "It is being reviewed. We mean to decide by 2026-11-25; there is nothing to do.")]
    next_message: String,
    /// Until when; null when nothing is waited for.
    next_by: Option<DateTime<Utc>>,
    /// Whether `next_by` may still move, because the holidays up to then are not announced yet.
    next_by_provisional: bool,
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
        let state = &application.state;
        let (next, next_by) = NextStep::of(state);
        let until = next_by.map(|next_by| terms.last_day(next_by));
        let submission = state.submission().filter(|_| next == NextStep::Review);
        Reply::ok(&CertificationStatus {
            number: application.number.as_str().to_owned(),
            state: state.kind().told_to_applicant().into(),
            next: next.into(),
            next_message: next.message(world.language, until, terms.day(world.context.now)),
            next_by,
            next_by_provisional: submission.is_some_and(|submission| submission.provisional),
        })
    })
    .await
}
