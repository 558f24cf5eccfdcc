//! Who is in which department.

use crate::schema::{departments, placements};
use crate::sees::{SeesPlaced, sees_placed};
use crate::sql_type::{Id, sql};
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, BigInt, HasSqlType, Text};
use diesel::sqlite::Sqlite;
use domain::access::{Reach, Sight};
use domain::department::Path;

/// Placements, each with its department.
#[diesel::dsl::auto_type]
pub(crate) fn placed() -> _ {
    let there =
        departments::tenant_id.eq(placements::tenant_id).and(departments::id.eq(placements::department_id));
    placements::table.inner_join(departments::table.on(there))
}

/// The sort keys of some members who are within a reach, and who they are; whoever is in several departments several times.
///
/// It walks along the departments of the reach, what is below each, and who is there, in that order, and looks at nothing else, however many
/// there are. Both databases are held to that order: from the figures that they keep they would take the whole tree for as good a beginning.
#[derive(Debug, Clone)]
pub(crate) struct PlacedWithin {
    /// The paths of the reach; as JSON as well, for SQLite, which binds no lists.
    tops: Vec<String>,
    json: String,
    below: Below,
}

/// Who is in departments below one of a table `top`.
#[derive(Debug, Clone)]
struct Below {
    tenant: Id,
    sees: SeesPlaced,
    most: i64,
}

/// Some of those who are within a reach, as far as somebody sees them.
pub(crate) fn placed_within(tenant: Id, reach: &Reach, sight: &Sight, most: i64) -> PlacedWithin {
    let tops: Vec<String> = reach.departments().iter().map(|path| path.as_str().to_owned()).collect();
    let sees = sees_placed(tenant, "departments.path", sight);
    PlacedWithin { json: serde_json::json!(tops).to_string(), tops, below: Below { tenant, sees, most } }
}

impl Query for PlacedWithin {
    type SqlType = (Text, sql::Id);
}

impl<C> RunQueryDsl<C> for PlacedWithin {}

// The text follows what is seen.
impl QueryId for PlacedWithin {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Sqlite> for PlacedWithin {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT placements.sort_key, placements.member_id FROM json_each(");
        out.push_bind_param::<Text, _>(&self.json)?;
        out.push_sql(") AS top CROSS JOIN ");
        self.below.walk_ast(out)
    }
}

impl QueryFragment<Pg> for PlacedWithin {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT found.sort_key, found.member_id FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.tops)?;
        out.push_sql(
            ") AS top(value) CROSS JOIN LATERAL \
            (SELECT placements.sort_key, placements.member_id FROM ",
        );
        self.below.walk_ast(out.reborrow())?;
        out.push_sql(") AS found LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.below.most)
    }
}

impl<D> QueryFragment<D> for Below
where
    D: Backend + HasSqlType<sql::Id> + HasSqlType<BigInt> + HasSqlType<Text>,
    SeesPlaced: QueryFragment<D>,
    Id: ToSql<sql::Id, D>,
    i64: ToSql<BigInt, D>,
    str: ToSql<Text, D>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        out.push_sql("departments CROSS JOIN placements WHERE departments.tenant_id = ");
        out.push_bind_param::<sql::Id, _>(&self.tenant)?;
        out.push_sql(" AND departments.path >= top.value AND departments.path < top.value || ");
        out.push_bind_param::<Text, _>(Path::AFTER)?;
        out.push_sql(
            " AND placements.tenant_id = departments.tenant_id \
            AND placements.department_id = departments.id AND ",
        );
        self.sees.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)
    }
}
