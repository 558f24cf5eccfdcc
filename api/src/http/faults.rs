//! From what a JSON Schema validator finds to faults: every one of them, each at its place.

use domain::error::{Code, Fault, Place, Violation};
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

/// Every fault of a value against a schema. NUL is one in any text: no database and no person wants it.
pub(crate) fn faults(validator: &Validator, value: &Value, place: Place) -> Vec<Fault> {
    let mut found = Vec::new();
    for error in validator.iter_errors(value) {
        translate(&error, place, &mut found);
    }
    find_nul(value, &mut String::new(), place, &mut found);
    found.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    found.dedup_by(|a, b| a.pointer == b.pointer && a.violation == b.violation);
    found
}

fn translate(error: &ValidationError<'_>, place: Place, found: &mut Vec<Fault>) {
    let here = error.instance_path().to_string();
    let mut note = |pointer: String, violation: Violation| found.push(Fault { place, pointer, violation });
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                let code = if place == Place::Query { Code::ParameterUnknown } else { Code::FieldUnknown };
                note(member(&here, name), code.into());
            }
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            note(member(&here, name), Code::FieldRequired.into());
        }
        Kind::Type { kind } => note(here, Violation::new(Code::TypeWrong).with("expected", expected(kind))),
        Kind::Enum { options } => {
            note(here, Violation::new(Code::ValueNotAllowed).with("allowed", listed(options)));
        }
        Kind::Constant { expected_value } => {
            note(here, Violation::new(Code::ValueNotAllowed).with("allowed", listed(expected_value)));
        }
        Kind::MinLength { limit } | Kind::MinItems { limit } | Kind::MinProperties { limit } => {
            note(here, Violation::new(Code::ValueTooShort).with("min", *limit));
        }
        Kind::MaxLength { limit } | Kind::MaxItems { limit } | Kind::MaxProperties { limit } => {
            note(here, Violation::new(Code::ValueTooLong).with("max", *limit));
        }
        Kind::Minimum { limit } | Kind::ExclusiveMinimum { limit } => {
            note(here, Violation::new(Code::ValueOutOfRange).with("min", limit.clone()).with("max", "…"));
        }
        Kind::Maximum { limit } | Kind::ExclusiveMaximum { limit } => {
            note(here, Violation::new(Code::ValueOutOfRange).with("min", "…").with("max", limit.clone()));
        }
        Kind::Format { format } => {
            note(here, Violation::new(Code::FormatInvalid).with("expected", format.as_str()));
        }
        Kind::Pattern { pattern } => {
            note(here, Violation::new(Code::FormatInvalid).with("expected", pattern.as_str()));
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
            // Of several shapes the nearest is meant: the one whose faults lie deepest, never "it is not null".
            let meant = context.iter().filter(|branch| !only_null(branch)).max_by_key(|branch| {
                branch.iter().map(|error| error.instance_path().as_str().len()).max().unwrap_or_default()
            });
            match meant {
                Some(branch) => branch.iter().for_each(|error| translate(error, place, found)),
                None => note(here, Violation::new(Code::TypeWrong).with("expected", "another shape")),
            }
        }
        _ => note(
            here,
            Violation::new(Code::FormatInvalid).with("expected", error.kind().keyword().to_owned()),
        ),
    }
}

fn only_null(branch: &[ValidationError<'static>]) -> bool {
    branch.iter().all(|error| matches!(error.kind(), Kind::Type { kind } if expected(kind) == "null"))
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => {
            several.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" | ")
        }
    }
}

fn listed(options: &Value) -> String {
    match options {
        Value::Array(options) => options.iter().map(listed).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The JSON pointer of a member (RFC 6901, 3).
fn member(of: &str, name: &str) -> String {
    format!("{of}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn find_nul(value: &Value, at: &mut String, place: Place, found: &mut Vec<Fault>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            found.push(Fault { place, pointer: at.clone(), violation: Code::TextCharacterForbidden.into() });
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_nul(item, &mut format!("{at}/{index}"), place, found);
            }
        }
        Value::Object(members) => {
            for (name, item) in members {
                find_nul(item, &mut member(at, name), place, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_fault_at_once_with_its_pointer() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["a", "b"],
            "properties": {
                "a": {"type": "string", "maxLength": 2},
                "b": {"type": "object", "additionalProperties": false, "properties": {"c": {"enum": ["x", "y"]}}},
                "d": {"oneOf": [{"type": "null"}, {"type": "object", "required": ["e"], "properties": {"e": {"type": "integer"}}}]}
            }
        });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let value = json!({"a": "lo\u{0}ng", "b": {"c": "z", "u/v": 1}, "d": {"e": "no"}, "x": 1});
        let found: Vec<_> = faults(&validator, &value, Place::Body)
            .into_iter()
            .map(|fault| (fault.pointer, fault.violation.code.name()))
            .collect();
        let expected = [
            ("/a", "value_too_long"),
            ("/a", "text_character_forbidden"),
            ("/b/c", "value_not_allowed"),
            ("/b/u~1v", "field_unknown"),
            ("/d/e", "type_wrong"),
            ("/x", "field_unknown"),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }
}
