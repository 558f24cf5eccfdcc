use super::assignments::{AssignmentView, views};
use super::explain::NamedMember;
use crate::http::actor::{Member, Staying};
use crate::http::answer::{Failure, Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use crate::mirror::mirror;
use crate::spreadsheet::{Rows, SpreadsheetFormat, streamed};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{
    self, AccessStore, Permission, ReviewSpot, Reviewed, begin_review_export, require, review,
};
use domain::actor::MemberActor;
use domain::error::{Language, Result};
use domain::tenant::TenantScope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// What there is to look at about a role that somebody has.
    AccessConcern = access::Concern {
        Over "over" "it is over, and still stands there";
        EndsSoon "ends_soon" "it ends within 30 days";
        Unused "unused" "nothing that it allows was used for 90 days";
        PartlyWithoutEffect "partly_without_effect" "some of what it allows is only worth something for the whole organization, and it is not given everywhere";
        GrantsAndAudits "grants_and_audits" "whoever has it gives roles and audits as well";
    }
}

/// A role that somebody has, as a review sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewedAssignment {
    /// The assignment: by what, where, since when, by whom, until when.
    assignment: AssignmentView,
    /// The day on which something was used last that it allows and not everybody may; null if that never was.
    #[schema(value_type = Option<NaiveDate>)]
    last_used_on: Option<NaiveDate>,
    /// What there is to look at.
    concerns: Vec<AccessConcern>,
}

/// Somebody with roles, as a review sees them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewedMember {
    /// The member.
    member: NamedMember,
    /// Every role that they have by assignments, oldest first; also those that are over.
    assignments: Vec<ReviewedAssignment>,
}

/// Review who has which rights
///
/// Everybody who has a role, be it by a department or a tag, by the sound of their names: with what they have since when, what nobody has used,
/// what ends soon, and what should not be in one hand. The owner and what everybody may are not in it.
#[utoipa::path(
    operation_id = "list_access_review", tag = "access",
    params(PageParams),
    responses((status = 200, description = "People with roles.", body = Page<ReviewedMember>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:read"))),
)]
#[get("/v1/access/review")]
pub(crate) async fn list_access_review(call: Call, member: Member, page: Params<PageParams>) -> Outcome {
    let language = call.language();
    require(&member.0, Permission::AccessRead)?;
    written(&call).await;
    call.read_much(Some(member.0.tenant), move |tx, world| {
        let name = format!("access review {}", member.0.tenant);
        let (keys, limit) = (&world.service.keys, page.0.limit());
        let after: Option<(String, Uuid)> = position(keys, &name, page.0.cursor.as_deref())?;
        let after: Option<ReviewSpot> = after.map(|(key, id)| (key, id.into()));
        let mut found = review(tx, &world.context, &member.0, after.as_ref(), limit + 1)?;
        let spot = |last: &(ReviewSpot, _)| (last.0.0.clone(), Uuid::from(last.0.1));
        let next_cursor = cut(keys, &name, limit, &mut found, spot)?;
        let mut data = Vec::new();
        for (shown, (_, theirs)) in shown(tx, &member.0, &found, language)?.into_iter().zip(&found) {
            let Some(first) = theirs.first() else { continue };
            let member = NamedMember { member_id: first.member.into(), name: first.name.clone() };
            data.push(ReviewedMember { member, assignments: shown });
        }
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}

/// What requests of this process have used is in it.
async fn written(call: &Call) {
    let service = call.service.clone();
    if let Err(error) = crate::http::call::blocking(move || service.write_uses()).await {
        tracing::warn!(%error, "what was used is not written");
    }
}

fn shown(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    found: &[(ReviewSpot, Vec<Reviewed>)],
    language: Language,
) -> Result<Vec<Vec<ReviewedAssignment>>> {
    let all: Vec<_> =
        found.iter().flat_map(|(_, theirs)| theirs).map(|one| one.holding.assignment.clone()).collect();
    let mut views = views(tx, actor, &all, language)?.into_iter();
    let one = |(assignment, one): (AssignmentView, &Reviewed)| ReviewedAssignment {
        assignment,
        last_used_on: one.last_used.map(|at| at.date_naive()),
        concerns: one.concerns.iter().copied().map(AccessConcern::from).collect(),
    };
    Ok(found
        .iter()
        .map(|(_, theirs)| views.by_ref().take(theirs.len()).zip(theirs).map(one).collect())
        .collect())
}

/// In which form.
#[derive(Debug, Deserialize)]
pub(crate) struct ReviewExportParams {
    format: Option<SpreadsheetFormat>,
}

/// Export the review of rights
///
/// A spreadsheet with a line for each role that somebody has, for whoever signs that off. The journal remembers who took it.
#[utoipa::path(
    operation_id = "export_access_review", tag = "access",
    params(("format" = Option<SpreadsheetFormat>, Query, description = "`xlsx` when it is not there.")),
    responses((status = 200, description = "The spreadsheet.", content(
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/csv")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("access:read"))),
)]
#[get("/v1/access/review-export")]
pub(crate) async fn export_access_review(
    call: Call,
    staying: Staying,
    params: Params<ReviewExportParams>,
) -> Result<HttpResponse, Failure> {
    let format = params.0.format.unwrap_or(SpreadsheetFormat::Xlsx);
    let (actor, language) = (staying.member().await?, call.language());
    call.transact(move |tx, world| {
        tx.enter(actor.tenant);
        begin_review_export(tx, &world.context, &actor)
    })
    .await?;
    written(&call).await;
    let headings = match language {
        Language::Chinese => {
            ["成员", "成员 ID", "角色", "来源", "范围", "授予时间", "到期时间", "最近使用", "关注"]
        }
        Language::English => {
            ["Member", "Member ID", "Role", "By", "Where", "Since", "Until", "Last used", "To look at"]
        }
    };
    let headings = headings.map(str::to_owned);
    streamed((call, staying), ("access-review", format), &headings, ReviewRows { after: None, language })
}

/// How many people are read at once.
const PIECE: u32 = 200;

/// The lines that are still to come.
struct ReviewRows {
    after: Option<ReviewSpot>,
    language: Language,
}

impl Rows for ReviewRows {
    async fn more(&mut self, call: &Call, actor: MemberActor) -> Result<(Vec<Vec<String>>, bool), Failure> {
        let (after, language) = (self.after.take(), self.language);
        let read = call.read_much(Some(actor.tenant), move |tx, world| {
            let found = review(tx, &world.context, &actor, after.as_ref(), PIECE)?;
            let shown = shown(tx, &actor, &found, language)?;
            let last = found.last().map(|(spot, _)| spot.clone());
            let rows = found.iter().zip(shown).flat_map(|((_, theirs), shown)| {
                theirs.iter().zip(shown).map(|(one, shown)| row(one, &shown)).collect::<Vec<_>>()
            });
            Ok((rows.collect::<Vec<_>>(), last))
        });
        let (rows, last) = read.await?;
        self.after = last;
        Ok((rows, self.after.is_some()))
    }
}

fn row(one: &Reviewed, shown: &ReviewedAssignment) -> Vec<String> {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let assignment = &one.holding.assignment;
    let (role, by, place) = shown.assignment.words();
    let concerns: Vec<&str> = one.concerns.iter().map(|concern| concern.name()).collect();
    vec![
        one.name.clone(),
        one.member.to_string(),
        role,
        by,
        place,
        moment(assignment.granted_at),
        assignment.until.map(moment).unwrap_or_default(),
        shown.last_used_on.map(|day| day.to_string()).unwrap_or_default(),
        concerns.join(" "),
    ]
}
