//! Members. All of it belongs to one tenant, but for two questions that are asked before a tenant is chosen: which places an account
//! has, and which wait for a number.

mod find;
mod forget;
mod invitation;
mod term;

use crate::account::{stored_email, stored_mobile};
use crate::connection::{BATCH, insert_all, on};
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{accounts, member_values as values, members, tenants};
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use domain::actor::MemberRole;
use domain::error::Result;
use domain::id::{AccountId, MemberId};
use domain::member::{
    Details, Gender, Held, Member, MemberFilter, MemberState, MemberStore, Membership, Profile, Spot, Userid,
    sort_key,
};
use domain::phone::{MobileNumber, Phone};
use domain::text::Line;

diesel::alias!(members as beside: Beside);

/// The state of those who left.
const DEPARTED: &str = "departed";

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = members, primary_key(tenant_id, id), treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    tenant_id: Id,
    id: Id,
    account_id: Option<Id>,
    userid: String,
    userid_key: String,
    name: String,
    sort_key: String,
    alias: Option<String>,
    employee_number: Option<String>,
    position: Option<String>,
    gender: Option<String>,
    /// That of the invitation; whoever has joined has the number of their account.
    mobile: Option<String>,
    email: Option<String>,
    telephone: Option<String>,
    work_location: Option<String>,
    address: Option<String>,
    hire_date: Option<String>,
    leader_id: Option<Id>,
    avatar: Option<String>,
    role: String,
    state: String,
    department_id: Id,
    hidden: bool,
    created_at: Instant,
    invited_at: Option<Instant>,
    joined_at: Option<Instant>,
    version: i64,
}

fn text<const MIN: usize, const MAX: usize>(line: Option<&Line<MIN, MAX>>) -> Option<String> {
    line.map(|line| line.as_str().to_owned())
}

impl From<&Member> for Row {
    fn from(member: &Member) -> Self {
        let details = &member.details;
        Self {
            tenant_id: member.tenant.into(),
            id: member.id.into(),
            account_id: member.account.map(Id::from),
            userid: member.userid.to_string(),
            userid_key: member.userid.key(),
            name: details.name.as_str().to_owned(),
            sort_key: sort_key(details.name.as_str()),
            alias: text(details.alias.as_ref()),
            employee_number: text(details.employee_number.as_ref()),
            position: text(details.position.as_ref()),
            gender: details.gender.map(|gender| gender.name().to_owned()),
            mobile: member.account.is_none().then(|| details.mobile.as_str().to_owned()),
            email: details.email.as_ref().map(|email| email.as_str().to_owned()),
            telephone: details.telephone.as_ref().map(|phone| phone.as_str().to_owned()),
            work_location: text(details.work_location.as_ref()),
            address: text(details.address.as_ref()),
            hire_date: details.hire_date.map(|day| day.to_string()),
            leader_id: details.leader.map(Id::from),
            avatar: member.avatar.clone(),
            role: name_of(&member.role),
            state: member.state.name().to_owned(),
            department_id: member.department.into(),
            hidden: member.hidden,
            created_at: member.created_at.into(),
            invited_at: member.invited_at.map(Instant),
            joined_at: member.joined_at.map(Instant),
            version: member.version + 1,
        }
    }
}

fn line<const MIN: usize, const MAX: usize>(
    text: Option<&str>,
) -> std::result::Result<Option<Line<MIN, MAX>>, domain::error::Violation> {
    text.map(Line::parse).transpose()
}

/// A member's row, and the number of their account if they have one.
type Found = (Row, Option<String>);

fn member((row, mobile): Found) -> Result<Member> {
    let wrong = |column: &str| corrupt("members", row.id.0, column);
    let mobile = row.mobile.as_deref().or(mobile.as_deref()).ok_or_else(|| wrong("mobile"))?;
    let gender = row.gender.as_deref().map(|word| Gender::find(word).ok_or_else(|| wrong("gender")));
    let hire_date = row.hire_date.as_deref().map(|day| day.parse().map_err(|_| wrong("hire_date")));
    let details = Details {
        name: Line::parse(&row.name).map_err(|_| wrong("name"))?,
        alias: line(row.alias.as_deref()).map_err(|_| wrong("alias"))?,
        employee_number: line(row.employee_number.as_deref()).map_err(|_| wrong("employee_number"))?,
        position: line(row.position.as_deref()).map_err(|_| wrong("position"))?,
        gender: gender.transpose()?,
        mobile: stored_mobile("members", row.id.0, mobile)?,
        email: stored_email("members", row.id.0, row.email.as_deref())?,
        telephone: row.telephone.as_deref().map(Phone::parse).transpose().map_err(|_| wrong("telephone"))?,
        work_location: line(row.work_location.as_deref()).map_err(|_| wrong("work_location"))?,
        address: line(row.address.as_deref()).map_err(|_| wrong("address"))?,
        hire_date: hire_date.transpose()?,
        leader: row.leader_id.map(Id::get),
    };
    Ok(Member {
        tenant: row.tenant_id.get(),
        id: row.id.get(),
        account: row.account_id.map(Id::get),
        userid: Userid::parse(&row.userid).map_err(|_| wrong("userid"))?,
        details,
        avatar: row.avatar,
        role: named(&row.role).ok_or_else(|| wrong("role"))?,
        state: MemberState::find(&row.state).ok_or_else(|| wrong("state"))?,
        department: row.department_id.get(),
        hidden: row.hidden,
        created_at: row.created_at.0,
        invited_at: row.invited_at.map(|at| at.0),
        joined_at: row.joined_at.map(|at| at.0),
        version: row.version,
    })
}

impl MemberStore for Tx<'_> {
    fn insert_members(&mut self, new: &[Member]) -> Result<()> {
        let tenant_id = self.bound()?;
        let rows: Vec<Row> = new.iter().map(|member| Row { tenant_id, ..Row::from(member) }).collect();
        insert_all!(self.db, members::table, rows).understood()?;
        self.index_new(new)
    }

    fn save_member(&mut self, member: &Member) -> Result<()> {
        let row = Row { tenant_id: self.bound()?, ..Row::from(member) };
        let key = members::table.find((row.tenant_id, row.id));
        let known = key.filter(members::version.eq(member.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)?;
        self.index(member)
    }

    fn set_avatar(&mut self, member: MemberId, digest: Option<&str>) -> Result<()> {
        let known = members::table.find((self.bound()?, Id::from(member)));
        one_row(
            on!(self.db, |db| diesel::update(known).set(members::avatar.eq(digest)).execute(db))
                .understood()?,
        )
    }

    fn member(&mut self, id: MemberId) -> Result<Option<Member>> {
        let tenant = self.bound()?;
        let found: Option<Found> = on!(self.db, |db| members::table
            .left_join(accounts::table.on(accounts::id.nullable().eq(members::account_id)))
            .filter(members::tenant_id.eq(tenant))
            .filter(members::id.eq(Id::from(id)))
            .select((Row::as_select(), accounts::mobile.nullable()))
            .first(db))
        .optional()
        .understood()?;
        found.map(member).transpose()
    }

    fn members(&mut self, ids: &[MemberId]) -> Result<Vec<Member>> {
        let tenant = self.bound()?;
        let ids: Vec<Id> = ids.iter().copied().map(Id::from).collect();
        let mut all = Vec::new();
        for some in ids.chunks(BATCH) {
            let found: Vec<Found> = on!(self.db, |db| members::table
                .left_join(accounts::table.on(accounts::id.nullable().eq(members::account_id)))
                .filter(members::tenant_id.eq(tenant))
                .filter(members::id.eq_any(some))
                .select((Row::as_select(), accounts::mobile.nullable()))
                .load(db))
            .understood()?;
            all.extend(found.into_iter().map(member).collect::<Result<Vec<_>>>()?);
        }
        Ok(all)
    }

    fn find_members(&mut self, filter: &MemberFilter, after: Option<&Spot>, limit: u32) -> Result<Vec<Spot>> {
        self.find(filter, after, limit)
    }

    fn has_members(&mut self, count: u32) -> Result<bool> {
        let tenant = self.bound()?;
        let last: Option<Id> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::state.ne(DEPARTED))
            .order((members::sort_key, members::id))
            .offset(i64::from(count) - 1)
            .select(members::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(last.is_some())
    }

    fn holders(&mut self, wanted: &[Held]) -> Result<Vec<(Held, MemberId, MemberState)>> {
        let tenant = self.bound()?;
        let mut found: Vec<(Held, Id, String)> = Vec::new();
        for some in wanted.chunks(BATCH) {
            let (mut userids, mut mobiles, mut emails) = (Vec::new(), Vec::new(), Vec::new());
            let (mut fields, mut keys) = (Vec::new(), Vec::new());
            for held in some {
                match held {
                    Held::Userid(key) => userids.push(key.as_str()),
                    Held::Mobile(number) => mobiles.push(number.as_str()),
                    Held::Email(address) => emails.push(address.as_str()),
                    Held::Custom(field, key) => {
                        fields.push(Id::from(*field));
                        keys.push(key.as_str());
                    }
                }
            }
            let rows: Vec<(String, Id, String)> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant).and(members::userid_key.eq_any(&userids)))
                .select((members::userid_key, members::id, members::state))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(|(key, id, state)| (Held::Userid(key), id, state)));
            let rows: Vec<(Option<String>, Id, String)> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant).and(members::email.eq_any(&emails)))
                .select((members::email, members::id, members::state))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().filter_map(|(it, id, state)| Some((Held::Email(it?), id, state))));
            let rows: Vec<(Option<String>, Id, String)> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant).and(members::mobile.eq_any(&mobiles)))
                .select((members::mobile, members::id, members::state))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().filter_map(|(it, id, state)| Some((Held::Mobile(it?), id, state))));
            let rows: Vec<(String, Id, String)> = on!(self.db, |db| accounts::table
                .inner_join(members::table.on(members::account_id.eq(accounts::id.nullable())))
                .filter(accounts::mobile.eq_any(&mobiles))
                .filter(members::tenant_id.eq(tenant))
                .select((accounts::mobile, members::id, members::state))
                .load(db))
            .understood()?;
            found.extend(rows.into_iter().map(|(number, id, state)| (Held::Mobile(number), id, state)));
            if fields.is_empty() {
                continue;
            }
            let rows: Vec<(Id, Option<String>, Id, String)> = on!(self.db, |db| {
                let theirs = members::tenant_id.eq(values::tenant_id).and(members::id.eq(values::member_id));
                values::table
                    .inner_join(members::table.on(theirs))
                    .filter(values::tenant_id.eq(tenant))
                    .filter(values::field_id.eq_any(&fields))
                    .filter(values::unique_key.eq_any(&keys))
                    .select((values::field_id, values::unique_key, members::id, members::state))
                    .load(db)
            })
            .understood()?;
            let held = |(field, key, id, state): (Id, Option<String>, Id, String)| {
                Some((Held::Custom(field.get(), key?), id, state))
            };
            found.extend(rows.into_iter().filter_map(held));
        }
        let state =
            |id: Id, word: &str| MemberState::find(word).ok_or_else(|| corrupt("members", id.0, "state"));
        let holder = |(held, id, word): (Held, Id, String)| Ok((held, id.get(), state(id, &word)?));
        found.into_iter().map(holder).collect()
    }

    fn reporting(&mut self, asked: &[MemberId]) -> Result<Vec<(MemberId, Option<MemberId>)>> {
        let tenant = self.bound()?;
        let ids: Vec<Id> = asked.iter().copied().map(Id::from).collect();
        let mut all = Vec::new();
        for some in ids.chunks(BATCH) {
            let rows: Vec<(Id, Option<Id>)> = on!(self.db, |db| members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::id.eq_any(some))
                .filter(members::state.ne(DEPARTED))
                .select((members::id, members::leader_id))
                .load(db))
            .understood()?;
            all.extend(rows.into_iter().map(|(id, leader)| (id.get(), leader.map(Id::get))));
        }
        Ok(all)
    }

    fn join_member(&mut self, member: MemberId, account: AccountId, now: DateTime<Utc>) -> Result<()> {
        let invited = members::table
            .filter(members::tenant_id.eq(self.bound()?))
            .filter(members::id.eq(Id::from(member)))
            .filter(members::state.eq(MemberState::Invited.name()));
        let joined = (
            members::account_id.eq(Some(Id::from(account))),
            members::mobile.eq(None::<String>),
            members::state.eq(MemberState::Active.name()),
            members::joined_at.eq(Some(Instant(now))),
            members::version.eq(members::version + 1),
        );
        one_row(on!(self.db, |db| diesel::update(invited).set(joined).execute(db)).understood()?)
    }

    fn places(&mut self, account: AccountId) -> Result<Vec<Membership>> {
        let rows: Vec<Place> = on!(self.db, |db| members::table
            .inner_join(tenants::table.on(tenants::tenant_id.eq(members::tenant_id)))
            .filter(members::account_id.eq(Some(Id::from(account))))
            .filter(members::state.ne(DEPARTED))
            .order((members::created_at, members::id))
            .select(PLACE)
            .load(db))
        .understood()?;
        rows.into_iter().map(membership).collect()
    }

    fn invitations(&mut self, mobile: &MobileNumber, account: Option<AccountId>) -> Result<Vec<Membership>> {
        let account = account.map(Id::from);
        let rows: Vec<Place> = on!(self.db, |db| {
            let known = beside
                .filter(beside.field(members::tenant_id).eq(members::tenant_id))
                .filter(beside.field(members::account_id).eq(account));
            members::table
                .inner_join(tenants::table.on(tenants::tenant_id.eq(members::tenant_id)))
                .filter(members::mobile.eq(Some(mobile.as_str())))
                .filter(not(exists(known)))
                .order((members::created_at, members::id))
                .select(PLACE)
                .load(db)
        })
        .understood()?;
        rows.into_iter().map(membership).collect()
    }

    fn erase_members(&mut self, members: &[MemberId]) -> Result<Vec<AccountId>> {
        let mut alone = Vec::new();
        for some in members.chunks(BATCH) {
            alone.extend(self.erase(some)?);
        }
        Ok(alone)
    }

    fn account_of(&mut self, member: MemberId) -> Result<AccountId> {
        let tenant = self.bound()?;
        let account: Id = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::id.eq(Id::from(member)))
            .filter(members::account_id.is_not_null())
            .select(members::account_id.assume_not_null())
            .first(db))
        .understood()?;
        Ok(account.get())
    }

    fn place_of(&mut self, account: AccountId) -> Result<Option<MemberId>> {
        let tenant = self.bound()?;
        let place: Option<Id> = on!(self.db, |db| members::table
            .filter(members::tenant_id.eq(tenant))
            .filter(members::account_id.eq(Some(Id::from(account))))
            .select(members::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(place.map(Id::get))
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
        type Found = (Place, Option<String>, Option<String>, String, Option<String>);
        let tenant = self.bound()?;
        let (place, position, avatar, mobile, email): Found = on!(self.db, |db| members::table
            .inner_join(tenants::table.on(tenants::tenant_id.eq(members::tenant_id)))
            .inner_join(accounts::table.on(accounts::id.nullable().eq(members::account_id)))
            .filter(members::tenant_id.eq(tenant))
            .filter(members::id.eq(Id::from(member)))
            .select((PLACE, members::position, members::avatar, accounts::mobile, accounts::email))
            .first(db))
        .understood()?;
        let mobile = stored_mobile("accounts", member, &mobile)?;
        let email = stored_email("accounts", member, email.as_deref())?;
        Ok(Profile { membership: membership(place)?, position, avatar, mobile, email })
    }
}

impl Tx<'_> {
    /// Whoever is invited by a number in the tenants of some members: tenants and ids.
    pub(crate) fn invited_beside(
        &mut self,
        known: &[Member],
        mobile: &MobileNumber,
    ) -> Result<Vec<(Id, Id)>> {
        let tenants: Vec<Id> = known.iter().map(|member| member.tenant.into()).collect();
        on!(self.db, |db| members::table
            .filter(members::tenant_id.eq_any(tenants))
            .filter(members::mobile.eq(Some(mobile.as_str())))
            .select((members::tenant_id, members::id))
            .load(db))
        .understood()
    }

    /// The members that an account is, over all tenants.
    pub(crate) fn members_of_account(&mut self, account: Id) -> Result<Vec<Member>> {
        let found: Vec<Found> = on!(self.db, |db| members::table
            .left_join(accounts::table.on(accounts::id.nullable().eq(members::account_id)))
            .filter(members::account_id.eq(Some(account)))
            .select((Row::as_select(), accounts::mobile.nullable()))
            .load(db))
        .understood()?;
        found.into_iter().map(member).collect()
    }
}

/// A membership as it is selected.
type Place = (Id, String, Id, String, String, String, String);
type PlaceColumns = (
    tenants::tenant_id,
    tenants::name,
    members::id,
    members::userid,
    members::name,
    members::role,
    members::state,
);
const PLACE: PlaceColumns = (
    tenants::tenant_id,
    tenants::name,
    members::id,
    members::userid,
    members::name,
    members::role,
    members::state,
);

fn membership((tenant, tenant_name, member, userid, name, role, state): Place) -> Result<Membership> {
    let role = named(&role).ok_or_else(|| corrupt("members", member.0, "role"))?;
    let state = MemberState::find(&state).ok_or_else(|| corrupt("members", member.0, "state"))?;
    Ok(Membership { tenant: tenant.get(), tenant_name, member: member.get(), userid, name, role, state })
}
