//! How somebody writes down a member: as text, to be read with every fault at once. One form for a request, a merge patch and a line of a
//! spreadsheet.

use super::{Details, Gender, ListedMember, Userid};
use crate::department::Placement;
use crate::email::EmailAddress;
use crate::error::{Code, Faults, Violation};
use crate::id::{DepartmentId, MemberId};
use crate::member_field::{Custom, MemberField};
use crate::phone::{MobileNumber, Phone};
use crate::text::Line;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// In how many departments a member is at most.
pub const MAX_PLACEMENTS: usize = 100;

/// A member as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemberDraft {
    /// What integrators call them; one is made when there is none.
    pub userid: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// What else they are called.
    pub alias: Option<String>,
    /// The number as an employee.
    pub employee_number: Option<String>,
    /// The job.
    pub position: Option<String>,
    /// `male` or `female`.
    pub gender: Option<String>,
    /// The mobile number.
    pub mobile: Option<String>,
    /// The mailbox.
    pub email: Option<String>,
    /// The telephone.
    pub telephone: Option<String>,
    /// Where they work.
    pub work_location: Option<String>,
    /// Where they get post.
    pub address: Option<String>,
    /// A day, such as `2026-03-01`.
    pub hire_date: Option<String>,
    /// To whom they report.
    pub leader_id: Option<Uuid>,
    /// Their departments; the root when there are none.
    pub departments: Option<Vec<PlacementDraft>>,
    /// The main one of them; the first when there is none.
    pub department_id: Option<Uuid>,
    /// Whether the directory hides them.
    pub hidden: bool,
    /// What they have in the fields that the tenant added.
    pub custom: BTreeMap<Uuid, Option<String>>,
}

/// A place in a department as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementDraft {
    /// The department.
    pub department_id: Uuid,
    /// The place among its members, smallest first.
    #[serde(default)]
    pub order: i64,
    /// Whether they lead it.
    #[serde(default)]
    pub is_leader: bool,
}

/// A member as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What integrators call them, if anybody chose it.
    pub userid: Option<Userid>,
    /// What is said of them.
    pub details: Details,
    /// Their departments; none means the root.
    pub placements: Vec<Placement>,
    /// The main one of them.
    pub main: Option<DepartmentId>,
    /// Whether the directory hides them.
    pub hidden: bool,
    /// What they have in the fields that the tenant added.
    pub custom: Custom,
}

impl MemberDraft {
    /// What would be written of a member as they are.
    #[must_use]
    pub fn of(listed: &ListedMember) -> Self {
        let (member, details) = (&listed.member, &listed.member.details);
        let placement = |placement: &Placement| PlacementDraft {
            department_id: placement.department.into(),
            order: placement.order,
            is_leader: placement.leads,
        };
        Self {
            userid: Some(member.userid.to_string()),
            name: Some(details.name.as_str().to_owned()),
            alias: text(details.alias.as_ref()),
            employee_number: text(details.employee_number.as_ref()),
            position: text(details.position.as_ref()),
            gender: details.gender.map(|gender| gender.name().to_owned()),
            mobile: Some(details.mobile.as_str().to_owned()),
            email: details.email.as_ref().map(|email| email.as_str().to_owned()),
            telephone: details.telephone.as_ref().map(|phone| phone.as_str().to_owned()),
            work_location: text(details.work_location.as_ref()),
            address: text(details.address.as_ref()),
            hire_date: details.hire_date.map(|day| day.to_string()),
            leader_id: details.leader.map(Uuid::from),
            departments: Some(listed.placements.iter().map(placement).collect()),
            department_id: Some(member.department.into()),
            hidden: member.hidden,
            custom: listed
                .custom
                .iter()
                .map(|(field, value)| ((*field).into(), Some(value.clone())))
                .collect(),
        }
    }

    /// Reads it, for a tenant with these fields and a member who has this in them already; every fault is noted, below a pointer.
    pub fn read(
        &self,
        at: &str,
        (fields, had): (&[MemberField], &Custom),
        faults: &mut Faults,
    ) -> Option<Read> {
        let userid = parsed(self.userid.as_ref(), &format!("{at}/userid"), faults, Userid::parse);
        let details = self.details(at, faults);
        let placements = self.placements(at, faults);
        let custom = self.custom(at, (fields, had), faults);
        let (Ok(userid), Some(details), Some(placements), Some(custom)) =
            (userid, details, placements, custom)
        else {
            return None;
        };
        let main = self.department_id.map(DepartmentId::from);
        Some(Read { userid, details, placements, main, hidden: self.hidden, custom })
    }

    fn details(&self, at: &str, faults: &mut Faults) -> Option<Details> {
        for (field, missing) in [("name", self.name.is_none()), ("mobile", self.mobile.is_none())] {
            if missing {
                faults.note(&format!("{at}/{field}"), Code::FieldRequired);
            }
        }
        let name = parsed(self.name.as_ref(), &format!("{at}/name"), faults, Line::parse);
        let mobile = parsed(self.mobile.as_ref(), &format!("{at}/mobile"), faults, MobileNumber::parse);
        let alias = parsed(self.alias.as_ref(), &format!("{at}/alias"), faults, Line::parse);
        let number =
            parsed(self.employee_number.as_ref(), &format!("{at}/employee_number"), faults, Line::parse);
        let position = parsed(self.position.as_ref(), &format!("{at}/position"), faults, Line::parse);
        let gender = parsed(self.gender.as_ref(), &format!("{at}/gender"), faults, gender);
        let email = parsed(self.email.as_ref(), &format!("{at}/email"), faults, EmailAddress::parse);
        let telephone = parsed(self.telephone.as_ref(), &format!("{at}/telephone"), faults, Phone::parse);
        let location =
            parsed(self.work_location.as_ref(), &format!("{at}/work_location"), faults, Line::parse);
        let address = parsed(self.address.as_ref(), &format!("{at}/address"), faults, Line::parse);
        let hire_date = parsed(self.hire_date.as_ref(), &format!("{at}/hire_date"), faults, day);
        Some(Details {
            name: name.ok()??,
            alias: alias.ok()?,
            employee_number: number.ok()?,
            position: position.ok()?,
            gender: gender.ok()?,
            mobile: mobile.ok()??,
            email: email.ok()?,
            telephone: telephone.ok()?,
            work_location: location.ok()?,
            address: address.ok()?,
            hire_date: hire_date.ok()?,
            leader: self.leader_id.map(MemberId::from),
        })
    }

    fn custom(
        &self,
        at: &str,
        (fields, had): (&[MemberField], &Custom),
        faults: &mut Faults,
    ) -> Option<Custom> {
        let mut read = Some(Custom::new());
        for (id, value) in &self.custom {
            let Some(value) = value else { continue };
            let pointer = format!("{at}/custom/{id}");
            let Some(field) = fields.iter().find(|field| Uuid::from(field.id) == *id) else {
                faults.note(&pointer, Code::FieldUnknown);
                read = None;
                continue;
            };
            // What was allowed once stays.
            let stays = had.get(&field.id).filter(|had| *had == value);
            let read_anew = || field.read(value);
            match faults.at(&pointer, stays.cloned().map_or_else(read_anew, Ok)) {
                Some(value) => read.iter_mut().for_each(|read| drop(read.insert(field.id, value.clone()))),
                None => read = None,
            }
        }
        read
    }

    fn placements(&self, at: &str, faults: &mut Faults) -> Option<Vec<Placement>> {
        let written = self.departments.as_deref().unwrap_or_default();
        let mut wrong = false;
        let mut note = |pointer: &str, violation: Violation| {
            faults.note(pointer, violation);
            wrong = true;
        };
        if written.len() > MAX_PLACEMENTS {
            let violation = Violation::new(Code::ValueTooLong).with("max", MAX_PLACEMENTS);
            note(&format!("{at}/departments"), violation);
        }
        let mut placements: Vec<Placement> = Vec::new();
        for (index, one) in written.iter().enumerate() {
            let department = DepartmentId::from(one.department_id);
            if placements.iter().any(|known| known.department == department) {
                note(&format!("{at}/departments/{index}/department_id"), Code::FieldRepeated.into());
            }
            placements.push(Placement { department, order: one.order, leads: one.is_leader });
        }
        let main = self.department_id.map(DepartmentId::from);
        let among = |main: DepartmentId| placements.iter().any(|known| known.department == main);
        if !written.is_empty() && main.is_some_and(|main| !among(main)) {
            note(&format!("{at}/department_id"), Code::MainDepartmentMissing.into());
        }
        (!wrong).then_some(placements)
    }
}

fn text<const MIN: usize, const MAX: usize>(line: Option<&Line<MIN, MAX>>) -> Option<String> {
    line.map(|line| line.as_str().to_owned())
}

/// That a fault was noted.
struct Noted;

/// What is there, read.
fn parsed<T>(
    raw: Option<&String>,
    pointer: &str,
    faults: &mut Faults,
    parse: impl Fn(&str) -> Result<T, Violation>,
) -> Result<Option<T>, Noted> {
    faults.at(pointer, raw.map(|raw| parse(raw)).transpose()).ok_or(Noted)
}

fn gender(raw: &str) -> Result<Gender, Violation> {
    Gender::find(raw).ok_or_else(|| Violation::new(Code::ValueNotAllowed).with("allowed", "male, female"))
}

pub(crate) fn day(raw: &str) -> Result<NaiveDate, Violation> {
    let day = raw.trim().parse::<NaiveDate>().ok();
    let sane = |day: &NaiveDate| (1900..=2200).contains(&chrono::Datelike::year(day));
    day.filter(sane)
        .ok_or_else(|| Violation::new(Code::FormatInvalid).with("expected", "YYYY-MM-DD, 1900–2200"))
}
