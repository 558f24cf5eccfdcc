//! Whether a department is within a reach, as a condition of SQL.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, Bool, HasSqlType, Integer, Text};
use diesel::sqlite::Sqlite;
use domain::access::Reach;
use domain::department::Path;
use std::collections::BTreeMap;

/// How a reach is asked for.
#[derive(Debug, Clone)]
enum Asked {
    /// One department: whatever begins with its path is a range of an index.
    Range(String, String),
    /// Several, or none: of so many first characters of a path, whether they are one of these. The database keeps those in a table of
    /// its own, so that a thousand are looked up as fast as two.
    Beginnings(Vec<Level>),
}

/// The departments of a reach that stand equally far down.
#[derive(Debug, Clone)]
struct Level {
    /// How many characters their paths have.
    length: i32,
    /// Those.
    paths: Vec<String>,
    /// The same as JSON, for SQLite, which binds no lists.
    json: String,
}

/// That the path in a column is within a reach.
#[derive(Debug, Clone)]
pub(crate) struct Within<C> {
    path: C,
    asked: Asked,
}

/// That the path in a column is within a reach.
pub(crate) fn within<C: Expression<SqlType = Text>>(path: C, reach: &Reach) -> Within<C> {
    let asked = if let [one] = reach.departments() {
        Asked::Range(one.as_str().to_owned(), one.end())
    } else {
        let mut levels: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for path in reach.departments().iter().map(Path::as_str) {
            levels.entry(path.len()).or_default().push(path.to_owned());
        }
        let level = |(length, paths): (usize, Vec<String>)| Level {
            length: i32::try_from(length).unwrap_or(i32::MAX),
            json: serde_json::json!(paths).to_string(),
            paths,
        };
        Asked::Beginnings(levels.into_iter().map(level).collect())
    };
    Within { path, asked }
}

impl<C: Expression<SqlType = Text>> Expression for Within<C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<T>, T: ?Sized> AppearsOnTable<T> for Within<C> where Self: Expression {}

impl<C: SelectableExpression<T>, T: ?Sized> SelectableExpression<T> for Within<C> where Self: AppearsOnTable<T>
{}

impl<C, G> ValidGrouping<G> for Within<C> {
    type IsAggregate = is_aggregate::No;
}

// The text follows the number of levels.
impl<C> QueryId for Within<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, D> QueryFragment<D> for Within<C>
where
    D: Backend,
    C: QueryFragment<D>,
    Level: QueryFragment<D>,
    String: ToSql<Text, D>,
    i32: ToSql<Integer, D>,
    D: HasSqlType<Text> + HasSqlType<Integer>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        match &self.asked {
            Asked::Range(from, end) => {
                out.push_sql("(");
                self.path.walk_ast(out.reborrow())?;
                out.push_sql(" >= ");
                out.push_bind_param::<Text, _>(from)?;
                out.push_sql(" AND ");
                self.path.walk_ast(out.reborrow())?;
                out.push_sql(" < ");
                out.push_bind_param::<Text, _>(end)?;
                out.push_sql(")");
            }
            Asked::Beginnings(levels) => {
                // Nothing is within nowhere.
                out.push_sql("(1 = 0");
                for level in levels {
                    out.push_sql(" OR substr(");
                    self.path.walk_ast(out.reborrow())?;
                    out.push_sql(", 1, ");
                    out.push_bind_param::<Integer, _>(&level.length)?;
                    out.push_sql(") ");
                    level.walk_ast(out.reborrow())?;
                }
                out.push_sql(")");
            }
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Level {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("= ANY(");
        out.push_bind_param::<Array<Text>, _>(&self.paths)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Level {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.json)?;
        out.push_sql("))");
        Ok(())
    }
}
