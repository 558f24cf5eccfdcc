//! Tenants.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::tenants;
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::phone::Phone;
use domain::reference::{IndustryCode, RegionCode};
use domain::tenant::{Address, Organization, Tenant, TenantStore};
use domain::text::{AddressLine, OrganizationName};

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
