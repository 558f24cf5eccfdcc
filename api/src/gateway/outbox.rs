//! The outbox: instead of sending messages it keeps the last of them in memory, where `GET /dev/outbox` finds them.
//! The log says what a message is for, never what it says.

use super::sms::{Adapter, Sending};
use chrono::{DateTime, Utc};
use domain::message::Message;
use domain::sms::{Carrier, Failure};
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How many messages are kept.
const KEPT: usize = 1000;

/// A message that would have gone out.
#[derive(Debug, Clone)]
pub(crate) struct SentMessage {
    pub(crate) message: Message,
    pub(crate) sent_at: DateTime<Utc>,
}

#[derive(Default)]
pub(crate) struct Outbox {
    messages: Mutex<VecDeque<SentMessage>>,
    arrived: Notify,
}

impl Adapter for Arc<Outbox> {
    fn carrier(&self) -> Carrier {
        Carrier::Outbox
    }

    fn send<'a>(&'a self, sending: &'a Sending<'a>) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        let Message { to, content, language } = sending.message.clone();
        self.keep(SentMessage {
            message: Message { to: to.into(), content, language },
            sent_at: sending.now,
        });
        Box::pin(std::future::ready(Ok(None)))
    }
}

impl Outbox {
    /// Keeps a message.
    pub(crate) fn keep(&self, message: SentMessage) {
        let to = &message.message;
        tracing::info!(to = ?to.to, template = to.content.template().name(), "a message was sent to the outbox");
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() == KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
        drop(messages);
        self.arrived.notify_waiters();
    }

    /// The messages that are wanted, newest first.
    pub(crate) fn messages(&self, wanted: &impl Fn(&SentMessage) -> bool) -> Vec<SentMessage> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().rev().filter(|message| wanted(message)).cloned().collect()
    }

    /// The messages that are wanted, waiting for the first one that was sent after a moment.
    pub(crate) async fn wait(
        &self,
        wanted: &impl Fn(&SentMessage) -> bool,
        after: Option<DateTime<Utc>>,
        patience: Duration,
    ) -> Vec<SentMessage> {
        let fresh = |messages: &[SentMessage]| {
            messages.first().is_some_and(|newest| after.is_none_or(|after| newest.sent_at > after))
        };
        let arrival = async {
            loop {
                let arrived = self.arrived.notified();
                let messages = self.messages(wanted);
                if fresh(&messages) {
                    return messages;
                }
                arrived.await;
            }
        };
        tokio::time::timeout(patience, arrival).await.unwrap_or_else(|_| self.messages(wanted))
    }
}
