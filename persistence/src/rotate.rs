//! Sealing anew, with the key that seals now, what older keys sealed: the command by which a master key is replaced while the
//! service runs. Each batch is a transaction of its own, and what was sealed anew is not touched again.

use crate::certification::{attempt_place, certificate_place, decision_place, subject_place};
use crate::connection::on;
use crate::database::Database;
use crate::error::Understood;
use crate::journal::person_place;
use crate::password::password_place;
use crate::review::note_place;
use crate::schema::{
    certificates, certification_applications as applications, certification_attempts as attempts, documents,
    passwords, person_keys, review_notes, signing_keys, takeovers, ticket_messages, tickets, totps,
};
use crate::sealing::{Folder, document_place};
use crate::signing_key::signing_key_place;
use crate::sql_type::Id;
use crate::takeover::objection_place;
use crate::ticket::{card_place, text_place};
use crate::totp::totp_place;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::{Error, Result};
use uuid::Uuid;

/// Rows that are looked at in one transaction.
const BATCH: i64 = 200;

/// A sealed value with the place where it stands.
type Found = (Option<Vec<u8>>, String);

impl Tx<'_> {
    /// What each value is to become; none for what is in order.
    fn resealed(&self, found: impl IntoIterator<Item = Found>) -> Result<Vec<Option<Vec<u8>>>> {
        let reseal = |(sealed, place): Found| match sealed {
            Some(sealed) if !sealed.is_empty() && self.keys.is_old(&sealed) => {
                let fresh = self.keys.reseal(place.as_bytes(), &sealed);
                fresh.map(Some).map_err(|error| Error::internal(format!("{place}: {error}")))
            }
            _ => Ok(None),
        };
        found.into_iter().map(reseal).collect()
    }
}

/// Looks at a batch of one column's values, in the order of a key, and seals them anew where that is needed. Gives the number
/// of values and the last key, if there may be more.
macro_rules! batch {
    ($table:ident by $owner:ident, $key:ident: $column:ident at $place:expr) => {
        |tx: &mut Tx<'_>, after: Option<(Uuid, Uuid)>| {
            let rows: Vec<(Id, Id, Option<Vec<u8>>)> = on!(tx.db, |db| {
                let mut query: $table::BoxedQuery<'_, _> = $table::table.into_boxed();
                if let Some((owner, key)) = after {
                    let same = $table::$owner.eq(Id(owner)).and($table::$key.gt(Id(key)));
                    query = query.filter($table::$owner.gt(Id(owner)).or(same));
                }
                let columns = ($table::$owner, $table::$key, $table::$column.nullable());
                query.order(($table::$owner, $table::$key)).limit(BATCH).select(columns).load(db)
            })
            .understood()?;
            let last = rows.last().filter(|_| full(rows.len())).map(|row| (row.0.0, row.1.0));
            let mut count = 0;
            for (owner, key, sealed) in rows {
                let place: fn(Id, Id) -> String = $place;
                let fresh = tx.resealed([(sealed, place(owner, key))])?;
                if let Some(fresh) = fresh.into_iter().flatten().next() {
                    let known = $table::table.filter($table::$owner.eq(owner)).filter($table::$key.eq(key));
                    on!(tx.db, |db| diesel::update(known).set($table::$column.eq(fresh)).execute(db))
                        .understood()?;
                    count += 1;
                }
            }
            Ok((count, last))
        }
    };
}

fn full(rows: usize) -> bool {
    i64::try_from(rows) == Ok(BATCH)
}

impl Database {
    /// Seals everything anew that a key other than the first one sealed, and says how many values there were.
    ///
    /// # Errors
    /// When the database fails, or a value cannot be opened with any key.
    pub fn reseal(&self) -> Result<usize> {
        let documents = batch!(documents by tenant_id, id: key_sealed at |tenant, id| {
            document_place(Folder::Tenant(tenant.get()), id.get())
        });
        let subjects = batch!(applications by tenant_id, id: subject_sealed at |_, id| subject_place(id));
        let decisions =
            batch!(applications by tenant_id, id: last_decision_sealed at |_, id| decision_place(id));
        let certificates = batch!(certificates by tenant_id, tenant_id: subject_sealed at |_, tenant| {
            certificate_place(tenant)
        });
        let notes = batch!(review_notes by tenant_id, id: text_sealed at |_, id| note_place(id));
        let objections = batch!(takeovers by tenant_id, id: objection_sealed at |_, id| objection_place(id));
        let cards = batch!(tickets by id, id: card_sealed at |_, id| card_place(id));
        let messages = batch!(ticket_messages by ticket_id, id: text_sealed at text_place);
        let authenticators =
            batch!(totps by owner_id, owner_id: secrets_sealed at |_, owner| totp_place(owner));
        let passwords = batch!(passwords by account_id, account_id: hashes_sealed at |_, account| {
            password_place(account)
        });
        let signing = batch!(signing_keys by id, id: pkcs8_sealed at |_, id| signing_key_place(id));
        let people = batch!(person_keys by person_id, person_id: wrapped at |_, person| {
            person_place(person)
        });
        Ok(self.through(documents)?
            + self.through(subjects)?
            + self.through(decisions)?
            + self.through(reseal_attempts)?
            + self.through(certificates)?
            + self.through(notes)?
            + self.through(objections)?
            + self.through(cards)?
            + self.through(messages)?
            + self.through(reseal_attachments)?
            + self.through(passwords)?
            + self.through(authenticators)?
            + self.through(signing)?
            + self.through(people)?)
    }

    /// Runs batches, each from where the last one ended.
    fn through(
        &self,
        batch: impl Fn(&mut Tx<'_>, Option<(Uuid, Uuid)>) -> Result<(usize, Option<(Uuid, Uuid)>)>,
    ) -> Result<usize> {
        let (mut total, mut after) = (0, None);
        loop {
            let (count, last) = self.write(|tx| batch(tx, after))?;
            total += count;
            if last.is_none() {
                return Ok(total);
            }
            after = last;
        }
    }
}

/// Attempts go by their applications, because several have the same one.
fn reseal_attempts(tx: &mut Tx<'_>, after: Option<(Uuid, Uuid)>) -> Result<(usize, Option<(Uuid, Uuid)>)> {
    type Row = (Id, Id, i64, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);
    let owners: Vec<(Id, Id)> = on!(tx.db, |db| {
        let mut query: applications::BoxedQuery<'_, _> = applications::table.into_boxed();
        if let Some((tenant, id)) = after {
            let same = applications::tenant_id.eq(Id(tenant)).and(applications::id.gt(Id(id)));
            query = query.filter(applications::tenant_id.gt(Id(tenant)).or(same));
        }
        let key = (applications::tenant_id, applications::id);
        query.order(key).limit(BATCH).select(key).load(db)
    })
    .understood()?;
    let last = owners.last().filter(|_| full(owners.len())).map(|(tenant, id)| (tenant.0, id.0));
    let (tenants, ids): (Vec<Id>, Vec<Id>) = owners.into_iter().unzip();
    let rows: Vec<Row> = on!(tx.db, |db| attempts::table
        .filter(attempts::tenant_id.eq_any(tenants))
        .filter(attempts::application_id.eq_any(ids))
        .select((
            attempts::tenant_id,
            attempts::application_id,
            attempts::number,
            attempts::subject_sealed,
            attempts::proposal_sealed,
            attempts::decision_sealed,
        ))
        .load(db))
    .understood()?;
    let mut count = 0;
    for (tenant, application, number, subject, proposal, decision) in rows {
        let place = |column: &str| attempt_place(column, application, number);
        let known = attempts::table
            .filter(attempts::tenant_id.eq(tenant))
            .filter(attempts::application_id.eq(application))
            .filter(attempts::number.eq(number));
        let fresh = tx.resealed([
            (subject.clone(), place("subject")),
            (proposal.clone(), place("proposal")),
            (decision.clone(), place("decision")),
        ])?;
        let changed = fresh.iter().flatten().count();
        if changed > 0 {
            let [subject, proposal, decision] = [subject, proposal, decision]
                .into_iter()
                .zip(fresh)
                .map(|(old, fresh)| fresh.or(old))
                .collect::<Vec<_>>()
                .try_into()
                .map_err(|_| Error::internal("three columns"))?;
            let columns = (
                attempts::subject_sealed.eq(subject),
                attempts::proposal_sealed.eq(proposal),
                attempts::decision_sealed.eq(decision),
            );
            on!(tx.db, |db| diesel::update(known).set(columns).execute(db)).understood()?;
            count += changed;
        }
    }
    Ok((count, last))
}

/// Keys of attachments go by the file, whose id is not the message's.
fn reseal_attachments(tx: &mut Tx<'_>, after: Option<(Uuid, Uuid)>) -> Result<(usize, Option<(Uuid, Uuid)>)> {
    let rows: Vec<(Id, Vec<u8>)> = on!(tx.db, |db| {
        let mut query: ticket_messages::BoxedQuery<'_, _> = ticket_messages::table.into_boxed();
        query = query.filter(ticket_messages::attachment_id.is_not_null());
        if let Some((_, id)) = after {
            query = query.filter(ticket_messages::attachment_id.gt(Some(Id(id))));
        }
        query
            .order(ticket_messages::attachment_id)
            .limit(BATCH)
            .select((
                ticket_messages::attachment_id.assume_not_null(),
                ticket_messages::key_sealed.assume_not_null(),
            ))
            .load(db)
    })
    .understood()?;
    let last = rows.last().filter(|_| full(rows.len())).map(|(id, _)| (id.0, id.0));
    let mut count = 0;
    for (id, key) in rows {
        let fresh = tx.resealed([(Some(key), document_place(Folder::Tickets, id.get()))])?;
        if let Some(fresh) = fresh.into_iter().flatten().next() {
            let known = ticket_messages::table.filter(ticket_messages::attachment_id.eq(Some(id)));
            let key = ticket_messages::key_sealed.eq(Some(fresh));
            on!(tx.db, |db| diesel::update(known).set(key).execute(db)).understood()?;
            count += 1;
        }
    }
    Ok((count, last))
}
