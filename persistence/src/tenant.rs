//! Tenants.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::tenants;
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::organization::{Presence, PrimaryContact, ShortName, Website};
use domain::phone::Phone;
use domain::reference::{IndustryCode, RegionCode};
use domain::tenant::{Address, Organization, Tenant, TenantStore};
use domain::text::{AddressLine, OrganizationName, PersonName};

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
    short_name: Option<String>,
    website: Option<String>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    logo: Option<String>,
    created_at: Instant,
    policy_version: i64,
    version: i64,
}

impl TryFrom<Row> for Tenant {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("tenants", row.tenant_id.0, column);
        let contact = match (&row.contact_name, &row.contact_phone) {
            (Some(name), Some(phone)) => Some(PrimaryContact {
                name: PersonName::parse(name).map_err(|_| wrong("contact_name"))?,
                phone: Phone::parse(phone).map_err(|_| wrong("contact_phone"))?,
            }),
            _ => None,
        };
        let short_name = row.short_name.as_deref().map(ShortName::parse).transpose();
        let website = row.website.as_deref().map(Website::parse).transpose();
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
            presence: Presence {
                short_name: short_name.map_err(|_| wrong("short_name"))?,
                website: website.map_err(|_| wrong("website"))?,
                contact,
                logo: row.logo,
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

    fn save_tenant(&mut self, tenant: &Tenant) -> Result<()> {
        let known = tenants::table
            .filter(tenants::tenant_id.eq(self.bound()?))
            .filter(tenants::version.eq(tenant.version));
        let (organization, presence) = (&tenant.organization, &tenant.presence);
        let contact = presence.contact.as_ref();
        let said = (
            tenants::name.eq(organization.name.as_str()),
            tenants::industry.eq(organization.industry.as_str()),
            tenants::staff_size.eq(name_of(&organization.staff_size)),
            tenants::region.eq(organization.address.region.as_str()),
            tenants::address_line.eq(organization.address.line.as_str()),
            tenants::phone.eq(organization.phone.as_str()),
        );
        let shown = (
            tenants::short_name.eq(presence.short_name.as_ref().map(ShortName::as_str)),
            tenants::website.eq(presence.website.as_ref().map(Website::as_str)),
            tenants::contact_name.eq(contact.map(|contact| contact.name.as_str())),
            tenants::contact_phone.eq(contact.map(|contact| contact.phone.as_str())),
            tenants::logo.eq(presence.logo.as_deref()),
            tenants::version.eq(tenant.version + 1),
        );
        one_row(on!(self.db, |db| diesel::update(known).set((said, shown)).execute(db)).understood()?)
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
            short_name: None,
            website: None,
            contact_name: None,
            contact_phone: None,
            logo: None,
            created_at: tenant.created_at.into(),
            policy_version: 0,
            version: tenant.version,
        };
        on!(self.db, |db| diesel::insert_into(tenants::table).values(&row).execute(db)).understood()?;
        Ok(())
    }
}
