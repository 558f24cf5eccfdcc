//! Operators, from the command line.

use crate::service::Service;
use domain::actor::OperatorRole;
use domain::context::{Context, Origin};
use domain::error::{Code, Error, Language, Result, Violation};
use domain::operator::{Operator, add as add_operator};
use domain::phone::MobileNumber;
use domain::text::PersonName;
use serde_json::{Value, json};

/// Adds an operator and says so.
///
/// # Errors
/// What is wrong with the number, the name or the role.
pub fn add(service: &Service, mobile: &str, name: &str, role: &str, as_json: bool) -> Result<String> {
    let wrong = |what: &str, violation: &Violation| {
        Error::internal(format!("{what}: {}", violation.message(Language::English)))
    };
    let mobile = MobileNumber::parse(mobile).map_err(|violation| wrong("--mobile", &violation))?;
    let name = PersonName::parse(name).map_err(|violation| wrong("--name", &violation))?;
    let role: OperatorRole = serde_json::from_value(Value::from(role)).map_err(|_| {
        let roles = "reviewer, senior_reviewer, support, platform_admin";
        wrong("--role", &Violation::new(Code::ValueNotAllowed).with("allowed", roles))
    })?;
    let operator = save(service, &mobile, &name, role)?;
    let line = json!({
        "id": operator.id.to_string(), "mobile": operator.mobile.masked(),
        "name": operator.name.as_str(), "role": operator.role,
    });
    Ok(if as_json {
        format!("{line}\n")
    } else {
        format!("{} {} is an operator: {}\n", operator.mobile.masked(), name.as_str(), line["role"])
    })
}

pub(crate) fn save(
    service: &Service,
    mobile: &MobileNumber,
    name: &PersonName,
    role: OperatorRole,
) -> Result<Operator> {
    let origin = Origin { ip: None, request_id: "command-line".to_owned() };
    let context = Context { now: service.clock.now(), random: &service.random, origin: &origin };
    service.database.write(|tx| add_operator(tx, &context, mobile, name, role))
}
