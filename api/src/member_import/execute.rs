use super::MemberImportView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::Path;
use domain::member_import::{Order, order};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Which plan is ordered.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"plan_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}))]
pub(crate) struct ExecuteMemberImport {
    /// The fingerprint of the plan that was seen.
    #[schema(min_length = 64, max_length = 64)]
    plan_hash: String,
    /// How many members leave, as the plan says; has to be there when those are many.
    #[schema(nullable = false)]
    removals: Option<u32>,
    /// Whether the rows with faults are left out; otherwise they forbid all.
    #[schema(default = false, nullable = false)]
    skip_refused: Option<bool>,
}

/// Carry a plan out
///
/// That plan and no other: what others changed since it was made is left as it is, and its rows are told as `failed`. It goes on by itself, also
/// after the service was ended in its midst, and does nothing twice. Nobody is sent an SMS.
#[utoipa::path(
    operation_id = "execute_member_import", tag = "organization",
    params(("id" = Uuid, Path, description = "The import.")),
    request_body = ExecuteMemberImport,
    responses((status = 202, description = "It is being carried out.", body = MemberImportView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "not_found", "action_not_allowed", "plan_differs", "plan_has_faults", "removals_not_counted",
        "member_limit_reached", "input_invalid"]))),
)]
#[post("/v1/member-imports/{id}/execution")]
pub(crate) async fn execute_member_import(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<ExecuteMemberImport>,
) -> Outcome {
    let wanted = Order {
        plan_hash: body.value.plan_hash,
        removals: body.value.removals,
        skip_refused: body.value.skip_refused.unwrap_or_default(),
    };
    let id = id.into_inner().into();
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let terms = &world.service.settings.certification;
        let import = order(tx, &world.context, &member.0, (id, &wanted), terms)?;
        Reply::json(StatusCode::ACCEPTED, &MemberImportView::of(&import, world.language))
    })
    .await
}
