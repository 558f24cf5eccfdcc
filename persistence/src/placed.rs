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

/// The sort keys of some members who are within a reach, and who they are; whoever is in several departments several times. It walks along
/// the departments of the reach and what is below each, and looks at nothing else, however many they are.
#[derive(Debug, Clone)]
pub(crate) struct PlacedWithin {
    tenant: Id,
    tops: Tops,
    sees: SeesPlaced,
    most: i64,
}

/// Some of those who are within a reach, as far as somebody sees them.
pub(crate) fn placed_within(tenant: Id, reach: &Reach, sight: &Sight, most: i64) -> PlacedWithin {
    let paths: Vec<String> = reach.departments().iter().map(|path| path.as_str().to_owned()).collect();
    let tops = Tops { json: serde_json::json!(paths).to_string(), paths };
    PlacedWithin { tenant, tops, sees: sees_placed(tenant, "departments.path", sight), most }
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

impl<D> QueryFragment<D> for PlacedWithin
where
    D: Backend + HasSqlType<sql::Id> + HasSqlType<BigInt> + HasSqlType<Text>,
    Tops: QueryFragment<D>,
    SeesPlaced: QueryFragment<D>,
    Id: ToSql<sql::Id, D>,
    i64: ToSql<BigInt, D>,
    str: ToSql<Text, D>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        out.push_sql("SELECT placements.sort_key, placements.member_id FROM ");
        self.tops.walk_ast(out.reborrow())?;
        out.push_sql(" JOIN departments ON departments.tenant_id = ");
        out.push_bind_param::<sql::Id, _>(&self.tenant)?;
        out.push_sql(" AND departments.path >= top.value AND departments.path < top.value || ");
        out.push_bind_param::<Text, _>(Path::AFTER)?;
        out.push_sql(
            " JOIN placements ON placements.tenant_id = departments.tenant_id \
            AND placements.department_id = departments.id WHERE ",
        );
        self.sees.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)
    }
}

/// The departments of a reach as the rows of a table `top`.
#[derive(Debug, Clone)]
struct Tops {
    paths: Vec<String>,
    /// The same as JSON, for SQLite, which binds no lists.
    json: String,
}

impl QueryFragment<Pg> for Tops {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.paths)?;
        out.push_sql(") AS top(value)");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Tops {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("json_each(");
        out.push_bind_param::<Text, _>(&self.json)?;
        out.push_sql(") AS top");
        Ok(())
    }
}
