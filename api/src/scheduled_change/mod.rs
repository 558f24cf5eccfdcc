//! Changes of members on a day to come.

pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod job;
pub(crate) mod list;

use crate::departure::create::DepartMember;
use crate::member::hidden_fields;
use crate::member::update::UpdateMember;
use crate::mirror::mirror;
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{AccessStore, fields_seen};
use domain::actor::MemberActor;
use domain::error::{Language, Result};
use domain::id::MemberId;
use domain::scheduled_change::{ChangeFault, Intent, ScheduledChange};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// Where a scheduled change stands.
    ScheduledChangeState = domain::scheduled_change::ChangeState {
        Scheduled "scheduled" "its day has not come";
        Done "done" "it was carried out";
        Failed "failed" "its day came, and it could not be carried out";
        Cancelled "cancelled" "somebody cancelled it, or the member left before";
    }
}

/// A change of a member on a day to come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduledChangeView {
    /// Its id.
    id: Uuid,
    /// Of whom.
    member_id: Uuid,
    /// On which day, from its beginning on, where the service counts days.
    effective_on: NaiveDate,
    /// What changes about the member; null when they leave.
    #[schema(value_type = Option<UpdateMember>)]
    patch: Option<Value>,
    /// Who takes over when they leave; null when they only change.
    departure: Option<DepartMember>,
    /// What is said to it.
    #[schema(example = "晋升")]
    note: Option<String>,
    /// Where it stands.
    state: ScheduledChangeState,
    /// Why it could not be carried out.
    faults: Vec<ScheduledChangeFault>,
    /// Who ordered it, and has to have the right to it on its day.
    by_id: Uuid,
    /// Since when it is there.
    created_at: DateTime<Utc>,
    /// When it was carried out or cancelled, or failed. It is forgotten three months later, or with the member.
    ended_at: Option<DateTime<Utc>>,
    /// Counts the changes.
    #[schema(example = 1)]
    version: i64,
    /// Which fields of the patch the reader may not see; they are not there then.
    #[schema(example = json!([]))]
    hidden_fields: Vec<&'static str>,
}

/// Why a change could not be carried out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduledChangeFault {
    /// Where in the change as it was written; empty when it is about all of it.
    #[schema(example = "/patch/departments/0/department_id")]
    pointer: String,
    /// What is wrong.
    #[schema(example = "department_unknown")]
    code: String,
    /// The same for a person.
    #[schema(example = "没有这个部门。")]
    message: String,
}

impl ScheduledChangeFault {
    fn new(fault: &ChangeFault, language: Language) -> Self {
        let (code, message) = (fault.problem.code.clone(), fault.problem.message(language));
        Self { pointer: fault.pointer.clone(), code, message }
    }
}

/// Changes as somebody sees them.
fn views(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    changes: &[ScheduledChange],
    language: Language,
) -> Result<Vec<ScheduledChangeView>> {
    let members: Vec<MemberId> = changes.iter().map(|change| change.member).collect();
    let fields = fields_seen(tx, actor, &members)?;
    let view = |change: &ScheduledChange| {
        let seen = fields.get(&change.member).copied().unwrap_or_default();
        ScheduledChangeView::new(change, hidden_fields(seen), language)
    };
    Ok(changes.iter().map(view).collect())
}

/// The same of one.
fn view(
    tx: &mut impl AccessStore,
    actor: &MemberActor,
    change: ScheduledChange,
    language: Language,
) -> Result<Option<ScheduledChangeView>> {
    Ok(views(tx, actor, &[change], language)?.pop())
}

impl ScheduledChangeView {
    fn new(change: &ScheduledChange, mut hidden: Vec<&'static str>, language: Language) -> Self {
        let (patch, departure) = match &change.intent {
            Intent::Update(patch) => {
                let mut patch = patch.clone();
                hidden
                    .retain(|name| patch.as_object_mut().is_some_and(|patch| patch.remove(*name).is_some()));
                (Some(patch), None)
            }
            Intent::Departure(successors) => {
                hidden.clear();
                (None, Some(DepartMember::from(successors)))
            }
        };
        Self {
            id: change.id.into(),
            member_id: change.member.into(),
            effective_on: change.effective_on,
            patch,
            departure,
            note: change.note.as_ref().map(|note| note.as_str().to_owned()),
            state: change.state.into(),
            faults: change.faults.iter().map(|fault| ScheduledChangeFault::new(fault, language)).collect(),
            by_id: change.by.member.into(),
            created_at: change.created_at,
            ended_at: change.ended_at,
            version: change.version,
            hidden_fields: hidden,
        }
    }
}
