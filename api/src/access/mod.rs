//! Who may do what, where, and with which fields of members.

pub(crate) mod assign;
pub(crate) mod assignments;
pub(crate) mod create_role;
pub(crate) mod delete_role;
pub(crate) mod explain;
pub(crate) mod mine;
pub(crate) mod permissions;
pub(crate) mod review;
pub(crate) mod roles;
pub(crate) mod templates;
pub(crate) mod update_role;
pub(crate) mod uses;
pub(crate) mod withdraw;

use crate::mirror::mirror;
use chrono::{DateTime, Utc};
use domain::access::{self, FieldSet, Permission, Role};
use domain::error::{Code, Faults, Language};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// What a field of a member is about.
    FieldGroup = access::FieldGroup {
        Basic "basic" "who they are and where: names, picture, position, departments, leader, state";
        Contact "contact" "how they are reached: mobile number, email address, telephone, place of work";
        Personal "personal" "gender and address";
        Employment "employment" "employee number and day of entry";
        Custom "custom" "the fields that the organization added";
    }
}

mirror! {
    /// A role that every organization has.
    BuiltInRole = access::BuiltInRole {
        Owner "owner" "everything; handed over, never given";
        Administrator "administrator" "everything but what decides over the organization itself";
        DirectoryManager "directory_manager" "departments, members and tags";
        HumanResources "human_resources" "members with all that is known of them";
        Finance "finance" "certification, and who works here";
        Auditor "auditor" "sees everything, changes nothing";
        DepartmentManager "department_manager" "departments and the people in them, but for what is personal";
        Member "member" "what everybody may; never given";
    }
}

/// What of members a role shows and lets change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"read": ["basic", "contact"], "write": []}))]
pub(crate) struct RoleFields {
    /// What it shows; what can be changed is shown as well.
    #[schema(max_items = 5)]
    read: Vec<FieldGroup>,
    /// What it lets change.
    #[schema(max_items = 5)]
    write: Vec<FieldGroup>,
}

impl RoleFields {
    fn of(fields: access::Fields) -> Self {
        let groups = |set: FieldSet| set.iter().map(FieldGroup::from).collect();
        Self { read: groups(fields.read), write: groups(fields.write) }
    }

    fn read(&self) -> access::Fields {
        access::Fields { read: groups(&self.read), write: groups(&self.write) }
    }
}

fn groups(some: &[FieldGroup]) -> FieldSet {
    some.iter().copied().map(access::FieldGroup::from).collect()
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleView {
    /// Its id; a built-in one has the same in every organization.
    id: Uuid,
    /// Which built-in one it is; null for one that the organization made.
    built_in: Option<BuiltInRole>,
    /// Its name; that of a built-in one in the client's language.
    #[schema(example = "前台")]
    name: String,
    /// What it is for.
    #[schema(example = "收发快递，登记访客")]
    description: Option<String>,
    /// What it allows.
    #[schema(example = json!(["member:read", "department:read"]))]
    permissions: Vec<&'static str>,
    /// What of members it shows and lets change.
    fields: RoleFields,
    /// Whether it is given and taken.
    assignable: bool,
    /// Since when it exists; null for a built-in one.
    created_at: Option<DateTime<Utc>>,
    /// Its version; null for a built-in one.
    #[schema(example = 1)]
    version: Option<i64>,
}

impl RoleView {
    pub(crate) fn new(role: &Role, language: Language) -> Self {
        let permissions = role.permissions().iter().map(Permission::name).collect();
        let fields = RoleFields::of(role.fields());
        match role {
            Role::BuiltIn(role) => Self {
                id: role.id().into(),
                built_in: Some((*role).into()),
                name: role.title(language).to_owned(),
                description: Some(role.about(language).to_owned()),
                permissions,
                fields,
                assignable: role.is_assignable(),
                created_at: None,
                version: None,
            },
            Role::Custom(role) => Self {
                id: role.id.into(),
                built_in: None,
                name: role.name.as_str().to_owned(),
                description: role.description.as_ref().map(|text| text.as_str().to_owned()),
                permissions,
                fields,
                assignable: true,
                created_at: Some(role.created_at),
                version: Some(role.version),
            },
        }
    }
}

/// The permissions of some names.
fn permissions(names: &[String], faults: &mut Faults) -> Vec<Permission> {
    let mut found = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match Permission::find(name) {
            Some(permission) => found.push(permission),
            None => faults.note(&format!("/permissions/{index}"), Code::PermissionUnknown),
        }
    }
    found
}
