use super::HadTag;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::departure::preview;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a member has in hand that others would have to take over.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeparturePreview {
    /// The departments that they lead.
    leaderships: Vec<LedDepartment>,
    /// The tags that they have.
    tags: Vec<HadTag>,
    /// How many report to them.
    #[schema(example = 4)]
    report_count: u64,
}

/// A department that a member leads.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedDepartment {
    /// The department.
    department_id: Uuid,
    /// Its name.
    #[schema(example = "研发中心")]
    name: String,
}

/// See what a member has in hand
///
/// What needs a successor, before anything happens.
#[utoipa::path(
    operation_id = "preview_departure", tag = "organization",
    params(("id" = Uuid, Path, description = "The member.")),
    responses((status = 200, description = "What they have in hand.", body = DeparturePreview)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[get("/v1/members/{id}/departure-preview")]
pub(crate) async fn preview_departure(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, _| {
        let found = preview(tx, &member.0, id.into_inner().into())?;
        let led = |(id, name)| LedDepartment { department_id: Uuid::from(id), name };
        let leaderships = found.leaderships.into_iter().map(led).collect();
        let tags = found.tags.iter().map(HadTag::from).collect();
        Reply::ok(&DeparturePreview { leaderships, tags, report_count: found.reports })
    })
    .await
}
