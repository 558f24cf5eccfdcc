//! Sessions, devices and challenges. Global tables: they are found by their own id before anybody is known.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{accounts, challenges, devices, members, operators, sessions, tenants};
use crate::sql_type::{Id, Instant, name_of, named};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::actor::{Actor, MemberActor, OperatorActor, Realm};
use domain::error::Result;
use domain::id::{AccountId, ChallengeId, DeviceId, SessionId};
use domain::phone::MobileNumber;
use domain::session::{
    Challenge, ChallengeStore, Device, DeviceOwner, DeviceStore, NewDevice, OwnSession, Owner, Session,
    SessionStore, TokenHash,
};
use domain::text::DeviceName;
use domain::verification::Requester;
use std::net::IpAddr;
use uuid::Uuid;

fn token(table: &str, key: Id, bytes: &[u8]) -> Result<TokenHash> {
    bytes.try_into().map(TokenHash).map_err(|_| corrupt(table, key.0, "token"))
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sessions, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: Id,
    account_id: Option<Id>,
    tenant_id: Option<Id>,
    member_id: Option<Id>,
    operator_id: Option<Id>,
    device_id: Option<Id>,
    current_token: Vec<u8>,
    previous_token: Option<Vec<u8>>,
    created_at: Instant,
    used_at: Instant,
    used_from: Option<String>,
    idle_until: Instant,
    expires_at: Instant,
    ended_at: Option<Instant>,
    version: i64,
}

impl From<&Session> for Row {
    fn from(session: &Session) -> Self {
        let (account, tenant, member, operator) = match session.owner {
            Owner::Member { account, tenant, member } => (Some(account), Some(tenant), Some(member), None),
            Owner::Operator(operator) => (None, None, None, Some(operator)),
        };
        Self {
            id: session.id.into(),
            account_id: account.map(Id::from),
            tenant_id: tenant.map(Id::from),
            member_id: member.map(Id::from),
            operator_id: operator.map(Id::from),
            device_id: session.device.map(Id::from),
            current_token: session.current.0.to_vec(),
            previous_token: session.previous.map(|hash| hash.0.to_vec()),
            created_at: session.created_at.into(),
            used_at: session.used_at.into(),
            used_from: session.used_from.map(|ip| ip.to_string()),
            idle_until: session.idle_until.into(),
            expires_at: session.expires_at.into(),
            ended_at: session.ended_at.map(Instant::from),
            version: session.version,
        }
    }
}

fn owner(row: &Row) -> Result<Owner> {
    match (row.account_id, row.tenant_id, row.member_id, row.operator_id) {
        (Some(account), Some(tenant), Some(member), None) => {
            Ok(Owner::Member { account: account.get(), tenant: tenant.get(), member: member.get() })
        }
        (None, None, None, Some(operator)) => Ok(Owner::Operator(operator.get())),
        _ => Err(corrupt("sessions", row.id.0, "owner")),
    }
}

impl TryFrom<Row> for Session {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.get(),
            owner: owner(&row)?,
            device: row.device_id.map(Id::get),
            current: token("sessions", row.id, &row.current_token)?,
            previous: row
                .previous_token
                .as_deref()
                .map(|bytes| token("sessions", row.id, bytes))
                .transpose()?,
            created_at: row.created_at.0,
            used_at: row.used_at.0,
            used_from: address(row.id, row.used_from.as_deref())?,
            idle_until: row.idle_until.0,
            expires_at: row.expires_at.0,
            ended_at: row.ended_at.map(|at| at.0),
            version: row.version,
        })
    }
}

fn address(session: Id, text: Option<&str>) -> Result<Option<IpAddr>> {
    text.map(|text| text.parse().map_err(|_| corrupt("sessions", session.0, "used_from"))).transpose()
}

/// A session with its tenant and its device, as it is selected.
type Listed = (Id, Id, String, Option<(Id, String, String)>, Instant, Instant, Option<String>, Instant);

fn own_session(row: Listed) -> Result<OwnSession> {
    let (id, tenant, tenant_name, device, created_at, used_at, used_from, expires_at) = row;
    let wrong = |column: &str| corrupt("sessions", id.0, column);
    let device = device.map(|(device, name, platform)| {
        let name = DeviceName::parse(&name).map_err(|_| wrong("device name"))?;
        let platform = named(&platform).ok_or_else(|| wrong("device platform"))?;
        Ok::<_, domain::error::Error>((device.get(), NewDevice { name, platform }))
    });
    Ok(OwnSession {
        id: id.get(),
        tenant: tenant.get(),
        tenant_name,
        device: device.transpose()?,
        created_at: created_at.0,
        used_at: used_at.0,
        used_from: address(id, used_from.as_deref())?,
        expires_at: expires_at.0,
    })
}

impl SessionStore for Tx<'_> {
    fn insert_session(&mut self, session: &Session) -> Result<()> {
        on!(self.db, |db| diesel::insert_into(sessions::table).values(&Row::from(session)).execute(db))
            .understood()?;
        Ok(())
    }

    fn session(&mut self, id: SessionId) -> Result<Option<Session>> {
        let row: Option<Row> =
            on!(self.db, |db| sessions::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Session::try_from).transpose()
    }

    fn update_session(&mut self, session: &Session) -> Result<()> {
        let mut row = Row::from(session);
        row.version += 1;
        let known = sessions::table.find(row.id).filter(sessions::version.eq(session.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn own_sessions(
        &mut self,
        account: AccountId,
        now: DateTime<Utc>,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<OwnSession>> {
        let rows: Vec<Listed> = on!(self.db, |db| {
            let live = sessions::table
                .inner_join(tenants::table.on(tenants::tenant_id.nullable().eq(sessions::tenant_id)))
                .left_join(devices::table.on(devices::id.nullable().eq(sessions::device_id)))
                .filter(sessions::account_id.eq(Some(Id::from(account))))
                .filter(sessions::ended_at.is_null())
                .filter(sessions::idle_until.gt(Instant(now)).and(sessions::expires_at.gt(Instant(now))));
            let before = after.map_or(Uuid::max(), Uuid::from);
            live.filter(sessions::id.lt(Id(before)))
                .order(sessions::id.desc())
                .limit(limit.into())
                .select((
                    sessions::id,
                    tenants::tenant_id,
                    tenants::name,
                    (devices::id, devices::name, devices::platform).nullable(),
                    sessions::created_at,
                    sessions::used_at,
                    sessions::used_from,
                    sessions::expires_at,
                ))
                .load(db)
        })
        .understood()?;
        rows.into_iter().map(own_session).collect()
    }

    fn end_sessions(
        &mut self,
        account: AccountId,
        except: Option<SessionId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionId>> {
        let open: Vec<Id> = on!(self.db, |db| sessions::table
            .filter(sessions::account_id.eq(Some(Id::from(account))))
            .filter(sessions::ended_at.is_null())
            .select(sessions::id)
            .load(db))
        .understood()?;
        let kept = except.map(Id::from);
        let ended: Vec<Id> = open.into_iter().filter(|id| Some(*id) != kept).collect();
        let end = (sessions::ended_at.eq(Some(Instant(now))), sessions::version.eq(sessions::version + 1));
        let theirs = || sessions::table.filter(sessions::id.eq_any(ended.clone()));
        on!(self.db, |db| diesel::update(theirs()).set(end).execute(db)).understood()?;
        Ok(ended.into_iter().map(Id::get).collect())
    }

    fn session_actor(&mut self, id: SessionId, now: DateTime<Utc>) -> Result<Option<Actor>> {
        let found: Option<(Row, Option<String>, Option<String>)> = on!(self.db, |db| sessions::table
            .left_join(
                members::table.on(members::tenant_id
                    .nullable()
                    .eq(sessions::tenant_id)
                    .and(members::id.nullable().eq(sessions::member_id))
                    .and(members::state.eq("active"))),
            )
            .left_join(operators::table.on(operators::id.nullable().eq(sessions::operator_id)))
            .filter(sessions::id.eq(Id::from(id)))
            .select((Row::as_select(), members::role.nullable(), operators::role.nullable()))
            .first(db))
        .optional()
        .understood()?;
        let Some((row, member_role, operator_role)) = found else { return Ok(None) };
        let session = Session::try_from(row)?;
        if !session.alive(now) {
            return Ok(None);
        }
        let wrong = || corrupt("sessions", id, "role");
        Ok(match (session.owner, member_role, operator_role) {
            (Owner::Member { account, tenant, member }, Some(role), _) => {
                let role = named(&role).ok_or_else(wrong)?;
                Some(Actor::Member(MemberActor { account, tenant, member, role, session: id }))
            }
            (Owner::Operator(operator), _, Some(role)) => {
                let role = named(&role).ok_or_else(wrong)?;
                Some(Actor::Operator(OperatorActor { operator, role, session: id }))
            }
            _ => None,
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = devices, treat_none_as_default_value = false)]
struct DeviceRow {
    id: Id,
    account_id: Option<Id>,
    operator_id: Option<Id>,
    token: Vec<u8>,
    name: String,
    platform: String,
    created_at: Instant,
}

impl DeviceStore for Tx<'_> {
    fn device_of(
        &mut self,
        token: &TokenHash,
        realm: Realm,
        mobile: &MobileNumber,
    ) -> Result<Option<DeviceId>> {
        let known = devices::table.filter(devices::token.eq(token.0.to_vec()));
        let id: Option<Id> = match realm {
            Realm::Tenant => on!(self.db, |db| known
                .inner_join(accounts::table.on(accounts::id.nullable().eq(devices::account_id)))
                .filter(accounts::mobile.eq(mobile.as_str()))
                .select(devices::id)
                .first(db)),
            Realm::Platform => on!(self.db, |db| known
                .inner_join(operators::table.on(operators::id.nullable().eq(devices::operator_id)))
                .filter(operators::mobile.eq(mobile.as_str()))
                .select(devices::id)
                .first(db)),
        }
        .optional()
        .understood()?;
        Ok(id.map(Id::get))
    }

    fn insert_device(&mut self, device: &Device) -> Result<()> {
        let (account_id, operator_id) = match device.owner {
            DeviceOwner::Account(id) => (Some(id.into()), None),
            DeviceOwner::Operator(id) => (None, Some(id.into())),
        };
        let row = DeviceRow {
            id: device.id.into(),
            account_id,
            operator_id,
            token: device.token.0.to_vec(),
            name: device.described.name.as_str().to_owned(),
            platform: name_of(&device.described.platform),
            created_at: device.created_at.into(),
        };
        on!(self.db, |db| diesel::insert_into(devices::table).values(&row).execute(db)).understood()?;
        Ok(())
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = challenges, treat_none_as_default_value = false)]
struct ChallengeRow {
    id: Id,
    token: Vec<u8>,
    account_id: Id,
    device_name: String,
    device_platform: String,
    known_device_id: Option<Id>,
    expires_at: Instant,
    answered: bool,
}

impl TryFrom<ChallengeRow> for Challenge {
    type Error = domain::error::Error;

    fn try_from(row: ChallengeRow) -> Result<Self> {
        let wrong = |column: &str| corrupt("challenges", row.id.0, column);
        Ok(Self {
            id: row.id.get(),
            token: token("challenges", row.id, &row.token)?,
            account: row.account_id.get(),
            device: NewDevice {
                name: DeviceName::parse(&row.device_name).map_err(|_| wrong("device_name"))?,
                platform: named(&row.device_platform).ok_or_else(|| wrong("device_platform"))?,
            },
            requester: row.known_device_id.map_or(Requester::Stranger, |id| Requester::Device(id.get())),
            expires_at: row.expires_at.0,
            answered: row.answered,
        })
    }
}

impl ChallengeStore for Tx<'_> {
    fn insert_challenge(&mut self, challenge: &Challenge) -> Result<()> {
        let row = ChallengeRow {
            id: challenge.id.into(),
            token: challenge.token.0.to_vec(),
            account_id: challenge.account.into(),
            device_name: challenge.device.name.as_str().to_owned(),
            device_platform: name_of(&challenge.device.platform),
            known_device_id: match challenge.requester {
                Requester::Stranger => None,
                Requester::Device(id) => Some(id.into()),
            },
            expires_at: challenge.expires_at.into(),
            answered: challenge.answered,
        };
        on!(self.db, |db| diesel::insert_into(challenges::table).values(&row).execute(db)).understood()?;
        Ok(())
    }

    fn challenge(&mut self, id: ChallengeId) -> Result<Option<Challenge>> {
        let row: Option<ChallengeRow> = on!(self.db, |db| challenges::table
            .find(Id::from(id))
            .select(ChallengeRow::as_select())
            .first(db))
        .optional()
        .understood()?;
        row.map(Challenge::try_from).transpose()
    }

    fn answer(&mut self, id: ChallengeId) -> Result<()> {
        let open = challenges::table.find(Id::from(id)).filter(challenges::answered.eq(false));
        one_row(
            on!(self.db, |db| diesel::update(open).set(challenges::answered.eq(true)).execute(db))
                .understood()?,
        )
    }
}
