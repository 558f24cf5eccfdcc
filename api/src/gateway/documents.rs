//! Where the bytes of documents are kept: an object store, which is a local folder or S3.
//!
//! Each document is sealed under a key of its own, which is kept, itself sealed under the key ring, with what is known of the
//! document: whoever has the store alone has nothing, and another master key means sealing keys anew and not files. Beside
//! what is shown, which is upright and without metadata, the original is kept as it came, for whoever doubts it.

use crate::http::call::blocking;
use crate::settings::ObjectStorage;
use domain::certification::SealedKey;
use domain::error::{Code, Error, Result};
use domain::id::DocumentId;
use futures_util::{Stream, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use persistence::{Folder, KeyRing, SealingError, document_place};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// After how long a file that is still being received was given up.
const ABANDONED: Duration = Duration::from_hours(1);
/// How long one request to the store may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is appended to the name of an original.
const ORIGINAL: &str = ".original";

/// The bytes of documents.
#[derive(Debug, Clone)]
pub(crate) struct DocumentVault {
    store: Arc<dyn ObjectStore>,
    /// Where the store is, if it is a folder.
    folder: Option<PathBuf>,
    incoming: PathBuf,
    keys: Arc<KeyRing>,
}

/// Which bytes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What is shown: upright and without metadata.
    View,
    /// What was received.
    Original,
}

/// A document's bytes, sealed, on their way into the store.
pub(crate) struct Sealed {
    /// The key that opens them, sealed.
    pub(crate) key: SealedKey,
    view: Vec<u8>,
    /// None when it is what is shown.
    original: Option<Vec<u8>>,
}

impl DocumentVault {
    /// Opens the store. It is not asked for anything yet.
    pub(crate) fn open(data_dir: &Path, storage: &ObjectStorage, keys: Arc<KeyRing>) -> Result<Self> {
        let failed = |error: &dyn std::fmt::Display| Error::internal(format!("the document store: {error}"));
        let incoming = data_dir.join("incoming");
        fs::create_dir_all(&incoming).map_err(|error| failed(&error))?;
        let mut folder = None;
        let store: Arc<dyn ObjectStore> = match storage {
            ObjectStorage::Folder => {
                let path = folder.insert(data_dir.join("documents"));
                fs::create_dir_all(&path).map_err(|error| failed(&error))?;
                let store = LocalFileSystem::new_with_prefix(&path).map_err(|error| failed(&error))?;
                Arc::new(store.with_fsync(true).with_automatic_cleanup(true))
            }
            ObjectStorage::S3(bucket) => {
                let options = ClientOptions::new()
                    .with_allow_http(bucket.endpoint.as_deref().is_some_and(|url| url.starts_with("http:")))
                    .with_timeout(PATIENCE);
                let mut builder = AmazonS3Builder::new()
                    .with_bucket_name(&bucket.name)
                    .with_region(&bucket.region)
                    .with_access_key_id(&bucket.access_key)
                    .with_secret_access_key(&bucket.secret_key)
                    .with_client_options(options)
                    .with_retry(RetryConfig { retry_timeout: PATIENCE, ..RetryConfig::default() });
                if let Some(endpoint) = &bucket.endpoint {
                    builder = builder.with_endpoint(endpoint);
                }
                Arc::new(builder.build().map_err(|error| failed(&error))?)
            }
        };
        let vault = Self { store, folder, incoming, keys };
        vault.clear_incoming().map_err(|error| failed(&error))?;
        Ok(vault)
    }

    /// A file that is being received. It is gone when it is dropped.
    pub(crate) fn receive(&self) -> Result<tempfile::NamedTempFile> {
        tempfile::NamedTempFile::new_in(&self.incoming)
            .map_err(|error| Error::new(Code::Unavailable).context(format!("receiving a document: {error}")))
    }

    /// Seals what was received and what is shown of it under a fresh key.
    pub(crate) fn seal(
        &self,
        folder: Folder,
        id: DocumentId,
        received: &Path,
        shown: &Path,
        same: bool,
    ) -> Result<Sealed> {
        let read = |path: &Path| {
            fs::read(path).map_err(|error| {
                Error::new(Code::Unavailable).context(format!("sealing a document: {error}"))
            })
        };
        let key = self.keys.fresh_key().map_err(sealing)?;
        let ring = own(key)?;
        let seal = |part: Part, path: &Path| {
            ring.seal(place(folder, id, part).as_bytes(), &read(path)?).map_err(sealing)
        };
        Ok(Sealed {
            view: seal(Part::View, shown)?,
            original: if same { None } else { Some(seal(Part::Original, received)?) },
            key: SealedKey(self.keys.seal(document_place(folder, id).as_bytes(), &key).map_err(sealing)?),
        })
    }

    /// Keeps sealed bytes. When this has returned, they are durable.
    pub(crate) async fn keep(&self, folder: Folder, id: DocumentId, sealed: Sealed) -> Result<SealedKey> {
        if let Some(original) = sealed.original {
            self.put(&object(folder, id, Part::Original), original).await?;
        }
        self.put(&object(folder, id, Part::View), sealed.view).await?;
        Ok(sealed.key)
    }

    async fn put(&self, place: &Place, bytes: Vec<u8>) -> Result<()> {
        let put = self.store.put(place, PutPayload::from(bytes)).await;
        put.map(drop).map_err(|error| failed("keeping", &error))
    }

    /// The bytes of a document.
    pub(crate) async fn read(
        &self,
        folder: Folder,
        id: DocumentId,
        part: Part,
        key: &SealedKey,
    ) -> Result<Vec<u8>> {
        let found = async { self.store.get(&object(folder, id, part)).await?.bytes().await };
        let sealed = found.await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => {
                Error::new(Code::NotFound).context(format!("the bytes of document {id} are gone"))
            }
            other => failed("reading", &other),
        })?;
        let (keys, key) = (Arc::clone(&self.keys), key.clone());
        blocking(move || {
            let key = keys.open(document_place(folder, id).as_bytes(), &key.0).map_err(sealing)?;
            let key =
                key.try_into().map_err(|_| Error::internal(format!("the key of document {id} is none")))?;
            own(key)?.open(place(folder, id, part).as_bytes(), &sealed).map_err(sealing)
        })
        .await
    }

    /// Forgets the bytes of a document.
    pub(crate) async fn forget(&self, folder: Folder, id: DocumentId) {
        for part in [Part::View, Part::Original] {
            match self.store.delete(&object(folder, id, part)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => tracing::warn!(%error, %id, "the bytes of a document stay behind"),
            }
        }
    }

    /// The documents whose bytes are older than `age`, in batches.
    pub(crate) fn older(
        &self,
        age: chrono::Duration,
        now: chrono::DateTime<chrono::Utc>,
    ) -> impl Stream<Item = Result<Vec<(Folder, DocumentId)>>> {
        self.store
            .list(None)
            .try_filter(move |found| std::future::ready(now - found.last_modified >= age))
            .map_ok(|found| parse(&found.location))
            .try_chunks(1000)
            .map_ok(|batch| batch.into_iter().flatten().collect())
            .map_err(|error| failed("listing", &error.1))
    }

    /// Removes what a process that was killed was writing into the folder: files that the store makes under the name of their
    /// object, `#` and a number, and does not list. Younger ones than `age` may be another process's.
    pub(crate) fn clear_unfinished(
        &self,
        age: chrono::Duration,
        now: chrono::DateTime<chrono::Utc>,
    ) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        for tenant in fs::read_dir(folder)? {
            let tenant = tenant?;
            if !tenant.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(tenant.path())? {
                let file = file?;
                let unfinished = file.file_name().to_str().is_some_and(|name| name.contains('#'));
                // One that has just been finished is not there under this name any more.
                let Some(written) = file.metadata().and_then(|known| known.modified()).ok() else { continue };
                if unfinished && now - chrono::DateTime::from(written) >= age {
                    fs::remove_file(file.path())?;
                }
            }
        }
        Ok(())
    }

    /// Removes what a process that was killed was receiving; younger files may be another process's.
    fn clear_incoming(&self) -> std::io::Result<()> {
        for entry in fs::read_dir(&self.incoming)? {
            let entry = entry?;
            let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
            if age > ABANDONED {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// Where bytes stand in the store.
fn object(folder: Folder, id: DocumentId, part: Part) -> Place {
    let ending = if part == Part::Original { ORIGINAL } else { "" };
    Place::from(format!("{folder}/{id}{ending}"))
}

/// Whose bytes stand at a place; none for what is not ours.
fn parse(place: &Place) -> Option<(Folder, DocumentId)> {
    let (folder, name) = place.as_ref().split_once('/')?;
    let id = uuid::Uuid::parse_str(name.strip_suffix(ORIGINAL).unwrap_or(name)).ok()?;
    Some((folder.parse().ok()?, id.into()))
}

/// What sealed bytes belong to.
fn place(folder: Folder, id: DocumentId, part: Part) -> String {
    match part {
        Part::View => document_place(folder, id),
        Part::Original => format!("{} original", document_place(folder, id)),
    }
}

/// The ring of one document's key.
fn own(key: [u8; 32]) -> Result<KeyRing> {
    KeyRing::new([(0, key)]).map_err(sealing)
}

fn sealing(error: SealingError) -> Error {
    Error::internal(format!("sealing a document: {error}"))
}

fn failed(doing: &str, error: &object_store::Error) -> Error {
    Error::new(Code::Unavailable).retry_after(2).context(format!("{doing} a document: {error}"))
}
