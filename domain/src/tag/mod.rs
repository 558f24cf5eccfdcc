//! Tags: names that an organization gives to some of its members, to find and address them by.

mod manage;
mod tagging;

pub use manage::{create, delete, get, list, rename};
pub use tagging::{Retagged, Retagging, of_member, retag};

use crate::error::Result;
use crate::id::{MemberId, TagId};
use crate::text::{Line, comparison_key};
use chrono::{DateTime, Utc};

/// How many tags an organization has at most.
pub const MAX_TAGS: u64 = 3_000;
/// How many members have one tag at most.
pub const MAX_TAGGED: u64 = 30_000;

/// How many tags one member is given at most; who takes over from others may come to have more.
pub const MAX_TAGS_OF_ONE: u64 = 100;

/// What a tag is called: 1 to 32 characters. No two tags have names that a reader would call the same.
pub type TagName = Line<1, 32>;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its name.
    pub name: TagName,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// The version read from the store; 0 for one not yet kept. It counts what is done to the tag, not who has it because they leave or
    /// come back.
    pub version: i64,
}

impl Tag {
    /// The form in which names are compared.
    #[must_use]
    pub fn key(&self) -> String {
        comparison_key(self.name.as_str())
    }
}

/// The place of a tag in a list: what it is sorted by, and its id.
pub type TagSpot = (String, TagId);

/// Keeps tags of the tenant that the transaction is bound to, and who has them.
pub trait TagStore {
    /// A tag.
    ///
    /// # Errors
    /// When the store fails.
    fn tag(&mut self, id: TagId) -> Result<Option<Tag>>;
    /// The tag with a name of this key.
    ///
    /// # Errors
    /// When the store fails.
    fn tag_named(&mut self, key: &str) -> Result<Option<TagId>>;
    /// A page of tags, or of those that a member has, by the sound of their names.
    ///
    /// # Errors
    /// When the store fails.
    fn tags(
        &mut self,
        of: Option<MemberId>,
        after: Option<&TagSpot>,
        limit: u32,
    ) -> Result<Vec<(TagSpot, Tag)>>;
    /// How many tags there are.
    ///
    /// # Errors
    /// When the store fails.
    fn count_tags(&mut self) -> Result<u64>;
    /// Inserts version 0, updates any other.
    ///
    /// # Errors
    /// `version_stale` when somebody else changed it.
    fn save_tag(&mut self, tag: &Tag) -> Result<()>;
    /// Forgets a tag, and who had it.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_tag(&mut self, id: TagId) -> Result<()>;
    /// Those of some tags that are there.
    ///
    /// # Errors
    /// When the store fails.
    fn known_tags(&mut self, tags: &[TagId]) -> Result<Vec<TagId>>;
    /// How many tags some members have; nothing about those who have none.
    ///
    /// # Errors
    /// When the store fails.
    fn count_tags_of(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, u64)>>;
    /// How many members have some tags; nothing about those that nobody has.
    ///
    /// # Errors
    /// When the store fails.
    fn count_tagged(&mut self, tags: &[TagId]) -> Result<Vec<(TagId, u64)>>;
    /// Which of some members have a tag.
    ///
    /// # Errors
    /// When the store fails.
    fn tagged(&mut self, tag: TagId, among: &[MemberId]) -> Result<Vec<MemberId>>;
    /// Which tags some members have, with their names.
    ///
    /// # Errors
    /// When the store fails.
    fn taggings(&mut self, members: &[MemberId]) -> Result<Vec<(MemberId, TagId, String)>>;
    /// Gives tags to members who do not have them.
    ///
    /// # Errors
    /// When the store fails.
    fn insert_taggings(&mut self, new: &[(TagId, MemberId)]) -> Result<()>;
    /// Takes one tag, or all, from some members.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_taggings(&mut self, tag: Option<TagId>, members: &[MemberId]) -> Result<()>;
}
