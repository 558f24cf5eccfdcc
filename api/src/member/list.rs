use super::{MemberState, MemberView};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::page::{Page, PageParams, cut, position};
use crate::http::params::Params;
use actix_web::get;
use domain::access::{AccessStore, Permission, reach, require, sight};
use domain::actor::MemberActor;
use domain::department::DepartmentStore;
use domain::error::{Code, Faults, Place, Result, Violation};
use domain::id::TagId;
use domain::member::{InDepartment, MemberFilter, Spot, list, narrowed, search_key};
use domain::tag::TagStore;
use serde::Deserialize;
use uuid::Uuid;

/// Which members.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WhichMembers {
    search: Option<String>,
    state: Option<MemberState>,
    department_id: Option<Uuid>,
    within_id: Option<Uuid>,
    leader_id: Option<Uuid>,
    tag_id: Option<Uuid>,
    #[serde(default)]
    managed: bool,
}

impl WhichMembers {
    /// The same, as the domain asks for it.
    pub(crate) fn read(
        self,
        tx: &mut (impl DepartmentStore + TagStore + AccessStore),
        actor: &MemberActor,
    ) -> Result<MemberFilter> {
        let wrong = |name: &str, violation: Violation| Err(Faults::one(Place::Query, name, violation));
        if self.department_id.is_some() && self.within_id.is_some() {
            return wrong("within_id", Code::ParametersExclusive.into());
        }
        let search = self.search.as_deref().map(search_key);
        if search.as_ref().is_some_and(String::is_empty) {
            return wrong("search", Violation::new(Code::ValueTooShort).with("min", 1));
        }
        let mut department = |name: &str, id: Uuid| {
            let unknown = || Faults::one(Place::Query, name, Code::DepartmentUnknown);
            let sight = sight(tx, actor)?;
            tx.department(id.into())?.filter(|known| sight.sees(&known.path)).ok_or_else(unknown)
        };
        let department = match (self.department_id, self.within_id) {
            (Some(id), _) => Some(InDepartment::Itself(department("department_id", id)?.id)),
            (_, Some(id)) => {
                Some(InDepartment::Within([department("within_id", id)?.path].into_iter().collect()))
            }
            _ => None,
        };
        let tag = self.tag_id.map(TagId::from);
        if tag.is_some() {
            require(actor, Permission::TagRead)?;
        }
        if let Some(tag) = tag
            && tx.tag(tag)?.is_none()
        {
            return wrong("tag_id", Code::TagUnknown.into());
        }
        let leader = self.leader_id.map(Into::into);
        let filter = MemberFilter {
            state: self.state.map(Into::into),
            department,
            leader,
            tag,
            search,
            ..MemberFilter::default()
        };
        if self.managed {
            let managed = reach(actor, Permission::MemberManage)?;
            return Ok(narrowed(tx, &filter, &managed)?.into_owned());
        }
        Ok(filter)
    }
}

/// Which members, and which page of them.
#[derive(Debug, Deserialize)]
pub(crate) struct MembersFilter {
    #[serde(flatten)]
    which: WhichMembers,
    #[serde(flatten)]
    page: PageParams,
}

/// List the members
///
/// Everybody sees everybody, but for hidden departments and members and those who left, whom `hidden:read` shows; of whom the reader sees what
/// is in `hidden_fields`. By the sound of their names; those of one department in the order that it gives them; and those who are searched for in the order
/// of what they were found by: a name or an alias from any of its Chinese characters or words on, as it is written, as it sounds (`xiaoming`) or by
/// first letters (`wxm`), the beginning of a userid, a mailbox, a number of an employee or a mobile number, and its last four digits.
#[utoipa::path(
    operation_id = "list_members", tag = "organization",
    params(("search" = Option<String>, Query, min_length = 1, max_length = 64, description = "Only who is found by this."),
        ("state" = Option<MemberState>, Query, description = "Only in this state; without it, all but those who left."),
        ("department_id" = Option<Uuid>, Query, description = "Only who is in this department itself."),
        ("within_id" = Option<Uuid>, Query, description = "Only who is in this department or below it."),
        ("leader_id" = Option<Uuid>, Query, description = "Only who reports to this member."),
        ("tag_id" = Option<Uuid>, Query, description = "Only who has this tag."),
        ("managed" = Option<bool>, Query, description = "Only who is in a department where the reader manages members."), PageParams),
    responses((status = 200, description = "Members.", body = Page<MemberView>)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("member:read"))),
)]
#[get("/v1/members")]
pub(crate) async fn list_members(call: Call, member: Member, filter: Params<MembersFilter>) -> Outcome {
    call.read(Some(member.0.tenant), move |tx, world| {
        let (wanted, page) = (filter.0.which, filter.0.page);
        let name = format!("members {} {wanted:?}", member.0.tenant);
        let filter = wanted.read(tx, &member.0)?;
        let (keys, limit) = (&world.service.keys, page.limit());
        let after: Option<(i64, String, Uuid)> = position(keys, &name, page.cursor.as_deref())?;
        let after = after.map(|(order, key, id)| Spot { order, key, id: id.into() });
        let mut found = list(tx, &member.0, &filter, after.as_ref(), limit + 1)?;
        let next_cursor = cut(keys, &name, limit, &mut found, |(spot, _)| {
            (spot.order, spot.key.clone(), Uuid::from(spot.id))
        })?;
        let data = found.iter().filter_map(|(_, listed)| listed.as_ref()).map(MemberView::from).collect();
        Reply::ok(&Page { data, next_cursor, total: None })
    })
    .await
}
