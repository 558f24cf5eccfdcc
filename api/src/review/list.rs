use super::{LeaseView, ReviewUrgency};
use crate::certification::{ApplicationKindName, ApplicationState};
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use chrono::{DateTime, Utc};
use domain::certification::Terms;
use domain::review::{Filter, Item, Position, Urgency, queue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What of the queue is wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct ReviewFilter {
    state: Option<ApplicationState>,
    overdue: Option<bool>,
    assignee: Option<Uuid>,
    unassigned: Option<bool>,
    kind: Option<ApplicationKindName>,
    organization_type: Option<String>,
    search: Option<String>,
    submitted_from: Option<DateTime<Utc>>,
    submitted_until: Option<DateTime<Utc>>,
    count: Option<bool>,
    #[serde(flatten)]
    page: PageParams,
}

impl ReviewFilter {
    fn parse(&self) -> Filter {
        Filter {
            state: self.state.map(Into::into),
            overdue: self.overdue,
            assignee: self.assignee.map(Into::into),
            unassigned: self.unassigned,
            kind: self.kind.map(Into::into),
            organization_type: self.organization_type.clone(),
            search: self.search.as_deref().map(|text| text.trim().to_owned()),
            submitted_from: self.submitted_from,
            submitted_until: self.submitted_until,
        }
    }
}

/// An application in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewItem {
    /// Its id.
    id: Uuid,
    /// Its public number.
    #[schema(example = "GP-1S39QN9SEJHP")]
    number: String,
    /// The tenant.
    tenant_id: Uuid,
    /// Why it is made.
    kind: ApplicationKindName,
    /// Where it stands.
    state: ApplicationState,
    /// The name that was submitted.
    #[schema(example = "深圳市工牌科技有限公司")]
    legal_name: String,
    /// The code of the organization type.
    #[schema(example = "enterprise")]
    organization_type: String,
    /// Which submission.
    #[schema(minimum = 1, example = 1)]
    attempt: u32,
    /// When it was submitted.
    submitted_at: DateTime<Utc>,
    /// When it is due. Working days count, and the time stands still while the applicant is asked for something.
    due_at: DateTime<Utc>,
    /// Whether `due_at` may still move, because the holidays up to then are not announced yet.
    due_at_provisional: bool,
    /// How pressing it is.
    urgency: ReviewUrgency,
    /// Who holds it; null when nobody does.
    lease: Option<LeaseView>,
}

impl ReviewItem {
    fn of(item: &Item, now: DateTime<Utc>, terms: &Terms) -> Self {
        let submission = &item.submission;
        Self {
            id: item.id.into(),
            number: item.number.clone(),
            tenant_id: item.tenant.into(),
            kind: item.kind.into(),
            state: item.state.into(),
            legal_name: item.legal_name.clone(),
            organization_type: item.organization_type.clone(),
            attempt: submission.attempt,
            submitted_at: submission.at,
            due_at: submission.due_at,
            due_at_provisional: submission.provisional,
            urgency: Urgency::of(submission, now, terms).into(),
            lease: item.claim.as_ref().filter(|claim| now < claim.expires_at).map(LeaseView::of),
        }
    }
}

/// List the queue
///
/// Without `state`, whatever waits for a reviewer; oldest due first.
#[utoipa::path(
    operation_id = "list_reviews", tag = "review",
    params(
        ("state" = Option<ApplicationState>, Query, description = "Only this state."),
        ("overdue" = Option<bool>, Query, description = "Only those past their time, or only those not."),
        ("assignee" = Option<Uuid>, Query, description = "Only those held by this operator."),
        ("unassigned" = Option<bool>, Query, description = "Only those that nobody holds, or only those that somebody does."),
        ("kind" = Option<ApplicationKindName>, Query, description = "Only this kind of application."),
        ("organization_type" = Option<String>, Query, description = "Only this type of organization.", min_length = 1, max_length = 64),
        ("search" = Option<String>, Query, description = "Only the one with this number, or those whose legal name begins so.", min_length = 1, max_length = 64),
        ("submitted_from" = Option<DateTime<Utc>>, Query, description = "Only those submitted at this time or later."),
        ("submitted_until" = Option<DateTime<Utc>>, Query, description = "Only those submitted before this time."),
        ("count" = Option<bool>, Query, description = "Whether to count them all."),
        PageParams),
    responses((status = 200, description = "Applications, oldest due first.", body = Page<ReviewItem>)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read"))),
)]
#[get("/v1/platform/reviews")]
pub(crate) async fn list_reviews(call: Call, operator: Operator, filter: Params<ReviewFilter>) -> Outcome {
    call.read(None, move |tx, world| {
        let ReviewFilter { page, count, .. } = &filter.0;
        let filter = filter.0.parse();
        let (keys, list) = (&world.service.keys, format!("reviews {filter:?}"));
        let after: Option<(DateTime<Utc>, Uuid)> = position(keys, &list, page.cursor.as_deref())?;
        let after = after.map(|(due_at, id)| Position { due_at, id: id.into() });
        let limit = page.limit();
        let count = count.unwrap_or(false);
        let (mut items, total) =
            queue(tx, &world.context, &operator.0, &filter, after.as_ref(), limit + 1, count)?;
        let next_cursor =
            cut(keys, &list, limit, &mut items, |last| (last.submission.due_at, Uuid::from(last.id)))?;
        let (now, terms) = (world.context.now, &world.service.settings.certification);
        Reply::ok(&Page {
            data: items.iter().map(|item| ReviewItem::of(item, now, terms)).collect(),
            next_cursor,
            total,
        })
    })
    .await
}
