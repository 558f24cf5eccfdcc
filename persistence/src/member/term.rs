//! What members are found by.

use crate::connection::{insert_all, on};
use crate::error::Understood;
use crate::schema::member_terms as terms;
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::member::{Member, MemberState, search_terms};
use std::collections::BTreeSet;

#[derive(Insertable)]
#[diesel(table_name = terms, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Id,
    term: String,
    member_id: Id,
}

fn rows(member: &Member, terms: impl IntoIterator<Item = String>) -> impl Iterator<Item = Row> {
    let (tenant_id, member_id) = (Id::from(member.tenant), Id::from(member.id));
    terms.into_iter().map(move |term| Row { tenant_id, term, member_id })
}

/// Whoever left is not looked for.
fn terms_of(member: &Member) -> BTreeSet<String> {
    if member.state == MemberState::Departed { BTreeSet::new() } else { search_terms(member) }
}

impl Tx<'_> {
    /// Keeps what new members are found by.
    pub(super) fn index_new(&mut self, members: &[Member]) -> Result<()> {
        let all: Vec<Row> = members.iter().flat_map(|member| rows(member, search_terms(member))).collect();
        insert_all!(self.db, terms::table, all).understood()
    }

    /// Keeps what a member is found by from now on, as far as it is not what it was.
    pub(crate) fn index(&mut self, member: &Member) -> Result<()> {
        let (tenant, id) = (Id::from(member.tenant), Id::from(member.id));
        let theirs = terms::table.filter(terms::tenant_id.eq(tenant)).filter(terms::member_id.eq(id));
        let were: Vec<String> = on!(self.db, |db| theirs.select(terms::term).load(db)).understood()?;
        let (were, are): (BTreeSet<_>, _) = (were.into_iter().collect(), terms_of(member));
        let gone: Vec<&String> = were.difference(&are).collect();
        if !gone.is_empty() {
            let old = theirs.filter(terms::term.eq_any(gone));
            on!(self.db, |db| diesel::delete(old).execute(db)).understood()?;
        }
        let new: Vec<Row> = rows(member, are.difference(&were).cloned()).collect();
        insert_all!(self.db, terms::table, new).understood()
    }
}
