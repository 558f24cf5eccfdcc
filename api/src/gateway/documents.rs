//! Where the files of documents are kept: a folder, one file a document, below the folder of its tenant.
//!
//! A file is written beside its place, forced to disk and renamed, so that a document that was acknowledged is whole
//! after a power cut.

use domain::error::{Code, Error, Result};
use domain::id::{DocumentId, TenantId};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

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
        Ok(Self { root, incoming })
    }

    /// A file that is being received. It is gone when it is dropped.
    pub(crate) fn receive(&self) -> Result<tempfile::NamedTempFile> {
        tempfile::NamedTempFile::new_in(&self.incoming).map_err(|error| failed("receiving", &error))
    }

    /// Keeps the bytes of a document.
    pub(crate) fn keep(&self, tenant: TenantId, id: DocumentId, bytes: &[u8]) -> Result<()> {
        let folder = self.root.join(tenant.to_string());
        let write = || {
            fs::create_dir_all(&folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.incoming)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(folder.join(id.to_string())).map_err(|error| error.error)?;
            File::open(&folder)?.sync_all()
        };
        write().map_err(|error| failed("keeping", &error))
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
