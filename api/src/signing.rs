//! The keys of access tokens take turns without a failed request: a new one is published before it signs, and an old one stays
//! published until what it signed has ended.

use crate::keys::SigningKey;
use crate::service::Service;
use crate::token::TokenKey;
use chrono::{DateTime, Duration, Utc};
use domain::actor::Actor;
use domain::context::{Context, Origin};
use domain::error::{Error, Result};
use domain::journal::{Entry, Journal};
use persistence::{NextSigningKey, Turn};
use uuid::Uuid;

/// How long a key is published before it signs: longer than anybody keeps the list of keys, and than a replica takes to learn
/// of it.
const NOTICE: Duration = Duration::minutes(10);
/// How much clocks may differ.
const SLACK: Duration = Duration::minutes(1);

impl Service {
    /// Learns which keys sign and check access tokens. The configured key is one of them: the first one ever signs at once, and
    /// another one takes its turn.
    ///
    /// # Errors
    /// When the database fails, or a key cannot be opened.
    pub fn learn_signing_keys(&self) -> Result<()> {
        self.add(&self.keys.signing, Turn::IfUnknown)?;
        self.take_signing_keys().map(drop)
    }

    /// Makes the key that signs next.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rotate_signing_key(&self) -> Result<()> {
        self.add(&SigningKey::fresh().ok_or_else(no_randomness)?, Turn::Now)?;
        self.take_signing_keys().map(drop)
    }

    /// Learns of keys that other replicas made, and makes the next one when the newest has come of age.
    ///
    /// # Errors
    /// When the database fails, or a key cannot be opened.
    pub fn turn_signing_keys(&self) -> Result<()> {
        let newest = self.take_signing_keys()?;
        let Some(age) = self.settings.tokens.key_age else { return Ok(()) };
        let since = self.clock.now() - age;
        if newest.is_none_or(|made| made < since) {
            // Two replicas may come to it at once.
            self.add(&SigningKey::fresh().ok_or_else(no_randomness)?, Turn::IfOlderThan(since))?;
            self.take_signing_keys()?;
        }
        Ok(())
    }

    fn add(&self, key: &SigningKey, turn: Turn) -> Result<()> {
        let now = self.clock.now();
        let signs_from = now + NOTICE;
        let next = NextSigningKey {
            id: Uuid::new_v5(&Uuid::NAMESPACE_OID, key.id.as_bytes()),
            pkcs8: &key.pkcs8,
            signs_from,
            // What was signed until then has ended, wherever clocks differ a little.
            others_retire_at: signs_from + Duration::seconds(self.access_tokens.seconds().into()) + SLACK,
        };
        let origin = Origin::default();
        let context = Context { now, random: &self.random, origin: &origin };
        self.database.write(|tx| {
            if tx.add_signing_key(next, turn, now)? {
                let entry = Entry::new("signing_key.added", "signing_key", next.id);
                let entry = entry.change("kid", None::<String>, key.id.as_str());
                tx.record(&context, &Actor::System, entry)?;
            }
            Ok(())
        })
    }

    /// Takes the keys as they are kept, and says when the newest was made.
    fn take_signing_keys(&self) -> Result<Option<DateTime<Utc>>> {
        let stored = self.database.signing_keys(self.clock.now())?;
        let newest = stored.iter().map(|key| key.created_at).max();
        let mut keys = Vec::with_capacity(stored.len());
        for known in stored {
            let wrong = |error| Error::internal(format!("a signing key: {error}"));
            let key = SigningKey::from_pkcs8(known.pkcs8).map_err(wrong)?;
            keys.push(TokenKey::new(&key, known.signs_from, known.retires_at));
        }
        self.access_tokens.take(keys);
        Ok(newest)
    }
}

fn no_randomness() -> Error {
    Error::internal("no random bytes")
}
