//! Who has a tag.

use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::Call;
use actix_web::post;
use actix_web::web::Path;
use domain::error::{Code, Faults, Language, Place, Violation};
use domain::id::{MemberId, TagId};
use domain::tag::{Retagging, retag};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// The largest body: two thousand ids.
pub(crate) const LIMIT: usize = 128 * 1024;

/// Who is to have a tag, and who not any more.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add": ["0196f5a2-7c3e-7a10-8f4b-3d2c1b0a9f8e"]}))]
pub(crate) struct ChangeTagMembers {
    /// Who is to have it. Who has it already keeps it.
    #[serde(default)]
    #[schema(max_items = 1000)]
    add: Vec<Uuid>,
    /// Who is not to have it any more.
    #[serde(default)]
    #[schema(max_items = 1000)]
    remove: Vec<Uuid>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagMembersChanged {
    /// How many have it who had not.
    #[schema(example = 1)]
    added: u64,
    /// How many have it no more.
    #[schema(example = 0)]
    removed: u64,
    /// Who was not given it; everything else was done.
    rejected: Vec<RejectedMember>,
    /// The version of the tag.
    #[schema(example = 2)]
    version: i64,
}

/// Somebody who was not given a tag.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectedMember {
    /// The member.
    member_id: Uuid,
    /// Why: `member_unknown`, `member_tag_limit_reached`, `tag_full`.
    #[schema(example = "member_unknown")]
    code: String,
    /// The same for a person.
    #[schema(example = "没有这名成员。")]
    message: String,
}

impl RejectedMember {
    fn new((member, violation): &(MemberId, Violation), language: Language) -> Self {
        Self {
            member_id: (*member).into(),
            code: violation.code.name().to_owned(),
            message: violation.message(language),
        }
    }
}

/// Change who has a tag
///
/// Up to a thousand members get it and up to a thousand lose it, those first; at most 30 000 have one, and nobody is given more than a hundred. Who cannot have it is told, one by
/// one, and the rest is done.
#[utoipa::path(
    operation_id = "change_tag_members", tag = "organization",
    params(("id" = Uuid, Path, description = "The tag.")),
    request_body = ChangeTagMembers,
    responses((status = 200, description = "What came of it.", body = TagMembersChanged,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("tag:manage")), ("x-errors" = json!(["beyond_own_rights", "version_stale", "input_invalid"]))),
)]
#[post("/v1/tags/{id}/members")]
pub(crate) async fn change_tag_members(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    body: Body<ChangeTagMembers, LIMIT>,
) -> Outcome {
    let (id, expected) = (TagId::from(id.into_inner()), call.if_match()?);
    let mut faults = Faults::of(Place::Body);
    let added: HashSet<&Uuid> = body.value.add.iter().collect();
    for (index, _) in body.value.remove.iter().enumerate().filter(|(_, one)| added.contains(one)) {
        faults.note(&format!("/remove/{index}"), Code::FieldRepeated);
    }
    faults.finish()?;
    let ids = |some: &[Uuid]| some.iter().copied().map(MemberId::from).collect();
    let asked = Retagging { add: ids(&body.value.add), remove: ids(&body.value.remove) };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let done = retag(tx, &world.context, &member.0, (id, expected), &asked)?;
        let rejected = |one: &(MemberId, Violation)| RejectedMember::new(one, world.language);
        let view = TagMembersChanged {
            added: done.added,
            removed: done.removed,
            rejected: done.rejected.iter().map(rejected).collect(),
            version: done.tag.version,
        };
        Ok(Reply::ok(&view)?.version(done.tag.version))
    })
    .await
}
