//! The running service: everything that requests and jobs share.

use crate::access::uses::Uses;
use crate::clock::{Clock, SystemRandomness};
use crate::contract::Contract;
use crate::gateway::documents::DocumentVault;
use crate::gateway::human::HumanCheck;
use crate::gateway::mail::Mailer;
use crate::gateway::outbox::Outbox;
use crate::gateway::passwords::Passwords;
use crate::gateway::reader::Tesseract;
use crate::gateway::scanner::Scanner;
use crate::gateway::sms::Relay;
use crate::http::answer::{Failure, Outcome};
use crate::http::call::blocking;
use crate::http::followers::Followers;
use crate::http::session_cache::SessionCache;
use crate::inspection::{Quality, Style, Uploaded, draw, inspect, read_sheet};
use crate::keys::Keys;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::token::{AccessTokens, RefreshTokens};
use chrono::Duration;
use domain::agreement::Agreements;
use domain::certification::{DocumentContent, DocumentReader, DocumentStore, EvidenceSource};
use domain::dissolution::DissolutionStore;
use domain::error::{Code, Error, Kind, Result};
use domain::help::Help;
use domain::id::DocumentId;
use domain::password::{Password, PasswordHash};
use domain::picture::Picture;
use domain::reference::OrganizationTypes;
use domain::tenant::{TenantScope, TenantStore};
use domain::ticket::TicketStore;
use futures_util::TryStreamExt;
use persistence::{Database, Folder, Observer, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration as StdDuration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// The shortest side of an image that has to prove something, in pixels.
const PROOF_SIDE: u32 = 600;
/// How long an upload waits for its turn to be inspected.
const TURN: StdDuration = StdDuration::from_secs(30);

/// What an installation, or a test, puts in from outside.
#[derive(Default)]
pub struct Adapters {
    /// Hears every statement.
    pub observer: Option<Observer>,
    /// Who can be asked about a submission.
    pub evidence: Vec<Box<dyn EvidenceSource>>,
}

/// Everything that requests and jobs share.
pub struct Service {
    /// The settings.
    pub settings: Settings,
    /// The database.
    pub database: Database,
    /// The clock.
    pub clock: Clock,
    /// Ids and random bytes.
    pub random: SystemRandomness,
    /// The agreements.
    pub agreements: Agreements,
    /// The help articles.
    pub help: Help,
    /// The organization types.
    pub types: OrganizationTypes,
    /// The settings of security policies.
    pub policy_settings: domain::policy::Settings,
    /// The published contract.
    pub contract: &'static Contract,
    pub(crate) keys: Keys,
    pub(crate) access_tokens: AccessTokens,
    pub(crate) sessions: SessionCache,
    pub(crate) outbox: Arc<Outbox>,
    /// Gives messages to carriers.
    pub(crate) relay: Relay,
    /// Gives messages to the mail server.
    pub(crate) mailer: Mailer,
    /// Asks whether a person is there.
    pub(crate) human_check: HumanCheck,
    pub(crate) passwords: Passwords,
    pub(crate) documents: DocumentVault,
    pub(crate) scanner: Option<Scanner>,
    /// Reads licenses, if there is a program for it.
    pub(crate) reader: Option<Box<dyn DocumentReader>>,
    /// Who can be asked about a submission.
    pub(crate) evidence: Vec<Box<dyn EvidenceSource>>,
    pub(crate) metrics: Metrics,
    /// What people use of what they may do.
    pub(crate) uses: Uses,
    /// Wakes whoever carries out jobs.
    pub(crate) jobs_queued: Arc<Notify>,
    /// Bounds how many documents are decoded at once.
    pub(crate) decoders: Arc<Semaphore>,
    /// Who follows something.
    pub(crate) followers: Followers,
    /// Whether the service is to stop: whatever takes long breaks off.
    pub(crate) stopping: AtomicBool,
}

impl Service {
    /// Opens the database, the keys and the document folder. The database is not asked for anything yet.
    ///
    /// # Errors
    /// What is wrong with a setting, a key or a file.
    pub fn open(mut settings: Settings, clock: Clock, adapters: Adapters) -> Result<Self> {
        let failed = |error: &dyn std::fmt::Display| Error::internal(error.to_string());
        let reader = reader(&settings);
        settings.certification.reads_licenses = reader.is_some();
        settings.certification.evidence = adapters.evidence.iter().map(|source| source.kind()).collect();
        let storage = &settings.storage;
        prepare_tls();
        let outbox = Arc::default();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&storage.data_dir)
            .map_err(|error| failed(&error))?;
        let keys = Keys::load(&settings).map_err(|error| failed(&error))?;
        let types = match &settings.organization_types {
            None => OrganizationTypes::shipped()?,
            Some(path) => {
                OrganizationTypes::from_json(&std::fs::read_to_string(path).map_err(|error| failed(&error))?)?
            }
        };
        let jobs_queued = Arc::new(Notify::new());
        let woken = Arc::clone(&jobs_queued);
        let database = Database::open(Options {
            url: storage.database_url.clone(),
            connections: storage.connections,
            patience: StdDuration::from_secs(3),
            keys: Arc::clone(&keys.ring),
            queued: Arc::new(move || woken.notify_waiters()),
            observer: adapters.observer,
        })?;
        let random = SystemRandomness::new(clock.clone());
        Ok(Self {
            passwords: Passwords::new(settings.passwords.cost, random.clone())?,
            access_tokens: AccessTokens::new(
                &keys.signing,
                &settings.network.public_url,
                settings.tokens.access_seconds,
            ),
            agreements: Agreements::shipped()?,
            help: Help::shipped()?,
            policy_settings: domain::policy::Settings::shipped()?,
            contract: Contract::shared(),
            database,
            decoders: Arc::new(Semaphore::new(storage.decoders.max(1))),
            followers: Followers::default(),
            stopping: AtomicBool::new(false),
            documents: DocumentVault::open(&storage.data_dir, &storage.objects, Arc::clone(&keys.ring))?,
            reader,
            evidence: adapters.evidence,
            scanner: storage.scanner.clone().map(|address| Scanner { address }),
            jobs_queued,
            keys,
            metrics: Metrics::new(),
            human_check: HumanCheck::new(&settings.human_check),
            relay: Relay::new(&settings, &outbox),
            mailer: Mailer::new(&settings, &outbox)?,
            outbox,
            random,
            sessions: SessionCache::new(),
            uses: Uses::default(),
            types,
            clock,
            settings,
        })
    }

    /// Waits until one more picture may be decoded.
    async fn decoder(&self) -> Result<OwnedSemaphorePermit> {
        let waiting = Arc::clone(&self.decoders).acquire_owned();
        let permit = tokio::time::timeout(TURN, waiting).await;
        let permit = permit.map_err(|_| Error::new(Code::Busy).retry_after(5))?;
        permit.map_err(|error| Error::internal(error.to_string()))
    }

    /// Draws a picture that somebody uploaded anew.
    pub(crate) async fn draw(self: Arc<Self>, uploaded: Uploaded, style: Style) -> Result<Picture> {
        let permit = self.decoder().await?;
        blocking(move || {
            let _permit = permit;
            if let Some(scanner) = &self.scanner {
                scanner.scan(uploaded.file.path())?;
            }
            let drawn = self.documents.receive()?;
            draw(&self.settings.program, style, &uploaded, drawn.path())
        })
        .await
    }

    /// Reads a spreadsheet that somebody uploaded: how many rows it has, and those packed.
    pub(crate) async fn read_sheet(self: Arc<Self>, uploaded: Uploaded) -> Result<(u32, Vec<u8>)> {
        let permit = self.decoder().await?;
        blocking(move || {
            let _permit = permit;
            if let Some(scanner) = &self.scanner {
                scanner.scan(uploaded.file.path())?;
            }
            let packed = self.documents.receive()?;
            read_sheet(&self.settings.program, &uploaded, packed.path())
        })
        .await
    }

    /// Inspects an uploaded file and keeps it under the id of its document, a bounded number at once. The bound holds also when
    /// the client has gone meanwhile: what has begun is not interrupted.
    pub(crate) async fn take_in(
        self: Arc<Self>,
        uploaded: Uploaded,
        folder: Folder,
        id: DocumentId,
    ) -> Result<DocumentContent> {
        let permit = self.decoder().await?;
        let service = Arc::clone(&self);
        let (inspected, sealed) = blocking(move || {
            if let Some(scanner) = &service.scanner {
                scanner.scan(uploaded.file.path())?;
            }
            let (vault, storage) = (&service.documents, &service.settings.storage);
            let kept = vault.receive()?;
            let quality = match folder {
                Folder::Tenant(_) => Quality { side: PROOF_SIDE, sharpness: storage.sharpness },
                Folder::Tickets => Quality::default(),
            };
            let inspected = inspect(&service.settings.program, &uploaded, kept.path(), quality)?;
            let same = inspected.is(&uploaded);
            let sealed = vault.seal(folder, id, uploaded.file.path(), kept.path(), same)?;
            Ok((inspected.content(&uploaded, sealed.key.clone()), (sealed, permit)))
        })
        .await?;
        let (sealed, _permit) = sealed;
        self.documents.keep(folder, id, sealed).await?;
        Ok(inspected)
    }

    /// Forgets a file that was taken in, unless the answer says that it is recorded. Neither a refusal nor the repetition of an
    /// earlier upload needs the file that came with it; an error that says nothing of whether it was recorded leaves it.
    pub(crate) async fn forget_unneeded(&self, folder: Folder, id: DocumentId, answer: &Outcome) {
        let unneeded = match answer {
            Ok(reply) => !reply.created() || reply.replayed(),
            Err(Failure(error)) => {
                !matches!(error.kind(), Kind::Unavailable | Kind::Contention | Kind::Internal)
            }
        };
        if unneeded {
            self.documents.forget(folder, id).await;
        }
    }

    /// Forgets the files that no document is recorded for: the process ended between keeping and recording them. Younger
    /// ones than `age` may be on their way. Says how many documents there were.
    ///
    /// # Errors
    /// When the store or the database fails.
    pub async fn tidy_documents(&self, age: Duration) -> Result<usize> {
        let (vault, now) = (self.documents.clone(), self.clock.now());
        let unfinished = move || vault.clear_unfinished(age, now);
        blocking(move || unfinished().map_err(|error| Error::internal(format!("unfinished files: {error}"))))
            .await?;
        let mut forgotten = 0;
        let mut batches = pin!(self.documents.older(age, now));
        while let Some(batch) = batches.try_next().await? {
            let mut by_folder: BTreeMap<Folder, BTreeSet<DocumentId>> = BTreeMap::new();
            for (folder, id) in batch {
                by_folder.entry(folder).or_default().insert(id);
            }
            for (folder, ids) in by_folder {
                let database = self.database.clone();
                for id in blocking(move || unrecorded(&database, folder, ids)).await? {
                    self.documents.forget(folder, id).await;
                    forgotten += 1;
                }
            }
        }
        Ok(forgotten)
    }

    /// For how many days the holidays are known; none when they never were.
    pub(crate) fn calendar_days_left(&self) -> i64 {
        let calendar = &self.settings.certification.calendar;
        let today = calendar.day(self.clock.now());
        calendar.known_until().map_or(0, |until| (until - today).num_days().max(0))
    }

    /// Compares a password, and counts what came of it: the hash to keep from now on, if it was right.
    pub(crate) async fn compare(
        &self,
        password: &Password,
        known: Option<&PasswordHash>,
    ) -> Result<Option<PasswordHash>> {
        let right = self.passwords.compare(password, known).await?;
        self.metrics.guess(if right.is_some() { "right" } else { "wrong" });
        Ok(right)
    }

    /// Refresh tokens under this service's key.
    pub(crate) fn refresh_tokens(&self) -> RefreshTokens<'_> {
        RefreshTokens { keys: &self.keys }
    }
}

/// Those of a folder's documents that are not recorded.
fn unrecorded(
    database: &Database,
    folder: Folder,
    mut ids: BTreeSet<DocumentId>,
) -> Result<BTreeSet<DocumentId>> {
    let asked: Vec<_> = ids.iter().copied().collect();
    let recorded = database.read(|tx| match folder {
        Folder::Tickets => tx.attachments_by_id(&asked),
        Folder::Tenant(tenant) => {
            tx.enter(tenant);
            match tx.tenant() {
                Ok(_) => {
                    let known = tx.documents_by_id(&asked)?.into_iter();
                    let kept = known.filter(|document| document.erased_at.is_none());
                    Ok(kept.map(|document| document.id).collect())
                }
                // The files of a tenant whom this database does not know are another database's, perhaps.
                Err(error) if error.code() == Code::NotFound => {
                    Ok(if tx.was_dissolved()? { Vec::new() } else { asked.clone() })
                }
                Err(error) => Err(error),
            }
        }
    })?;
    ids.retain(|id| !recorded.contains(id));
    Ok(ids)
}

/// What reads licenses here.
fn reader(settings: &Settings) -> Option<Box<dyn DocumentReader>> {
    let program = Path::new(&settings.storage.tesseract);
    let found = (program != Path::new("off")).then(|| Tesseract::find(program, &settings.program)).flatten();
    found.map(|reader| Box::new(reader) as Box<dyn DocumentReader>)
}

/// HTTPS needs a cryptographic provider, chosen once for the process.
pub fn prepare_tls() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}
