//! The outbox: instead of sending messages it keeps the last of them in memory, where `GET /dev/outbox` finds them.
//! The log says that a code was sent, never which.

use chrono::{DateTime, Utc};
use domain::phone::MobileNumber;
use domain::verification::{Code, Purpose};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How many messages are kept.
const KEPT: usize = 1000;

/// A message that would have gone out.
#[derive(Debug, Clone)]
pub(crate) struct SentMessage {
    pub(crate) mobile: MobileNumber,
    pub(crate) purpose: Purpose,
    pub(crate) code: Code,
    pub(crate) sent_at: DateTime<Utc>,
}

#[derive(Default)]
pub(crate) struct Outbox {
    messages: Mutex<VecDeque<SentMessage>>,
    arrived: Notify,
}

impl Outbox {
    /// Keeps a message.
    pub(crate) fn send(&self, message: SentMessage) {
        tracing::info!(mobile = ?message.mobile, purpose = message.purpose.name(), "a code was sent to the outbox");
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() == KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
        drop(messages);
        self.arrived.notify_waiters();
    }

    /// The messages to a number, newest first; without a number, all.
    pub(crate) fn messages(&self, mobile: Option<&MobileNumber>) -> Vec<SentMessage> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |message: &&SentMessage| mobile.is_none_or(|mobile| message.mobile == *mobile);
        messages.iter().rev().filter(wanted).cloned().collect()
    }

    /// The messages to a number, waiting for the first one that was sent after a moment.
    pub(crate) async fn wait(
        &self,
        mobile: Option<&MobileNumber>,
        after: Option<DateTime<Utc>>,
        patience: Duration,
    ) -> Vec<SentMessage> {
        let fresh = |messages: &[SentMessage]| {
            messages.first().is_some_and(|newest| after.is_none_or(|after| newest.sent_at > after))
        };
        let arrival = async {
            loop {
                let arrived = self.arrived.notified();
                let messages = self.messages(mobile);
                if fresh(&messages) {
                    return messages;
                }
                arrived.await;
            }
        };
        tokio::time::timeout(patience, arrival).await.unwrap_or_else(|_| self.messages(mobile))
    }
}
