use super::MemberFieldView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use actix_web::get;
use domain::member_field::{MemberField, list};

/// List the fields of members
///
/// Those that the organization added, in their order.
#[utoipa::path(
    operation_id = "list_member_fields", tag = "organization",
    params(PageParams),
    responses((status = 200, description = "Fields.", body = Page<MemberFieldView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:read"))),
)]
#[get("/v1/member-fields")]
pub(crate) async fn list_member_fields(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("member fields {}", member.0.tenant));
        let place = |field: MemberField| (format!("{:020} {}", field.order, field.id), field);
        let fields = list(tx, &member.0)?.into_iter().map(place);
        let view = |(_, field): (String, MemberField)| MemberFieldView::from(&field);
        Reply::ok(&page_of(keys, &name, &page.0, fields, |(place, _)| place.as_str(), view)?)
    })
    .await
}
