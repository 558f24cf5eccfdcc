//! Tenants with their departments and members. All of it belongs to one tenant, but for one question: which places an
//! account has, which is asked before a tenant is chosen.

use crate::account::{stored_email, stored_mobile};
use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{accounts, departments, members, tenants};
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::actor::MemberRole;
use domain::department::{Department, DepartmentStore};
use domain::error::Result;
use domain::id::{AccountId, DepartmentId, MemberId};
use domain::member::{Member, MemberStore, Membership, Profile};
use domain::phone::Phone;
use domain::reference::{IndustryCode, RegionCode};
use domain::tenant::{Address, Organization, Tenant, TenantStore};
use domain::text::{AddressLine, OrganizationName, PersonName, Position};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants, treat_none_as_default_value = false)]
pub(crate) struct Row {
    tenant_id: Id,
    name: String,
    organization_type: String,
    industry: String,
    staff_size: String,
    region: String,
    address_line: String,
    phone: String,
    created_at: Instant,
    policy_version: i64,
    version: i64,
}

impl TryFrom<Row> for Tenant {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("tenants", row.tenant_id.0, column);
        Ok(Self {
            id: row.tenant_id.get(),
            organization: Organization {
                name: OrganizationName::parse(&row.name).map_err(|_| wrong("name"))?,
                kind: row.organization_type.clone(),
                industry: IndustryCode::parse(&row.industry).map_err(|_| wrong("industry"))?,
                staff_size: named(&row.staff_size).ok_or_else(|| wrong("staff_size"))?,
                address: Address {
                    region: RegionCode::parse(&row.region).map_err(|_| wrong("region"))?,
                    line: AddressLine::parse(&row.address_line).map_err(|_| wrong("address_line"))?,
                },
                phone: Phone::parse(&row.phone).map_err(|_| wrong("phone"))?,
            },
            created_at: row.created_at.0,
            version: row.version,
        })
    }
}

impl TenantStore for Tx<'_> {
    fn tenant(&mut self) -> Result<Tenant> {
        let tenant = self.bound()?;
        let row: Row = on!(self.db, |db| tenants::table
            .filter(tenants::tenant_id.eq(tenant))
            .select(Row::as_select())
            .first(db))
        .understood()?;
        row.try_into()
    }

    fn rename_tenant(&mut self, name: &OrganizationName) -> Result<()> {
        let known = tenants::table.filter(tenants::tenant_id.eq(self.bound()?));
        let renamed = (tenants::name.eq(name.as_str()), tenants::version.eq(tenants::version + 1));
        one_row(on!(self.db, |db| diesel::update(known).set(renamed).execute(db)).understood()?)
    }

    fn insert_tenant(&mut self, tenant: &Tenant) -> Result<()> {
        let organization = &tenant.organization;
        let row = Row {
            tenant_id: tenant.id.into(),
            name: organization.name.as_str().to_owned(),
            organization_type: organization.kind.clone(),
            industry: organization.industry.as_str().to_owned(),
            staff_size: name_of(&organization.staff_size),
            region: organization.address.region.as_str().to_owned(),
            address_line: organization.address.line.as_str().to_owned(),
            phone: organization.phone.as_str().to_owned(),
            created_at: tenant.created_at.into(),
            policy_version: 0,
            version: tenant.version,
        };
        on!(self.db, |db| diesel::insert_into(tenants::table).values(&row).execute(db)).understood()?;
        Ok(())
    }
}

#[derive(Insertable)]
#[diesel(table_name = departments, treat_none_as_default_value = false)]
struct DepartmentRow {
    tenant_id: Id,
    id: Id,
    parent_id: Option<Id>,
    number: i64,
    name: String,
    created_at: Instant,
    version: i64,
}

impl DepartmentStore for Tx<'_> {
    fn insert_department(&mut self, department: &Department) -> Result<()> {
        let row = DepartmentRow {
            tenant_id: self.bound()?,
            id: department.id.into(),
            parent_id: department.parent.map(Id::from),
            number: department.number,
            name: department.name.as_str().to_owned(),
            created_at: department.created_at.into(),
            version: 1,
        };
        on!(self.db, |db| diesel::insert_into(departments::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn root_department(&mut self) -> Result<DepartmentId> {
        let tenant = self.bound()?;
        let root: Id = on!(self.db, |db| departments::table
            .filter(departments::tenant_id.eq(tenant))
            .filter(departments::parent_id.is_null())
            .select(departments::id)
            .first(db))
        .understood()?;
        Ok(root.get())
    }
}

#[derive(Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
struct MemberRow {
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

impl MemberStore for Tx<'_> {
    fn insert_member(&mut self, member: &Member) -> Result<()> {
        let row = MemberRow {
            tenant_id: self.bound()?,
            id: member.id.into(),
            account_id: member.account.into(),
            userid: member.userid.clone(),
            userid_key: member.userid.to_lowercase(),
            name: member.name.as_str().to_owned(),
            position: member.position.as_ref().map(|position| position.as_str().to_owned()),
            role: name_of(&member.role),
            state: "active".to_owned(),
            department_id: member.department.into(),
            created_at: member.created_at.into(),
            version: 1,
        };
        on!(self.db, |db| diesel::insert_into(members::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn memberships(&mut self, account: AccountId) -> Result<Vec<Membership>> {
        let rows: Vec<Place> = on!(self.db, |db| members::table
            .inner_join(tenants::table.on(tenants::tenant_id.eq(members::tenant_id)))
            .filter(members::account_id.eq(Id::from(account)))
            .filter(members::state.eq("active"))
            .order((members::created_at, members::id))
            .select(PLACE)
            .load(db))
        .understood()?;
        rows.into_iter().map(membership).collect()
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

    fn set_role(&mut self, member: MemberId, role: MemberRole) -> Result<()> {
        let known = members::table
            .filter(members::tenant_id.eq(self.bound()?))
            .filter(members::id.eq(Id::from(member)));
        let role = (members::role.eq(name_of(&role)), members::version.eq(members::version + 1));
        one_row(on!(self.db, |db| diesel::update(known).set(role).execute(db)).understood()?)
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
