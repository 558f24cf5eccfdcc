//! The keys of access tokens take turns without a failed request: a new one is published before it signs, and an old one stays
//! published until what it signed has ended.

use crate::keys::SigningKey;
use crate::service::Service;
use crate::token::TokenKey;
use chrono::Duration;
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
        self.take_signing_keys()
    }

    /// Makes the key that signs next; with an age, only when the newest one is older than that.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rotate_signing_key(&self, older_than: Option<Duration>) -> Result<()> {
        let key = SigningKey::fresh().ok_or_else(|| Error::internal("no random bytes"))?;
        let turn = older_than.map_or(Turn::Now, |age| Turn::IfOlderThan(self.clock.now() - age));
        self.add(&key, turn)?;
        self.take_signing_keys()
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
        if self.database.add_signing_key(next, turn, now)? {
            let origin = Origin::default();
            let context = Context { now, random: &self.random, origin: &origin };
            let entry = Entry::new("signing_key.added", "signing_key", next.id);
            let entry = entry.change("kid", None::<String>, key.id.as_str());
            self.database.write(|tx| tx.record(&context, &Actor::System, entry.clone()))?;
        }
        Ok(())
    }

    fn take_signing_keys(&self) -> Result<()> {
        let mut keys = Vec::new();
        for known in self.database.signing_keys(self.clock.now())? {
            let wrong = |error| Error::internal(format!("a signing key: {error}"));
            let key = SigningKey::from_pkcs8(known.pkcs8).map_err(wrong)?;
            keys.push(TokenKey::new(&key, known.signs_from, known.retires_at));
        }
        self.access_tokens.take(keys);
        Ok(())
    }
}
