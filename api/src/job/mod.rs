//! Carrying out jobs: one task that wakes when something was queued, and now and then by itself for what was put back or
//! queued by another process.

mod messages;

pub(crate) use messages::run_messages;

use crate::gateway::documents::Part;
use crate::http::pipeline::Limits;
use crate::member_import;
use crate::scheduled_change;
use crate::service::Service;
use chrono::{DateTime, Duration as Lease, Utc};
use domain::certification::{
    EvidenceKind, erase_documents, keep_evidence, keep_reading, question, strike_certificate, to_read,
};
use domain::context::{Context, Origin, Random};
use domain::departure;
use domain::dissolution::{self, Progress};
use domain::error::{Error, Result};
use domain::id::{ApplicationId, DocumentId, TenantId};
use domain::job::{Job, Lane};
use domain::review;
use domain::takeover;
use persistence::{Folder, Leased, Tx};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::watch;
use uuid::Uuid;

/// How often to look without being woken.
const PERIOD: Duration = Duration::from_millis(500);
/// How long a job may take before another process takes it up.
const LEASE: Lease = Lease::seconds(60);
/// How often to look for slow jobs.
const SLOW_PERIOD: Duration = Duration::from_secs(1);
/// How soon after its process was ended another one takes a slow job up, and how often a process says that it goes on.
const SLOW_LEASE: Lease = Lease::seconds(15);
const SLOW_BEAT: Duration = Duration::from_secs(5);
/// How long one slow job may keep others waiting; what is left of it then is another one.
pub(crate) const TURN: Duration = Duration::from_secs(5);
/// How many jobs are taken at once.
const BATCH: u32 = 32;
/// How often old records are swept, and what time has made of others is written.
const SWEEP: Duration = Duration::from_mins(1);

/// When files without a document are first looked for, and how often after that.
const TIDY_FIRST: Duration = Duration::from_hours(1);
const TIDY: Duration = Duration::from_hours(24);
/// How old such a file has to be; a younger one may be on its way.
const ORPHANED: Lease = Lease::hours(1);

/// Carries out jobs until `stop` says so; the batch under way is finished.
pub(crate) async fn run(service: Arc<Service>, limits: Arc<Limits>, mut stop: watch::Receiver<bool>) {
    let mut swept: Option<Instant> = None;
    let mut tidy_at = Instant::now() + TIDY_FIRST;
    while !*stop.borrow() {
        let mut queued = pin!(service.jobs_queued.notified());
        // From here on, nothing that is queued is missed.
        queued.as_mut().enable();
        let shared = Arc::clone(&service);
        let lease = service.random.uuid();
        let worked =
            tokio::task::spawn_blocking(move || work(&shared, (Lane::Quick, lease), BATCH, LEASE)).await;
        let more = match worked {
            Ok(Ok(jobs)) => jobs > 0,
            Ok(Err(error)) => {
                tracing::warn!(%error, "jobs wait");
                false
            }
            Err(error) => {
                tracing::error!(%error, "a job panicked");
                false
            }
        };
        if swept.is_none_or(|swept| swept.elapsed() >= SWEEP) {
            swept = Some(Instant::now());
            limits.all.tidy();
            limits.anonymous.tidy();
            limits.pictures.tidy();
            let shared = Arc::clone(&service);
            drop(tokio::task::spawn_blocking(move || sweep(&shared)).await);
        }
        if Instant::now() >= tidy_at {
            tidy_at = Instant::now() + TIDY;
            let shared = Arc::clone(&service);
            tokio::spawn(async move {
                match shared.tidy_documents(ORPHANED).await {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(count, "files without a document were forgotten"),
                    Err(error) => tracing::warn!(%error, "files without a document were not looked for"),
                }
            });
        }
        if more {
            continue;
        }
        tokio::select! {
            () = &mut queued => {}
            () = tokio::time::sleep(PERIOD) => {}
            _ = stop.changed() => {}
        }
    }
    drop(tokio::task::spawn_blocking(move || service.write_uses()).await);
}

/// Carries out slow jobs, one at a time, until `stop` says so; the one under way is finished.
pub(crate) async fn run_slow(service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let (shared, lease) = (Arc::clone(&service), service.random.uuid());
        let mut working =
            tokio::task::spawn_blocking(move || work(&shared, (Lane::Slow, lease), 1, SLOW_LEASE));
        let worked = loop {
            tokio::select! {
                worked = &mut working => break worked,
                () = tokio::time::sleep(SLOW_BEAT) => {
                    let shared = Arc::clone(&service);
                    let renew = move || shared.database.renew_lease(lease, SLOW_LEASE, shared.clock.now());
                    drop(tokio::task::spawn_blocking(renew).await);
                }
            }
        };
        if matches!(worked, Ok(Ok(1))) {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(SLOW_PERIOD) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Forgets what is of no use any more, and lets keys take their turns.
fn sweep(service: &Service) {
    if let Err(error) = service.turn_signing_keys() {
        tracing::warn!(%error, "the keys of access tokens were not looked at");
    }
    if let Err(error) = service.write_uses() {
        tracing::warn!(%error, "what was used is not written");
    }
    if let Err(error) = service.database.sweep(service.clock.now()) {
        tracing::warn!(%error, "old records were not swept");
    }
    if let Err(error) = scheduled_change::job::catch_up(service) {
        tracing::warn!(%error, "overdue changes were not looked for");
    }
    let terms = &service.settings.certification;
    loop {
        match as_system(service, |tx, _| review::reckon(tx, terms, BATCH)) {
            Ok(reckoned) if reckoned >= BATCH as usize => {}
            Ok(_) => break,
            Err(error) => {
                tracing::warn!(%error, "due times were not reckoned anew");
                break;
            }
        }
    }
}

/// Carries out a batch of due jobs, and says how many there were.
fn work(service: &Service, (lane, lease): (Lane, Uuid), batch: u32, lease_for: Lease) -> Result<usize> {
    let batch = service.database.lease_jobs(lane, lease, batch, lease_for, service.clock.now())?;
    for leased in &batch {
        // The lease of a job whose end could not be written runs out, and the job is done again.
        if let Err(error) = carry_out(service, leased) {
            tracing::warn!(%error, kind = leased.job.kind(), "the end of a job was not written");
        }
    }
    Ok(batch.len())
}

fn carry_out(service: &Service, leased: &Leased) -> Result<()> {
    end(service, leased, perform(service, &leased.job))
}

/// Writes how a job ended.
fn end(service: &Service, leased: &Leased, outcome: Result<()>) -> Result<()> {
    let kind = leased.job.kind();
    match outcome {
        Ok(()) => {
            service.metrics.job(kind, "done");
            service.database.finish_job(leased)
        }
        Err(error) => {
            let dead = service.database.fail_job(leased, &error.to_string(), service.clock.now())?;
            service.metrics.job(kind, if dead { "dead" } else { "failed" });
            tracing::warn!(%error, kind, dead, "a job failed");
            match &leased.job {
                // Whoever waits for it is told.
                Job::PlanImport { tenant, import } | Job::ExecuteImport { tenant, import } if dead => {
                    member_import::job::end(service, ((*tenant).into(), (*import).into()), &error)
                }
                _ => Ok(()),
            }
        }
    }
}

fn perform(service: &Service, job: &Job) -> Result<()> {
    match job {
        Job::AskForEvidence { tenant, application, attempt, source } => {
            ask_for_evidence(service, ((*tenant).into(), (*application).into(), *attempt), *source)
        }
        Job::PlanImport { tenant, import } => {
            member_import::job::plan(service, ((*tenant).into(), (*import).into()))
        }
        Job::ExecuteImport { tenant, import } => {
            member_import::job::execute(service, ((*tenant).into(), (*import).into()))
        }
        Job::ReadDocument { tenant, document } => {
            read_document(service, (*tenant).into(), (*document).into())
        }
        Job::Transfer { tenant, takeover } => as_system(service, |tx, context| {
            let takeover = ((*tenant).into(), (*takeover).into());
            takeover::strike(tx, context, takeover, &service.settings.certification)
        }),
        Job::Dissolve { tenant, at } => dissolve(service, (*tenant).into(), *at),
        Job::EraseMember { tenant, member, at } => as_system(service, |tx, context| {
            departure::erase(tx, context, ((*tenant).into(), (*member).into()), *at)
        }),
        Job::EraseDocuments { tenant, application } => {
            let tenant = (*tenant).into();
            let erased = as_system(service, |tx, context| {
                let terms = &service.settings.certification;
                erase_documents(tx, context, (tenant, (*application).into()), terms)
            })?;
            forget_files(service, tenant, erased);
            Ok(())
        }
        Job::SendCode { .. } | Job::SendNotice { .. } => {
            Err(Error::internal("messages have a lane of their own"))
        }
        Job::StrikeCertificate { tenant, valid_until, mark } => {
            let certificate = ((*tenant).into(), *valid_until);
            as_system(service, |tx, context| {
                let terms = &service.settings.certification;
                strike_certificate(tx, context, certificate, *mark, terms)
            })
        }
        Job::StrikeChanges { tenant } => scheduled_change::job::strike_changes(service, (*tenant).into()),
        Job::StrikeReview { tenant, application, attempt, mark } => {
            let case = ((*tenant).into(), (*application).into(), *attempt);
            as_system(service, |tx, context| {
                review::strike(tx, context, case, *mark, &service.settings.certification)
            })
        }
    }
}

/// Changes things on Gongpai's own account.
pub(crate) fn as_system<T>(
    service: &Service,
    work: impl Fn(&mut Tx<'_>, &Context<'_>) -> Result<T>,
) -> Result<T> {
    let origin = Origin::default();
    let context = Context { now: service.clock.now(), random: &service.random, origin: &origin };
    service.database.write(|tx| work(tx, &context))
}

/// Forgets the bytes of documents. What stays behind because the store is away is found by whoever tidies.
fn forget_files(service: &Service, tenant: TenantId, documents: Vec<DocumentId>) {
    Handle::current().block_on(async {
        for id in documents {
            service.documents.forget(Folder::Tenant(tenant), id).await;
        }
    });
}

/// Dissolves an organization, step by step.
fn dissolve(service: &Service, tenant: TenantId, at: DateTime<Utc>) -> Result<()> {
    loop {
        match as_system(service, |tx, context| dissolution::dissolve(tx, context, tenant, at))? {
            Progress::More => {}
            Progress::Nothing => return Ok(()),
            Progress::Done(documents) => {
                forget_files(service, tenant, documents);
                return Ok(());
            }
        }
    }
}

/// Reads a license, where there is a program for it.
fn read_document(service: &Service, tenant: TenantId, id: DocumentId) -> Result<()> {
    let Some(reader) = &service.reader else { return Ok(()) };
    let Some(document) = service.database.read(|tx| to_read(tx, tenant, id))? else { return Ok(()) };
    let (folder, key) = (Folder::Tenant(tenant), &document.content.key);
    let image = Handle::current().block_on(service.documents.read(folder, id, Part::View, key))?;
    let reading = reader.read(&image, service.clock.now())?;
    as_system(service, |tx, _| keep_reading(tx, (tenant, id), &reading))
}

/// Asks somebody about a submission, where there is an adapter for them.
fn ask_for_evidence(
    service: &Service,
    submission: (TenantId, ApplicationId, u32),
    kind: EvidenceKind,
) -> Result<()> {
    let Some(source) = service.evidence.iter().find(|source| source.kind() == kind) else { return Ok(()) };
    let Some(question) = service.database.read(|tx| question(tx, submission))? else { return Ok(()) };
    let outcome = source.ask(&question)?;
    as_system(service, |tx, context| keep_evidence(tx, context, submission, kind, outcome))
}
