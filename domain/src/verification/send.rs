//! Asking for a code. Whether a contact point may have one is asked first ([`permit`]), outside the transaction that then makes
//! the code and queues its message ([`send`]): a count of rows inside it would make every two sends conflict. That two sends to
//! one contact point do not slip through together is the store's to refuse, by [`SendRecord::slot`].

use super::{
    Limits, Purpose, Requester, SendRecord, State, Subject, Verification, VerificationStore, within_budgets,
};
use crate::actor::Realm;
use crate::contact::ContactPoint;
use crate::context::Context;
use crate::error::{Code, Error, Language, Result};
use crate::id::TenantId;
use crate::job::{Job, JobQueue};
use crate::phone::MobileNumber;
use crate::session::{DeviceStore, TokenHash, known_device};
use chrono::{DateTime, Duration, Utc};

/// A person gets so many times the codes of a day: enough for one who is unlucky, and few enough to leave others in peace.
const HUMAN: u32 = 2;

/// The leave to send one code, for the transaction that makes it.
#[derive(Debug, Clone)]
pub struct Permit {
    /// In which world.
    pub realm: Realm,
    /// What the code is for.
    pub purpose: Purpose,
    /// Where it goes.
    pub contact: ContactPoint,
    /// Who asks.
    pub requester: Requester,
    /// In which tenant they ask, if they do in one.
    pub tenant: Option<TenantId>,
    /// In which language the message is.
    pub language: Language,
}

/// A code that somebody would like to have.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// In which world.
    pub realm: Realm,
    /// What for.
    pub purpose: Purpose,
    /// Where it goes.
    pub contact: &'a ContactPoint,
    /// The token by which the device says it is known.
    pub device_token: Option<&'a TokenHash>,
    /// In which tenant they ask, if they do in one.
    pub tenant: Option<TenantId>,
    /// In which language.
    pub language: Language,
    /// Whether whoever asks has proved to be a person.
    pub human: bool,
}

impl Permit {
    /// The number that the code goes to: most codes go nowhere else.
    ///
    /// # Errors
    /// `internal` for a code that goes to a mailbox.
    pub fn mobile(&self) -> Result<&MobileNumber> {
        match &self.contact {
            ContactPoint::Mobile(mobile) => Ok(mobile),
            ContactPoint::Email(_) => Err(Error::internal("this code goes to numbers")),
        }
    }

    /// Refuses when the code would go somewhere else than was asked, because the number was corrected meanwhile.
    ///
    /// # Errors
    /// `version_stale`.
    pub fn require(&self, contact: impl Into<ContactPoint>) -> Result<()> {
        if self.contact == contact.into() { Ok(()) } else { Err(Code::VersionStale.into()) }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The leave to send it.
    pub permit: &'a Permit,
    /// What the code is about.
    pub subject: &'a Subject,
    /// Whether the subject is new, so that it cannot have a code yet.
    pub new_subject: bool,
    /// False when nobody is known by it: everything happens as always, and no message goes out.
    pub deliver: bool,
}

/// What the asker is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Until when the code is valid.
    pub expires_at: DateTime<Utc>,
    /// When the next one may be asked for.
    pub resend_after: DateTime<Utc>,
}

/// Whether a contact point may have another code now.
///
/// # Errors
/// `code_resend_too_soon`; past its daily count `code_daily_limit` for a known device and
/// `human_check_required` for a stranger who has not proved to be a person; `code_budget_spent`.
pub fn permit(
    tx: &mut (impl VerificationStore + DeviceStore),
    context: &Context<'_>,
    wanted: &Wanted<'_>,
    limits: &Limits,
) -> Result<Permit> {
    let Wanted { realm, purpose, contact, device_token, tenant, language, human } = *wanted;
    let requester = known_device(tx, device_token, realm, contact)?;
    let permit = Permit { realm, purpose, contact: contact.clone(), requester, tenant, language };
    let day = context.now - Duration::days(1);
    let most = if human { limits.per_day.saturating_mul(HUMAN) } else { limits.per_day };
    let recent = tx.recent_sends(&permit, day, most)?;
    refuse_too_many(&recent, (requester, human, most), limits, context.now)?;
    within_budgets(tx, context, &permit, &limits.budgets)?;
    Ok(permit)
}

/// Makes the code of a subject anew and queues its message.
///
/// # Errors
/// `code_resend_too_soon` when another send to the same came first.
pub fn send(
    tx: &mut (impl VerificationStore + JobQueue),
    context: &Context<'_>,
    request: &Request<'_>,
    limits: &Limits,
) -> Result<Sent> {
    let now = context.now;
    let permit = request.permit;
    let requester = request.subject.requester(permit.requester);
    // What was made in this transaction has no code yet, and not looking for one costs no conflict.
    let known =
        if request.new_subject { None } else { tx.verification(permit.purpose, request.subject, requester)? };
    let (id, generation, version) = match known {
        Some(known) => (known.id, known.generation + 1, known.version),
        None => (context.id(), 1, 0),
    };
    let verification = Verification {
        id,
        purpose: permit.purpose,
        subject: request.subject.clone(),
        requester,
        contact: permit.contact.clone(),
        salt: context.random.bytes(),
        generation,
        state: State::Open { attempts_left: limits.attempts },
        sent_at: now,
        expires_at: now + limits.lifetime,
        version,
    };
    tx.save_verification(&verification)?;
    let record = SendRecord {
        permit: permit.clone(),
        ip: context.origin.ip,
        at: now,
        wait: limits.resend_after.num_seconds().unsigned_abs(),
        slot: now.timestamp_micros() / limits.resend_after.num_microseconds().unwrap_or(1).max(1),
    };
    tx.record_send(context.random.uuid(), &record)?;
    if request.deliver {
        let (verification, language) = (id.into(), permit.language);
        let job = Job::SendCode { verification, generation, language };
        tx.enqueue(context.random.uuid(), &job, now, now)?;
    }
    Ok(Sent { expires_at: verification.expires_at, resend_after: now + limits.resend_after })
}

fn refuse_too_many(
    recent: &[DateTime<Utc>],
    (requester, human, most): (Requester, bool, u32),
    limits: &Limits,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(last) = recent.first() else { return Ok(()) };
    let wait = *last + limits.resend_after - now;
    if wait > Duration::zero() {
        let seconds = u64::try_from(wait.num_milliseconds()).unwrap_or_default().div_ceil(1000);
        return Err(Error::new(Code::CodeResendTooSoon).with("seconds", seconds).retry_after(seconds));
    }
    if recent.len() < most as usize {
        return Ok(());
    }
    match requester {
        Requester::Stranger if !human => Err(Code::HumanCheckRequired.into()),
        _ => {
            let oldest = recent.last().copied().unwrap_or(now);
            let wait = (oldest + Duration::days(1) - now).num_seconds().max(1);
            Err(Error::new(Code::CodeDailyLimit).retry_after(wait.unsigned_abs()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::Budgets;

    fn limits() -> Limits {
        Limits {
            lifetime: Duration::minutes(5),
            attempts: 5,
            resend_after: Duration::seconds(60),
            per_day: 5,
            budgets: Budgets { per_ip: 0, per_prefix: 0, per_tenant: 0, platform: 0 },
        }
    }

    #[test]
    fn the_next_code_after_sixty_seconds() {
        let now = DateTime::UNIX_EPOCH + Duration::days(2);
        let sent = [now - Duration::milliseconds(59_001)];
        let error = refuse_too_many(&sent, (Requester::Stranger, false, 5), &limits(), now).unwrap_err();
        assert_eq!((error.code(), error.retry_after_seconds()), (Code::CodeResendTooSoon, Some(1)));
        let sent = [now - Duration::seconds(60)];
        assert!(refuse_too_many(&sent, (Requester::Stranger, false, 5), &limits(), now).is_ok());
    }

    #[test]
    fn five_a_day_then_a_stranger_proves_to_be_a_person() {
        let now = DateTime::UNIX_EPOCH + Duration::days(2);
        let sent: Vec<_> = (1..=5).map(|hour| now - Duration::hours(hour)).collect();
        let code = |who| refuse_too_many(&sent, who, &limits(), now).unwrap_err().code();
        assert_eq!(code((Requester::Stranger, false, 5)), Code::HumanCheckRequired);
        assert_eq!(code((Requester::Stranger, true, 5)), Code::CodeDailyLimit);
        assert_eq!(code((Requester::Device(uuid::Uuid::nil().into()), false, 5)), Code::CodeDailyLimit);
        assert!(refuse_too_many(&sent, (Requester::Stranger, true, 10), &limits(), now).is_ok());
        assert!(refuse_too_many(&sent[..4], (Requester::Stranger, false, 5), &limits(), now).is_ok());
    }
}
