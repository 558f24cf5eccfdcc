//! What members are found by.

use crate::connection::{insert_all, on};
use crate::error::Understood;
use crate::schema::member_terms as terms;
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::member::{Member, MemberState, search_terms};
use std::collections::BTreeMap;

#[derive(Insertable)]
#[diesel(table_name = terms, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Id,
    term: String,
    member_id: Id,
    groups: i64,
}

fn rows(member: &Member, terms: impl IntoIterator<Item = (String, i64)>) -> impl Iterator<Item = Row> {
    let (tenant_id, member_id) = (Id::from(member.tenant), Id::from(member.id));
    terms.into_iter().map(move |(term, groups)| Row { tenant_id, term, member_id, groups })
}

/// Whoever left is not looked for.
fn terms_of(member: &Member) -> BTreeMap<String, i64> {
    let there = member.state != MemberState::Departed;
    let terms = if there { search_terms(member) } else { BTreeMap::new() };
    terms.into_iter().map(|(term, groups)| (term, groups.bits())).collect()
}

impl Tx<'_> {
    /// Keeps what new members are found by.
    pub(super) fn index_new(&mut self, members: &[Member]) -> Result<()> {
        let all: Vec<Row> = members.iter().flat_map(|member| rows(member, terms_of(member))).collect();
        insert_all!(self.db, terms::table, all).understood()
    }

    /// Keeps what a member is found by from now on, as far as it is not what it was.
    pub(crate) fn index(&mut self, member: &Member) -> Result<()> {
        let (tenant, id) = (Id::from(member.tenant), Id::from(member.id));
        let theirs = terms::table.filter(terms::tenant_id.eq(tenant)).filter(terms::member_id.eq(id));
        let were: Vec<(String, i64)> =
            on!(self.db, |db| theirs.select((terms::term, terms::groups)).load(db)).understood()?;
        let (were, are): (BTreeMap<_, _>, _) = (were.into_iter().collect(), terms_of(member));
        let gone: Vec<&String> = were
            .iter()
            .filter(|(term, groups)| are.get(*term) != Some(*groups))
            .map(|(term, _)| term)
            .collect();
        if !gone.is_empty() {
            let old = theirs.filter(terms::term.eq_any(gone));
            on!(self.db, |db| diesel::delete(old).execute(db)).understood()?;
        }
        let come = are.into_iter().filter(|(term, groups)| were.get(term) != Some(groups));
        let new: Vec<Row> = rows(member, come).collect();
        insert_all!(self.db, terms::table, new).understood()
    }
}
