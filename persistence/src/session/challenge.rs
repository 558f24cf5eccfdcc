//! Challenges: sign-ins that wait.

use super::device::{columns, described, identity};
use super::{factors, factors_of};
use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::challenges;
use crate::sql_type::{Id, Instant, name_of};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::id::ChallengeId;
use domain::session::{Challenge, ChallengeStore};
use domain::verification::Requester;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = challenges, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: Id,
    token: Vec<u8>,
    account_id: Option<Id>,
    operator_id: Option<Id>,
    device_name: String,
    device_platform: String,
    device_serial: Option<String>,
    known_device_id: Option<Id>,
    factors: String,
    tenant_id: Option<Id>,
    ends_by: Option<Instant>,
    expires_at: Instant,
    answered: bool,
    version: i64,
}

impl TryFrom<Row> for Challenge {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("challenges", row.id.0, column);
        Ok(Self {
            id: row.id.get(),
            token: super::token("challenges", row.id, &row.token)?,
            who: identity(row.account_id, row.operator_id).ok_or_else(|| wrong("who"))?,
            device: described(&row.device_name, &row.device_platform, row.device_serial.as_deref())
                .ok_or_else(|| wrong("device"))?,
            requester: row.known_device_id.map_or(Requester::Stranger, |id| Requester::Device(id.get())),
            factors: factors_of(&row.factors).ok_or_else(|| wrong("factors"))?,
            tenant: row.tenant_id.map(Id::get),
            ends_by: row.ends_by.map(|at| at.0),
            expires_at: row.expires_at.0,
            answered: row.answered,
            version: row.version,
        })
    }
}

impl ChallengeStore for Tx<'_> {
    fn save_challenge(&mut self, challenge: &Challenge) -> Result<()> {
        let (account_id, operator_id) = columns(challenge.who);
        let row = Row {
            id: challenge.id.into(),
            token: challenge.token.0.to_vec(),
            account_id,
            operator_id,
            device_name: challenge.device.name.as_str().to_owned(),
            device_platform: name_of(&challenge.device.platform),
            device_serial: challenge.device.serial.as_ref().map(|serial| serial.as_str().to_owned()),
            known_device_id: match challenge.requester {
                Requester::Stranger => None,
                Requester::Device(id) => Some(id.into()),
            },
            factors: factors(&challenge.factors),
            tenant_id: challenge.tenant.map(Id::from),
            ends_by: challenge.ends_by.map(Instant::from),
            expires_at: challenge.expires_at.into(),
            answered: challenge.answered,
            version: challenge.version + 1,
        };
        if challenge.version == 0 {
            on!(self.db, |db| diesel::insert_into(challenges::table).values(&row).execute(db))
                .understood()?;
            return Ok(());
        }
        let known = challenges::table.find(row.id).filter(challenges::version.eq(challenge.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn challenge(&mut self, id: ChallengeId) -> Result<Option<Challenge>> {
        let row: Option<Row> =
            on!(self.db, |db| challenges::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Challenge::try_from).transpose()
    }
}
