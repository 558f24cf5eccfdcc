use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use chrono::NaiveDate;
use domain::certification::StateName;
use domain::review::counts;
use serde::Serialize;
use utoipa::ToSchema;

/// How much there is to do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewCounts {
    /// Cases that nobody has taken up yet.
    submitted: u64,
    /// Cases under review.
    in_review: u64,
    /// Cases that a second reviewer has to confirm.
    awaiting_confirmation: u64,
    /// Cases whose applicants have to send something again.
    information_requested: u64,
    /// Of those that wait for a reviewer, past their time.
    overdue: u64,
    /// Of those that wait for a reviewer, held by nobody.
    unassigned: u64,
    /// The last day whose year's holidays are known. Due times after it are provisional: give a newer calendar.
    calendar_known_until: Option<NaiveDate>,
}

/// Count the open cases
#[utoipa::path(
    operation_id = "count_reviews", tag = "review",
    responses((status = 200, description = "How many there are.", body = ReviewCounts)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read"))),
)]
#[get("/v1/platform/review-counts")]
pub(crate) async fn count_reviews(call: Call, operator: Operator, _: Params<NoParams>) -> Outcome {
    call.read(None, move |tx, world| {
        let counts = counts(tx, &world.context, &operator.0)?;
        let of = |state: StateName| counts.by_state.get(&state).copied().unwrap_or_default();
        Reply::ok(&ReviewCounts {
            submitted: of(StateName::Submitted),
            in_review: of(StateName::InReview),
            awaiting_confirmation: of(StateName::AwaitingConfirmation),
            information_requested: of(StateName::InformationRequested),
            overdue: counts.overdue,
            unassigned: counts.unassigned,
            calendar_known_until: world.service.settings.certification.calendar.known_until(),
        })
    })
    .await
}
