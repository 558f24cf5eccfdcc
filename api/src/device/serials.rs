//! The serials of the organization's own devices.

use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::body::Body;
use crate::http::call::{Call, NO_BODY};
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::web::Path;
use actix_web::{delete, get, post};
use chrono::{DateTime, Utc};
use domain::device::{CorporateSerial, Serial, forget_serial, import_serials, list_serials};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Serials to import.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"serials": ["C02XK0ABJG5J", "5CG1234XYZ"]}))]
pub(crate) struct ImportSerials {
    /// Each of 4 to 64 letters, digits, `-`, `_`, `.` or `:`; case does not count.
    #[schema(min_items = 1, max_items = 1000)]
    serials: Vec<String>,
}

/// What came of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SerialsImported {
    /// How many were new.
    #[schema(example = 2)]
    added: u64,
    /// How many were there already, or stood twice.
    #[schema(example = 0)]
    known: u64,
}

/// A serial of the organization's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorporateSerialView {
    /// The serial, in capitals.
    #[schema(example = "C02XK0ABJG5J")]
    serial: String,
    /// The member who imported it.
    added_by: Uuid,
    /// When.
    added_at: DateTime<Utc>,
}

impl CorporateSerialView {
    fn of(serial: &CorporateSerial) -> Self {
        Self {
            serial: serial.serial.as_str().to_owned(),
            added_by: serial.added_by.into(),
            added_at: serial.added_at,
        }
    }
}

/// Import serials of the organization's own devices
///
/// A device that shows one while signing in is `corporate` and waits for nobody. All or none; up to 1 000 at once.
#[utoipa::path(
    operation_id = "import_corporate_serials", tag = "security",
    request_body = ImportSerials,
    responses((status = 200, description = "They are imported.", body = SerialsImported)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("device:manage"))),
)]
#[post("/v1/corporate-serials")]
pub(crate) async fn import_corporate_serials(
    call: Call,
    member: Member,
    body: Body<ImportSerials>,
) -> Outcome {
    let serials = body.value.serials;
    call.write(Some(member.0.tenant), body.fingerprint, move |tx, world| {
        let imported = import_serials(tx, &world.context, &member.0, &serials)?;
        Reply::ok(&SerialsImported { added: imported.added, known: imported.known })
    })
    .await
}

/// List the serials of the organization's own devices
#[utoipa::path(
    operation_id = "list_corporate_serials", tag = "security",
    params(PageParams),
    responses((status = 200, description = "Serials, in their order.", body = Page<CorporateSerialView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("device:read"))),
)]
#[get("/v1/corporate-serials")]
pub(crate) async fn list_corporate_serials(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (keys, name) = (&world.service.keys, format!("serials {}", member.0.tenant));
        let after: Option<String> = position(keys, &name, page.0.cursor.as_deref())?;
        let after = after.and_then(|after| Serial::parse(&after).ok());
        let limit = page.0.limit();
        let mut found = list_serials(tx, &member.0, after.as_ref(), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |last| last.serial.as_str().to_owned())?;
        Reply::ok(&Page {
            data: found.iter().map(CorporateSerialView::of).collect(),
            next_cursor,
            total: None,
        })
    })
    .await
}

/// Forget a serial
///
/// Devices that came with it stay as they are.
#[utoipa::path(
    operation_id = "forget_corporate_serial", tag = "security",
    params(("serial" = String, Path, description = "The serial.", example = "C02XK0ABJG5J")),
    responses((status = 204, description = "It is forgotten.")),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("device:manage"))),
)]
#[delete("/v1/corporate-serials/{serial}")]
pub(crate) async fn forget_corporate_serial(call: Call, serial: Path<String>, member: Member) -> Outcome {
    call.write(Some(member.0.tenant), NO_BODY, move |tx, world| {
        forget_serial(tx, &world.context, &member.0, &serial)?;
        Ok(Reply::no_content())
    })
    .await
}
