//! Security policies: every version of a tenant's stays; the tenant names the one that counts.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{members, passwords, security_policies, sessions, tenants, totps};
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use domain::error::Result;
use domain::id::{AccountId, SessionId};
use domain::password::Rules;
use domain::policy::{Affected, AskedOf, Change, PolicyStore, SecurityPolicy, StoredPolicy};
use domain::session::Factor;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = security_policies, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Id,
    version: i64,
    document: Json,
    changed_by: Id,
    changed_at: Instant,
}

impl TryFrom<Row> for StoredPolicy {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let changed = Some((row.changed_by.get(), row.changed_at.0));
        Ok(Self { version: row.version, policy: policy_of(row.document)?, changed })
    }
}

pub(crate) fn policy_of(document: Json) -> Result<SecurityPolicy> {
    serde_json::from_value(document.0).map_err(|error| corrupt("security_policies", "document", error))
}

/// How many values a statement of SQLite bears, with room to spare.
const AT_ONCE: usize = 10_000;

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

/// The roles of which something is asked.
fn asked(of: AskedOf) -> &'static [&'static str] {
    match of {
        AskedOf::None => &[],
        AskedOf::Administrators => &["owner"],
        AskedOf::All => &["owner", "member"],
    }
}

impl PolicyStore for Tx<'_> {
    fn policy(&mut self) -> Result<StoredPolicy> {
        let tenant = self.bound()?;
        let row: Option<Row> = on!(self.db, |db| {
            let counts = security_policies::version.eq(tenants::policy_version);
            security_policies::table
                .inner_join(
                    tenants::table.on(security_policies::tenant_id.eq(tenants::tenant_id).and(counts)),
                )
                .filter(tenants::tenant_id.eq(tenant))
                .select(Row::as_select())
                .first(db)
        })
        .optional()
        .understood()?;
        row.map_or_else(|| Ok(StoredPolicy::default()), StoredPolicy::try_from)
    }

    fn save_policy(&mut self, policy: &StoredPolicy) -> Result<()> {
        let tenant = self.bound()?;
        let (by, at) = policy.changed.ok_or_else(|| corrupt("security_policies", tenant.0, "changed_by"))?;
        let document = serde_json::to_value(&policy.policy);
        let row = Row {
            tenant_id: tenant,
            version: policy.version,
            document: Json(document.map_err(|error| corrupt("security_policies", tenant.0, error))?),
            changed_by: by.into(),
            changed_at: at.into(),
        };
        let from = tenants::table.find(tenant).filter(tenants::policy_version.eq(policy.version - 1));
        let counts = tenants::policy_version.eq(policy.version);
        one_row(on!(self.db, |db| diesel::update(from).set(counts).execute(db)).understood()?)?;
        on!(self.db, |db| diesel::insert_into(security_policies::table).values(&row).execute(db))
            .understood()
            .map(drop)
    }

    fn password_rules(&mut self, account: AccountId) -> Result<Rules> {
        let documents: Vec<Option<Json>> = on!(self.db, |db| {
            let counts = security_policies::version.eq(tenants::policy_version);
            members::table
                .inner_join(tenants::table.on(tenants::tenant_id.eq(members::tenant_id)))
                .left_join(
                    security_policies::table
                        .on(security_policies::tenant_id.eq(tenants::tenant_id).and(counts)),
                )
                .filter(members::account_id.eq(Some(Id::from(account))))
                .select(security_policies::document.nullable())
                .load(db)
        })
        .understood()?;
        let rules = documents.into_iter().map(|document| {
            document.map_or_else(
                || Ok(Rules::default()),
                |document| policy_of(document).map(|policy| policy.password),
            )
        });
        Ok(Rules::strictest(rules.collect::<Result<Vec<_>>>()?))
    }

    fn policies(&mut self, before: i64, limit: u32) -> Result<Vec<StoredPolicy>> {
        let tenant = self.bound()?;
        let rows: Vec<Row> = on!(self.db, |db| security_policies::table
            .filter(security_policies::tenant_id.eq(tenant))
            .filter(security_policies::version.lt(before))
            .order(security_policies::version.desc())
            .limit(limit.into())
            .select(Row::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(StoredPolicy::try_from).collect()
    }

    fn end_unfit(&mut self, change: &Change<'_>, now: DateTime<Utc>) -> Result<Vec<SessionId>> {
        let unfit = self.unfit(change, now)?;
        let ended = unfit.chunks(AT_ONCE).map(|some| self.end(some.to_vec(), now));
        Ok(ended.collect::<Result<Vec<_>>>()?.concat())
    }

    fn affected(&mut self, change: &Change<'_>, now: DateTime<Utc>) -> Result<Affected> {
        Ok(Affected {
            sessions: self.unfit(change, now)?.len() as u64,
            without_authenticator: self.without_authenticator(change.second_factor())?,
            without_password: if change.needs_password() { self.without_password()? } else { 0 },
            passwords_too_old: match change.too_old(now) {
                Some(before) => self.passwords_before(before)?,
                None => 0,
            },
        })
    }
}

impl Tx<'_> {
    /// The open sessions that a change does not bear.
    fn unfit(&mut self, change: &Change<'_>, now: DateTime<Utc>) -> Result<Vec<Id>> {
        let tenant = self.bound()?;
        let (opened, used) = change.sessions_end(now).unwrap_or_default();
        let roles = asked(change.second_factor());
        // One factor alone is one word.
        let alone: Vec<_> = Factor::ALL.iter().map(|factor| factor.name()).collect();
        let here = members::tenant_id
            .nullable()
            .eq(sessions::tenant_id)
            .and(members::id.nullable().eq(sessions::member_id));
        let live = sessions::ended_at
            .is_null()
            .and(sessions::idle_until.gt(Instant(now)))
            .and(sessions::expires_at.gt(Instant(now)));
        let old = sessions::created_at.le(Instant(opened)).or(sessions::used_at.le(Instant(used)));
        let one_factor = members::role.eq_any(roles.iter().copied()).and(sessions::factors.eq_any(alone));
        on!(self.db, |db| sessions::table
            .inner_join(members::table.on(here))
            .filter(sessions::tenant_id.eq(Some(tenant)))
            .filter(live)
            .filter(old.or(one_factor))
            .select(sessions::id)
            .load(db))
        .understood()
    }

    fn without_authenticator(&mut self, of: AskedOf) -> Result<u64> {
        let tenant = self.bound()?;
        let rows: i64 = on!(self.db, |db| {
            let on = totps::table
                .filter(totps::owner_id.nullable().eq(members::account_id))
                .filter(totps::confirmed_at.is_not_null());
            members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::state.eq("active"))
                .filter(members::role.eq_any(asked(of).iter().copied()))
                .filter(not(exists(on)))
                .count()
                .get_result(db)
        })
        .understood()?;
        Ok(count(rows))
    }

    fn without_password(&mut self) -> Result<u64> {
        let tenant = self.bound()?;
        let rows: i64 = on!(self.db, |db| {
            let set = passwords::table.filter(passwords::account_id.nullable().eq(members::account_id));
            members::table
                .filter(members::tenant_id.eq(tenant))
                .filter(members::state.eq("active"))
                .filter(not(exists(set)))
                .count()
                .get_result(db)
        })
        .understood()?;
        Ok(count(rows))
    }

    fn passwords_before(&mut self, before: DateTime<Utc>) -> Result<u64> {
        let tenant = self.bound()?;
        let rows: i64 = on!(self.db, |db| members::table
            .inner_join(passwords::table.on(passwords::account_id.nullable().eq(members::account_id)))
            .filter(members::tenant_id.eq(tenant))
            .filter(members::state.eq("active"))
            .filter(passwords::set_at.le(Instant(before)))
            .count()
            .get_result(db))
        .understood()?;
        Ok(count(rows))
    }
}
