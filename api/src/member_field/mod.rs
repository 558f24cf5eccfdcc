//! Fields that an organization adds to what is said of its members.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use crate::mirror::mirror;
use domain::error::{Faults, Violation};
use domain::member_field::{FieldOption, MemberField};
use domain::text::Line;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

mirror! {
    /// What a field holds. Values are text in one form, whatever they mean: numbers as `-12.5`, days as `2026-03-01`.
    MemberFieldKind = domain::member_field::FieldKind {
        Text "text" "up to 256 characters";
        Number "number" "a decimal number";
        Date "date" "a day";
        Choice "choice" "one of some options";
        Link "link" "an http or https address";
    }
}

/// A field of the organization's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberFieldView {
    /// Its id, by which values are named.
    id: Uuid,
    /// What it is called.
    #[schema(example = "工牌颜色")]
    name: String,
    /// What it holds.
    kind: MemberFieldKind,
    /// What can be chosen; empty unless it is a choice.
    #[schema(example = json!(["蓝", "绿"]))]
    options: Vec<String>,
    /// Whether every member has to have it.
    required: bool,
    /// Whether no two members have the same.
    unique: bool,
    /// Whether members see it of each other.
    visible: bool,
    /// Its place among the fields, smallest first.
    #[schema(example = 1)]
    order: i64,
    /// Counts the changes; `If-Match` of one may name it.
    #[schema(example = 1)]
    version: i64,
}

impl From<&MemberField> for MemberFieldView {
    fn from(field: &MemberField) -> Self {
        Self {
            id: field.id.into(),
            name: field.name.as_str().to_owned(),
            kind: field.kind.into(),
            options: field.options.iter().map(|option| option.as_str().to_owned()).collect(),
            required: field.required,
            unique: field.unique,
            visible: field.visible,
            order: field.order,
            version: field.version,
        }
    }
}

/// Reads options that are there.
fn options(raw: Option<&[String]>, faults: &mut Faults) -> Option<Vec<FieldOption>> {
    let mut read = |(index, raw): (usize, &String)| {
        let parsed: Result<FieldOption, Violation> = Line::parse(raw);
        faults.at(&format!("/options/{index}"), parsed)
    };
    raw.map(|raw| raw.iter().enumerate().filter_map(&mut read).collect())
}
