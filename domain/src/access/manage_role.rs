//! Making roles, changing and deleting them.

use super::{
    AccessStore, AssignmentFilter, BuiltInRole, CustomRole, FieldGroup, FieldSet, Fields, Grant, Lack,
    MAX_ASSIGNMENTS, MAX_ROLES, Permission, PermissionGroup, PermissionSet, Reach, Role, RoleDescription,
    RoleName, beyond, range_of, reach, require,
};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::RoleId;
use crate::journal::{Entry, Journal};

/// What a role is to be.
#[derive(Debug, Clone)]
pub struct RoleDraft {
    /// Its name.
    pub name: RoleName,
    /// What it is for.
    pub description: Option<RoleDescription>,
    /// What it allows; with whatever that is of no use without.
    pub permissions: Vec<Permission>,
    /// What of members it shows and lets change; what is changed is seen.
    pub fields: Fields,
}

/// What changes about a role; what is not there stays.
#[derive(Debug, Clone, Default)]
pub struct RolePatch {
    /// Its name.
    pub name: Option<RoleName>,
    /// What it is for, or that nothing is said.
    pub description: Option<Option<RoleDescription>>,
    /// What it allows.
    pub permissions: Option<Vec<Permission>>,
    /// What of members it shows.
    pub read: Option<FieldSet>,
    /// What of members it lets change.
    pub write: Option<FieldSet>,
}

/// Every role: the built-in ones, then those that the organization made.
///
/// # Errors
/// `forbidden`.
pub fn roles(tx: &mut impl AccessStore, actor: &MemberActor) -> Result<Vec<Role>> {
    reach(actor, Permission::AccessRead)?;
    let built_in = BuiltInRole::ALL.iter().copied().map(Role::BuiltIn);
    Ok(built_in.chain(tx.custom_roles()?.into_iter().map(Role::Custom)).collect())
}

/// A role.
///
/// # Errors
/// `forbidden`, `not_found`.
pub fn role(tx: &mut impl AccessStore, actor: &MemberActor, id: RoleId) -> Result<Role> {
    reach(actor, Permission::AccessRead)?;
    find(tx, id)?.ok_or_else(|| Code::NotFound.into())
}

/// Makes a role, which nobody has yet. It gives nothing that its maker does not have everywhere.
///
/// # Errors
/// `forbidden`, `role_limit_reached`, `beyond_own_rights`; at `/name` `role_name_taken`, at `/permissions` `permission_unknown`.
pub fn create_role(
    tx: &mut (impl AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    draft: RoleDraft,
) -> Result<CustomRole> {
    require(actor, Permission::AccessManage)?;
    let known = tx.custom_roles()?.len() as u64;
    if known >= MAX_ROLES {
        return Err(Error::new(Code::RoleLimitReached).with("max", MAX_ROLES));
    }
    let mut made = CustomRole {
        id: context.id(),
        name: draft.name,
        description: draft.description,
        permissions: permissions(&draft.permissions)?,
        fields: Fields::NONE,
        created_at: context.now,
        version: 0,
    };
    made.fields = shown(draft.fields, made.permissions);
    is_free(tx, &made)?;
    beyond(lack(actor, &made, Reach::everywhere()))?;
    tx.save_role(&made)?;
    made.version += 1;
    let entry = entry("role.created", actor, made.id)
        .change("name", None::<String>, made.name.as_str())
        .change("permissions", Vec::<&str>::new(), names(made.permissions));
    tx.record(context, &actor.into(), entry)?;
    Ok(made)
}

/// Changes a role, for everybody who has it. Neither what it gave nor what it gives may be more than its changer has where somebody has it.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `role_built_in`, `beyond_own_rights`; at `/name` `role_name_taken`, at `/permissions`
/// `permission_unknown`.
pub fn update_role(
    tx: &mut (impl AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (RoleId, Option<i64>),
    patch: RolePatch,
) -> Result<CustomRole> {
    require(actor, Permission::AccessManage)?;
    let before = seen(tx, (id, expected))?;
    let mut after = before.clone();
    after.name = patch.name.unwrap_or(after.name);
    after.description = patch.description.unwrap_or(after.description);
    if let Some(some) = &patch.permissions {
        after.permissions = permissions(some)?;
    }
    after.fields.read = patch.read.unwrap_or(after.fields.read);
    after.fields.write = patch.write.unwrap_or(after.fields.write);
    after.fields = shown(after.fields, after.permissions);
    if after == before {
        return Ok(before);
    }
    is_free(tx, &after)?;
    beyond(lack(actor, &before, Reach::everywhere()))?;
    beyond(lack(actor, &after, Reach::everywhere()))?;
    let gives = (after.permissions, after.fields) != (before.permissions, before.fields);
    if gives {
        // Whoever has it for longer than its changer has what it gives would have it for longer still.
        let all = AssignmentFilter { role: Some(id), ..AssignmentFilter::default() };
        let role = Role::Custom(after.clone());
        for assignment in tx.assignments(
            &all,
            &Reach::everywhere(),
            None,
            u32::try_from(MAX_ASSIGNMENTS).unwrap_or(u32::MAX),
        )? {
            let reach = range_of(tx, &assignment)?;
            beyond(actor.rights.lack(&assignment.grant(&role, reach)))?;
        }
    }
    tx.save_role(&after)?;
    after.version += 1;
    let entry = entry("role.changed", actor, id)
        .change("name", before.name.as_str(), after.name.as_str())
        .change(
            "description",
            before.description.as_ref().map(RoleDescription::as_str),
            after.description.as_ref().map(RoleDescription::as_str),
        )
        .change("permissions", names(before.permissions), names(after.permissions))
        .change("fields", serde_json::json!(before.fields), serde_json::json!(after.fields));
    tx.record(context, &actor.into(), entry)?;
    Ok(after)
}

/// Deletes a role that nobody has.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, `role_built_in`, `role_in_use`, `beyond_own_rights`.
pub fn delete_role(
    tx: &mut (impl AccessStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    known: (RoleId, Option<i64>),
) -> Result<()> {
    require(actor, Permission::AccessManage)?;
    let role = seen(tx, known)?;
    beyond(lack(actor, &role, Reach::everywhere()))?;
    let theirs = AssignmentFilter { role: Some(role.id), ..AssignmentFilter::default() };
    if !tx.assignments(&theirs, &Reach::everywhere(), None, 1)?.is_empty() {
        return Err(Code::RoleInUse.into());
    }
    tx.delete_role(role.id)?;
    let entry = entry("role.deleted", actor, role.id)
        .change("name", role.name.as_str(), None::<String>)
        .change("permissions", names(role.permissions), Vec::<&str>::new());
    tx.record(context, &actor.into(), entry)
}

/// Any role, by its id.
pub(super) fn find(tx: &mut impl AccessStore, id: RoleId) -> Result<Option<Role>> {
    if let Some(role) = BuiltInRole::with_id(id) {
        return Ok(Some(Role::BuiltIn(role)));
    }
    Ok(tx.custom_role(id)?.map(Role::Custom))
}

/// A role that can be changed, if it is as it was seen.
fn seen(tx: &mut impl AccessStore, (id, expected): (RoleId, Option<i64>)) -> Result<CustomRole> {
    let role = match find(tx, id)?.ok_or(Code::NotFound)? {
        Role::Custom(role) => role,
        Role::BuiltIn(_) => return Err(Code::RoleBuiltIn.into()),
    };
    if expected.is_some_and(|expected| expected != role.version) {
        return Err(Code::VersionStale.into());
    }
    Ok(role)
}

fn permissions(asked: &[Permission]) -> Result<PermissionSet> {
    let mut faults = Faults::of(Place::Body);
    for (index, permission) in asked.iter().enumerate() {
        if permission.group() == PermissionGroup::Platform {
            faults.note(&format!("/permissions/{index}"), Code::PermissionUnknown);
        }
    }
    faults.finish()?;
    Ok(PermissionSet::with_needs(asked))
}

/// What a role shows: what it lets change, and of whomever it shows at all, who they are.
fn shown(fields: Fields, permissions: PermissionSet) -> Fields {
    let whole = fields.whole();
    if permissions.has(Permission::MemberRead) {
        let basic = [FieldGroup::Basic].into_iter().collect();
        return Fields { read: whole.read.and(basic), ..whole };
    }
    whole
}

/// What an actor lacks in order to give a role somewhere, for as long as they have what they have.
fn lack(actor: &MemberActor, role: &CustomRole, reach: Reach) -> Lack {
    let (permissions, fields) = (role.permissions, role.fields);
    let untils = actor.rights.grants().iter().filter_map(|grant| grant.until);
    let until = untils.min();
    actor.rights.lack(&Grant { assignment: None, role: role.id, permissions, fields, reach, until })
}

fn names(permissions: PermissionSet) -> Vec<&'static str> {
    permissions.iter().map(Permission::name).collect()
}

fn entry(action: &'static str, actor: &MemberActor, id: RoleId) -> Entry {
    Entry::new(action, "role", id).of(actor.tenant)
}

fn is_free(tx: &mut impl AccessStore, role: &CustomRole) -> Result<()> {
    if tx.role_named(&role.key())?.is_some_and(|known| known != role.id) {
        let taken = Violation::new(Code::RoleNameTaken).with("name", role.name.as_str());
        return Err(Faults::one(Place::Body, "/name", taken));
    }
    Ok(())
}
