//! The lane of messages, by SMS and by email: many are on their way at once, for each waits for an answer.

use super::{BATCH, LEASE, PERIOD, end};
use crate::gateway::sms::{Relayed, Sending};
use crate::http::call::blocking;
use crate::service::Service;
use domain::contact::ContactPoint;
use domain::context::Random;
use domain::error::{Error, Language, Result};
use domain::id::VerificationId;
use domain::job::{Job, Lane};
use domain::message::{Content, Message};
use domain::notice::NoticeStore;
use domain::phone::MobileNumber;
use domain::sms::{Delivery, SentSms, SmsStore};
use domain::tenant::TenantScope;
use domain::verification::{CodeBook, State};
use futures_util::StreamExt;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::watch;
use uuid::Uuid;

/// How many messages are on their way at once.
const PARALLEL: usize = 16;

/// Sends messages until `stop` says so; those on their way arrive.
pub(crate) async fn run_messages(service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let mut queued = pin!(service.jobs_queued.notified());
        // From here on, nothing that is queued is missed.
        queued.as_mut().enable();
        let shared = Arc::clone(&service);
        let leased = blocking(move || {
            let lease: Uuid = shared.random.uuid();
            shared.database.lease_jobs(Lane::Messages, lease, BATCH, LEASE, shared.clock.now())
        });
        let leased = leased.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "messages wait");
            Vec::new()
        });
        let more = !leased.is_empty();
        let sent = futures_util::stream::iter(leased).for_each_concurrent(PARALLEL, |leased| {
            let service = Arc::clone(&service);
            async move {
                let outcome = send(&service, leased.id, &leased.job).await;
                let kind = leased.job.kind();
                if let Err(error) = blocking(move || end(&service, &leased, outcome)).await {
                    tracing::warn!(%error, kind, "the end of a job was not written");
                }
            }
        });
        sent.await;
        if more {
            continue;
        }
        tokio::select! {
            () = &mut queued => {}
            () = tokio::time::sleep(PERIOD) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn send(service: &Arc<Service>, id: Uuid, job: &Job) -> Result<()> {
    let (shared, job) = (Arc::clone(service), job.clone());
    let Some(message) = blocking(move || message(&shared, &job)).await? else { return Ok(()) };
    let Message { to, content, language } = message;
    match to {
        ContactPoint::Mobile(to) => send_sms(service, Message { to, content, language }).await,
        ContactPoint::Email(to) => {
            let message = Message { to, content, language };
            service.mailer.send(&message, (id, service.clock.now()), &service.metrics).await
        }
    }
}

async fn send_sms(service: &Arc<Service>, message: Message<MobileNumber>) -> Result<()> {
    let sending = Sending { message: &message, id: service.random.uuid(), now: service.clock.now() };
    let Relayed { carrier, outcome } = service.relay.send(&sending, &service.metrics).await?;
    let failure = outcome.as_ref().err().copied();
    let sent = SentSms {
        id: sending.id.into(),
        template: message.content.template(),
        mobile: message.to.clone(),
        carrier,
        delivery: if failure.is_some() { Delivery::Failed } else { Delivery::Accepted },
        reference: outcome.ok().flatten(),
        failure,
        sent_at: sending.now,
        reported_at: failure.map(|_| sending.now),
    };
    let shared = Arc::clone(service);
    blocking(move || shared.database.write(|tx| tx.insert_sms(&sent))).await
}

/// What a job is to send; none when it is not wanted any more.
fn message(service: &Service, job: &Job) -> Result<Option<Message>> {
    match job {
        Job::SendCode { verification, generation, language } => {
            code(service, (*verification).into(), *generation, *language)
        }
        Job::SendNotice { tenant, notice, to } => notice_to_send(service, *tenant, *notice, to.as_deref()),
        other => Err(Error::internal(format!("{} is no message", other.kind()))),
    }
}

/// A notice to whoever it is for, while they are a member; to their number, or where else it has to go.
fn notice_to_send(
    service: &Service,
    tenant: Uuid,
    notice: Uuid,
    to: Option<&str>,
) -> Result<Option<Message>> {
    let found = service.database.read(|tx| {
        tx.enter(tenant.into());
        tx.notice_to_send(notice.into())
    })?;
    let language = service.settings.sms.language;
    let elsewhere = to.map(ContactPoint::parse).transpose();
    let elsewhere = elsewhere.map_err(|_| Error::internal("a notice goes to what is no contact point"))?;
    Ok(found.map(|(notice, mobile)| Message {
        to: elsewhere.unwrap_or_else(|| mobile.into()),
        content: Content::Notice(notice.kind, notice.params),
        language,
    }))
}

/// The code of a verification, unless a newer one was asked for or it was used.
fn code(
    service: &Service,
    id: VerificationId,
    generation: u32,
    language: Language,
) -> Result<Option<Message>> {
    let found = service.database.read(|tx| tx.verification_by_id(id))?;
    let now = service.clock.now();
    let wanted = found.filter(|known| {
        matches!(known.state, State::Open { .. }) && now < known.expires_at && known.generation == generation
    });
    Ok(wanted.map(|known| Message {
        content: Content::Code {
            purpose: known.purpose,
            code: service.keys.code(&known.salt, generation),
            minutes: (known.expires_at - known.sent_at).num_minutes().max(1),
        },
        to: known.contact,
        language,
    }))
}
