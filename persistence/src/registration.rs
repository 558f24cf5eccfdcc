//! Registrations. A global table: the tenant does not exist yet.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::registrations;
use crate::sql_type::{Id, Instant, Json, name_of, named};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::agreement::Accepted;
use domain::error::{Error, Result};
use domain::id::RegistrationId;
use domain::phone::{MobileNumber, Phone};
use domain::reference::{IndustryCode, RegionCode};
use domain::registration::{Administrator, Registration, RegistrationStore};
use domain::session::TokenHash;
use domain::tenant::{Address, Organization};
use domain::text::{AddressLine, OrganizationName, PersonName, Position};
use domain::verification::Sent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registrations, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: Id,
    token: Vec<u8>,
    organization: Json,
    administrator: Json,
    accepted: Json,
    code_expires_at: Instant,
    code_resend_after: Instant,
    tenant_id: Option<Id>,
    completed_at: Option<Instant>,
    created_at: Instant,
    begun_from: Option<String>,
    expires_at: Instant,
    version: i64,
}

#[derive(Serialize, Deserialize)]
struct KeptOrganization {
    name: String,
    kind: String,
    industry: String,
    staff_size: String,
    region: String,
    address_line: String,
    phone: String,
}

#[derive(Serialize, Deserialize)]
struct KeptAdministrator {
    name: String,
    position: String,
    mobile: String,
    is_legal_representative: bool,
}

#[derive(Serialize, Deserialize)]
struct KeptAcceptance {
    id: Uuid,
    version: String,
}

fn json(value: &impl Serialize) -> Result<Json> {
    serde_json::to_value(value).map(Json).map_err(|error| Error::internal(format!("registration: {error}")))
}

fn row(registration: &Registration) -> Result<Row> {
    let organization = &registration.organization;
    let administrator = &registration.administrator;
    let accepted: Vec<_> = registration
        .accepted
        .iter()
        .map(|accepted| KeptAcceptance { id: accepted.id, version: accepted.version.clone() })
        .collect();
    Ok(Row {
        id: registration.id.into(),
        token: registration.token.0.to_vec(),
        organization: json(&KeptOrganization {
            name: organization.name.as_str().to_owned(),
            kind: organization.kind.clone(),
            industry: organization.industry.as_str().to_owned(),
            staff_size: name_of(&organization.staff_size),
            region: organization.address.region.as_str().to_owned(),
            address_line: organization.address.line.as_str().to_owned(),
            phone: organization.phone.as_str().to_owned(),
        })?,
        administrator: json(&KeptAdministrator {
            name: administrator.name.as_str().to_owned(),
            position: administrator.position.as_str().to_owned(),
            mobile: administrator.mobile.as_str().to_owned(),
            is_legal_representative: administrator.is_legal_representative,
        })?,
        accepted: json(&accepted)?,
        code_expires_at: registration.code.expires_at.into(),
        code_resend_after: registration.code.resend_after.into(),
        tenant_id: registration.completed.map(|(tenant, _)| tenant.into()),
        completed_at: registration.completed.map(|(_, at)| at.into()),
        created_at: registration.created_at.into(),
        begun_from: registration.begun_from.map(|ip| ip.to_string()),
        expires_at: registration.expires_at.into(),
        version: registration.version + 1,
    })
}

impl TryFrom<Row> for Registration {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let key = row.id.0;
        let wrong = |column: &str| corrupt("registrations", key, column);
        let organization: KeptOrganization =
            serde_json::from_value(row.organization.0).map_err(|_| wrong("organization"))?;
        let administrator: KeptAdministrator =
            serde_json::from_value(row.administrator.0).map_err(|_| wrong("administrator"))?;
        let accepted: Vec<KeptAcceptance> =
            serde_json::from_value(row.accepted.0).map_err(|_| wrong("accepted"))?;
        let completed = match (row.tenant_id, row.completed_at) {
            (Some(tenant), Some(at)) => Some((tenant.get(), at.0)),
            (None, None) => None,
            _ => return Err(wrong("completed_at")),
        };
        Ok(Self {
            id: row.id.get(),
            token: TokenHash(row.token.as_slice().try_into().map_err(|_| wrong("token"))?),
            organization: Organization {
                name: OrganizationName::parse(&organization.name).map_err(|_| wrong("organization.name"))?,
                kind: organization.kind,
                industry: IndustryCode::parse(&organization.industry)
                    .map_err(|_| wrong("organization.industry"))?,
                staff_size: named(&organization.staff_size)
                    .ok_or_else(|| wrong("organization.staff_size"))?,
                address: Address {
                    region: RegionCode::parse(&organization.region)
                        .map_err(|_| wrong("organization.region"))?,
                    line: AddressLine::parse(&organization.address_line)
                        .map_err(|_| wrong("organization.address_line"))?,
                },
                phone: Phone::parse(&organization.phone).map_err(|_| wrong("organization.phone"))?,
            },
            administrator: Administrator {
                name: PersonName::parse(&administrator.name).map_err(|_| wrong("administrator.name"))?,
                position: Position::parse(&administrator.position)
                    .map_err(|_| wrong("administrator.position"))?,
                mobile: MobileNumber::parse(&administrator.mobile)
                    .map_err(|_| wrong("administrator.mobile"))?,
                is_legal_representative: administrator.is_legal_representative,
            },
            accepted: accepted
                .into_iter()
                .map(|kept| Accepted { id: kept.id, version: kept.version })
                .collect(),
            code: Sent { expires_at: row.code_expires_at.0, resend_after: row.code_resend_after.0 },
            completed,
            created_at: row.created_at.0,
            begun_from: row
                .begun_from
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|_| wrong("begun_from"))?,
            expires_at: row.expires_at.0,
            version: row.version,
        })
    }
}

impl RegistrationStore for Tx<'_> {
    fn registration(&mut self, id: RegistrationId) -> Result<Option<Registration>> {
        let row: Option<Row> =
            on!(self.db, |db| registrations::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Registration::try_from).transpose()
    }

    fn registration_by_token(&mut self, token: &TokenHash) -> Result<Option<Registration>> {
        let row: Option<Row> = on!(self.db, |db| registrations::table
            .filter(registrations::token.eq(token.0.as_slice()))
            .select(Row::as_select())
            .first(db))
        .optional()
        .understood()?;
        row.map(Registration::try_from).transpose()
    }

    fn save_registration(&mut self, registration: &Registration) -> Result<()> {
        let row = row(registration)?;
        if registration.version == 0 {
            on!(self.db, |db| diesel::insert_into(registrations::table).values(&row).execute(db))
                .understood()?;
            return Ok(());
        }
        let known = registrations::table.find(row.id).filter(registrations::version.eq(registration.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }
}
