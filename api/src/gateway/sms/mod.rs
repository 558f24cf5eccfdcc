//! Sending codes and notices by SMS. So far there is the outbox, for development.

mod outbox;

pub(crate) use outbox::{Content, Outbox, SentMessage};
