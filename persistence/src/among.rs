//! Whether a row is about one of some ids, as a condition that a database keeps prepared however many they are.

use crate::sql_type::{Id, sql};
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Array, Bool, Text};
use diesel::sqlite::Sqlite;

/// That the id in a column is one of some.
#[derive(Debug, Clone)]
pub(crate) struct Among<C> {
    id: C,
    ids: Ids,
}

/// Ids; as JSON as well, for SQLite, which binds no lists, and which reads a text anew that has a place for each.
#[derive(Debug, Clone)]
struct Ids {
    list: Vec<Id>,
    json: String,
}

/// That the id in a column is one of some.
pub(crate) fn among<C: Expression<SqlType = sql::Id>>(id: C, ids: &[Id]) -> Among<C> {
    let hex: Vec<String> = ids.iter().map(|id| id.0.simple().to_string()).collect();
    Among { id, ids: Ids { list: ids.to_vec(), json: serde_json::json!(hex).to_string() } }
}

impl<C: Expression<SqlType = sql::Id>> Expression for Among<C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<T>, T: ?Sized> AppearsOnTable<T> for Among<C> where Self: Expression {}

impl<C: SelectableExpression<T>, T: ?Sized> SelectableExpression<T> for Among<C> where Self: AppearsOnTable<T> {}

impl<C, G> ValidGrouping<G> for Among<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C: QueryId> QueryId for Among<C> {
    type QueryId = Among<C::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C, D> QueryFragment<D> for Among<C>
where
    D: Backend,
    C: QueryFragment<D>,
    Ids: QueryFragment<D>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        self.id.walk_ast(out.reborrow())?;
        self.ids.walk_ast(out)
    }
}

impl QueryFragment<Pg> for Ids {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" = ANY(");
        out.push_bind_param::<Array<sql::Id>, _>(&self.list)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Ids {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(" IN (SELECT unhex(value) FROM json_each(");
        out.push_bind_param::<Text, _>(&self.json)?;
        out.push_sql("))");
        Ok(())
    }
}
