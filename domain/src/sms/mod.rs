//! SMS: who carries them, and what became of them.

use crate::access::{self, Permission};
use crate::actor::{Actor, OperatorActor};
use crate::context::Context;
use crate::error::Result;
use crate::id::SmsId;
use crate::journal::{Entry, Journal};
use crate::message::Template;
use crate::named::named;
use crate::phone::MobileNumber;
use chrono::{DateTime, Utc};

named! {
    /// Who carries messages.
    Carrier {
        /// Alibaba Cloud (阿里云).
        Aliyun "aliyun";
        /// Tencent Cloud (腾讯云).
        Tencent "tencent";
        /// Twilio.
        Twilio "twilio";
        /// Nobody: it is kept in memory, for development.
        Outbox "outbox";
    }
}

named! {
    /// Why a carrier did not take a message, or did not bring it.
    Failure {
        /// There is no such number, or it is no mobile.
        NumberInvalid "number_invalid";
        /// The number is on a list: its owner wants no messages, or the carrier brings it none.
        Blocked "blocked";
        /// Too many messages, or the account with the carrier is empty.
        Quota "quota";
        /// The carrier does not accept how it is asked: a key, a signature or a template is wrong.
        Misconfigured "misconfigured";
        /// The carrier does not answer, or says that it cannot now.
        Unavailable "unavailable";
        /// It was not brought: the phone is off, out of reach or full.
        Undelivered "undelivered";
    }
}

impl Failure {
    /// Whether it lies with the number, so that no other carrier would do better.
    #[must_use]
    pub fn is_of_number(self) -> bool {
        matches!(self, Self::NumberInvalid | Self::Blocked)
    }
}

named! {
    /// Where a message is.
    Delivery {
        /// A carrier has taken it, and has not said more.
        Accepted "accepted";
        /// It was brought.
        Delivered "delivered";
        /// It was not.
        Failed "failed";
    }
}

/// A message that was given to a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentSms {
    /// Its id.
    pub id: SmsId,
    /// Where it went.
    pub mobile: MobileNumber,
    /// What it said, by the name of its template.
    pub template: Template,
    /// Who carried it.
    pub carrier: Carrier,
    /// By what the carrier knows it.
    pub reference: Option<String>,
    /// Where it is.
    pub delivery: Delivery,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// When it was given to the carrier.
    pub sent_at: DateTime<Utc>,
    /// When the carrier last said something of it.
    pub reported_at: Option<DateTime<Utc>>,
}

/// What a carrier says became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// By what the carrier knows the message.
    pub reference: String,
    /// None when it was brought.
    pub failure: Option<Failure>,
}

/// Keeps messages. They belong to no tenant: a number may have no account yet.
pub trait SmsStore {
    /// Keeps a message.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_sms(&mut self, sms: &SentSms) -> Result<()>;
    /// Keeps what a carrier says of a message. Says whether there is such a message that was on its way.
    ///
    /// # Errors
    /// When the store fails.
    fn settle_sms(&mut self, carrier: Carrier, receipt: &Receipt, now: DateTime<Utc>) -> Result<bool>;
    /// The messages to a number, newest first.
    ///
    /// # Errors
    /// When the store fails.
    fn sms_to(&mut self, mobile: &MobileNumber, after: Option<SmsId>, limit: u32) -> Result<Vec<SentSms>>;
}

/// Keeps what a carrier says became of its messages, and gives the receipts of those that were on their way: what it knows and we
/// do not is nothing, and the first word on a message is the last.
///
/// # Errors
/// When the store fails.
pub fn settle(
    tx: &mut impl SmsStore,
    context: &Context<'_>,
    carrier: Carrier,
    receipts: &[Receipt],
) -> Result<Vec<Receipt>> {
    let mut settled = Vec::new();
    for receipt in receipts {
        if tx.settle_sms(carrier, receipt, context.now)? {
            settled.push(receipt.clone());
        }
    }
    Ok(settled)
}

/// A page of what was sent to a number, for an operator whom somebody asks where their code is. That it was looked up is
/// journalled.
///
/// # Errors
/// `forbidden`.
pub fn look_up(
    tx: &mut (impl SmsStore + Journal),
    context: &Context<'_>,
    actor: &OperatorActor,
    mobile: &MobileNumber,
    after: Option<SmsId>,
    limit: u32,
) -> Result<Vec<SentSms>> {
    access::require(actor, Permission::SmsRead)?;
    let found = tx.sms_to(mobile, after, limit)?;
    let entry = Entry::new("sms.looked_up", "operator", actor.operator);
    let entry = entry.change("mobile", None::<String>, mobile.masked());
    tx.record(context, &Actor::Operator(*actor), entry)?;
    Ok(found)
}
