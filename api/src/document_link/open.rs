use super::Linked;
use crate::gateway::documents::Part;
use crate::http::answer::{Failure, Outcome};
use crate::http::call::Call;
use crate::http::content::content;
use crate::http::params::{NoParams, Params};
use actix_web::get;
use actix_web::web::Path;
use domain::actor::Actor;
use domain::certification::view_document;
use domain::error::{Code, Error};
use domain::review;
use domain::session::admission;
use domain::tenant::TenantScope;
use persistence::Folder;

/// See a document by a link
///
/// The view is journalled as that of whoever made the link.
#[utoipa::path(
    operation_id = "get_linked_document", tag = "certification",
    params(("token" = String, Path, description = "The link.")),
    responses((status = 200, description = "The document.",
        content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/pdf")),
        headers(("ETag" = String, description = "The digest of the content."))),
        (status = 304, description = "It has not changed.")),
    extensions(("x-errors" = json!(["link_invalid", "document_erased"]))),
)]
#[get("/v1/document-links/{token}")]
pub(crate) async fn get_linked_document(call: Call, token: Path<String>, _: Params<NoParams>) -> Outcome {
    let linked = Linked::open(&call.service, &token.into_inner())?;
    let part = if linked.original { Part::Original } else { Part::View };
    let viewed = call.transact(move |tx, world| {
        let (context, ceiling) = (&world.context, &world.service.settings.tokens.lifetime);
        let admitted = admission(tx, context.now, linked.session.into(), ceiling)
            .and_then(|admission| admission.from(context.origin));
        match (admitted, linked.review) {
            (Ok(Actor::Member(member)), None) => {
                tx.enter(member.tenant);
                let document = view_document(tx, &world.context, &member, linked.document.into())?;
                Ok((member.tenant, document))
            }
            (Ok(Actor::Operator(operator)), Some(id)) => {
                review::view_document(tx, &world.context, &operator, id.into(), linked.document.into())
            }
            (Err(error), _) if error.code() != Code::SessionEnded => Err(error),
            _ => Err(Code::LinkInvalid.into()),
        }
    });
    // Whoever holds a link learns nothing from how it fails.
    let viewed = viewed.await.map_err(|Failure(error)| match error.code() {
        Code::NotFound | Code::Forbidden | Code::NetworkNotAllowed | Code::OwnOrganization => {
            Error::from(Code::LinkInvalid).into()
        }
        _ => Failure(error),
    });
    let (tenant, document) = viewed?;
    let folder = Folder::Tenant(tenant);
    let shown = content(&call, folder, document.id, &document.content, part).await?;
    Ok(shown.header("cache-control", "private, no-store"))
}
