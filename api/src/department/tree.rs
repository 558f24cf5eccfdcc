use super::chart::{self, Box};
use super::{MemberCounts, english};
use crate::http::actor::Member;
use crate::http::answer::{Outcome, Reply};
use crate::http::call::Call;
use crate::http::params::Params;
use actix_web::get;
use data_encoding::BASE64URL_NOPAD;
use domain::access::sight;
use domain::department::{Department, Path, Whole, whole};
use domain::error::{Error, Result};
use domain::id::DepartmentId;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A tree of departments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartmentTree {
    /// Counts the changes of the organization's tree.
    #[schema(example = 12)]
    version: i64,
    /// The department at the top, with what stands below it.
    root: DepartmentNode,
}

/// A department with what stands below it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepartmentNode {
    /// Its id.
    id: Uuid,
    /// Its number.
    #[schema(example = 37)]
    number: i64,
    /// Its name.
    #[schema(example = "研发中心")]
    name: String,
    /// Its English name.
    #[schema(example = "R&D Center")]
    english_name: Option<String>,
    /// How many people it has; only with `counts=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    members: Option<MemberCounts>,
    /// How many departments are right below it, also where those are left out.
    #[schema(example = 3)]
    child_count: usize,
    /// Those right below it, in their order; empty where `depth` ends.
    #[schema(no_recursion)]
    children: Vec<DepartmentNode>,
}

/// Which part of the tree.
#[derive(Debug, Deserialize)]
pub(crate) struct TreeParams {
    root_id: Option<Uuid>,
    depth: Option<u32>,
    #[serde(default)]
    counts: bool,
}

/// See the tree of departments
///
/// As tree widgets want it. Without counts, a client that has the version that is there is told so by `304`, and nothing is read.
#[utoipa::path(
    operation_id = "get_department_tree", tag = "organization",
    params(("root_id" = Option<Uuid>, Query, description = "The department at the top; the root when it is not there."),
        ("depth" = Option<u32>, Query, minimum = 1, maximum = 15, description = "How many levels; all when it is not there."),
        ("counts" = Option<bool>, Query, description = "Whether to count their people.")),
    responses((status = 200, description = "The tree.", body = DepartmentTree,
        headers(("ETag" = String, description = "The version.")))),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:read")), ("x-errors" = json!(["not_found"]))),
)]
#[get("/v1/departments/tree")]
pub(crate) async fn get_department_tree(call: Call, member: Member, params: Params<TreeParams>) -> Outcome {
    let asked = call.clone();
    call.read_much(Some(member.0.tenant), move |tx, world| {
        let TreeParams { root_id, depth, counts } = params.0;
        let sight = sight(tx, &member.0)?;
        let (tenant, contract) = (member.0.tenant, world.service.contract.digest());
        let part = format!("{tenant} {root_id:?} {depth:?} {contract} {sight:?}");
        let part = BASE64URL_NOPAD.encode(&digest(&SHA256, part.as_bytes()).as_ref()[..12]);
        let tag = |version: i64| format!("\"{version}.{part}\"");
        let unchanged = |version: i64| !counts && asked.knows(&tag(version));
        // One level more says how many departments are left out.
        let part = (root_id.map(DepartmentId::from), depth.map(|depth| depth + 1));
        match whole(tx, (&member.0, &sight), part, counts, &unchanged)? {
            Err(version) => Ok(Reply::unchanged(tag(version))),
            Ok(found) => {
                let version = found.tree.version;
                let root = Shape::of(&found).node(0, depth.unwrap_or(u32::MAX))?;
                let reply = Reply::ok(&DepartmentTree { version, root })?;
                Ok(if counts { reply.version(version) } else { reply.header("etag", tag(version)) })
            }
        }
    })
    .await
}

/// Draw the tree of departments
///
/// An organization chart as SVG, three levels of it unless more are asked for.
#[utoipa::path(
    operation_id = "draw_department_tree", tag = "organization",
    params(("root_id" = Option<Uuid>, Query, description = "The department at the top; the root when it is not there."),
        ("depth" = Option<u32>, Query, minimum = 1, maximum = 15, description = "How many levels; three when it is not there."),
        ("counts" = Option<bool>, Query, description = "Whether to count their people.")),
    responses((status = 200, description = "The chart.", content_type = "image/svg+xml", body = String)),
    security(("access_token" = [])),
    extensions(("x-permission" = json!("department:read")), ("x-errors" = json!(["not_found"]))),
)]
#[get("/v1/departments/tree.svg")]
pub(crate) async fn draw_department_tree(call: Call, member: Member, params: Params<TreeParams>) -> Outcome {
    call.read_much(Some(member.0.tenant), move |tx, _| {
        let TreeParams { root_id, depth, counts } = params.0;
        let depth = depth.unwrap_or(3);
        let part = (root_id.map(DepartmentId::from), Some(depth + 1));
        let sight = sight(tx, &member.0)?;
        let found = whole(tx, (&member.0, &sight), part, counts, &|_| false)?;
        let found = found.map_err(|_| Error::internal("nobody has seen this chart"))?;
        let drawn = Shape::of(&found).boxed(0, depth);
        Ok(Reply::bytes("image/svg+xml", chart::draw(&drawn).into_bytes()))
    })
    .await
}

/// A tree as it hangs together.
struct Shape<'a> {
    found: &'a Whole,
    /// Those right below each, in their order.
    children: HashMap<DepartmentId, Vec<usize>>,
}

impl<'a> Shape<'a> {
    fn of(found: &'a Whole) -> Self {
        let mut children: HashMap<DepartmentId, Vec<usize>> = HashMap::new();
        // The first one is the top, whatever is above it. Where what is right above one is hidden, it hangs on what is seen above that.
        let known: HashMap<&Path, DepartmentId> =
            found.departments.iter().map(|department| (&department.path, department.id)).collect();
        for (at, department) in found.departments.iter().enumerate().skip(1) {
            let mut above = std::iter::successors(department.path.above(), Path::above);
            if let Some(parent) = above.find_map(|path| known.get(&path).copied()) {
                children.entry(parent).or_default().push(at);
            }
        }
        let order = |at: &usize| (found.departments[*at].order, found.departments[*at].number);
        children.values_mut().for_each(|below| below.sort_unstable_by_key(order));
        Self { found, children }
    }

    fn below(&self, department: &Department) -> &[usize] {
        self.children.get(&department.id).map_or(&[], Vec::as_slice)
    }

    fn counts(&self, at: usize) -> Option<MemberCounts> {
        self.found.counts.as_ref().and_then(|counts| counts.get(at)).copied().map(MemberCounts::from)
    }

    fn node(&self, at: usize, depth: u32) -> Result<DepartmentNode> {
        let department =
            self.found.departments.get(at).ok_or_else(|| Error::internal("a tree without a top"))?;
        let below = self.below(department);
        let children = if depth > 1 { below } else { &[] };
        Ok(DepartmentNode {
            id: department.id.into(),
            number: department.number,
            name: department.name.as_str().to_owned(),
            english_name: english(department),
            members: self.counts(at),
            child_count: below.len(),
            children: children.iter().map(|at| self.node(*at, depth - 1)).collect::<Result<_>>()?,
        })
    }

    fn boxed(&self, at: usize, depth: u32) -> Box {
        let department = &self.found.departments[at];
        let below = self.below(department);
        let children = if depth > 1 { below } else { &[] };
        Box {
            name: department.name.as_str().to_owned(),
            people: self.counts(at).map(|counts| counts.total),
            hidden: below.len() - children.len(),
            below: children.iter().map(|at| self.boxed(*at, depth - 1)).collect(),
        }
    }
}
