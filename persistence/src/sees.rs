//! What somebody sees, as conditions of SQL: written out, because each stands in many queries, some of which are inside others.

use crate::sql_type::{Id, sql};
use crate::within::{Within, within};
use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, SqlLiteral, ValidGrouping, is_aggregate,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType, Text};
use domain::access::{FieldSet, Sight};
use domain::member::FoundBy;

/// A condition on the path that a column of a table in a subquery has.
type There = Within<SqlLiteral<Text>>;

fn there(path: &'static str, reach: &domain::access::Reach) -> There {
    within(diesel::dsl::sql::<Text>(path), reach)
}

/// A condition, for whatever is around it to see to it that its tables are there.
macro_rules! condition {
    ($name:ident) => {
        impl Expression for $name {
            type SqlType = Bool;
        }

        impl<T: ?Sized> AppearsOnTable<T> for $name {}

        impl<T: ?Sized> SelectableExpression<T> for $name {}

        impl<G> ValidGrouping<G> for $name {
            type IsAggregate = is_aggregate::Never;
        }

        // The text follows what is seen.
        impl QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    };
}

/// That somebody sees a department, whose path stands in a column.
#[derive(Debug, Clone)]
pub(crate) struct SeesDepartment(Option<Seen>);

/// Where they see what is hidden, what is hidden, and what of that is shared with them, but for what is hidden in it.
#[derive(Debug, Clone)]
struct Seen {
    open: There,
    hidden: There,
    shared: Vec<[There; 2]>,
}

/// That somebody sees the department whose path is there.
pub(crate) fn sees_department(path: &'static str, sight: &Sight) -> SeesDepartment {
    let all = sight.is_clear() || sight.hidden.is_nowhere();
    let at = |reach| there(path, reach);
    SeesDepartment((!all).then(|| Seen {
        open: at(&sight.open),
        hidden: at(&sight.hidden),
        shared: sight.shared.iter().map(|one| [&one.tops, &one.hidden].map(at)).collect(),
    }))
}

condition!(SeesDepartment);

impl<D> QueryFragment<D> for SeesDepartment
where
    D: Backend,
    There: QueryFragment<D>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        let Some(Seen { open, hidden, shared }) = &self.0 else {
            out.push_sql("(1 = 1)");
            return Ok(());
        };
        out.push_sql("(");
        open.walk_ast(out.reborrow())?;
        out.push_sql(" OR NOT ");
        hidden.walk_ast(out.reborrow())?;
        for [tops, hidden] in shared {
            out.push_sql(" OR (");
            tops.walk_ast(out.reborrow())?;
            out.push_sql(" AND NOT ");
            hidden.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        out.push_sql(")");
        Ok(())
    }
}

/// That somebody sees a member, of the table `members`.
#[derive(Debug, Clone)]
pub(crate) struct SeesMember {
    reader: Id,
    open: Option<There>,
    /// None where nothing is hidden.
    department: Option<SeesDepartment>,
}

/// That somebody sees a member.
pub(crate) fn sees_member(sight: &Sight) -> SeesMember {
    let path = "sight_department.path";
    SeesMember {
        reader: sight.member.into(),
        open: (!sight.open.is_nowhere()).then(|| there(path, &sight.open)),
        department: (!sight.hidden.is_nowhere()).then(|| sees_department(path, sight)),
    }
}

condition!(SeesMember);

/// One of their departments.
const PLACED: &str = "EXISTS (SELECT 1 FROM placements sight_placement \
    JOIN departments sight_department ON sight_department.tenant_id = sight_placement.tenant_id \
    AND sight_department.id = sight_placement.department_id \
    WHERE sight_placement.tenant_id = members.tenant_id AND sight_placement.member_id = members.id AND ";
/// The main one, which who left still has.
const MAIN: &str = "EXISTS (SELECT 1 FROM departments sight_department \
    WHERE sight_department.tenant_id = members.tenant_id AND sight_department.id = members.department_id AND ";

impl<D> QueryFragment<D> for SeesMember
where
    D: Backend + HasSqlType<sql::Id>,
    There: QueryFragment<D>,
    SeesDepartment: QueryFragment<D>,
    Id: ToSql<sql::Id, D>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        out.push_sql("((NOT members.hidden AND members.state <> 'departed'");
        if let Some(department) = &self.department {
            out.push_sql(" AND ");
            out.push_sql(PLACED);
            department.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        out.push_sql(") OR members.id = ");
        out.push_bind_param::<sql::Id, _>(&self.reader)?;
        if let Some(open) = &self.open {
            for one in [PLACED, MAIN] {
                out.push_sql(" OR ");
                out.push_sql(one);
                open.walk_ast(out.reborrow())?;
                out.push_sql(")");
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

/// That a placement is of a member whom somebody sees there. Its department's path is in a column.
#[derive(Debug, Clone)]
pub(crate) struct SeesPlaced {
    tenant: Id,
    reader: Id,
    open: Option<There>,
    department: SeesDepartment,
    full: bool,
}

/// That somebody sees who is placed, in a department whose path is there.
pub(crate) fn sees_placed(tenant: Id, path: &'static str, sight: &Sight) -> SeesPlaced {
    SeesPlaced {
        tenant,
        reader: sight.member.into(),
        open: (!sight.open.is_nowhere()).then(|| there(path, &sight.open)),
        department: sees_department(path, sight),
        full: sight.is_clear(),
    }
}

condition!(SeesPlaced);

impl<D> QueryFragment<D> for SeesPlaced
where
    D: Backend + HasSqlType<sql::Id>,
    There: QueryFragment<D>,
    SeesDepartment: QueryFragment<D>,
    Id: ToSql<sql::Id, D>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        if self.full {
            out.push_sql("(1 = 1)");
            return Ok(());
        }
        out.push_sql("((");
        self.department.walk_ast(out.reborrow())?;
        // They are few, and looked up once.
        out.push_sql(
            " AND placements.member_id NOT IN (SELECT id FROM members WHERE hidden AND tenant_id = ",
        );
        out.push_bind_param::<sql::Id, _>(&self.tenant)?;
        out.push_sql(")) OR placements.member_id = ");
        out.push_bind_param::<sql::Id, _>(&self.reader)?;
        if let Some(open) = &self.open {
            out.push_sql(" OR ");
            open.walk_ast(out.reborrow())?;
        }
        out.push_sql(")");
        Ok(())
    }
}

/// That a member is found by a term, which stands in one of the groups that are looked in.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    terms: &'static str,
    of_all: i64,
    within: Vec<(i64, There)>,
}

/// That a member is found by a term of a table.
pub(crate) fn found(terms: &'static str, by: &FoundBy) -> Found {
    let some = |(set, reach): &(FieldSet, _)| (set.bits(), there("sight_department.path", reach));
    Found { terms, of_all: by.of_all.bits(), within: by.within.iter().map(some).collect() }
}

condition!(Found);

impl<D> QueryFragment<D> for Found
where
    D: Backend + HasSqlType<BigInt>,
    There: QueryFragment<D>,
    i64: ToSql<BigInt, D>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        let among = |out: &mut AstPass<'_, 'b, D>, bits: &'b i64| {
            out.push_sql("(");
            out.push_sql(self.terms);
            out.push_sql(".groups & ");
            out.push_bind_param::<BigInt, _>(bits)?;
            out.push_sql(") <> 0");
            QueryResult::Ok(())
        };
        out.push_sql("(");
        among(&mut out, &self.of_all)?;
        for (bits, there) in &self.within {
            out.push_sql(" OR (");
            among(&mut out, bits)?;
            out.push_sql(
                " AND EXISTS (SELECT 1 FROM placements sight_placement JOIN departments sight_department \
                ON sight_department.tenant_id = sight_placement.tenant_id \
                AND sight_department.id = sight_placement.department_id WHERE sight_placement.tenant_id = ",
            );
            out.push_sql(self.terms);
            out.push_sql(".tenant_id AND sight_placement.member_id = ");
            out.push_sql(self.terms);
            out.push_sql(".member_id AND ");
            there.walk_ast(out.reborrow())?;
            out.push_sql("))");
        }
        out.push_sql(")");
        Ok(())
    }
}
