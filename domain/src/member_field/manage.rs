//! Adding fields and changing them.

use super::{FieldKind, FieldName, FieldOption, MAX_FIELDS, MAX_OPTIONS, MemberField, MemberFieldStore};
use crate::access::{self, Permission};
use crate::actor::MemberActor;
use crate::context::Context;
use crate::error::{Code, Error, Faults, Place, Result, Violation};
use crate::id::MemberFieldId;
use crate::journal::{Entry, Journal};
use crate::text::comparison_key;
use serde_json::Value;

/// A field to be added.
#[derive(Debug, Clone)]
pub struct NewField {
    /// What it is called.
    pub name: FieldName,
    /// What it holds.
    pub kind: FieldKind,
    /// What can be chosen.
    pub options: Vec<FieldOption>,
    /// Whether every member has to have it.
    pub required: bool,
    /// Whether no two members have the same.
    pub unique: bool,
    /// Whether members see it of each other.
    pub visible: bool,
    /// Its place among the fields; the last when none is named.
    pub order: Option<i64>,
}

/// What changes about a field; what is not there stays.
#[derive(Debug, Clone, Default)]
pub struct FieldPatch {
    /// What it is called.
    pub name: Option<FieldName>,
    /// What can be chosen from now on; what was chosen stays.
    pub options: Option<Vec<FieldOption>>,
    /// Whether every member has to have it, from their next change on.
    pub required: Option<bool>,
    /// Whether members see it of each other.
    pub visible: Option<bool>,
    /// Its place among the fields.
    pub order: Option<i64>,
}

/// The fields, in their order.
///
/// # Errors
/// `forbidden`.
pub fn list(tx: &mut impl MemberFieldStore, actor: &MemberActor) -> Result<Vec<MemberField>> {
    access::reach(actor, Permission::MemberRead)?;
    tx.member_fields()
}

/// Adds a field.
///
/// # Errors
/// `forbidden`, `member_field_limit_reached`; at `/name` `member_field_name_taken`, at `/options` `value_too_short`, `value_too_long`
/// and `field_repeated`.
pub fn create(
    tx: &mut (impl MemberFieldStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    new: NewField,
) -> Result<MemberField> {
    access::require(actor, Permission::MemberManage)?;
    let known = tx.member_fields()?;
    if known.len() >= MAX_FIELDS {
        return Err(Error::new(Code::MemberFieldLimitReached).with("max", MAX_FIELDS));
    }
    let last = known.iter().map(|field| field.order).max().unwrap_or(0);
    let mut field = MemberField {
        id: context.id(),
        name: new.name,
        kind: new.kind,
        options: new.options,
        required: new.required,
        unique: new.unique,
        visible: new.visible,
        order: new.order.unwrap_or(last + 1),
        version: 0,
    };
    check(&known, &field)?;
    tx.save_member_field(&field)?;
    field.version += 1;
    let entry = changes(Entry::new("member_field.created", "member_field", field.id), None, &field);
    let entry = entry.change("kind", None::<String>, field.kind.name());
    let entry = entry.change("unique", None::<bool>, field.unique);
    tx.record(context, &actor.into(), entry.of(actor.tenant))?;
    Ok(field)
}

/// Changes a field.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`, and those of [`create`] at `/name` and `/options`.
pub fn update(
    tx: &mut (impl MemberFieldStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (MemberFieldId, Option<i64>),
    patch: FieldPatch,
) -> Result<MemberField> {
    access::require(actor, Permission::MemberManage)?;
    let known = tx.member_fields()?;
    let before = known.iter().find(|field| field.id == id).ok_or(Code::NotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Code::VersionStale.into());
    }
    let mut after = before.clone();
    after.name = patch.name.unwrap_or(after.name);
    after.options = patch.options.unwrap_or(after.options);
    after.required = patch.required.unwrap_or(after.required);
    after.visible = patch.visible.unwrap_or(after.visible);
    after.order = patch.order.unwrap_or(after.order);
    if after == *before {
        return Ok(after);
    }
    check(&known, &after)?;
    tx.save_member_field(&after)?;
    let entry = changes(Entry::new("member_field.changed", "member_field", id), Some(before), &after);
    after.version += 1;
    tx.record(context, &actor.into(), entry.of(actor.tenant))?;
    Ok(after)
}

/// Takes a field away, with whatever members have in it.
///
/// # Errors
/// `forbidden`, `not_found`, `version_stale`.
pub fn delete(
    tx: &mut (impl MemberFieldStore + Journal),
    context: &Context<'_>,
    actor: &MemberActor,
    (id, expected): (MemberFieldId, Option<i64>),
) -> Result<()> {
    access::require(actor, Permission::MemberManage)?;
    let known = tx.member_fields()?;
    let field = known.iter().find(|field| field.id == id).ok_or(Code::NotFound)?;
    if expected.is_some_and(|expected| expected != field.version) {
        return Err(Code::VersionStale.into());
    }
    tx.delete_member_field(id)?;
    let entry = Entry::new("member_field.deleted", "member_field", id).of(actor.tenant);
    let entry = entry.change("name", field.name.as_str(), None::<String>);
    tx.record(context, &actor.into(), entry)
}

fn check(known: &[MemberField], field: &MemberField) -> Result<()> {
    let mut faults = Faults::of(Place::Body);
    let key = comparison_key(field.name.as_str());
    let same = |other: &&MemberField| other.id != field.id && comparison_key(other.name.as_str()) == key;
    if known.iter().any(|other| same(&other)) {
        faults.note("/name", Code::MemberFieldNameTaken);
    }
    let count = field.options.len();
    match field.kind {
        FieldKind::Choice if count == 0 => {
            faults.note("/options", Violation::new(Code::ValueTooShort).with("min", 1));
        }
        FieldKind::Choice if count > MAX_OPTIONS => {
            faults.note("/options", Violation::new(Code::ValueTooLong).with("max", MAX_OPTIONS));
        }
        FieldKind::Choice => {}
        _ if count > 0 => faults.note("/options", Violation::new(Code::ValueTooLong).with("max", 0)),
        _ => {}
    }
    for (index, option) in field.options.iter().enumerate() {
        if field.options[..index].contains(option) {
            faults.note(&format!("/options/{index}"), Code::FieldRepeated);
        }
    }
    faults.finish()
}

fn changes(entry: Entry, before: Option<&MemberField>, after: &MemberField) -> Entry {
    let options = |field: &MemberField| field.options.iter().map(FieldOption::as_str).collect::<Value>();
    entry
        .change("name", before.map(|field| field.name.as_str()), after.name.as_str())
        .change("options", before.map(options), options(after))
        .change("required", before.map(|field| field.required), after.required)
        .change("visible", before.map(|field| field.visible), after.visible)
        .change("order", before.map(|field| field.order), after.order)
}
