//! Roles as the tests give them.

use crate::people::{felt, member_id};
use serde_json::{Value, json};
use tests::{Answer, Company};

/// 创建者: everything; nobody gives it.
pub(crate) const OWNER: &str = "00000000-0000-8000-8000-000000000001";
/// 管理员: everything but what decides over the organization itself.
pub(crate) const ADMINISTRATOR: &str = "00000000-0000-8000-8000-000000000002";
/// 通讯录管理员: departments and members.
pub(crate) const DIRECTORY_MANAGER: &str = "00000000-0000-8000-8000-000000000003";
/// 人事: everything that is known of members.
pub(crate) const HUMAN_RESOURCES: &str = "00000000-0000-8000-8000-000000000004";
/// 财务: what is paid.
pub(crate) const FINANCE: &str = "00000000-0000-8000-8000-000000000005";
/// 审计: to see and to change nothing.
pub(crate) const AUDITOR: &str = "00000000-0000-8000-8000-000000000006";
/// 成员: what everybody has.
pub(crate) const MEMBER: &str = "00000000-0000-8000-8000-000000000008";
/// 部门管理员: the people of some departments, and those departments.
pub(crate) const DEPARTMENT_MANAGER: &str = "00000000-0000-8000-8000-000000000007";

pub(crate) fn everywhere() -> Value {
    json!({"kind": "everywhere"})
}

/// Where its holders are.
pub(crate) fn own() -> Value {
    json!({"kind": "own"})
}

/// In these departments, and below.
pub(crate) fn only(departments: &[&str]) -> Value {
    json!({"kind": "departments", "department_ids": departments})
}

/// Gives a role, until a moment if there is one.
pub(crate) async fn give(
    by: &Company,
    role: &str,
    (kind, id): (&str, &str),
    range: Value,
    until: Value,
) -> Answer {
    let body = json!({"role_id": role, "holder": {"kind": kind, "id": id}, "range": range, "until": until});
    by.post("/v1/access/assignments", body).send().await
}

/// The id of an assignment that gives a role for good.
pub(crate) async fn assign(by: &Company, role: &str, holder: (&str, &str), range: Value) -> String {
    give(by, role, holder, range, Value::Null).await.expect(201).text("/id")
}

/// Gives somebody a role who can use it at once.
pub(crate) async fn appoint(by: &Company, role: &str, person: &Company, range: Value) {
    assign(by, role, ("member", &member_id(person).await), range).await;
    felt().await;
}
