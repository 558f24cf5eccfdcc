use super::MemberImportView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use actix_web::post;
use actix_web::web::Path;
use domain::member_import::cancel;
use uuid::Uuid;

/// Stop an import
///
/// A plan that was not ordered yet is given up, and forgotten soon after. What was carried out before stays.
#[utoipa::path(
    operation_id = "cancel_member_import", tag = "organization",
    params(("id" = Uuid, Path, description = "The import.")),
    responses((status = 200, description = "The import.", body = MemberImportView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "not_found", "action_not_allowed"]))),
)]
#[post("/v1/member-imports/{id}/cancellation")]
pub(crate) async fn cancel_member_import(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = id.into_inner().into();
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        let import = cancel(tx, &world.context, &member.0, id)?;
        Reply::ok(&MemberImportView::of(&import, world.language))
    })
    .await
}
