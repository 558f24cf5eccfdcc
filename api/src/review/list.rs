use super::LeaseView;
use crate::certification::ApplicationState;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cursor, position};
use crate::http::params::Params;
use actix_web::get;
use chrono::{DateTime, Utc};
use domain::review::{Filter, Item, Position, queue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What of the queue is wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct ReviewFilter {
    state: Option<ApplicationState>,
    overdue: Option<bool>,
    assignee: Option<Uuid>,
    count: Option<bool>,
    #[serde(flatten)]
    page: PageParams,
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
    /// When it is due.
    due_at: DateTime<Utc>,
    /// Whether that is past.
    overdue: bool,
    /// Who holds it; null when nobody does.
    lease: Option<LeaseView>,
}

impl ReviewItem {
    fn of(item: &Item, now: DateTime<Utc>) -> Self {
        Self {
            id: item.id.into(),
            number: item.number.clone(),
            tenant_id: item.tenant.into(),
            state: item.state.into(),
            legal_name: item.legal_name.clone(),
            organization_type: item.organization_type.clone(),
            attempt: item.attempt,
            submitted_at: item.submitted_at,
            due_at: item.due_at,
            overdue: now > item.due_at,
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
        ("count" = Option<bool>, Query, description = "Whether to count them all."),
        PageParams),
    responses((status = 200, description = "Applications, oldest due first.", body = Page<ReviewItem>)),
    security(("operator_token" = [])),
)]
#[get("/v1/platform/reviews")]
pub(crate) async fn list_reviews(call: Call, operator: Operator, filter: Params<ReviewFilter>) -> Outcome {
    call.read(None, move |tx, world| {
        let ReviewFilter { state, overdue, assignee, count, page } = filter.0;
        let filter = Filter { state: state.map(Into::into), overdue, assignee: assignee.map(Into::into) };
        let (keys, list) = (&world.service.keys, format!("reviews {filter:?}"));
        let after: Option<(DateTime<Utc>, Uuid)> = position(keys, &list, page.cursor.as_deref())?;
        let after = after.map(|(due_at, id)| Position { due_at, id: id.into() });
        let limit = page.limit();
        let count = count.unwrap_or(false);
        // One more than the page shows whether there is a next one.
        let (mut items, total) =
            queue(tx, &world.context, &operator.0, &filter, after.as_ref(), limit + 1, count)?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let last = items.last().filter(|_| more).map(Item::position);
        let next_cursor =
            last.map(|last| cursor(keys, &list, &(last.due_at, Uuid::from(last.id)))).transpose()?;
        let now = world.context.now;
        Reply::ok(&Page {
            data: items.iter().map(|item| ReviewItem::of(item, now)).collect(),
            next_cursor,
            total,
        })
    })
    .await
}
