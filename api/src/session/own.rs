use super::{DevicePlatform, TenantReference};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::{Call, NO_BODY};
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::web::Path;
use actix_web::{delete, get};
use chrono::{DateTime, Utc};
use domain::id::SessionId;
use domain::session::{OwnSession, end_others, end_own, list_own};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A device that a session was opened from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionDevice {
    /// Its id.
    id: Uuid,
    /// What its owner calls it.
    #[schema(example = "王小明的浏览器")]
    name: String,
    /// What runs on it.
    platform: DevicePlatform,
}

/// An open session of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnSessionView {
    /// Its id.
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// In which organization.
    tenant: TenantReference,
    /// From which device; null when that is not known any more.
    device: Option<SessionDevice>,
    /// Since when.
    created_at: DateTime<Utc>,
    /// When it was opened or last refreshed.
    used_at: DateTime<Utc>,
    /// From which address that was.
    #[schema(example = "203.0.113.7")]
    used_from: Option<String>,
    /// Until when it lives at most.
    expires_at: DateTime<Utc>,
}

impl OwnSessionView {
    fn of(session: &OwnSession, current: SessionId) -> Self {
        Self {
            id: session.id.into(),
            current: session.id == current,
            tenant: TenantReference { id: session.tenant.into(), name: session.tenant_name.clone() },
            device: session.device.as_ref().map(|(id, device)| SessionDevice {
                id: (*id).into(),
                name: device.name.as_str().to_owned(),
                platform: device.platform.into(),
            }),
            created_at: session.created_at,
            used_at: session.used_at,
            used_from: session.used_from.map(|address| address.to_string()),
            expires_at: session.expires_at,
        }
    }
}

/// List one's open sessions
///
/// In all of one's organizations.
#[utoipa::path(
    operation_id = "list_my_sessions", tag = "session",
    params(PageParams),
    responses((status = 200, description = "Sessions, newest first.", body = Page<OwnSessionView>)),
    security(("access_token" = [])),
)]
#[get("/v1/me/sessions")]
pub(crate) async fn list_my_sessions(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(None, move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("sessions {}", member.0.account));
        let after: Option<Uuid> = position(keys, &name, page.0.cursor.as_deref())?;
        let (limit, after) = (page.0.limit(), after.map(Into::into));
        let mut found = list_own(tx, &world.context, &member.0, after, limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| Uuid::from(last.id))?;
        let data = found.iter().map(|session| OwnSessionView::of(session, member.0.session)).collect();
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}

/// End one of one's sessions
///
/// Its tokens are worth nothing any more, on every replica within a second.
#[utoipa::path(
    operation_id = "end_my_session", tag = "session",
    params(("id" = Uuid, Path, description = "The session.")),
    responses((status = 204, description = "The session has ended.")),
    security(("access_token" = [])),
)]
#[delete("/v1/me/sessions/{id}")]
pub(crate) async fn end_my_session(call: Call, id: Path<Uuid>, member: Member) -> Outcome {
    let id = SessionId::from(id.into_inner());
    let reply = call.write(None, NO_BODY, move |tx, world| {
        end_own(tx, &world.context, &member.0, id)?;
        Ok(Reply::no_content())
    });
    let reply = reply.await?;
    call.service.sessions.forget(id);
    Ok(reply)
}

/// End all of one's other sessions
#[utoipa::path(
    operation_id = "end_my_other_sessions", tag = "session",
    responses((status = 204, description = "Only the session that asks is left.")),
    security(("access_token" = [])),
)]
#[delete("/v1/me/sessions")]
pub(crate) async fn end_my_other_sessions(call: Call, member: Member) -> Outcome {
    let ended = call.transact(move |tx, world| end_others(tx, &world.context, &member.0)).await?;
    for session in ended {
        call.service.sessions.forget(session);
    }
    Ok(Reply::no_content())
}
