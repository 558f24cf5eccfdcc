//! Sessions, devices and challenges. Global tables: they are found by their own id before anybody is known.

mod challenge;
pub(crate) mod device;

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::policy::policy_of;
use crate::schema::{challenges, devices, members, operators, security_policies, sessions, tenants};
use crate::sql_type::{Id, Instant, Json, named};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use device::described;
use diesel::prelude::*;
use domain::access::Rights;
use domain::actor::{Actor, MemberActor, MemberRole, OperatorActor};
use domain::error::Result;
use domain::id::{AccountId, SessionId};
use domain::policy::SecurityPolicy;
use domain::session::{Factor, Factors, OwnSession, Owner, Session, SessionStore, Standing, TokenHash};
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// The words of some factors.
fn factors(factors: &Factors) -> String {
    factors.all().iter().map(|factor| factor.name()).collect::<Vec<_>>().join(" ")
}

/// The factors of some words.
fn factors_of(words: &str) -> Option<Factors> {
    words.split(' ').map(Factor::find).collect()
}

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
    factors: String,
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
            factors: factors(&session.factors),
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
            factors: factors_of(&row.factors).ok_or_else(|| corrupt("sessions", row.id.0, "factors"))?,
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
        let described = described(&name, &platform, None).ok_or_else(|| wrong("device"))?;
        Ok::<_, domain::error::Error>((device.get(), described))
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
        self.end_challenges(&[account.into()])?;
        let kept = except.map(Id::from);
        self.end(open.into_iter().filter(|id| Some(*id) != kept).collect(), now)
    }

    fn end_sessions_here(&mut self, accounts: &[AccountId], now: DateTime<Utc>) -> Result<Vec<SessionId>> {
        let tenant = self.bound()?;
        let ids: Vec<Id> = accounts.iter().copied().map(Id::from).collect();
        let open: Vec<Id> = on!(self.db, |db| sessions::table
            .filter(sessions::account_id.eq_any(&ids).assume_not_null())
            .filter(sessions::tenant_id.eq(Some(tenant)))
            .filter(sessions::ended_at.is_null())
            .select(sessions::id)
            .load(db))
        .understood()?;
        self.end_challenges(&ids)?;
        self.end(open, now)
    }

    fn standing(&mut self, id: SessionId, now: DateTime<Utc>) -> Result<Option<Standing>> {
        type Found = (Row, Option<String>, Option<String>, Option<Json>);
        let found: Option<Found> = on!(self.db, |db| {
            let member = members::tenant_id
                .nullable()
                .eq(sessions::tenant_id)
                .and(members::id.nullable().eq(sessions::member_id))
                .and(members::state.eq("active"));
            let policy = security_policies::tenant_id
                .eq(tenants::tenant_id)
                .and(security_policies::version.eq(tenants::policy_version));
            sessions::table
                .left_join(members::table.on(member))
                .left_join(operators::table.on(operators::id.nullable().eq(sessions::operator_id)))
                .left_join(tenants::table.on(tenants::tenant_id.nullable().eq(sessions::tenant_id)))
                .left_join(security_policies::table.on(policy))
                .filter(sessions::id.eq(Id::from(id)))
                .select((
                    Row::as_select(),
                    members::role.nullable(),
                    operators::role.nullable(),
                    security_policies::document.nullable(),
                ))
                .first(db)
        })
        .optional()
        .understood()?;
        let Some((row, member_role, operator_role, policy)) = found else { return Ok(None) };
        let session = Session::try_from(row)?;
        let policy = policy.map_or_else(|| Ok(SecurityPolicy::default()), policy_of)?;
        let wrong = || corrupt("sessions", id, "role");
        let actor = match (session.owner, member_role, operator_role) {
            (Owner::Member { account, tenant, member }, Some(role), _) => {
                let role = named(&role).ok_or_else(wrong)?;
                let rights = match role {
                    MemberRole::Owner => Rights::of_owner(),
                    MemberRole::Member => Rights::of_member(self.grants_in(tenant.into(), member, now)?),
                };
                Actor::Member(MemberActor {
                    account,
                    tenant,
                    member,
                    role,
                    session: id,
                    rights: Arc::new(rights),
                })
            }
            (Owner::Operator(operator), _, Some(role)) => {
                let role = named(&role).ok_or_else(wrong)?;
                Actor::Operator(OperatorActor { operator, role, session: id })
            }
            _ => return Ok(None),
        };
        Ok(Some(Standing { session, actor, policy }))
    }
}

impl Tx<'_> {
    /// A sign-in that is under way with what was proved before would open another session.
    fn end_challenges(&mut self, accounts: &[Id]) -> Result<()> {
        let begun = challenges::table.filter(challenges::account_id.eq_any(accounts).assume_not_null());
        let over = (challenges::answered.eq(true), challenges::version.eq(challenges::version + 1));
        on!(self.db, |db| diesel::update(begun).set(over).execute(db)).understood().map(drop)
    }

    /// Ends sessions that are open, and gives their ids.
    pub(crate) fn end(&mut self, open: Vec<Id>, now: DateTime<Utc>) -> Result<Vec<SessionId>> {
        let end = (sessions::ended_at.eq(Some(Instant(now))), sessions::version.eq(sessions::version + 1));
        let theirs = sessions::table.filter(sessions::id.eq_any(open.clone()));
        on!(self.db, |db| diesel::update(theirs).set(end).execute(db)).understood()?;
        Ok(open.into_iter().map(Id::get).collect())
    }
}
