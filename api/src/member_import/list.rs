use super::MemberImportView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::member_import::{MemberImportStore, may_import};
use uuid::Uuid;

/// List the imports of members
///
/// The newest first. An import is kept for a week after its end, and one that nobody ordered for a day.
#[utoipa::path(
    operation_id = "list_member_imports", tag = "organization",
    params(PageParams),
    responses((status = 200, description = "Imports.", body = Page<MemberImportView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights"]))),
)]
#[get("/v1/member-imports")]
pub(crate) async fn list_member_imports(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        may_import(&member.0)?;
        let (keys, limit) = (&world.service.keys, page.0.limit());
        let name = format!("member imports {}", member.0.tenant);
        let before: Option<Uuid> = position(keys, &name, page.0.cursor.as_deref())?;
        let mut found = tx.member_imports(before.map(Into::into), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |import| Uuid::from(import.id))?;
        let data = found.iter().map(|import| MemberImportView::of(import, world.language)).collect();
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}
