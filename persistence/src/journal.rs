//! The journal. Personal values are encrypted under a key of the person's own, which is itself sealed: forgetting that
//! key erases the person from every entry, while the entries stay as they were written.

use crate::connection::{BATCH, insert_all, on};
use crate::error::Understood;
use crate::schema::{journal, person_keys};
use crate::sealing::{KeyRing, SealingError};
use crate::sql_type::{Id, Instant, Json};
use crate::tx::Tx;
use diesel::prelude::*;
use domain::actor::Actor;
use domain::context::Context;
use domain::error::{Error, Result};
use domain::id::PersonId;
use domain::journal::{Change, Entry as JournalEntry, Journal};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

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

#[derive(Insertable)]
#[diesel(table_name = person_keys, treat_none_as_default_value = false)]
struct KeyRow {
    person_id: Id,
    wrapped: Vec<u8>,
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
    /// The keys of some persons, made for those of them who need one for the first time.
    fn person_keys(
        &mut self,
        persons: &[(PersonId, bool)],
        now: Instant,
    ) -> Result<HashMap<PersonId, KeyRing>> {
        let failed = |error: SealingError| Error::internal(format!("person keys: {error}"));
        let known: Vec<Id> =
            persons.iter().filter(|(_, new)| !new).map(|(person, _)| Id::from(*person)).collect();
        let mut keys: HashMap<PersonId, KeyRing> = HashMap::new();
        for (owner, wrapped) in self.wrapped_keys(&known)? {
            let plain = self.keys.open(person_place(owner).as_bytes(), &wrapped).map_err(failed)?;
            let key = plain.as_slice().try_into();
            let key = key.map_err(|_| Error::internal(format!("person key {}: length", owner.0)))?;
            keys.insert(owner.get(), KeyRing::new([(0, key)]).map_err(failed)?);
        }
        let mut made = Vec::new();
        for (person, _) in persons {
            if let Entry::Vacant(vacant) = keys.entry(*person) {
                let fresh = self.keys.fresh_key().map_err(failed)?;
                let owner = Id::from(*person);
                let wrapped = self.keys.seal(person_place(owner).as_bytes(), &fresh).map_err(failed)?;
                made.push(KeyRow { person_id: owner, wrapped, created_at: now });
                vacant.insert(KeyRing::new([(0, fresh)]).map_err(failed)?);
            }
        }
        insert_all!(self.db, person_keys::table, made).understood()?;
        Ok(keys)
    }

    /// The keys of some persons as they are kept.
    fn wrapped_keys(&mut self, persons: &[Id]) -> Result<Vec<(Id, Vec<u8>)>> {
        if let [person] = persons {
            let kept: Option<Vec<u8>> = on!(self.db, |db| person_keys::table
                .find(*person)
                .select(person_keys::wrapped)
                .first(db)
                .optional())
            .understood()?;
            return Ok(kept.into_iter().map(|wrapped| (*person, wrapped)).collect());
        }
        let mut all = Vec::with_capacity(persons.len());
        for some in persons.chunks(BATCH) {
            let kept: Vec<(Id, Vec<u8>)> = on!(self.db, |db| person_keys::table
                .filter(person_keys::person_id.eq_any(some))
                .select((person_keys::person_id, person_keys::wrapped))
                .load(db))
            .understood()?;
            all.extend(kept);
        }
        Ok(all)
    }
}

impl Journal for Tx<'_> {
    fn record_all(&mut self, context: &Context<'_>, by: &Actor, entries: Vec<JournalEntry>) -> Result<()> {
        let now = Instant(context.now);
        let persons: Vec<(PersonId, bool)> = entries
            .iter()
            .filter_map(|entry| entry.personal.as_ref().map(|(person, _)| (*person, entry.new_person)))
            .collect();
        let keys = self.person_keys(&persons, now)?;
        let (actor_kind, actor_id, session_id) = actor(by);
        let ip = context.origin.ip.map(|ip| ip.to_string());
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            let id = Id(context.random.uuid());
            let mut row = Row {
                id,
                tenant_id: entry.tenant.map(Id::from),
                actor_kind,
                actor_id,
                session_id,
                ip: ip.clone(),
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
                let key =
                    keys.get(person).ok_or_else(|| Error::internal("journal: a person without a key"))?;
                let sealed = key.seal(id.0.as_bytes(), changes(personal).to_string().as_bytes());
                row.personal = Some(sealed.map_err(|error| Error::internal(format!("journal: {error}")))?);
                row.person_id = Some((*person).into());
            }
            rows.push(row);
        }
        insert_all!(self.db, journal::table, rows).understood()
    }
}
