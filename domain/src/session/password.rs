//! Signing in with a password, in two steps: the guess is counted and the hash looked up; then, when the password was compared
//! outside any transaction, the session is opened. Whoever nobody knows goes the same way.

use super::entry::{Outcome, SignInStore, SignInTerms, begin, enter};
use super::{Factor, Factors, Identity, NewDevice, SignInFrom, TokenHash, known_device};
use crate::actor::{Actor, Realm};
use crate::contact::ContactPoint;
use crate::context::Context;
use crate::error::Result;
use crate::guess::{Guarded, Patience, admit, note_wrong};
use crate::id::TenantId;
use crate::journal::Entry;
use crate::password::{PasswordHash, StoredPassword, still};
use crate::verification::Requester;
use uuid::Uuid;

/// One try to sign in with a password.
#[derive(Debug, Clone)]
pub struct PasswordAttempt<'a> {
    /// As whom: with which number or mailbox.
    pub contact: &'a ContactPoint,
    /// From what.
    pub device: &'a NewDevice,
    /// Into which tenant, when the client already knows.
    pub tenant: Option<TenantId>,
}

/// A try that was counted, and what to compare the password with.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Whose password it is; none when nobody is known by that, or has no password.
    pub known: Option<StoredPassword>,
    requester: Requester,
}

/// Counts a try, and gives what the password has to be compared with. The count has to be committed before that is done.
///
/// # Errors
/// `guess_too_soon`, `guesses_exhausted`.
pub fn admit_password(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    contact: &ContactPoint,
    device_token: Option<&TokenHash>,
    patience: &Patience,
) -> Result<Admitted> {
    let requester = known_device(tx, device_token, Realm::Tenant, contact)?;
    let known = tx.password_by(contact)?;
    // By their number and by their mailbox, it is one account that is guessed at.
    let subject = match &known {
        Some((account, _)) => Identity::Account(*account).to_string(),
        None => contact.as_str().to_owned(),
    };
    admit(tx, context, (Guarded::Password, &subject, requester), patience)?;
    Ok(Admitted { known: known.and_then(|(_, password)| password), requester })
}

/// Opens the session of whoever typed the right password, or notes that it was wrong. `right`: the hash to keep from now on, if
/// the password was right; the same one, or one of today's cost.
///
/// # Errors
/// `busy` when the password was changed meanwhile.
pub fn sign_in_by_password(
    tx: &mut impl SignInStore,
    context: &Context<'_>,
    attempt: &PasswordAttempt<'_>,
    (admitted, right): (&Admitted, Option<&PasswordHash>),
    terms: &SignInTerms<'_>,
) -> Result<Option<Outcome>> {
    let (Some(known), Some(hash)) = (&admitted.known, right) else {
        note_wrong(tx, context, terms.patience)?;
        let account = admitted.known.as_ref().map_or(Uuid::nil(), |known| known.account.into());
        let entry = Entry::new("session.refused", "account", account);
        let entry = entry.change("by", None::<String>, attempt.contact.kind());
        tx.record(context, &Actor::Anonymous, entry)?;
        return Ok(None);
    };
    let mut current = still(tx, known)?;
    if current.hash != *hash {
        current.hash = hash.clone();
        tx.save_password(&current)?;
    }
    let (who, factors) = (Identity::Account(known.account), Factors::one(Factor::Password));
    tx.forget_guesses(Guarded::Password, &who.to_string(), Some(admitted.requester))?;
    let from = SignInFrom { device: attempt.device, requester: admitted.requester };
    let begun = begin(context, who, from, factors, attempt.tenant, terms);
    enter(tx, context, begun, terms).map(Some)
}
