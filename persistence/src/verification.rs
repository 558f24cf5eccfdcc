//! Verifications and the log of sends. Global tables: a contact point may have no account yet.

use crate::connection::on;
use crate::error::{Understood, corrupt, one_row};
use crate::schema::{code_sends, verifications};
use crate::sql_type::{Id, Instant, named};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::contact::ContactPoint;
use domain::context::network;
use domain::error::{Code, Error, Result};
use domain::id::{DeviceId, VerificationId};
use domain::verification::{
    Budget, Permit, Purpose, Requester, SendRecord, State, Subject, Verification, VerificationStore,
};
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = verifications, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    purpose: String,
    subject: String,
    requester: String,
    contact: String,
    salt: Vec<u8>,
    generation: i64,
    state: String,
    attempts_left: i64,
    sent_at: Instant,
    expires_at: Instant,
    version: i64,
}

#[derive(Insertable)]
#[diesel(table_name = code_sends, treat_none_as_default_value = false)]
struct SendRow {
    id: Id,
    contact: String,
    prefix: Option<String>,
    purpose: String,
    requester: String,
    realm: &'static str,
    tenant_id: Option<Id>,
    network: Option<String>,
    sent_at: Instant,
    slot: i64,
}

const STRANGER: &str = "stranger";

pub(crate) fn requester_text(requester: Requester) -> String {
    match requester {
        Requester::Stranger => STRANGER.to_owned(),
        Requester::Device(id) => format!("device:{id}"),
    }
}

pub(crate) fn stored_requester(text: &str) -> Option<Requester> {
    match text.strip_prefix("device:") {
        None => (text == STRANGER).then_some(Requester::Stranger),
        Some(id) => Uuid::parse_str(id).ok().map(|id| Requester::Device(DeviceId::from(id))),
    }
}

impl From<&Verification> for Row {
    fn from(verification: &Verification) -> Self {
        let (state, attempts_left) = match verification.state {
            State::Open { attempts_left } => ("open", i64::from(attempts_left)),
            State::Exhausted => ("exhausted", 0),
            State::Used => ("used", 0),
        };
        Self {
            id: verification.id.into(),
            purpose: verification.purpose.name().to_owned(),
            subject: verification.subject.as_str().to_owned(),
            requester: requester_text(verification.requester),
            contact: verification.contact.as_str().to_owned(),
            salt: verification.salt.to_vec(),
            generation: verification.generation.into(),
            state: state.to_owned(),
            attempts_left,
            sent_at: verification.sent_at.into(),
            expires_at: verification.expires_at.into(),
            version: verification.version + 1,
        }
    }
}

impl TryFrom<Row> for Verification {
    type Error = domain::error::Error;

    fn try_from(row: Row) -> Result<Self> {
        let wrong = |column: &str| corrupt("verifications", row.id.0, column);
        let state = match row.state.as_str() {
            "open" => State::Open {
                attempts_left: row.attempts_left.try_into().map_err(|_| wrong("attempts_left"))?,
            },
            "exhausted" => State::Exhausted,
            "used" => State::Used,
            _ => return Err(wrong("state")),
        };
        Ok(Self {
            id: row.id.get(),
            purpose: named::<Purpose>(&row.purpose).ok_or_else(|| wrong("purpose"))?,
            subject: Subject::from_stored(row.subject.clone()),
            requester: stored_requester(&row.requester).ok_or_else(|| wrong("requester"))?,
            contact: ContactPoint::parse(&row.contact).map_err(|_| wrong("contact"))?,
            salt: row.salt.as_slice().try_into().map_err(|_| wrong("salt"))?,
            generation: row.generation.try_into().map_err(|_| wrong("generation"))?,
            state,
            sent_at: row.sent_at.0,
            expires_at: row.expires_at.0,
            version: row.version,
        })
    }
}

impl Tx<'_> {
    /// The verification of an id, for the job that sends its code.
    ///
    /// # Errors
    /// When the store fails.
    pub fn verification_by_id(&mut self, id: VerificationId) -> Result<Option<Verification>> {
        let row: Option<Row> =
            on!(self.db, |db| verifications::table.find(Id::from(id)).select(Row::as_select()).first(db))
                .optional()
                .understood()?;
        row.map(Verification::try_from).transpose()
    }
}

impl VerificationStore for Tx<'_> {
    fn verification(
        &mut self,
        purpose: Purpose,
        subject: &Subject,
        requester: Requester,
    ) -> Result<Option<Verification>> {
        let row: Option<Row> = on!(self.db, |db| verifications::table
            .filter(verifications::purpose.eq(purpose.name()))
            .filter(verifications::subject.eq(subject.as_str()))
            .filter(verifications::requester.eq(requester_text(requester)))
            .select(Row::as_select())
            .first(db))
        .optional()
        .understood()?;
        row.map(Verification::try_from).transpose()
    }

    fn save_verification(&mut self, verification: &Verification) -> Result<()> {
        let row = Row::from(verification);
        if verification.version == 0 {
            on!(self.db, |db| diesel::insert_into(verifications::table).values(&row).execute(db))
                .understood()?;
            return Ok(());
        }
        let known = verifications::table.find(row.id).filter(verifications::version.eq(verification.version));
        one_row(on!(self.db, |db| diesel::update(known).set(&row).execute(db)).understood()?)
    }

    fn recent_sends(
        &mut self,
        like: &Permit,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<DateTime<Utc>>> {
        let sent: Vec<Instant> = on!(self.db, |db| code_sends::table
            .filter(code_sends::contact.eq(like.contact.as_str()))
            .filter(code_sends::realm.eq(like.realm.name()))
            .filter(code_sends::purpose.eq(like.purpose.name()))
            .filter(code_sends::requester.eq(requester_text(like.requester)))
            .filter(code_sends::sent_at.gt(Instant(since)))
            .order(code_sends::sent_at.desc())
            .limit(limit.into())
            .select(code_sends::sent_at)
            .load(db))
        .understood()?;
        Ok(sent.into_iter().map(|at| at.0).collect())
    }

    fn record_send(&mut self, id: Uuid, send: &SendRecord) -> Result<()> {
        let permit = &send.permit;
        let row = SendRow {
            id: Id(id),
            contact: permit.contact.as_str().to_owned(),
            prefix: permit.contact.prefix().map(str::to_owned),
            purpose: permit.purpose.name().to_owned(),
            requester: requester_text(permit.requester),
            realm: permit.realm.name(),
            tenant_id: permit.tenant.map(Id::from),
            network: send.ip.map(|ip| network(ip).to_string()),
            sent_at: send.at.into(),
            slot: send.slot,
        };
        match on!(self.db, |db| diesel::insert_into(code_sends::table).values(&row).execute(db)) {
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                Err(Error::new(Code::CodeResendTooSoon).with("seconds", send.wait).retry_after(send.wait))
            }
            other => other.understood().map(drop),
        }
    }

    fn spent(&mut self, budget: &Budget, since: DateTime<Utc>, limit: u32) -> Result<bool> {
        let of_strangers = code_sends::requester.eq(STRANGER);
        let last_of_budget: Option<Id> = on!(self.db, |db| {
            let sends: code_sends::BoxedQuery<'_, _> = code_sends::table.into_boxed();
            let sends = match budget {
                Budget::Ip(ip) => {
                    sends.filter(of_strangers).filter(code_sends::network.eq(network(*ip).to_string()))
                }
                Budget::Prefix(prefix) => {
                    sends.filter(of_strangers).filter(code_sends::prefix.eq(Some(prefix)))
                }
                Budget::Tenant(tenant) => sends.filter(code_sends::tenant_id.eq(Some(Id::from(*tenant)))),
                Budget::Platform => sends.filter(of_strangers),
            };
            sends
                .filter(code_sends::sent_at.gt(Instant(since)))
                .offset(i64::from(limit) - 1)
                .limit(1)
                .select(code_sends::id)
                .first(db)
        })
        .optional()
        .understood()?;
        Ok(last_of_budget.is_some())
    }
}
