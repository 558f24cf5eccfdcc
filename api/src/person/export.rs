use crate::confirmation::Confirmed;
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::{NoParams, Params};
use crate::member::MemberView;
use crate::ticket::TicketAuthor;
use actix_web::get;
use chrono::{DateTime, Utc};
use domain::access::FieldSet;
use domain::confirmation::SensitiveAction;
use domain::error::Language;
use domain::member::SeenMember;
use domain::person::{PersonData, export};
use domain::tenant::TenantScope;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is kept about a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyData {
    /// The account.
    account_id: Uuid,
    /// Its number, in full.
    #[schema(example = "+8613800138000")]
    mobile: String,
    /// Its email address, in full; null when it has none.
    #[schema(example = "wang@example.com")]
    email: Option<String>,
    /// Since when it is known.
    created_at: DateTime<Utc>,
    /// Since when it has its password; null when it has none. What is kept of the password says nothing.
    password_set_at: Option<DateTime<Utc>>,
    /// Its places, in all organizations.
    memberships: Vec<MyMembership>,
    /// The devices from which somebody signed in with it.
    devices: Vec<MyDevice>,
    /// The sessions that were opened, up to a month after their end.
    sessions: Vec<MySession>,
    /// The agreements that were accepted.
    acceptances: Vec<MyAcceptance>,
    /// What Gongpai told, in the client's language.
    notices: Vec<MyNotice>,
    /// What was asked of support, and answered.
    tickets: Vec<MyTicket>,
}

/// A place in an organization, also one that was left and can be come back to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyMembership {
    /// The organization.
    tenant_id: Uuid,
    /// Its name.
    #[schema(example = "深圳市工牌科技有限公司")]
    tenant_name: String,
    /// What it says of one.
    #[serde(flatten)]
    said: MemberView,
    /// The names of the departments there.
    #[schema(example = json!(["研发中心"]))]
    department_names: Vec<String>,
    /// The names of the tags that one has there, or had when one left.
    #[schema(example = json!(["值班"]))]
    tag_names: Vec<String>,
    /// What stands in the organization's own fields, by their names.
    custom_by_name: BTreeMap<String, String>,
}

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyDevice {
    /// Its id.
    id: Uuid,
    /// What it is called.
    name: String,
    /// What it is.
    platform: String,
    /// Since when it is known.
    created_at: DateTime<Utc>,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MySession {
    /// Its id.
    id: Uuid,
    /// The device.
    device_id: Option<Uuid>,
    /// Since when.
    created_at: DateTime<Utc>,
    /// When it was opened or last refreshed.
    used_at: DateTime<Utc>,
    /// From which address that was.
    #[schema(example = "203.0.113.7")]
    used_from: Option<String>,
    /// When it was ended; null when it was not.
    ended_at: Option<DateTime<Utc>>,
}

/// An agreement that was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyAcceptance {
    /// Which.
    agreement_id: Uuid,
    /// In which version.
    #[schema(example = "2026-11-01")]
    version: String,
    /// When.
    accepted_at: DateTime<Utc>,
    /// From which address.
    ip: Option<String>,
}

/// Something that Gongpai told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyNotice {
    /// In which organization.
    tenant_id: Uuid,
    /// What.
    text: String,
    /// When.
    created_at: DateTime<Utc>,
}

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyTicket {
    /// Its id.
    id: Uuid,
    /// What it is called.
    subject: String,
    /// Since when it exists.
    created_at: DateTime<Utc>,
    /// What was said, oldest first.
    messages: Vec<MyMessage>,
}

/// A message of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyMessage {
    /// Who wrote it.
    author: TicketAuthor,
    /// The words.
    text: Option<String>,
    /// Whether a file came with it.
    has_file: bool,
    /// When.
    created_at: DateTime<Utc>,
}

impl MyData {
    fn of(data: PersonData, language: Language) -> Self {
        let ticket = |ticket: domain::person::KeptTicket| MyTicket {
            id: ticket.id.into(),
            subject: ticket.subject,
            created_at: ticket.created_at,
            messages: ticket
                .messages
                .into_iter()
                .map(|message| MyMessage {
                    author: message.author.into(),
                    text: message.text,
                    has_file: message.has_file,
                    created_at: message.at,
                })
                .collect(),
        };
        Self {
            account_id: data.account.id.into(),
            mobile: data.account.mobile.as_str().to_owned(),
            email: data.account.email.map(|email| email.as_str().to_owned()),
            created_at: data.account.created_at,
            password_set_at: data.password_set_at,
            memberships: data
                .memberships
                .into_iter()
                .map(|place| MyMembership {
                    tenant_id: place.said.member.tenant.into(),
                    tenant_name: place.tenant_name,
                    tag_names: place.tags,
                    department_names: place.departments,
                    custom_by_name: place.custom.into_iter().collect(),
                    said: MemberView::from(&SeenMember { listed: place.said, fields: FieldSet::all() }),
                })
                .collect(),
            devices: data
                .devices
                .into_iter()
                .map(|it| MyDevice {
                    id: it.id,
                    name: it.name,
                    platform: it.platform,
                    created_at: it.created_at,
                })
                .collect(),
            sessions: data
                .sessions
                .into_iter()
                .map(|it| MySession {
                    id: it.id,
                    device_id: it.device,
                    created_at: it.created_at,
                    used_at: it.used_at,
                    used_from: it.used_from,
                    ended_at: it.ended_at,
                })
                .collect(),
            acceptances: data
                .acceptances
                .into_iter()
                .map(|it| MyAcceptance {
                    agreement_id: it.agreement,
                    version: it.version,
                    accepted_at: it.at,
                    ip: it.ip,
                })
                .collect(),
            notices: data
                .notices
                .into_iter()
                .map(|it| MyNotice {
                    tenant_id: it.tenant.into(),
                    text: it.notice.text(language),
                    created_at: it.notice.created_at,
                })
                .collect(),
            tickets: data.tickets.into_iter().map(ticket).collect(),
        }
    }
}

/// Have a copy of what is kept about oneself
///
/// Over all organizations. That it was given out is journalled.
#[utoipa::path(
    operation_id = "export_my_data", tag = "person",
    responses((status = 200, description = "The copy.", body = MyData)),
    params(("X-Confirmation" = Option<String>, Header, description = "The token of `confirm_action` for `export_my_data`, where the security policy asks for it.")),
    security(("access_token" = [])),
    extensions(("x-errors" = json!(["confirmation_required"]))),
)]
#[get("/v1/me/data")]
pub(crate) async fn export_my_data(
    call: Call,
    member: Member,
    confirmed: Confirmed,
    _: Params<NoParams>,
) -> Outcome {
    let confirmation = confirmed.of(&call, member.0.session, SensitiveAction::ExportMyData);
    let language = call.language();
    let data = call.transact(move |tx, world| {
        tx.enter(member.0.tenant);
        export(tx, &world.context, &member.0, confirmation.as_ref())
    });
    let copy = MyData::of(data.await?, language);
    Ok(Reply::ok(&copy)?.header("cache-control", "private, no-store"))
}
