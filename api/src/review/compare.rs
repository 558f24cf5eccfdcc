use crate::certification::{DocumentView, RequirementKind};
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::Params;
use actix_web::get;
use actix_web::web::Path;
use domain::review::{Comparison, compare};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which submission.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CompareReview {
    /// The submission to look at; the newest when nothing is said.
    #[param(minimum = 1, maximum = 1_000_000)]
    attempt: Option<u32>,
}

/// A field in two submissions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedFieldView {
    /// Which, as a JSON pointer into the subject.
    #[schema(example = "/registered_address/line")]
    pointer: String,
    /// What stood there before; identity numbers mostly hidden.
    before: Value,
    /// What stands there now; identity numbers mostly hidden.
    after: Value,
    /// Whether that is something else.
    changed: bool,
}

/// A page of a document in two submissions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedDocumentView {
    /// What it is to prove.
    kind: RequirementKind,
    /// Which page of that.
    #[schema(minimum = 1, example = 1)]
    page: u32,
    /// What was there before.
    before: Option<DocumentView>,
    /// What is there now.
    after: Option<DocumentView>,
    /// Whether other bytes were sent.
    changed: bool,
}

/// Two submissions, side by side.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewComparison {
    /// The submission that is looked at.
    #[schema(minimum = 1, example = 2)]
    attempt: u32,
    /// The one before it; null for the first.
    with: Option<u32>,
    /// Every field that is filled in either.
    fields: Vec<ComparedFieldView>,
    /// Every document of either.
    documents: Vec<ComparedDocumentView>,
}

impl ReviewComparison {
    fn of(comparison: Comparison, below: &str) -> Self {
        let fields = comparison.fields.into_iter().map(|field| ComparedFieldView {
            pointer: field.pointer,
            before: field.before,
            after: field.after,
            changed: field.changed,
        });
        let documents = comparison.documents.iter().map(|page| ComparedDocumentView {
            kind: page.kind.into(),
            page: page.page,
            before: page.before.as_ref().map(|document| DocumentView::of(document, below)),
            after: page.after.as_ref().map(|document| DocumentView::of(document, below)),
            changed: page.changed(),
        });
        Self {
            attempt: comparison.attempt,
            with: comparison.with,
            documents: documents.collect(),
            fields: fields.collect(),
        }
    }
}

/// Compare a submission with the one before
#[utoipa::path(
    operation_id = "compare_review", tag = "review",
    params(("id" = Uuid, Path, description = "The application."), CompareReview),
    responses((status = 200, description = "Both, side by side.", body = ReviewComparison)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read"))),
)]
#[get("/v1/platform/reviews/{id}/comparison")]
pub(crate) async fn compare_review(
    call: Call,
    id: Path<Uuid>,
    operator: Operator,
    params: Params<CompareReview>,
) -> Outcome {
    let id = id.into_inner();
    call.read(None, move |tx, world| {
        let comparison = compare(tx, &world.context, &operator.0, id.into(), params.0.attempt)?;
        Reply::ok(&ReviewComparison::of(comparison, &format!("/v1/platform/reviews/{id}")))
    })
    .await
}
