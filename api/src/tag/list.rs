use super::TagView;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use actix_web::web::Path;
use domain::id::{MemberId, TagId};
use domain::tag::{TagSpot, TagStore, list, of_member};
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

/// Which page of the tags.
#[derive(Debug, Deserialize)]
pub(crate) struct TagsFilter {
    #[serde(default)]
    counts: bool,
    #[serde(flatten)]
    page: PageParams,
}

/// What a cursor keeps of a place.
type Kept = (String, Uuid);

fn kept((key, id): &TagSpot) -> Kept {
    (key.clone(), (*id).into())
}

fn spot((key, id): Kept) -> TagSpot {
    (key, id.into())
}

/// List the tags
///
/// By the sound of their names. Who has one is found by `list_members` with `tag_id`.
#[utoipa::path(
    operation_id = "list_tags", tag = "organization",
    params(("counts" = Option<bool>, Query, description = "Whether to count who has them."), PageParams),
    responses((status = 200, description = "Tags.", body = Page<TagView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tag:read"))),
)]
#[get("/v1/tags")]
pub(crate) async fn list_tags(call: Call, member: Member, filter: Params<TagsFilter>) -> Outcome {
    // Counting may take more than a moment.
    call.read_much(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("tags {}", member.0.tenant));
        let TagsFilter { counts, page } = &filter.0;
        let after = position(keys, &name, page.cursor.as_deref())?.map(spot);
        let mut found = list(tx, &member.0, after.as_ref(), page.limit() + 1)?;
        let next_cursor = cut(keys, &name, page.limit(), &mut found, |(spot, _)| kept(spot))?;
        let ids: Vec<TagId> = found.iter().map(|(_, tag)| tag.id).collect();
        let counted: HashMap<TagId, u64> =
            if *counts { tx.count_tagged(&ids)?.into_iter().collect() } else { HashMap::new() };
        let count = |tag: TagId| counts.then(|| counted.get(&tag).copied().unwrap_or_default());
        let data = found.iter().map(|(_, tag)| TagView::new(tag, count(tag.id))).collect();
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}

/// List the tags of a member
///
/// By the sound of their names.
#[utoipa::path(
    operation_id = "list_member_tags", tag = "organization",
    params(("id" = Uuid, Path, description = "The member."), PageParams),
    responses((status = 200, description = "Tags.", body = Page<TagView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tag:read"))),
)]
#[get("/v1/members/{id}/tags")]
pub(crate) async fn list_member_tags(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    page: Params<PageParams>,
) -> Outcome {
    let id = MemberId::from(id.into_inner());
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("tags {} of {id}", member.0.tenant));
        let after = position(keys, &name, page.0.cursor.as_deref())?.map(spot);
        let mut found = of_member(tx, &member.0, id, after.as_ref(), page.0.limit() + 1)?;
        let next_cursor = cut(keys, &name, page.0.limit(), &mut found, |(spot, _)| kept(spot))?;
        let data = found.iter().map(|(_, tag)| TagView::new(tag, None)).collect();
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}
