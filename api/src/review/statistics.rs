use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::Params;
use actix_web::get;
use chrono::{DateTime, Duration, Utc};
use domain::error::{Code, Faults, Place, Violation};
use domain::review::{Statistics, WorkKind, statistics};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The longest span of time that is counted.
const LONGEST: Duration = Duration::days(366);

/// Which span of time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsSpan {
    /// From when on.
    from: DateTime<Utc>,
    /// Until before when; at most 366 days later.
    until: DateTime<Utc>,
}

/// What one reviewer did in a span of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewerStatistics {
    /// Who.
    operator_id: Uuid,
    /// Their name.
    #[schema(example = "李审核")]
    name: String,
    /// Cases approved.
    approved: u64,
    /// Cases sent back for information.
    information_requested: u64,
    /// Cases rejected.
    rejected: u64,
    /// Decisions proposed to a second reviewer.
    proposed: u64,
    /// Decisions of others confirmed.
    confirmed: u64,
    /// Decisions of others declined.
    declined: u64,
    /// How many of all these were after the case was due.
    late: u64,
    /// Working seconds from a submission to what was done with it, on average. A working day has 86 400.
    average_working_seconds: i64,
}

impl From<&Statistics> for ReviewerStatistics {
    fn from(statistics: &Statistics) -> Self {
        let of = |kind: WorkKind| statistics.counts.get(&kind).copied().unwrap_or_default();
        Self {
            operator_id: statistics.operator.into(),
            name: statistics.name.clone(),
            approved: of(WorkKind::Approve),
            information_requested: of(WorkKind::RequestInformation),
            rejected: of(WorkKind::Reject),
            proposed: of(WorkKind::Propose),
            confirmed: of(WorkKind::Confirm),
            declined: of(WorkKind::Decline),
            late: statistics.late,
            average_working_seconds: statistics.average.num_seconds(),
        }
    }
}

/// What reviewers did in a span of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewStatistics {
    /// From when on.
    from: DateTime<Utc>,
    /// Until before when.
    until: DateTime<Utc>,
    /// Each reviewer who did anything, who did most first.
    reviewers: Vec<ReviewerStatistics>,
}

/// See what reviewers did
#[utoipa::path(
    operation_id = "get_review_statistics", tag = "review",
    params(StatisticsSpan),
    responses((status = 200, description = "What they did.", body = ReviewStatistics)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read"))),
)]
#[get("/v1/platform/review-statistics")]
pub(crate) async fn get_review_statistics(
    call: Call,
    operator: Operator,
    span: Params<StatisticsSpan>,
) -> Outcome {
    let StatisticsSpan { from, until } = span.0;
    if until <= from || until - from > LONGEST {
        let latest = Violation::new(Code::ValueNotAllowed).with("allowed", "up to 366 days after from");
        return Err(Faults::one(Place::Query, "until", latest).into());
    }
    call.read(None, move |tx, _| {
        let all = statistics(tx, &operator.0, from, until)?;
        let reviewers = all.iter().map(ReviewerStatistics::from).collect();
        Reply::ok(&ReviewStatistics { from, until, reviewers })
    })
    .await
}
