use super::MemberImportView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::member_import::get;
use uuid::Uuid;

/// Get an import of members
#[utoipa::path(
    operation_id = "get_member_import", tag = "organization",
    params(("id" = Uuid, Path, description = "The import.")),
    responses((status = 200, description = "The import.", body = MemberImportView,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "not_found"]))),
)]
#[get("/v1/member-imports/{id}")]
pub(crate) async fn get_member_import(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let import = get(tx, &member.0, id.into_inner().into())?;
        Ok(Reply::ok(&MemberImportView::of(&import, world.language))?.version(import.version))
    })
    .await
}
