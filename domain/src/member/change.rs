//! Making and changing members, one or many at once: what is asked of them together, and keeping them. One way for a request, for many
//! members in one, and for a spreadsheet.

use super::draft::Read;
use super::{Details, ListedMember, Member, MemberDraft, MemberStore};
use crate::access::{AccessStore, FieldGroup};
use crate::actor::Actor;
use crate::bundle::bundle;
use crate::context::Context;
use crate::department::{DepartmentStore, Placement, PlacementStore};
use crate::error::{Code, Faults, Result};
use crate::id::{DepartmentId, MemberId};
use crate::journal::{Entry, Journal};
use crate::member_field::{Custom, MemberField, MemberFieldStore};
use serde_json::Value;
use uuid::Uuid;

bundle! {
    /// What changing members touches.
    ChangingStore: AccessStore + MemberStore + DepartmentStore + PlacementStore + MemberFieldStore + Journal
}

/// How a member is, and is to be from now on.
#[derive(Debug, Clone)]
pub struct MemberChange {
    /// The pointer below which faults are told: nothing for a member alone, `/members/3/patch` for one of many.
    pub at: String,
    /// As they are; nothing for a new one.
    pub before: Option<ListedMember>,
    /// As they are to be.
    pub after: Member,
    /// Their departments, as they are to be.
    pub placements: Vec<Placement>,
    /// What they are to have in the fields that the tenant added.
    pub custom: Custom,
}

impl MemberChange {
    pub(crate) fn was(&self) -> Option<&Member> {
        self.before.as_ref().map(|before| &before.member)
    }

    pub(crate) fn had(&self) -> &[Placement] {
        self.before.as_ref().map_or(&[], |before| &before.placements)
    }

    /// What makes somebody, as they are or new, into what was read; nothing when that is a fault.
    pub(crate) fn to(
        at: String,
        (before, mut after): (Option<ListedMember>, Member),
        read: Read,
        root: DepartmentId,
        faults: &mut Faults,
    ) -> Option<Self> {
        if after.account.is_some() && read.details.mobile != after.details.mobile {
            faults.note(&format!("{at}/mobile"), Code::MobileOfAccount);
            return None;
        }
        let mut placements = read.placements;
        at_least_root(&mut placements, read.main, root, &at, faults);
        after.userid = read.userid.unwrap_or(after.userid);
        after.details = read.details;
        after.department = read.main.unwrap_or(placements[0].department);
        after.hidden = read.hidden;
        Some(Self { at, before, after, placements, custom: read.custom })
    }

    /// What would be written of them then.
    pub(crate) fn draft(&self) -> MemberDraft {
        let mut after = self.clone();
        after.sort();
        MemberDraft::of(&ListedMember {
            member: after.after,
            placements: after.placements,
            custom: after.custom,
        })
    }

    /// The main department first, as those of a member are listed.
    fn sort(&mut self) {
        let main = self.after.department;
        self.placements.sort_by_key(|one| (one.department != main, one.department));
    }

    /// The fields that it changes, as they are written, and the group of each.
    pub(crate) fn touched(&self) -> Vec<(&'static str, FieldGroup)> {
        use FieldGroup::{Basic, Contact, Custom, Employment, Personal};
        let (was, is) = (self.was().map(|was| &was.details), &self.after.details);
        let before = |of: fn(&Details) -> Value| was.map_or(Value::Null, of);
        let mut touched = Vec::new();
        let mut note = |field, group, of: fn(&Details) -> Value| {
            if before(of) != of(is) {
                touched.push((field, group));
            }
        };
        note("name", Basic, |one| one.name.as_str().into());
        note("alias", Basic, |one| one.alias.as_ref().map(super::super::text::Line::as_str).into());
        note("position", Basic, |one| one.position.as_ref().map(super::super::text::Line::as_str).into());
        note("leader_id", Basic, |one| one.leader.map(|leader| leader.to_string()).into());
        note("mobile", Contact, |one| one.mobile.as_str().into());
        note("email", Contact, |one| {
            one.email.as_ref().map(super::super::email::EmailAddress::as_str).into()
        });
        note("telephone", Contact, |one| {
            one.telephone.as_ref().map(super::super::phone::Phone::as_str).into()
        });
        note("work_location", Contact, |one| {
            one.work_location.as_ref().map(super::super::text::Line::as_str).into()
        });
        note("gender", Personal, |one| one.gender.map(super::details::Gender::name).into());
        note("address", Personal, |one| one.address.as_ref().map(super::super::text::Line::as_str).into());
        note("employee_number", Employment, |one| {
            one.employee_number.as_ref().map(super::super::text::Line::as_str).into()
        });
        note("hire_date", Employment, |one| one.hire_date.map(|day| day.to_string()).into());
        let userid = self.was().is_some_and(|was| was.userid != self.after.userid);
        touched.extend(userid.then_some(("userid", Basic)));
        let places = |placements: &[Placement]| {
            let mut places = placements.to_vec();
            places.sort_by_key(|placement| placement.department);
            places
        };
        let moved = places(self.had()) != places(&self.placements)
            || self.was().is_some_and(|was| was.department != self.after.department);
        touched.extend(moved.then_some(("departments", Basic)));
        let hidden = self.was().is_some_and(|was| was.hidden) != self.after.hidden;
        touched.extend(hidden.then_some(("hidden", Basic)));
        touched.extend(self.says_otherwise().then_some(("custom", Custom)));
        touched
    }

    pub(crate) fn new_leader(&self) -> Option<MemberId> {
        let leader = self.after.details.leader;
        leader.filter(|_| self.was().is_none_or(|was| was.details.leader != leader))
    }

    fn changes_something(&self) -> bool {
        self.was() != Some(&self.after) || self.had() != self.placements || self.says_otherwise()
    }

    pub(super) fn says_otherwise(&self) -> bool {
        self.before.as_ref().map_or(!self.custom.is_empty(), |before| before.custom != self.custom)
    }
}

/// Whoever is nowhere else is at the root, and the main department can be no other one then.
fn at_least_root(
    placements: &mut Vec<Placement>,
    main: Option<DepartmentId>,
    root: DepartmentId,
    at: &str,
    faults: &mut Faults,
) {
    if placements.is_empty() {
        placements.push(Placement { department: root, order: 0, leads: false });
        if main.is_some_and(|main| main != root) {
            faults.note(&format!("{at}/department_id"), Code::MainDepartmentMissing);
        }
    }
}

/// Keeps changes that nothing forbids; gives the members as they are now.
pub(crate) fn keep(
    tx: &mut impl ChangingStore,
    context: &Context<'_>,
    by: &Actor,
    mut changes: Vec<MemberChange>,
    fields: &[MemberField],
) -> Result<Vec<ListedMember>> {
    for change in &mut changes {
        change.sort();
    }
    let (new, known): (Vec<_>, Vec<_>) = changes
        .iter()
        .filter(|change| change.changes_something())
        .partition(|change| change.before.is_none());
    let inserted: Vec<Member> = new.iter().map(|change| change.after.clone()).collect();
    tx.insert_members(&inserted)?;
    for change in &known {
        tx.save_member(&change.after)?;
    }
    let renamed =
        |change: &MemberChange| change.was().is_none_or(|was| was.details.name != change.after.details.name);
    let moved = |change: &&MemberChange| change.had() != change.placements || renamed(change);
    let placed: Vec<(&Member, &[Placement])> = new
        .iter()
        .chain(&known)
        .copied()
        .filter(moved)
        .map(|change| (&change.after, change.placements.as_slice()))
        .collect();
    tx.replace_placements(&placed)?;
    let said: Vec<(MemberId, &Custom)> = new
        .iter()
        .chain(&known)
        .filter(|change| change.says_otherwise())
        .map(|change| (change.after.id, &change.custom))
        .collect();
    tx.replace_custom_values(&said, fields)?;
    let entries = new.iter().chain(&known).map(|change| entry(change)).collect();
    tx.record_all(context, by, entries)?;
    let listed = |change: MemberChange| {
        let mut member = change.after.clone();
        member.version += i64::from(change.changes_something());
        ListedMember { member, placements: change.placements, custom: change.custom }
    };
    Ok(changes.into_iter().map(listed).collect())
}

fn entry(change: &MemberChange) -> Entry {
    let (was, is) = (change.was(), &change.after);
    let (was_state, is_state) = (was.map(|was| was.state.name()), Some(is.state.name()));
    let action = match (was_state, is_state) {
        (None, _) => "member.invited",
        (Some("disabled"), Some("active")) => "member.enabled",
        (Some("active"), Some("disabled")) => "member.disabled",
        _ => "member.changed",
    };
    let departments = |placements: &[Placement]| -> Value {
        placements
            .iter()
            .map(|one| format!("{}{}", one.department, if one.leads { " leads" } else { "" }))
            .collect()
    };
    let text = |id: Option<Uuid>| id.map(|id| id.to_string());
    let entry = Entry::new(action, "member", is.id)
        .of(is.tenant)
        .change("state", was_state, is_state)
        .change("department", text(was.map(|was| was.department.into())), text(Some(is.department.into())))
        .change("departments", departments(change.had()), departments(&change.placements))
        .change("hidden", was.is_some_and(|was| was.hidden), is.hidden)
        .change(
            "leader",
            text(was.and_then(|was| was.details.leader).map(Uuid::from)),
            text(is.details.leader.map(Uuid::from)),
        );
    let entry = if was.is_none() { entry.new_person() } else { entry };
    // A key of this tenant alone, so that it can be forgotten when they have left.
    let custom = |custom: &Custom| {
        let said = custom.iter().map(|(field, value)| (field.to_string(), Value::from(value.as_str())));
        (!custom.is_empty()).then(|| Value::Object(said.collect()).to_string())
    };
    let had = change.before.as_ref().and_then(|before| custom(&before.custom));
    let personal = personal(was, is).into_iter().chain([("custom", had, custom(&change.custom))]);
    entry.about(is.id, personal)
}

/// The fields that are the member's own.
fn personal(was: Option<&Member>, is: &Member) -> Vec<(&'static str, Option<String>, Option<String>)> {
    fn values(member: &Member) -> [(&'static str, Option<String>); 12] {
        fn line<const MIN: usize, const MAX: usize>(
            line: Option<&crate::text::Line<MIN, MAX>>,
        ) -> Option<String> {
            line.map(|line| line.as_str().to_owned())
        }
        let details = &member.details;
        [
            ("userid", Some(member.userid.to_string())),
            ("name", Some(details.name.as_str().to_owned())),
            ("alias", line(details.alias.as_ref())),
            ("employee_number", line(details.employee_number.as_ref())),
            ("position", line(details.position.as_ref())),
            ("gender", details.gender.map(|gender| gender.name().to_owned())),
            ("mobile", Some(details.mobile.as_str().to_owned())),
            ("email", details.email.as_ref().map(|email| email.as_str().to_owned())),
            ("telephone", details.telephone.as_ref().map(|phone| phone.as_str().to_owned())),
            ("work_location", line(details.work_location.as_ref())),
            ("address", line(details.address.as_ref())),
            ("hire_date", details.hire_date.map(|day| day.to_string())),
        ]
    }
    let before = was.map(values);
    let old = |at: usize| before.as_ref().and_then(|before| before[at].1.clone());
    values(is).into_iter().enumerate().map(|(at, (field, new))| (field, old(at), new)).collect()
}
