//! Links by which people join, as administrators see them.

use super::qr;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, NO_BODY};
use crate::http::page::{Page, PageParams, page_of};
use crate::http::params::{NoParams, Params};
use crate::service::Service;
use crate::token;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{delete, get, post};
use chrono::{DateTime, Duration, Utc};
use domain::error::{Code, Result};
use domain::id::InvitationLinkId;
use domain::joining::{InvitationLink, NewLink, create_link, delete_link, list_links};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// A link to be made.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"needs_approval": true, "valid_days": 7}))]
pub(crate) struct CreateInvitationLink {
    /// The department of those who join by it; the root when it is not there.
    #[schema(nullable = false)]
    department_id: Option<Uuid>,
    /// Whether an administrator lets them in.
    #[serde(default = "yes")]
    #[schema(default = true)]
    needs_approval: bool,
    /// For how many days it is good.
    #[serde(default = "week")]
    #[schema(minimum = 1, maximum = 30, default = 7)]
    valid_days: u8,
}

fn yes() -> bool {
    true
}

fn week() -> u8 {
    7
}

/// A link by which people join.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationLinkView {
    /// Its id.
    id: Uuid,
    /// What it has in it, for a page of one's own (`see_invitation`, `ask_to_join`).
    #[schema(example = "gpi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    token: String,
    /// The link itself (`GONGPAI_INVITATION_URL`).
    #[schema(example = "https://gongpai.example/join/gpi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    url: String,
    /// The department of those who join by it.
    department_id: Uuid,
    /// Whether an administrator lets them in.
    needs_approval: bool,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
    /// Who made it.
    created_by_id: Uuid,
    /// Since when it exists.
    created_at: DateTime<Utc>,
}

fn url(service: &Service, token: &str) -> String {
    service.settings.network.invitation_url.replace("{token}", token)
}

impl InvitationLinkView {
    fn of(link: &InvitationLink, service: &Service) -> Self {
        Self {
            id: link.id.into(),
            token: link.token.clone(),
            url: url(service, &link.token),
            department_id: link.department.into(),
            needs_approval: link.needs_approval,
            expires_at: link.expires_at,
            created_by_id: link.created_by.into(),
            created_at: link.created_at,
        }
    }
}

/// Make a link of invitation
///
/// Whoever has it can ask to join; at most fifty are good at once.
#[utoipa::path(
    operation_id = "create_invitation_link", tag = "organization",
    request_body = CreateInvitationLink,
    responses((status = 201, description = "The link.", body = InvitationLinkView)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["invitation_link_limit_reached", "input_invalid"]))),
)]
#[post("/v1/invitation-links")]
pub(crate) async fn create_invitation_link(
    call: Call,
    member: Member,
    body: Body<CreateInvitationLink>,
) -> Outcome {
    let given = &body.value;
    let (token, _) = token::opaque(&call.service.random, "gpi");
    let new = NewLink {
        token,
        department: given.department_id.map(Into::into),
        needs_approval: given.needs_approval,
        lifetime: Duration::days(given.valid_days.into()),
    };
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let made = create_link(tx, &world.context, &member.0, &new)?;
        Reply::json(StatusCode::CREATED, &InvitationLinkView::of(&made, world.service))
    })
    .await
}

/// List the links of invitation
#[utoipa::path(
    operation_id = "list_invitation_links", tag = "organization",
    params(PageParams),
    responses((status = 200, description = "Those that are good.", body = Page<InvitationLinkView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[get("/v1/invitation-links")]
pub(crate) async fn list_invitation_links(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("invitation links {}", member.0.tenant));
        let mut links = list_links(tx, &world.context, &member.0)?;
        links.sort_by_key(|link| link.id);
        let links = links.into_iter().map(|link| (Uuid::from(link.id).to_string(), link));
        let view = |(_, link): (String, InvitationLink)| InvitationLinkView::of(&link, world.service);
        Reply::ok(&page_of(keys, &name, &page.0, links, |(id, _)| id.as_str(), view)?)
    })
    .await
}

/// Take a link of invitation back
///
/// Who has asked by it still waits.
#[utoipa::path(
    operation_id = "delete_invitation_link", tag = "organization",
    params(("id" = Uuid, Path, description = "The link.")),
    responses((status = 204, description = "It is good for nothing.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[delete("/v1/invitation-links/{id}")]
pub(crate) async fn delete_invitation_link(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    let id = InvitationLinkId::from(id.into_inner());
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        delete_link(tx, &world.context, &member.0, id)?;
        Ok(Reply::no_content())
    })
    .await
}

/// Draw a link of invitation as SVG
///
/// A QR code of its `url`.
#[utoipa::path(
    operation_id = "draw_invitation_link_svg", tag = "organization",
    params(("id" = Uuid, Path, description = "The link.")),
    responses((status = 200, description = "The QR code.", content_type = "image/svg+xml", body = String)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[get("/v1/invitation-links/{id}/qr.svg")]
pub(crate) async fn draw_invitation_link_svg(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    drawn(call, id.into_inner(), member, "image/svg+xml", qr::svg).await
}

/// Draw a link of invitation as PNG
///
/// A QR code of its `url`.
#[utoipa::path(
    operation_id = "draw_invitation_link_png", tag = "organization",
    params(("id" = Uuid, Path, description = "The link.")),
    responses((status = 200, description = "The QR code.", content_type = "image/png", body = String)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage"))),
)]
#[get("/v1/invitation-links/{id}/qr.png")]
pub(crate) async fn draw_invitation_link_png(
    call: Call,
    id: Path<Uuid>,
    member: Member,
    _: Params<NoParams>,
) -> Outcome {
    drawn(call, id.into_inner(), member, "image/png", qr::png).await
}

async fn drawn(
    call: Call,
    id: Uuid,
    member: Member,
    media_type: &'static str,
    draw: fn(&str) -> Result<Vec<u8>>,
) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let links = list_links(tx, &world.context, &member.0)?;
        let link = links.into_iter().find(|link| Uuid::from(link.id) == id).ok_or(Code::NotFound)?;
        Ok(Reply::bytes(media_type, draw(&url(world.service, &link.token))?))
    })
    .await
}
