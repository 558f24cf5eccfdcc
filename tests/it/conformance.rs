//! Every operation of members, held against the matrix of rights: each built-in role, given for one department and for the whole
//! organization, asks each operation for what is within its range, for what is outside, and for another tenant's.

use crate::contract::body_of;
use crate::people::{change, department, invited, member_id};
use crate::roles::{DEPARTMENT_MANAGER, appoint, everywhere, only};
use api::contract::{Contract, Operation};
use domain::access::BuiltInRole;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use tests::{Answer, Company, both};

/// What each operation is asked for, as a person can read it.
const ROWS: &str = include_str!("../fixtures/access/conformance.txt");
/// What each role allows where: the golden matrix, which the domain holds against its code.
const MATRIX: &str = include_str!("../../domain/data/access/matrix.txt");
/// The permission and the target of each operation.
fn rows() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let table = ROWS.split("\n\n").next().unwrap();
    let row = |line: &'static str| {
        let [id, permission, target] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        (id, (permission, target))
    };
    table.lines().map(row).collect()
}

/// Where a role allows something, in the word of the matrix.
fn word(role: BuiltInRole, permission: &str) -> &'static str {
    let mut lines = MATRIX.lines();
    let at = lines.next().unwrap().split_whitespace().position(|name| name == role.name()).unwrap();
    let row = lines.find(|line| line.split_whitespace().next() == Some(permission)).unwrap();
    row.split_whitespace().nth(at + 1).unwrap()
}

/// Whether an operation is one of members.
fn of_members(operation: &Operation) -> bool {
    let schemes = operation.document()["security"].as_array().into_iter().flatten();
    schemes.flat_map(|scheme| scheme.as_object().unwrap().keys()).any(|scheme| scheme == "access_token")
}

#[test]
fn every_operation_of_members_has_a_row() {
    let rows = rows();
    let mut kept: Vec<&str> = rows.keys().copied().collect();
    for operation in Contract::shared().operations().filter(|one| of_members(one)) {
        let (permission, _) =
            rows.get(operation.id()).unwrap_or_else(|| panic!("{} has no row", operation.id()));
        let stated = operation.document()["x-permission"].as_str().unwrap_or("-");
        assert_eq!(*permission, stated, "{}", operation.id());
        kept.retain(|id| *id != operation.id());
    }
    assert!(kept.is_empty(), "rows without an operation: {kept:?}");
}

/// Where something is, as the one who asks for it stands to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Own,
    Outside,
    Foreign,
}

/// What an answer comes to.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// Whatever else may be wrong, it is not a matter of rights.
    Fine,
    /// It is told that it is not allowed.
    Forbidden,
    /// As if it were not there.
    Absent,
    /// They may, and would give or write what they do not have; whatever it is about.
    Beyond,
}

fn outcome(answer: &Answer, permission: &str) -> Outcome {
    let codes: Vec<String> = if answer.status == 422 {
        answer.faults().into_iter().map(|(_, code)| code).collect()
    } else {
        Vec::new()
    };
    let unknown = ["member_unknown", "department_unknown", "tag_unknown", "role_unknown"];
    if codes.iter().any(|code| unknown.contains(&code.as_str())) {
        return Outcome::Absent;
    }
    if codes.iter().any(|code| code == "range_beyond_own") {
        return Outcome::Forbidden;
    }
    match answer.status {
        404 => Outcome::Absent,
        403 if answer.text("/code") == "forbidden" => {
            assert_eq!(answer.text("/permission"), permission);
            Outcome::Forbidden
        }
        403 if answer.text("/code") == "beyond_own_rights" => Outcome::Beyond,
        // What comes after the rights.
        403 => {
            let code = answer.text("/code");
            assert!(["confirmation_required", "owner_alone"].contains(&code.as_str()), "{code}");
            Outcome::Fine
        }
        status => {
            assert!(
                [200, 201, 202, 204, 409, 412, 415, 422, 428, 429].contains(&status),
                "{status} {}",
                answer.json
            );
            Outcome::Fine
        }
    }
}

/// What should come of asking.
fn expected(role: BuiltInRole, everywhere: bool, permission: &str, target: &str, side: Side) -> Outcome {
    let word = word(role, permission);
    let whole = word == "always" || (everywhere && word != "-");
    let somewhere = whole || word == "range";
    let may = match (target, side) {
        ("organization", _) => whole,
        ("somewhere" | "role", _) | (_, Side::Own | Side::Foreign) => somewhere,
        (_, Side::Outside) => whole,
    };
    match side {
        _ if !somewhere => Outcome::Forbidden,
        _ if !may && ["assignment", "departed"].contains(&target) => Outcome::Absent,
        _ if !may => Outcome::Forbidden,
        Side::Foreign => Outcome::Absent,
        Side::Own | Side::Outside => Outcome::Fine,
    }
}

/// A company with a department, in which things are made as they are asked for.
struct Ground {
    owner: Company,
    place: String,
    /// Another tenant's: nobody changes anything there, so that one of each is enough.
    foreign: bool,
    known: RefCell<BTreeMap<String, String>>,
}

impl Ground {
    async fn of(owner: &Company, name: &str, foreign: bool) -> Self {
        let place = department(owner, name).await;
        Self { owner: owner.clone(), place, foreign, known: RefCell::default() }
    }

    /// Something that an operation is asked for; a new one each time, unless nothing can happen to it.
    async fn target(&self, kind: &str, path: &str) -> Option<String> {
        let key = format!("{kind} {}", if kind == "organization" { path } else { "" });
        let known = self.known.borrow().get(&key).cloned();
        if known.is_some() {
            return known;
        }
        let made = match kind {
            "member" => Some(self.member().await),
            "departed" => Some(self.departed().await),
            "department" => Some(self.department(&self.place).await),
            "assignment" => Some(self.assignment().await),
            "change" => Some(self.change().await),
            "role" => Some(self.role().await),
            "organization" => self.thing(path).await,
            _ => None,
        };
        if let Some(id) = made.as_ref().filter(|_| self.foreign) {
            self.known.borrow_mut().insert(key, id.clone());
        }
        made
    }

    async fn made(&self, path: &str, body: Value) -> String {
        self.owner.post(path, body).send().await.expect(201).text("/id")
    }

    async fn someone(&self) -> String {
        self.target("member", "").await.unwrap()
    }

    async fn member(&self) -> String {
        invited(&self.owner, "某人", json!({"departments": [{"department_id": self.place}]})).await
    }

    async fn picture(&self, path: &str) {
        let picture = tests::files::picture(128, 128, image::ImageFormat::Png);
        let upload = self.owner.world.request("PUT", path).bearer(&self.owner.access_token);
        upload.form(&[], Some(("a.png", &picture))).send().await.expect(200);
    }

    /// Somebody who was there, and left.
    async fn departed(&self) -> String {
        let person = self.owner.plain_member().await;
        let id = member_id(&person).await;
        change(&self.owner, &id, json!({"departments": [{"department_id": self.place}]})).await.expect(200);
        let leave = json!({"successor_id": null});
        self.owner.post(&format!("/v1/members/{id}/departure"), leave).send().await.expect(201);
        id
    }

    async fn department(&self, above: &str) -> String {
        let name = format!("部 {}", tests::world::mobile());
        self.made("/v1/departments", json!({"name": name, "parent_id": above})).await
    }

    async fn role(&self) -> String {
        let name = format!("角色 {}", tests::world::mobile());
        self.made(
            "/v1/access/roles",
            json!({"name": name, "permissions": [], "fields": {"read": [], "write": []}}),
        )
        .await
    }

    async fn assignment(&self) -> String {
        let holder = json!({"kind": "member", "id": self.member().await});
        let range = only(&[&self.place]);
        let body = json!({"role_id": DEPARTMENT_MANAGER, "holder": holder, "range": range});
        self.made("/v1/access/assignments", body).await
    }

    async fn change(&self) -> String {
        let day = self.owner.world.clock.now().date_naive() + chrono::Days::new(30);
        let path = format!("/v1/members/{}/scheduled-changes", self.member().await);
        self.made(&path, json!({"effective_on": day, "patch": {"position": "总监"}})).await
    }

    /// Something for what stands in a path of the whole organization, if it can be made here.
    async fn thing(&self, path: &str) -> Option<String> {
        let name = || format!("名 {}", tests::world::mobile());
        if path.starts_with("/v1/tags/") {
            return Some(self.made("/v1/tags", json!({"name": name()})).await);
        }
        if path.starts_with("/v1/members/") {
            return Some(self.member().await);
        }
        if path.starts_with("/v1/access/roles/") {
            return Some(self.role().await);
        }
        if path.starts_with("/v1/member-fields/") {
            return Some(self.made("/v1/member-fields", json!({"name": name(), "kind": "text"})).await);
        }
        if path.starts_with("/v1/invitation-links/") {
            let body = json!({"department_id": self.place, "max_uses": 5, "lifetime_hours": 24});
            return self.owner.post("/v1/invitation-links", body).send().await.json["id"]
                .as_str()
                .map(str::to_owned);
        }
        None
    }

    /// Asks an operation for something of this ground.
    async fn ask(&self, by: &Company, operation: &Operation, target: &str) -> Option<Answer> {
        let mut body = body_of(operation);
        let id = self.target(target, operation.path()).await;
        let mut other = id.clone();
        match (operation.id(), &id) {
            ("merge_departments", _) => {
                body = Some(json!({"source_ids": [self.target("department", "").await]}));
            }
            ("relate_departments", _) => other = Some(self.place.clone()),
            ("unrelate_departments", Some(from)) => {
                other = Some(self.place.clone());
                let path = format!("/v1/departments/{from}/relations/supports/{}", self.place);
                let request = self.owner.world.request("PUT", path).bearer(&self.owner.access_token);
                request.send().await.expect(204);
            }
            ("update_department", _) => body = Some(json!({"order": 5})),
            ("update_member", _) => body = Some(json!({"position": "组长"})),
            ("depart_member", _) => body = Some(json!({"successor_id": null})),
            ("schedule_member_change", _) => {
                let day = self.owner.world.clock.now().date_naive() + chrono::Days::new(30);
                body = Some(json!({"effective_on": day, "patch": {"position": "总监"}}));
            }
            ("update_members", _) => {
                body =
                    Some(json!({"members": [{"id": self.someone().await, "patch": {"position": "组长"}}]}));
            }
            ("depart_members", _) => {
                body = Some(json!({"members": [{"id": self.someone().await}], "successor_id": null}));
            }
            ("create_department", _) => {
                body =
                    Some(json!({"name": format!("部 {}", tests::world::mobile()), "parent_id": self.place}));
            }
            ("invite_member", _) => {
                body =
                    Some(json!({"name": "新人", "mobile": tests::world::mobile(), "send_invitation": false,
                    "departments": [{"department_id": self.place}]}));
            }
            ("create_assignment", _) => {
                let range = only(&[&self.place]);
                let holder = json!({"kind": "member", "id": self.someone().await});
                body = Some(json!({"role_id": DEPARTMENT_MANAGER, "holder": holder, "range": range}));
            }
            ("offer_ownership", _) => body = Some(json!({"member_id": self.someone().await})),
            ("remove_member_avatar", Some(id)) if !self.foreign => {
                self.picture(&format!("/v1/members/{id}/avatar")).await;
            }
            ("remove_organization_logo", _) if !self.foreign => self.picture("/v1/organization/logo").await,
            ("explain_access", _) => {
                let id = self.someone().await;
                let target = json!({"kind": "member", "id": id});
                body = Some(json!({"member_id": id, "permission": "member:read", "target": target}));
            }
            _ => {}
        }
        let nothing = || "0196f3a0-7c1e-7b5a-9d43-5c1f0a2b3c4d".to_owned();
        let path: Vec<String> = operation
            .path()
            .split('/')
            .map(|part| match part {
                "{kind}" => "supports".to_owned(),
                "{other_id}" => other.clone().unwrap_or_else(nothing),
                part if part.starts_with('{') => id.clone().unwrap_or_else(nothing),
                part => part.to_owned(),
            })
            .collect();
        let mut request =
            by.world.request(operation.method().as_str(), path.join("/")).bearer(&by.access_token);
        if [
            "update_tag",
            "update_role",
            "update_member_field",
            "update_security_policy",
            "update_organization",
            "update_certification_subject",
        ]
        .contains(&operation.id())
        {
            request = request.header("if-match", "\"1\"");
        }
        if operation.document()["requestBody"]["content"].get("multipart/form-data").is_some() {
            let picture = tests::files::picture(64, 64, image::ImageFormat::Png);
            request = request.form(&[], Some(("a.png", &picture)));
        } else if let Some(body) = body {
            request = request.json(&body);
        }
        Some(request.send().await)
    }
}

/// Whether asking for something of the own organization shows more than that the right is there.
fn is_made(operation: &Operation, target: &str) -> bool {
    let path = operation.path();
    let known = ["/v1/tags/", "/v1/members/", "/v1/access/roles/", "/v1/member-fields/"];
    target != "organization" || !path.contains('{') || known.iter().any(|prefix| path.starts_with(prefix))
}

both!(what_each_role_may_is_what_the_matrix_says, |world| {
    let rows = rows();
    let foreign = world.company("他家公司").registered().await;
    let foreign = Ground::of(&foreign, "他部", true).await;
    let mut wrong = Vec::new();
    let mut asked = 0;
    for (role, whole) in BuiltInRole::ALL.iter().flat_map(|role| {
        let ranges: &[bool] = if role.is_assignable() { &[false, true] } else { &[true] };
        ranges.iter().map(move |whole| (*role, *whole))
    }) {
        let owner = world.company("权限公司").registered().await;
        let person = if role == BuiltInRole::Owner { owner.clone() } else { owner.plain_member().await };
        let own = Ground::of(&owner, "内部", false).await;
        let outside = Ground::of(&owner, "外部", false).await;
        if role.is_assignable() {
            let range = if whole { everywhere() } else { only(&[&own.place]) };
            appoint(&own.owner, &role.id().to_string(), &person, range).await;
        }
        for operation in Contract::shared().operations().filter(|one| of_members(one)) {
            let (permission, target) = rows[operation.id()];
            if target == "self" {
                continue;
            }
            for (side, ground) in [(Side::Own, &own), (Side::Outside, &outside), (Side::Foreign, &foreign)] {
                let sided = !["organization", "somewhere"].contains(&target);
                let with_id = operation.path().contains("{id}");
                let applies = match side {
                    Side::Own => is_made(operation, target),
                    Side::Outside => sided && target != "role",
                    Side::Foreign => sided || with_id,
                };
                if !applies {
                    continue;
                }
                let Some(answer) = ground.ask(&person, operation, target).await else { continue };
                let (is, should) =
                    (outcome(&answer, permission), expected(role, whole, permission, target, side));
                asked += 1;
                if is != should && !(is == Outcome::Beyond && should != Outcome::Forbidden) {
                    let given = if whole { "everywhere" } else { "for a department" };
                    wrong.push(format!(
                        "{} {given}, {} {side:?}: {is:?} and not {should:?}: {} {}",
                        role.name(),
                        operation.id(),
                        answer.status,
                        answer.json["errors"]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked > 2_000, "{asked}");
});
