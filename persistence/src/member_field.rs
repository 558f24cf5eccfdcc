//! Fields that tenants add to their members, and what stands in them. All of it belongs to one tenant.

use crate::connection::{BATCH, insert_all, on};
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{member_fields as fields, member_values as kept};
use crate::sql_type::{Id, Json};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::id::{MemberFieldId, MemberId};
use domain::member_field::{Custom, FieldKind, FieldName, FieldOption, MemberField, MemberFieldStore};
use std::collections::HashMap;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = fields, primary_key(tenant_id, id), treat_none_as_default_value = false)]
struct Row {
    tenant_id: Id,
    id: Id,
    name: String,
    kind: String,
    options: Json,
    required: bool,
    is_unique: bool,
    visible: bool,
    sort_order: i64,
    version: i64,
}

#[derive(Insertable)]
#[diesel(table_name = kept, treat_none_as_default_value = false)]
struct ValueRow {
    tenant_id: Id,
    member_id: Id,
    field_id: Id,
    value: String,
    unique_key: Option<String>,
}

impl TryFrom<Row> for MemberField {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("member_fields", row.id.0, column);
        let options: Vec<String> = serde_json::from_value(row.options.0).map_err(|_| wrong("options"))?;
        let options = options.iter().map(|option| FieldOption::parse(option).map_err(|_| wrong("options")));
        Ok(Self {
            id: row.id.get(),
            name: FieldName::parse(&row.name).map_err(|_| wrong("name"))?,
            kind: FieldKind::find(&row.kind).ok_or_else(|| wrong("kind"))?,
            options: options.collect::<Result<_>>()?,
            required: row.required,
            unique: row.is_unique,
            visible: row.visible,
            order: row.sort_order,
            version: row.version,
        })
    }
}

impl MemberFieldStore for Tx<'_> {
    fn member_fields(&mut self) -> Result<Vec<MemberField>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| fields::table
            .filter(fields::tenant_id.eq(tenant))
            .order((fields::sort_order, fields::id))
            .select(Row::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(MemberField::try_from).collect()
    }

    fn save_member_field(&mut self, field: &MemberField) -> Result<()> {
        let options: Vec<&str> = field.options.iter().map(FieldOption::as_str).collect();
        let row = Row {
            tenant_id: self.bound()?,
            id: field.id.into(),
            name: field.name.as_str().to_owned(),
            kind: field.kind.name().to_owned(),
            options: Json(options.into()),
            required: field.required,
            is_unique: field.unique,
            visible: field.visible,
            sort_order: field.order,
            version: field.version + 1,
        };
        if field.version == 0 {
            return on!(self.db, |db| diesel::insert_into(fields::table).values(&row).execute(db))
                .understood()
                .map(drop);
        }
        let known = fields::table.find((row.tenant_id, row.id)).filter(fields::version.eq(field.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn delete_member_field(&mut self, id: MemberFieldId) -> Result<()> {
        let (tenant, id) = (self.bound()?, Id::from(id));
        let values = kept::table.filter(kept::tenant_id.eq(tenant)).filter(kept::field_id.eq(id));
        on!(self.db, |db| diesel::delete(values).execute(db)).understood()?;
        let known = fields::table.find((tenant, id));
        one_row(on!(self.db, |db| diesel::delete(known).execute(db)).understood()?)
    }

    fn custom_values(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, MemberFieldId, String)>> {
        let (tenant, mut found) = (self.bound()?, Vec::new());
        let ids: Vec<Id> = members.iter().copied().map(Id::from).collect();
        for some in ids.chunks(BATCH) {
            let rows: Vec<(Id, Id, String)> = on!(self.db, |db| kept::table
                .filter(kept::tenant_id.eq(tenant))
                .filter(kept::member_id.eq_any(some))
                .select((kept::member_id, kept::field_id, kept::value))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(|(member, field, value)| (member.get(), field.get(), value)));
        }
        Ok(found)
    }

    fn replace_custom_values(&mut self, values: &[(MemberId, &Custom)], known: &[MemberField]) -> Result<()> {
        let tenant_id = self.bound()?;
        let ids: Vec<Id> = values.iter().map(|(member, _)| Id::from(*member)).collect();
        for some in ids.chunks(BATCH) {
            let theirs =
                kept::table.filter(kept::tenant_id.eq(tenant_id)).filter(kept::member_id.eq_any(some));
            on!(self.db, |db| diesel::delete(theirs).execute(db)).understood()?;
        }
        let unique: HashMap<MemberFieldId, &MemberField> =
            known.iter().filter(|field| field.unique).map(|field| (field.id, field)).collect();
        let rows: Vec<ValueRow> = values
            .iter()
            .flat_map(|(member, custom)| custom.iter().map(|(field, value)| (*member, *field, value)))
            .map(|(member, field, value)| ValueRow {
                tenant_id,
                member_id: member.into(),
                field_id: field.into(),
                value: value.clone(),
                unique_key: unique.get(&field).map(|field| field.key(value)),
            })
            .collect();
        insert_all!(self.db, kept::table, rows).understood()
    }
}
