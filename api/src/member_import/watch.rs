//! Following an import as it goes on.

use super::MemberImportView;
use crate::http::actor::Staying;
use crate::http::answer::Failure;
use crate::http::call::Call;
use crate::http::followers::Follower;
use crate::http::params::{NoParams, Params};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpResponse, get};
use domain::error::{Kind, Result};
use domain::id::MemberImportId;
use domain::member_import::{MemberImport, get};
use futures_util::stream::{self, Stream};
use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How often to look.
const GLANCE: Duration = Duration::from_millis(500);
/// After how long without news the connection says that it lives.
const SILENCE: Duration = Duration::from_secs(15);

/// Follow an import of members
///
/// Server-sent events (WHATWG): one `import` with the import as it is now, one whenever that has changed, and none after its end, that of the
/// access token, or that of the session. `id` is the version. Ten of an organization follow at once.
#[utoipa::path(
    operation_id = "watch_member_import", tag = "organization",
    params(("id" = Uuid, Path, description = "The import.")),
    responses((status = 200, description = "Events.", content_type = "text/event-stream", body = String)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:manage")), ("x-errors" = json!(["beyond_own_rights", "not_found", "busy"]))),
)]
#[get("/v1/member-imports/{id}/events")]
pub(crate) async fn watch_member_import(
    call: Call,
    id: Path<Uuid>,
    staying: Staying,
    _: Params<NoParams>,
) -> Result<HttpResponse, Failure> {
    let id = id.into_inner().into();
    let first = look(&call, &staying, id).await?;
    let follower = call.service.followers.enter(first.tenant)?;
    let watch = Watch { call, staying, follower, id, next: Some(first), seen: 0, said: Instant::now() };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events(watch)))
}

async fn look(call: &Call, staying: &Staying, id: MemberImportId) -> Result<MemberImport, Failure> {
    let actor = staying.member().await?;
    call.read(Some(actor.tenant), move |tx, _| get(tx, &actor, id)).await
}

/// Somebody who follows an import.
struct Watch {
    call: Call,
    staying: Staying,
    #[expect(dead_code, reason = "counts as long as it is here")]
    follower: Follower,
    id: MemberImportId,
    /// What is known and not said yet.
    next: Option<MemberImport>,
    /// The version that was said.
    seen: i64,
    /// When something was said.
    said: Instant,
}

fn events(watch: Watch) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(Some(watch), |watch| async move {
        let mut watch = watch?;
        loop {
            let import = if let Some(import) = watch.next.take() {
                import
            } else {
                tokio::time::sleep(GLANCE).await;
                if watch.call.service.stopping.load(Ordering::Relaxed) {
                    return None;
                }
                match look(&watch.call, &watch.staying, watch.id).await {
                    Ok(import) => import,
                    // It may be there again the next time.
                    Err(Failure(error)) if error.kind() == Kind::Unavailable => continue,
                    // Whoever may not see it any more hears nothing any more.
                    Err(_) => return None,
                }
            };
            if import.version != watch.seen {
                watch.seen = import.version;
                watch.said = Instant::now();
                let event = event(&import, &watch.call);
                let over = import.ended_at.is_some();
                return Some((Ok(event), (!over).then_some(watch)));
            }
            if watch.said.elapsed() >= SILENCE {
                watch.said = Instant::now();
                return Some((Ok(Bytes::from_static(b": still there\n\n")), Some(watch)));
            }
        }
    })
}

fn event(import: &MemberImport, call: &Call) -> Bytes {
    let view = MemberImportView::of(import, call.language());
    let data = serde_json::to_string(&view).unwrap_or_default();
    Bytes::from(format!("event: import\nid: {}\ndata: {data}\n\n", import.version))
}
