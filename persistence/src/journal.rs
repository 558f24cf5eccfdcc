//! The journal. Personal values are encrypted under a key of the person's own, which is itself sealed: forgetting that
//! key erases the person from every entry, while the entries stay as they were written.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::{journal, person_keys};
use crate::sealing::KeyRing;
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::actor::Actor;
use domain::context::Context;
use domain::error::{Error, Result};
use domain::id::PersonId;
use domain::journal::{Change, Entry, Journal};
use serde_json::{Value, json};

#[derive(Insertable)]
#[diesel(table_name = journal, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    tenant_id: Option<Id>,
    actor_kind: &'static str,
    actor_id: Option<Id>,
    session_id: Option<Id>,
    ip: Option<String>,
    request_id: String,
    action: &'static str,
    target_kind: &'static str,
    target_id: Id,
    changes: Json,
    person_id: Option<Id>,
    personal: Option<Vec<u8>>,
    created_at: Instant,
}

fn actor(actor: &Actor) -> (&'static str, Option<Id>, Option<Id>) {
    match actor {
        Actor::Anonymous => ("anonymous", None, None),
        Actor::Applicant(registration) => ("applicant", Some((*registration).into()), None),
        Actor::Member(member) => ("member", Some(member.member.into()), Some(member.session.into())),
        Actor::Operator(operator) => {
            ("operator", Some(operator.operator.into()), Some(operator.session.into()))
        }
        Actor::System => ("system", None, None),
    }
}

fn changes(changes: &[Change]) -> Value {
    changes
        .iter()
        .map(|change| (change.field.to_owned(), json!({"before": change.before, "after": change.after})))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The place of a person's key.
pub(crate) fn person_place(person: Id) -> String {
    format!("person_keys {}", person.0)
}

impl Tx<'_> {
    /// The key of a person, made when it is needed for the first time.
    fn person_key(&mut self, person: PersonId, new: bool, now: Instant) -> Result<KeyRing> {
        let owner = Id::from(person);
        let failed =
            |error: crate::sealing::SealingError| Error::internal(format!("person key {person}: {error}"));
        let place = person_place(owner);
        let known = person_keys::table.find(owner).select(person_keys::wrapped);
        let wrapped: Option<Vec<u8>> =
            if new { None } else { on!(self.db, |db| known.first(db)).optional().understood()? };
        let key: [u8; 32] = if let Some(wrapped) = wrapped {
            let plain = self.keys.open(place.as_bytes(), &wrapped).map_err(failed)?;
            plain
                .as_slice()
                .try_into()
                .map_err(|_| Error::internal(format!("person key {person}: length")))?
        } else {
            let fresh = self.keys.fresh_key().map_err(failed)?;
            let wrapped = self.keys.seal(place.as_bytes(), &fresh).map_err(failed)?;
            on!(self.db, |db| diesel::insert_into(person_keys::table)
                .values((
                    person_keys::person_id.eq(owner),
                    person_keys::wrapped.eq(wrapped),
                    person_keys::created_at.eq(now),
                ))
                .execute(db))
            .understood()?;
            fresh
        };
        KeyRing::new([(0, key)]).map_err(failed)
    }
}

impl Journal for Tx<'_> {
    fn record(&mut self, context: &Context<'_>, by: &Actor, entry: Entry) -> Result<()> {
        let id = Id(context.random.uuid());
        let now = Instant(context.now);
        let (actor_kind, actor_id, session_id) = actor(by);
        let mut row = Row {
            id,
            tenant_id: entry.tenant.map(Id::from),
            actor_kind,
            actor_id,
            session_id,
            ip: context.origin.ip.map(|ip| ip.to_string()),
            request_id: context.origin.request_id.clone(),
            action: entry.action,
            target_kind: entry.target_kind,
            target_id: Id(entry.target),
            changes: Json(changes(&entry.changes)),
            person_id: None,
            personal: None,
            created_at: now,
        };
        if let Some((person, personal)) = &entry.personal {
            let key = self.person_key(*person, entry.new_person, now)?;
            let plain = changes(personal).to_string();
            let sealed = key.seal(id.0.as_bytes(), plain.as_bytes());
            row.personal = Some(sealed.map_err(|error| Error::internal(format!("journal: {error}")))?);
            row.person_id = Some((*person).into());
        }
        on!(self.db, |db| diesel::insert_into(journal::table).values(&row).execute(db)).understood()?;
        Ok(())
    }
}
