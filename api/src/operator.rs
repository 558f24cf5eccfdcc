//! Operators, from the command line.

use crate::service::Service;
use domain::account::AccountStore;
use domain::actor::{Actor, OperatorRole};
use domain::contact::ContactPoint;
use domain::context::{Context, Origin};
use domain::error::{Code, Error, Language, Result, Violation};
use domain::member::MemberStore;
use domain::number;
use domain::operator::{Operator, OperatorStore, add as add_operator};
use domain::phone::MobileNumber;
use domain::policy::lift_networks;
use domain::session::Identity;
use domain::tenant::TenantScope;
use domain::text::PersonName;
use domain::totp;
use serde_json::{Value, json};
use uuid::Uuid;

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
    let origin = origin();
    let context = Context { now: service.clock.now(), random: &service.random, origin: &origin };
    service.database.write(|tx| add_operator(tx, &context, mobile, name, role))
}

fn origin() -> Origin {
    Origin { request_id: "command-line".to_owned(), ..Origin::default() }
}

/// Forgets the authenticator of whoever has a number, and says so.
///
/// # Errors
/// What is wrong with the number, or that nobody with it has an authenticator.
pub fn reset_second_factor(service: &Service, mobile: &str, operator: bool) -> Result<String> {
    let mobile = parsed(mobile)?;
    let origin = origin();
    let context = Context { now: service.clock.now(), random: &service.random, origin: &origin };
    service.database.write(|tx| {
        let who = if operator {
            tx.operator_by_mobile(&mobile)?.map(|known| Identity::Operator(known.id))
        } else {
            tx.account_by(&ContactPoint::from(&mobile))?.map(|known| Identity::Account(known.id))
        };
        let who = who.ok_or_else(|| Error::internal("nobody has that number"))?;
        totp::reset(tx, &context, who)
    })?;
    Ok(format!("{} signs in without an authenticator\n", mobile.masked()))
}

/// Notes that whoever has a number is its owner, and says so.
///
/// # Errors
/// What is wrong with the number, or that nobody has it.
pub fn vouch_for_number(service: &Service, mobile: &str) -> Result<String> {
    let mobile = parsed(mobile)?;
    let origin = origin();
    let context = Context { now: service.clock.now(), random: &service.random, origin: &origin };
    service.database.write(|tx| number::vouch(tx, &context, &mobile))?;
    Ok(format!("a code sent to {} signs in again\n", mobile.masked()))
}

/// Lets the administrators of an organization come from any network again, and says so.
///
/// # Errors
/// That there is no such organization.
pub fn lift_allow_list(service: &Service, tenant: Uuid) -> Result<String> {
    let origin = origin();
    let context = Context { now: service.clock.now(), random: &service.random, origin: &origin };
    let lifted = service.database.write(|tx| {
        tx.enter(tenant.into());
        let owner = tx.owner()?.ok_or_else(|| Error::internal("there is no such organization"))?;
        lift_networks(tx, &context, &Actor::System, (tenant.into(), owner))
    })?;
    Ok(if lifted { "administrators come from any network\n" } else { "there was no allow-list\n" }.to_owned())
}

fn parsed(mobile: &str) -> Result<MobileNumber> {
    MobileNumber::parse(mobile)
        .map_err(|wrong| Error::internal(format!("--mobile: {}", wrong.message(Language::English))))
}
