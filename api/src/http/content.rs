//! The bytes of a file as an answer.

use super::answer::{Outcome, Reply};
use super::call::Call;
use crate::gateway::documents::Part;
use domain::certification::DocumentContent;
use domain::id::DocumentId;
use persistence::Folder;

/// The answer that carries a document. A browser shows it and never takes it for a page.
pub(crate) async fn content(
    call: &Call,
    folder: Folder,
    id: DocumentId,
    known: &DocumentContent,
    part: Part,
) -> Outcome {
    // A file that is kept as it came is kept once.
    let part = if known.sha256 == known.kept_sha256 { Part::View } else { part };
    let bytes = call.service.documents.read(folder, id, part, &known.key).await?;
    let (digest, disposition) = match part {
        Part::View => (&known.kept_sha256, "inline"),
        Part::Original => (&known.sha256, "attachment"),
    };
    Ok(Reply::bytes(known.media_type.name(), bytes)
        .header("etag", format!("\"{digest}\""))
        .header("content-disposition", disposition)
        .header("content-security-policy", "default-src 'none'; sandbox"))
}
