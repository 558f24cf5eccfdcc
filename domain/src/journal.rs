//! The journal: one entry for every change, written in the transaction of the change.
//!
//! An entry names fields with their values before and after. Secrets never enter. Personal values stand apart under
//! the id of the person, so that the store can encrypt them with that person's key and forget the key one day.

use crate::actor::Actor;
use crate::context::Context;
use crate::error::Result;
use crate::id::{PersonId, TenantId};
use serde_json::Value;
use uuid::Uuid;

/// One field that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The field, such as `state`.
    pub field: &'static str,
    /// Its value before; null when there was none.
    pub before: Value,
    /// Its value after; null when there is none.
    pub after: Value,
}

/// What happened to one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The tenant whose data changed, if it was a tenant's.
    pub tenant: Option<TenantId>,
    /// What was done, such as `registration.completed`.
    pub action: &'static str,
    /// The kind of thing it was done to.
    pub target_kind: &'static str,
    /// Its id.
    pub target: Uuid,
    /// The changed fields that are nobody's personal values.
    pub changes: Vec<Change>,
    /// The changed fields that are, and whose.
    pub personal: Option<(PersonId, Vec<Change>)>,
    /// Whether that person has never been in the journal, so that no key has to be looked for.
    pub new_person: bool,
}

impl Entry {
    /// An entry without changed fields yet.
    #[must_use]
    pub fn new(action: &'static str, target_kind: &'static str, target: impl Into<Uuid>) -> Self {
        Self {
            tenant: None,
            action,
            target_kind,
            target: target.into(),
            changes: Vec::new(),
            personal: None,
            new_person: false,
        }
    }

    /// Says whose tenant's data changed.
    #[must_use]
    pub fn of(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Adds a field, unless it did not change.
    #[must_use]
    pub fn change(mut self, field: &'static str, before: impl Into<Value>, after: impl Into<Value>) -> Self {
        let (before, after) = (before.into(), after.into());
        if before != after {
            self.changes.push(Change { field, before, after });
        }
        self
    }

    /// Says that its person has never been in the journal.
    #[must_use]
    pub fn new_person(mut self) -> Self {
        self.new_person = true;
        self
    }

    /// Says about whom its personal fields are, and which of them changed.
    #[must_use]
    pub fn about<B: Into<Value>, A: Into<Value>>(
        mut self,
        person: impl Into<Uuid>,
        fields: impl IntoIterator<Item = (&'static str, B, A)>,
    ) -> Self {
        let changes: Vec<_> = fields
            .into_iter()
            .map(|(field, before, after)| Change { field, before: before.into(), after: after.into() })
            .filter(|change| change.before != change.after)
            .collect();
        self.personal = (!changes.is_empty()).then(|| (PersonId::from(person.into()), changes));
        self
    }
}

/// Writes entries.
pub trait Journal {
    /// Adds an entry to the transaction under way.
    ///
    /// # Errors
    /// When the store fails.
    fn record(&mut self, context: &Context<'_>, actor: &Actor, entry: Entry) -> Result<()> {
        self.record_all(context, actor, vec![entry])
    }

    /// Adds entries to the transaction under way.
    ///
    /// # Errors
    /// When the store fails.
    fn record_all(&mut self, context: &Context<'_>, actor: &Actor, entries: Vec<Entry>) -> Result<()>;
}
