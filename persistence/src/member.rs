//! Members. All of it belongs to one tenant, but for one question: which places an account has, which is asked before a tenant is
//! chosen.

use crate::account::{stored_email, stored_mobile};
use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{accounts, members, tenants};
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::actor::MemberRole;
use domain::department::PlacementStore;
use domain::error::Result;
use domain::id::{AccountId, MemberId};
use domain::member::{Member, MemberState, MemberStore, Membership, Profile};
use domain::text::{PersonName, Position};
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = members, primary_key(tenant_id, id), treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    tenant_id: Id,
    id: Id,
    account_id: Id,
    userid: String,
    userid_key: String,
    name: String,
    position: Option<String>,
    role: String,
    state: String,
    department_id: Id,
    created_at: Instant,
    version: i64,
}

impl From<&Member> for Row {
    fn from(member: &Member) -> Self {
        Self {
            tenant_id: member.tenant.into(),
            id: member.id.into(),
            account_id: member.account.into(),
            userid: member.userid.clone(),
            userid_key: member.userid.to_lowercase(),
            name: member.name.as_str().to_owned(),
            position: member.position.as_ref().map(|position| position.as_str().to_owned()),
            role: name_of(&member.role),
            state: member.state.name().to_owned(),
            department_id: member.department.into(),
            created_at: member.created_at.into(),
            version: member.version + 1,
        }
    }
}

impl TryFrom<Row> for Member {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("members", row.id.0, column);
        let position = row.position.as_deref().map(Position::parse).transpose();
        Ok(Self {
            tenant: row.tenant_id.get(),
            id: row.id.get(),
            account: row.account_id.get(),
            name: PersonName::parse(&row.name).map_err(|_| wrong("name"))?,
            position: position.map_err(|_| wrong("position"))?,
            role: named(&row.role).ok_or_else(|| wrong("role"))?,
            state: MemberState::find(&row.state).ok_or_else(|| wrong("state"))?,
            department: row.department_id.get(),
            created_at: row.created_at.0,
            version: row.version,
            userid: row.userid,
        })
    }
}

impl MemberStore for Tx<'_> {
    fn insert_member(&mut self, member: &Member) -> Result<()> {
        let row = Row { tenant_id: self.bound()?, ..Row::from(member) };
        on!(self.db, |db| diesel::insert_into(members::table).values(&row).execute(db)).understood()?;
        self.place(member.id, member.department)
    }

    fn member(&mut self, id: MemberId) -> Result<Option<Member>> {
        let key = (self.bound()?, Id::from(id));
        let row: Option<Row> = on!(self.db, |db| members::table.find(key).select(Row::as_select()).first(db))
            .optional()
            .understood()?;
        row.map(Member::try_from).transpose()
    }

    fn members(
        &mut self,
        state: Option<MemberState>,
        after: Option<MemberId>,
        limit: u32,
    ) -> Result<Vec<Member>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| {
            let mut query: members::BoxedQuery<'_, _> = members::table.into_boxed();
            query = query
                .filter(members::tenant_id.eq(tenant))
                .filter(members::id.gt(Id(after.map_or(Uuid::nil(), Uuid::from))));
            if let Some(state) = state {
                query = query.filter(members::state.eq(state.name()));
            }
            query.order(members::id).limit(limit.into()).select(Row::as_select()).load(db)
        })
        .understood()?;
        rows.into_iter().map(Member::try_from).collect()
    }

    fn save_member(&mut self, member: &Member) -> Result<()> {
        let row = Row { tenant_id: self.bound()?, ..Row::from(member) };
        let key = members::table.find((row.tenant_id, row.id));
        let known = key.filter(members::version.eq(member.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn places(&mut self, account: AccountId) -> Result<Vec<Membership>> {
        Ok(self.places_of(account)?.into_iter().map(|(_, place)| place).collect())
    }

    fn memberships(&mut self, account: AccountId) -> Result<Vec<Membership>> {
        let places = self.places_of(account)?.into_iter();
        Ok(places.filter(|(state, _)| *state == MemberState::Active).map(|(_, place)| place).collect())
    }

    fn account_of(&mut self, member: MemberId) -> Result<AccountId> {
        let tenant = self.bound()?;
        let account: Id = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::id.eq(Id::from(member)))
            .select(members::account_id)
            .first(db))
        .understood()?;
        Ok(account.get())
    }

    fn place_of(&mut self, account: AccountId) -> Result<Option<MemberId>> {
        let tenant = self.bound()?;
        let place: Option<Id> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::account_id.eq(Id::from(account)))
            .select(members::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(place.map(Id::get))
    }

    fn correct_member(
        &mut self,
        member: MemberId,
        name: &PersonName,
        position: Option<&Position>,
    ) -> Result<()> {
        let known = members::table
            .filter(members::tenant_id.eq(self.bound()?))
            .filter(members::id.eq(Id::from(member)));
        let corrected = (
            members::name.eq(name.as_str()),
            members::position.eq(position.map(Position::as_str)),
            members::version.eq(members::version + 1),
        );
        one_row(on!(self.db, |db| diesel::update(known).set(corrected).execute(db)).understood()?)
    }

    fn owner(&mut self) -> Result<Option<MemberId>> {
        let tenant = self.bound()?;
        let owner: Option<Id> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::role.eq(name_of(&MemberRole::Owner)))
            .select(members::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(owner.map(Id::get))
    }

    fn profile(&mut self, member: MemberId) -> Result<Profile> {
        type Found = (Place, Option<String>, String, Option<String>);
        let tenant = self.bound()?;
        let (place, position, mobile, email): Found = on!(self.db, |db| members::table
            .inner_join(tenants::table.on(tenants::tenant_id.eq(members::tenant_id)))
            .inner_join(accounts::table.on(accounts::id.eq(members::account_id)))
            .filter(members::tenant_id.eq(tenant))
            .filter(members::id.eq(Id::from(member)))
            .select((PLACE, members::position, accounts::mobile, accounts::email))
            .first(db))
        .understood()?;
        let mobile = stored_mobile("accounts", member, &mobile)?;
        let email = stored_email("accounts", member, email.as_deref())?;
        Ok(Profile { membership: membership(place)?, position, mobile, email })
    }
}

impl Tx<'_> {
    /// Every place of an account over all tenants, whether they get in there or not, oldest first.
    fn places_of(&mut self, account: AccountId) -> Result<Vec<(MemberState, Membership)>> {
        let rows: Vec<(String, Place)> = on!(self.db, |db| members::table
            .inner_join(tenants::table.on(tenants::tenant_id.eq(members::tenant_id)))
            .filter(members::account_id.eq(Id::from(account)))
            .order((members::created_at, members::id))
            .select((members::state, PLACE))
            .load(db))
        .understood()?;
        let place = |(state, place): (String, Place)| {
            let state = MemberState::find(&state).ok_or_else(|| corrupt("members", place.2.0, "state"))?;
            Ok((state, membership(place)?))
        };
        rows.into_iter().map(place).collect()
    }
}

/// A membership as it is selected.
type Place = (Id, String, Id, String, String, String);
type PlaceColumns =
    (tenants::tenant_id, tenants::name, members::id, members::userid, members::name, members::role);
const PLACE: PlaceColumns =
    (tenants::tenant_id, tenants::name, members::id, members::userid, members::name, members::role);

fn membership((tenant, tenant_name, member, userid, name, role): Place) -> Result<Membership> {
    let role = named(&role).ok_or_else(|| corrupt("members", member.0, "role"))?;
    Ok(Membership { tenant: tenant.get(), tenant_name, member: member.get(), userid, name, role })
}
