//! A spreadsheet to fill in.

use super::Column;
use crate::error::Language;
use crate::member_field::{FieldKind, MemberField};

/// The headings of every column of a tenant, and two members as examples.
#[must_use]
pub fn template(language: Language, fields: &[MemberField]) -> Vec<Vec<String>> {
    let custom = fields.iter().map(|field| Column::Custom(field.id));
    let columns: Vec<Column> = Column::ALL.into_iter().chain(custom).collect();
    let headings = columns.iter().map(|column| column.heading(language, fields)).collect();
    let mut rows = vec![headings];
    for (index, example) in EXAMPLES[usize::from(language == Language::English)].iter().enumerate() {
        let cell = |(at, column): (usize, &Column)| match column {
            Column::Custom(id) => fields
                .iter()
                .find(|field| field.id == *id)
                .map(|field| filled(field, index))
                .unwrap_or_default(),
            _ => example.get(at).copied().unwrap_or_default().to_owned(),
        };
        rows.push(columns.iter().enumerate().map(cell).collect());
    }
    rows
}

/// What could stand in a field of the tenant.
fn filled(field: &MemberField, index: usize) -> String {
    match field.kind {
        FieldKind::Text => String::from(["A-01", "A-02"][index]),
        FieldKind::Number => String::from(["1", "2"][index]),
        FieldKind::Date => String::from(["2026-03-01", "2026-04-01"][index]),
        FieldKind::Link => String::from(["https://example.com/1", "https://example.com/2"][index]),
        FieldKind::Choice => {
            let option = field.options.get(index).or(field.options.first());
            option.map(|option| option.as_str().to_owned()).unwrap_or_default()
        }
    }
}

/// In the order of the columns.
const EXAMPLES: [[[&str; Column::ALL.len()]; 2]; 2] = [
    [
        [
            "张三",
            "zhang.san",
            "13800138000",
            "总部/研发/平台",
            "是",
            "技术经理",
            "",
            "E001",
            "zhang.san@example.com",
            "男",
            "老张",
            "0755-86001234",
            "深圳",
            "深圳市南山区科技路1号",
            "2026-03-01",
        ],
        [
            "李四",
            "li.si",
            "13900139000",
            "总部/研发/平台；总部/市场",
            "否；否",
            "后端工程师",
            "zhang.san",
            "E002",
            "li.si@example.com",
            "女",
            "",
            "",
            "深圳",
            "",
            "2026-04-01",
        ],
    ],
    [
        [
            "San Zhang",
            "zhang.san",
            "+8613800138000",
            "Head office/Development/Platform",
            "yes",
            "Lead",
            "",
            "E001",
            "zhang.san@example.com",
            "male",
            "Sam",
            "+86 755 8600 1234",
            "Shenzhen",
            "1 Keji Road, Nanshan, Shenzhen",
            "2026-03-01",
        ],
        [
            "Si Li",
            "li.si",
            "+8613900139000",
            "Head office/Development/Platform; Head office/Marketing",
            "no; no",
            "Backend engineer",
            "zhang.san",
            "E002",
            "li.si@example.com",
            "female",
            "",
            "",
            "Shenzhen",
            "",
            "2026-04-01",
        ],
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member_import::{Sheet, SheetRow};

    #[test]
    fn a_template_is_understood() {
        for language in [Language::Chinese, Language::English] {
            let rows: Vec<SheetRow> = (1..)
                .zip(template(language, &[]))
                .map(|(row, cells)| SheetRow { row, cells, flaws: Vec::new() })
                .collect();
            let sheet = Sheet::find(&rows, &[]).unwrap();
            assert_eq!(sheet.first, 1);
            assert!(sheet.columns.iter().all(|heading| heading.column.is_some()));
        }
    }
}
