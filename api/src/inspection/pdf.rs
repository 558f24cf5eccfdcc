//! PDFs: parsed within limits, refused when they are encrypted or active, and kept as they are.

use domain::error::{Code, Violation};
use lopdf::{Document as Pdf, LoadOptions, Object};

/// The pages of a PDF.
const MAX_PAGES: usize = 10;
/// What one stream of a PDF may unpack to while it is read.
const MAX_STREAM: usize = 8 * 1024 * 1024;
/// How deep objects may lie in each other; what lies deeper counts as active.
const DEPTH: u8 = 32;
/// Entries that run something or bring files along, whatever their value.
const ACTIVE: [&[u8]; 6] = [b"JS", b"JavaScript", b"AA", b"EmbeddedFiles", b"XFA", b"RichMediaContent"];
/// Actions that do more than show another page.
const ACTIONS: [&[u8]; 8] =
    [b"JavaScript", b"Launch", b"SubmitForm", b"ImportData", b"GoToR", b"GoToE", b"Rendition", b"Movie"];
/// Annotations that play something.
const MEDIA: [&[u8]; 5] = [b"RichMedia", b"FileAttachment", b"Screen", b"Movie", b"3D"];

/// The number of pages of a PDF that is neither encrypted nor active.
pub(super) fn pages(bytes: &[u8]) -> Result<u32, Violation> {
    let unreadable = || Violation::new(Code::DocumentUnreadable);
    let options =
        LoadOptions { strict: true, max_decompressed_size: Some(MAX_STREAM), ..LoadOptions::default() };
    let pdf = Pdf::load_mem_with_options(bytes, options).map_err(|error| match error {
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => {
            Violation::new(Code::DocumentEncrypted)
        }
        _ => unreadable(),
    })?;
    if pdf.is_encrypted() || pdf.trailer.has(b"Encrypt") {
        return Err(Code::DocumentEncrypted.into());
    }
    if pdf.objects.values().any(|object| active(object, DEPTH)) {
        return Err(Code::DocumentActive.into());
    }
    let pages = pdf.get_pages().len();
    if pages == 0 {
        return Err(unreadable());
    }
    if pages > MAX_PAGES {
        return Err(Violation::new(Code::DocumentTooManyPages)
            .with("measured", pages)
            .with("limit", MAX_PAGES));
    }
    u32::try_from(pages).map_err(|_| unreadable())
}

/// Whether an object runs something, brings a file along, or leads somewhere else.
fn active(object: &Object, depth: u8) -> bool {
    let dictionary = match object {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        Object::Array(objects) => {
            return depth == 0 || objects.iter().any(|object| active(object, depth - 1));
        }
        _ => return false,
    };
    let kind = |key: &[u8]| dictionary.get(key).ok().and_then(|value| value.as_name().ok());
    depth == 0
        || ACTIVE.iter().any(|key| dictionary.has(key))
        || kind(b"S").is_some_and(|kind| ACTIONS.contains(&kind))
        || kind(b"Type").is_some_and(|kind| kind == b"EmbeddedFile")
        || kind(b"Subtype").is_some_and(|kind| MEDIA.contains(&kind))
        || dictionary.iter().any(|(_, value)| active(value, depth - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdf(pages: usize, extra: &str) -> Vec<u8> {
        let kids: Vec<_> = (0..pages).map(|n| format!("{} 0 R", n + 3)).collect();
        let mut objects = vec![
            format!("<< /Type /Catalog /Pages 2 0 R {extra} >>"),
            format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")),
        ];
        objects
            .extend((0..pages).map(|_| "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned()));
        let mut text = "%PDF-1.7\n".to_owned();
        let mut offsets = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            offsets.push(text.len());
            text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
        }
        let start = text.len();
        text.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
        offsets.iter().for_each(|offset| text.push_str(&format!("{offset:010} 00000 n \n")));
        text.push_str(&format!(
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        ));
        text.into_bytes()
    }

    fn code(bytes: &[u8]) -> Code {
        pages(bytes).unwrap_err().code
    }

    #[test]
    fn pdfs_have_few_pages() {
        assert_eq!(pages(&pdf(3, "")).unwrap(), 3);
        assert_eq!(code(&pdf(11, "")), Code::DocumentTooManyPages);
        assert_eq!(code(&pdf(0, "")), Code::DocumentUnreadable);
    }

    #[test]
    fn pdfs_run_nothing_however_deep_it_lies() {
        for active in [
            "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
            "/Annots [<< /A << /S /JavaScript /JS (app.alert(1)) >> >>]",
            "/X [[[<< /AA << /O 9 0 R >> >>]]]",
            "/A << /S /GoToR /F (\\\\\\\\evil\\\\share) >>",
            "/Annots [<< /Subtype /FileAttachment >>]",
        ] {
            assert_eq!(code(&pdf(1, active)), Code::DocumentActive, "{active}");
        }
        assert_eq!(code(&pdf(1, &format!("/X {}{}", "[".repeat(40), "]".repeat(40)))), Code::DocumentActive);
    }
}
