//! People and departments as the tests of organizations need them.

use serde_json::{Value, json};
use tests::world::mobile;
use tests::{Answer, Company};

/// The id of somebody new who is invited.
pub(crate) async fn invited(company: &Company, name: &str, more: Value) -> String {
    let mut body = json!({"name": name, "mobile": mobile(), "send_invitation": false});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    company.post("/v1/members", body).send().await.expect(201).text("/id")
}

pub(crate) async fn change(company: &Company, id: &str, patch: Value) -> Answer {
    let request = company.world.patch(format!("/v1/members/{id}"), patch);
    request.bearer(&company.access_token).send().await
}

/// The id of a new department below the root.
pub(crate) async fn department(company: &Company, name: &str) -> String {
    company.post("/v1/departments", json!({"name": name})).send().await.expect(201).text("/id")
}

/// A member as administrators see them.
pub(crate) async fn member(company: &Company, id: &str) -> Answer {
    company.get(&format!("/v1/members/{id}")).send().await.expect(200)
}

/// Who somebody is in their organization.
pub(crate) async fn member_id(person: &Company) -> String {
    person.get("/v1/me").send().await.expect(200).text("/member/id")
}

/// The names on a page.
pub(crate) async fn names(company: &Company, path: &str) -> Vec<String> {
    let page = company.get(path).send().await.expect(200);
    page.at("/data").as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// One fault, as an answer tells it.
pub(crate) fn fault(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

/// Where a member is: in these departments.
pub(crate) fn at(departments: &[&str]) -> Value {
    let places: Vec<Value> = departments.iter().map(|id| json!({"department_id": id})).collect();
    json!({"departments": places})
}

/// Long enough for a change of rights, or the end of a session, to be felt everywhere.
pub(crate) async fn felt() {
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
}
