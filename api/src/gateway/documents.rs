//! Where the files of documents are kept: a folder, one file a document, below the folder of its tenant.
//!
//! A file is written beside its place, forced to disk and renamed, so that a document that was acknowledged is whole
//! after a power cut.

use domain::error::{Code, Error, Result};
use domain::id::{DocumentId, TenantId};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// After how long a file that is still being received was given up.
const ABANDONED: Duration = Duration::from_hours(1);

/// A folder of documents.
#[derive(Debug, Clone)]
pub(crate) struct DocumentFolder {
    root: PathBuf,
    incoming: PathBuf,
}

impl DocumentFolder {
    /// Opens the folder below the data folder.
    pub(crate) fn open(data_dir: &Path) -> std::io::Result<Self> {
        let root = data_dir.join("documents");
        let incoming = root.join("incoming");
        fs::create_dir_all(&incoming)?;
        let folder = Self { root, incoming };
        folder.clear_incoming()?;
        Ok(folder)
    }

    /// A file that is being received. It is gone when it is dropped.
    pub(crate) fn receive(&self) -> Result<tempfile::NamedTempFile> {
        tempfile::NamedTempFile::new_in(&self.incoming).map_err(|error| failed("receiving", &error))
    }

    /// Keeps a received file as that of a document.
    pub(crate) fn keep(&self, tenant: TenantId, id: DocumentId, file: tempfile::NamedTempFile) -> Result<()> {
        let folder = self.root.join(tenant.to_string());
        let write = || {
            if !folder.exists() {
                fs::create_dir_all(&folder)?;
                File::open(&self.root)?.sync_all()?;
            }
            file.as_file().sync_all()?;
            file.persist(folder.join(id.to_string())).map_err(|error| error.error)?;
            File::open(&folder)?.sync_all()
        };
        write().map_err(|error| failed("keeping", &error))
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
    pub(crate) fn read(&self, tenant: TenantId, id: DocumentId) -> Result<Vec<u8>> {
        fs::read(self.path(tenant, id)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Error::new(Code::NotFound).context(format!("the file of document {id} is gone"))
            }
            _ => failed("reading", &error),
        })
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

fn failed(doing: &str, error: &std::io::Error) -> Error {
    Error::new(Code::Unavailable).context(format!("{doing} a document: {error}"))
}
