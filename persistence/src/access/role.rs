//! Roles that organizations made.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::roles;
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::access::{
    CustomRole, FieldGroup, FieldSet, Fields, Permission, PermissionSet, RoleDescription, RoleName, RoleStore,
};
use domain::error::{Error, Result};
use domain::id::RoleId;
use domain::member::sort_key;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = roles, primary_key(tenant_id, id), treat_none_as_default_value = false, treat_none_as_null = true)]
struct RoleRow {
    tenant_id: Id,
    id: Id,
    name: String,
    name_key: String,
    sort_key: String,
    description: Option<String>,
    permissions: Json,
    fields: Json,
    created_at: Instant,
    version: i64,
}

/// Permissions that were kept, by name, with what they need by now; one that is not there any more is none.
pub(super) fn permissions(kept: &Json) -> Option<PermissionSet> {
    let names = kept.0.as_array()?;
    let known: Vec<Permission> = names.iter().filter_map(|name| Permission::find(name.as_str()?)).collect();
    Some(PermissionSet::with_needs(&known))
}

pub(super) fn fields(kept: Json) -> Option<Fields> {
    serde_json::from_value(kept.0).ok()
}

impl TryFrom<RoleRow> for CustomRole {
    type Error = Error;

    fn try_from(row: RoleRow) -> Result<Self> {
        let wrong = |column| corrupt("roles", row.id.0, column);
        Ok(Self {
            id: row.id.get(),
            name: RoleName::parse(&row.name).map_err(|_| wrong("name"))?,
            description: row
                .description
                .as_deref()
                .map(RoleDescription::parse)
                .transpose()
                .map_err(|_| wrong("description"))?,
            permissions: permissions(&row.permissions).ok_or_else(|| wrong("permissions"))?,
            fields: fields(row.fields).ok_or_else(|| wrong("fields"))?,
            created_at: row.created_at.0,
            version: row.version,
        })
    }
}

impl RoleStore for Tx<'_> {
    fn custom_roles(&mut self) -> Result<Vec<CustomRole>> {
        let tenant = self.bound()?;
        let rows: Vec<RoleRow> = on!(self.db, |db| roles::table
            .filter(roles::tenant_id.eq(tenant))
            .order((roles::sort_key, roles::id))
            .select(RoleRow::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(CustomRole::try_from).collect()
    }

    fn custom_role(&mut self, id: RoleId) -> Result<Option<CustomRole>> {
        let key = (self.bound()?, Id::from(id));
        let row: Option<RoleRow> =
            on!(self.db, |db| roles::table.find(key).select(RoleRow::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(CustomRole::try_from).transpose()
    }

    fn role_named(&mut self, key: &str) -> Result<Option<RoleId>> {
        let tenant = self.bound()?;
        let found: Option<Id> = on!(self.db, |db| roles::table
            .filter(roles::tenant_id.eq(tenant))
            .filter(roles::name_key.eq(key))
            .select(roles::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(found.map(Id::get))
    }

    fn save_role(&mut self, role: &CustomRole) -> Result<()> {
        let names: Vec<&str> = role.permissions.iter().map(Permission::name).collect();
        let groups = |set: FieldSet| set.iter().map(FieldGroup::name).collect::<Vec<_>>();
        let row = RoleRow {
            tenant_id: self.bound()?,
            id: role.id.into(),
            name: role.name.as_str().to_owned(),
            name_key: role.key(),
            sort_key: sort_key(role.name.as_str()),
            description: role.description.as_ref().map(|text| text.as_str().to_owned()),
            permissions: Json(serde_json::json!(names)),
            fields: Json(
                serde_json::json!({"read": groups(role.fields.read), "write": groups(role.fields.write)}),
            ),
            created_at: role.created_at.into(),
            version: role.version + 1,
        };
        if role.version == 0 {
            return on!(self.db, |db| diesel::insert_into(roles::table).values(&row).execute(db))
                .understood()
                .map(drop);
        }
        let known = roles::table.find((row.tenant_id, row.id)).filter(roles::version.eq(role.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn delete_role(&mut self, id: RoleId) -> Result<()> {
        let known = roles::table.find((self.bound()?, Id::from(id)));
        one_row(on!(self.db, |db| diesel::delete(known).execute(db)).understood()?)
    }
}
