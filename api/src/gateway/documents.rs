//! Where the files of documents are kept: a folder, one file a document, below the folder of its tenant.
//!
//! A file is written beside its place, forced to disk and renamed, so that a document that was acknowledged is whole
//! after a power cut. Each is sealed under a key of its own, which is kept, itself sealed under the key ring, with what is
//! known of the document: whoever has the folder alone has nothing, and another master key means sealing keys anew and not
//! files.

use domain::certification::SealedKey;
use domain::error::{Code, Error, Result};
use domain::id::{DocumentId, TenantId};
use persistence::{KeyRing, SealingError};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// After how long a file that is still being received was given up.
const ABANDONED: Duration = Duration::from_hours(1);

/// A folder of documents.
#[derive(Debug, Clone)]
pub(crate) struct DocumentFolder {
    root: PathBuf,
    incoming: PathBuf,
    keys: Arc<KeyRing>,
}

impl DocumentFolder {
    /// Opens the folder below the data folder.
    pub(crate) fn open(data_dir: &Path, keys: Arc<KeyRing>) -> std::io::Result<Self> {
        let root = data_dir.join("documents");
        let incoming = root.join("incoming");
        fs::create_dir_all(&incoming)?;
        let folder = Self { root, incoming, keys };
        folder.clear_incoming()?;
        Ok(folder)
    }

    /// A file that is being received. It is gone when it is dropped.
    pub(crate) fn receive(&self) -> Result<tempfile::NamedTempFile> {
        tempfile::NamedTempFile::new_in(&self.incoming).map_err(|error| failed("receiving", &error))
    }

    /// Keeps the bytes of a file as those of a document, and gives back the key that opens them.
    pub(crate) fn keep(&self, tenant: TenantId, id: DocumentId, file: &Path) -> Result<SealedKey> {
        let folder = self.root.join(tenant.to_string());
        let place = place(tenant, id);
        let bytes = fs::read(file).map_err(|error| failed("keeping", &error))?;
        let key = self.keys.fresh_key().map_err(sealing)?;
        let sealed = own(key)?.seal(place.as_bytes(), &bytes).map_err(sealing)?;
        let key = self.keys.seal(place.as_bytes(), &key).map_err(sealing)?;
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.incoming)?;
            file.write_all(&sealed)?;
            if !folder.exists() {
                fs::create_dir_all(&folder)?;
                File::open(&self.root)?.sync_all()?;
            }
            file.as_file().sync_all()?;
            file.persist(folder.join(id.to_string())).map_err(|error| error.error)?;
            File::open(&folder)?.sync_all()
        };
        write().map_err(|error| failed("keeping", &error))?;
        Ok(SealedKey(key))
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

    /// The bytes of a document.
    pub(crate) fn read(&self, tenant: TenantId, id: DocumentId, key: &SealedKey) -> Result<Vec<u8>> {
        let sealed = fs::read(self.path(tenant, id)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Error::new(Code::NotFound).context(format!("the file of document {id} is gone"))
            }
            _ => failed("reading", &error),
        })?;
        let place = place(tenant, id);
        let key = self.keys.open(place.as_bytes(), &key.0).map_err(sealing)?;
        let key = key.try_into().map_err(|_| Error::internal(format!("the key of document {id} is none")))?;
        own(key)?.open(place.as_bytes(), &sealed).map_err(sealing)
    }

    /// Forgets the bytes of a document that was not recorded.
    pub(crate) fn forget(&self, tenant: TenantId, id: DocumentId) {
        if let Err(error) = fs::remove_file(self.path(tenant, id)) {
            tracing::warn!(%error, %id, "an unrecorded document file stays behind");
        }
    }

    fn path(&self, tenant: TenantId, id: DocumentId) -> PathBuf {
        self.root.join(tenant.to_string()).join(id.to_string())
    }
}

/// What a sealed file or key belongs to.
fn place(tenant: TenantId, id: DocumentId) -> String {
    format!("document {tenant} {id}")
}

/// The ring of one document's key.
fn own(key: [u8; 32]) -> Result<KeyRing> {
    KeyRing::new([(0, key)]).map_err(sealing)
}

fn sealing(error: SealingError) -> Error {
    Error::internal(format!("sealing a document: {error}"))
}

fn failed(doing: &str, error: &std::io::Error) -> Error {
    Error::new(Code::Unavailable).context(format!("{doing} a document: {error}"))
}
