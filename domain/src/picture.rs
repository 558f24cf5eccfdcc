//! Pictures that an organization and its members show: a logo, avatars.

use crate::error::Result;
use uuid::Uuid;

/// Whether a text can name a picture: 32 hexadecimal digits.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A picture, drawn anew by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Names this picture, and no other one.
    pub digest: String,
    /// Squares as files, each with its side in pixels.
    pub squares: Vec<(u32, Vec<u8>)>,
}

/// Keeps pictures, one of each owner, of the tenant that the transaction is bound to.
pub trait PictureStore {
    /// A square of a picture.
    ///
    /// # Errors
    /// When the store fails.
    fn picture(&mut self, owner: Uuid, digest: &str, size: u32) -> Result<Option<Vec<u8>>>;
    /// Keeps a picture in the place of the one before.
    ///
    /// # Errors
    /// When the store fails.
    fn replace_picture(&mut self, owner: Uuid, picture: &Picture) -> Result<()>;
    /// Forgets the picture.
    ///
    /// # Errors
    /// When the store fails.
    fn forget_picture(&mut self, owner: Uuid) -> Result<()>;
}
