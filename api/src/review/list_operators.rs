use crate::http::actor::Operator;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::Params;
use crate::session::OperatorRoleName;
use actix_web::get;
use domain::access::{Permission, require};
use domain::operator::OperatorStore;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Someone who works for the platform.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperatorView {
    /// Their id.
    id: Uuid,
    /// Their name.
    #[schema(example = "李审核")]
    name: String,
    /// What they may do.
    role: OperatorRoleName,
}

/// List the operators
#[utoipa::path(
    operation_id = "list_operators", tag = "review",
    params(PageParams),
    responses((status = 200, description = "Operators, oldest first.", body = Page<OperatorView>)),
    security(("operator_token" = [])),
    extensions(("x-permission" = json!("review:read"))),
)]
#[get("/v1/platform/operators")]
pub(crate) async fn list_operators(call: Call, operator: Operator, page: Params<PageParams>) -> Outcome {
    call.read(None, move |tx, world| {
        require(&operator.0, Permission::ReviewRead)?;
        let operators = tx.operators()?;
        let ids: Vec<_> = operators.iter().map(|operator| operator.id.to_string()).collect();
        let view = |(operator, _): (&domain::operator::Operator, &String)| OperatorView {
            id: operator.id.into(),
            name: operator.name.as_str().to_owned(),
            role: operator.role.into(),
        };
        let items = operators.iter().zip(&ids);
        Reply::ok(&page_of(&world.service.keys, "operators", &page.0, items, |(_, id)| id, view)?)
    })
    .await
}
