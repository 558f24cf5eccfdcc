//! The people of an organization.

pub(crate) mod avatar;
pub(crate) mod bulk;
pub(crate) mod create;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod remind;
pub(crate) mod update;

use crate::http::answer::Reply;
use crate::mirror::mirror;
use crate::picture::PictureSquare;
use crate::service::Service;
use crate::session::MemberRoleName;
use actix_web::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{FieldGroup, FieldSet};
use domain::actor::MemberActor;
use domain::department::Placement;
use domain::error::Result;
use domain::id::SessionId;
use domain::member::{ListedMember, SeenMember, ViewingStore, seen};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// Where a member stands.
    MemberState = domain::member::MemberState {
        Invited "invited" "they were asked to come, and have not come yet";
        Active "active" "they get in";
        Disabled "disabled" "they do not; nothing of theirs is lost";
        Departed "departed" "they left; for a while they can come back";
    }
}

mirror! {
    /// As it is told; nobody has to tell.
    Gender = domain::member::Gender {
        Male "male" "a man";
        Female "female" "a woman";
    }
}

/// A member as the reader may see them.
#[derive(Debug, Serialize, ToSchema)]
#[allow(clippy::option_option, reason = "what is hidden is not there, what nobody said is null")]
pub(crate) struct MemberView {
    /// Their id.
    id: Uuid,
    /// What integrators call them; unique without regard to case.
    #[schema(example = "zhang.san")]
    userid: String,
    /// Their name.
    #[schema(example = "张三")]
    name: String,
    /// What else they are called.
    #[schema(example = "三哥")]
    alias: Option<String>,
    /// Their number as an employee.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "GP-0042")]
    employee_number: Option<Option<String>>,
    /// Their job.
    #[schema(example = "后端工程师")]
    position: Option<String>,
    /// As it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Gender>)]
    gender: Option<Option<Gender>>,
    /// Their mobile number: that of their account, and until they have joined the one that is invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "+8613800138000")]
    mobile: Option<String>,
    /// Their mailbox here. Nobody signs in with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "zhang.san@example.com")]
    email: Option<Option<String>>,
    /// Where they are called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "075586001234x801")]
    telephone: Option<Option<String>>,
    /// Where they work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "深圳 5 楼")]
    work_location: Option<Option<String>>,
    /// Where they get post.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "深圳市南山区科技路 1 号")]
    address: Option<Option<String>>,
    /// Since when they work here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NaiveDate>, example = "2026-03-01")]
    hire_date: Option<Option<NaiveDate>>,
    /// To whom they report.
    leader_id: Option<Uuid>,
    /// Their picture, in every size; null when they have none.
    avatar: Option<Vec<PictureSquare>>,
    /// Their role.
    role: MemberRoleName,
    /// Where they stand.
    state: MemberState,
    /// Their main department.
    department_id: Uuid,
    /// All their departments, the main one first.
    departments: Vec<MemberDepartment>,
    /// Whether the directory shows them to those alone who may see what is hidden.
    hidden: bool,
    /// What they have in the fields that the organization added, by their ids; where `custom` is among the hidden fields, in the `visible` ones
    /// alone.
    custom: BTreeMap<Uuid, String>,
    /// Since when they are known here.
    created_at: DateTime<Utc>,
    /// When an invitation was sent last; null when none was.
    invited_at: Option<DateTime<Utc>>,
    /// When they came; null until they do.
    joined_at: Option<DateTime<Utc>>,
    /// Counts the changes; `If-Match` of one may name it.
    #[schema(example = 1)]
    version: i64,
    /// Which of the fields above the reader may not see; they are not there then, and `custom` not as a whole.
    #[schema(example = json!([]))]
    hidden_fields: Vec<&'static str>,
}

/// What is hidden of a member where only some groups are seen.
pub(crate) fn hidden_fields(seen: FieldSet) -> Vec<&'static str> {
    FieldGroup::GROUPED
        .iter()
        .filter(|(group, _)| !seen.has(*group))
        .flat_map(|(_, names)| *names)
        .copied()
        .collect()
}

/// A department of a member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberDepartment {
    /// The department.
    department_id: Uuid,
    /// The place among its members, smallest first; equal ones by the sound of their names.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 4_294_967_295_u32, default = 0)]
    order: i64,
    /// Whether they lead it.
    #[serde(default)]
    #[schema(default = false)]
    is_leader: bool,
}

impl From<&Placement> for MemberDepartment {
    fn from(placement: &Placement) -> Self {
        Self {
            department_id: placement.department.into(),
            order: placement.order,
            is_leader: placement.leads,
        }
    }
}

impl From<&SeenMember> for MemberView {
    fn from(SeenMember { listed, fields }: &SeenMember) -> Self {
        let (member, details) = (&listed.member, &listed.member.details);
        let has = |group| fields.has(group).then_some(());
        let (contact, personal) = (has(FieldGroup::Contact), has(FieldGroup::Personal));
        let employment = has(FieldGroup::Employment);
        Self {
            id: member.id.into(),
            userid: member.userid.to_string(),
            name: details.name.as_str().to_owned(),
            alias: details.alias.as_ref().map(|alias| alias.as_str().to_owned()),
            employee_number: employment
                .map(|()| details.employee_number.as_ref().map(|number| number.as_str().to_owned())),
            position: details.position.as_ref().map(|position| position.as_str().to_owned()),
            gender: personal.map(|()| details.gender.map(Gender::from)),
            mobile: contact.map(|()| details.mobile.as_str().to_owned()),
            email: contact.map(|()| details.email.as_ref().map(|email| email.as_str().to_owned())),
            telephone: contact.map(|()| details.telephone.as_ref().map(|phone| phone.as_str().to_owned())),
            work_location: contact
                .map(|()| details.work_location.as_ref().map(|location| location.as_str().to_owned())),
            address: personal.map(|()| details.address.as_ref().map(|address| address.as_str().to_owned())),
            hire_date: employment.map(|()| details.hire_date),
            leader_id: details.leader.map(Uuid::from),
            avatar: avatar::avatar(member.tenant, member.id, member.avatar.as_deref()),
            role: member.role.into(),
            state: member.state.into(),
            department_id: member.department.into(),
            departments: listed.placements.iter().map(MemberDepartment::from).collect(),
            hidden: member.hidden,
            custom: listed.custom.iter().map(|(field, value)| ((*field).into(), value.clone())).collect(),
            created_at: member.created_at,
            invited_at: member.invited_at,
            joined_at: member.joined_at,
            version: member.version,
            hidden_fields: hidden_fields(*fields),
        }
    }
}

/// Members as somebody sees them who just changed them.
pub(crate) fn views(
    tx: &mut impl ViewingStore,
    actor: &MemberActor,
    changed: Vec<ListedMember>,
) -> Result<Vec<MemberView>> {
    Ok(seen(tx, actor, changed)?.iter().map(MemberView::from).collect())
}

/// The same of one.
pub(crate) fn reply(
    tx: &mut impl ViewingStore,
    actor: &MemberActor,
    status: StatusCode,
    changed: ListedMember,
) -> Result<Reply> {
    let version = changed.member.version;
    Ok(Reply::json(status, &views(tx, actor, vec![changed])?.pop())?.version(version))
}

/// The sessions that a change ended, for the cache to forget once that is durable.
#[derive(Clone, Default)]
pub(crate) struct Ended(Arc<Mutex<Vec<SessionId>>>);

impl Ended {
    pub(crate) fn are(&self, ended: Vec<SessionId>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ended;
    }

    pub(crate) fn forget(&self, service: &Service) {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.drain(..).for_each(|session| service.sessions.forget(session));
    }
}
