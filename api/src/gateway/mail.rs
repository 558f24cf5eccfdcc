//! Sending codes and warnings by email.

use super::outbox::{Outbox, SentMessage};
use crate::metrics::Metrics;
use crate::settings::{Carriage, MailServer, Settings};
use chrono::{DateTime, Utc};
use domain::email::EmailAddress;
use domain::error::{Code, Error, Result};
use domain::message::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// Who takes email.
pub(crate) enum Mailer {
    /// Nobody.
    Off,
    /// Memory, for development.
    Outbox(Arc<Outbox>),
    /// A mail server.
    Server(Box<Server>),
}

pub(crate) struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    patience: Duration,
}

impl Mailer {
    pub(crate) fn new(settings: &Settings, outbox: &Arc<Outbox>) -> Result<Self> {
        let in_memory = settings.sms.carriers.iter().any(|carriage| matches!(carriage, Carriage::Outbox));
        match &settings.mail {
            None if in_memory => Ok(Self::Outbox(Arc::clone(outbox))),
            None => Ok(Self::Off),
            Some(MailServer { url, from, patience }) => {
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(failed)?;
                let transport = builder.timeout(Some(*patience)).build();
                Ok(Self::Server(Box::new(Server { transport, from: from.clone(), patience: *patience })))
            }
        }
    }

    /// Gives a message to the mail server. One that it does not want for this mailbox is given up; `id`: the same for a message that is
    /// tried again, so that a mailbox knows it again.
    ///
    /// # Errors
    /// `unavailable` when another time may be better.
    pub(crate) async fn send(
        &self,
        message: &Message<EmailAddress>,
        (id, now): (Uuid, DateTime<Utc>),
        metrics: &Metrics,
    ) -> Result<()> {
        let server = match self {
            Self::Off => return Ok(()),
            Self::Outbox(outbox) => {
                let Message { to, content, language } = message.clone();
                outbox.keep(SentMessage {
                    message: Message { to: to.into(), content, language },
                    sent_at: now,
                });
                return Ok(());
            }
            Self::Server(server) => server,
        };
        // The transport bounds how long it takes to connect, and nothing after that.
        let sending = server.transport.send(server.email(message, id, now)?);
        let (outcome, result) = match tokio::time::timeout(server.patience, sending).await {
            Ok(Ok(_)) => ("accepted", Ok(())),
            Err(_) => {
                tracing::warn!("the mail server takes too long");
                ("unavailable", Err(Error::new(Code::Unavailable).context("the mail server takes too long")))
            }
            Ok(Err(error)) => {
                let status = error.status().map(|code| code.to_string());
                // The server's sentence may hold the address, and is not noted.
                tracing::warn!(status, timeout = error.is_timeout(), "an email was not taken");
                if is_of_mailbox(&error) {
                    ("refused", Ok(()))
                } else {
                    let error =
                        Error::new(Code::Unavailable).context("the mail server did not take a message");
                    ("unavailable", Err(error))
                }
            }
        };
        metrics.email(outcome);
        result
    }
}

impl Server {
    fn email(
        &self,
        message: &Message<EmailAddress>,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<lettre::Message> {
        let language = message.language;
        let to = Mailbox::new(None, message.to.as_str().parse().map_err(failed)?);
        // RFC 3834: nobody's vacation answers a machine.
        let automatic =
            HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.content.template().subject(language))
            .date(SystemTime::from(now))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(message.content.text(language))
            .map_err(failed)
    }
}

/// Whether a server refused a message for good, most likely because of the mailbox that it was for (RFC 5321, 4.2.3).
fn is_of_mailbox(error: &SmtpError) -> bool {
    let status = error.status().map(|code| code.to_string());
    matches!(status.as_deref(), Some("550" | "551" | "552" | "553" | "556"))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("email: {error}"))
}
