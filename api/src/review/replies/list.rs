use super::SavedReplyView;
use crate::certification::FindingCode;
use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::id::SavedReplyId;
use domain::review::replies::list;
use serde::Deserialize;
use uuid::Uuid;

/// Which replies.
#[derive(Debug, Deserialize)]
pub(crate) struct ReplyFilter {
    code: Option<FindingCode>,
    #[serde(flatten)]
    page: PageParams,
}

/// List the saved replies
#[utoipa::path(
    operation_id = "list_saved_replies", tag = "review",
    params(
        ("code" = Option<FindingCode>, Query, description = "Only those that go with this finding, or with any."),
        PageParams),
    responses((status = 200, description = "Replies, by title.", body = Page<SavedReplyView>)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read"))),
)]
#[get("/v1/platform/saved-replies")]
pub(crate) async fn list_saved_replies(
    call: Call,
    operator: Operator,
    filter: Params<ReplyFilter>,
) -> Outcome {
    call.read(None, move |tx, world| {
        let ReplyFilter { code, page } = &filter.0;
        let (keys, name) = (&world.service.keys, format!("saved replies {code:?}"));
        let after: Option<(String, Uuid)> = position(keys, &name, page.cursor.as_deref())?;
        let after = after.map(|(title, id)| (title, SavedReplyId::from(id)));
        let limit = page.limit();
        let mut replies = list(tx, &operator.0, code.map(Into::into), after.as_ref(), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut replies, |last| {
            (last.draft.title.as_str().to_owned(), Uuid::from(last.id))
        })?;
        Reply::ok(&Page {
            data: replies.iter().map(SavedReplyView::from).collect(),
            next_cursor,
            total: None,
        })
    })
    .await
}
