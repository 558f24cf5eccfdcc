//! Pictures: of an organization, and of its members.

use crate::connection::{insert_all, on};
use crate::error::Understood;
use crate::schema::pictures;
use crate::sql_type::Id;
use crate::tx::Tx;
use diesel::prelude::*;
use domain::error::Result;
use domain::picture::{Picture, PictureStore};
use uuid::Uuid;

impl PictureStore for Tx<'_> {
    fn picture(&mut self, owner: Uuid, digest: &str, size: u32) -> Result<Option<Vec<u8>>> {
        let known = pictures::table.find((self.bound()?, Id(owner), i64::from(size)));
        on!(self.db, |db| known.filter(pictures::digest.eq(digest)).select(pictures::bytes).first(db))
            .optional()
            .understood()
    }

    fn replace_picture(&mut self, owner: Uuid, picture: &Picture) -> Result<()> {
        self.forget_picture(owner)?;
        let tenant = self.bound()?;
        let row = |(size, bytes): &(u32, Vec<u8>)| {
            (
                pictures::tenant_id.eq(tenant),
                pictures::owner_id.eq(Id(owner)),
                pictures::size.eq(i64::from(*size)),
                pictures::digest.eq(picture.digest.clone()),
                pictures::bytes.eq(bytes.clone()),
            )
        };
        let rows: Vec<_> = picture.squares.iter().map(row).collect();
        insert_all!(self.db, pictures::table, rows).understood()
    }

    fn forget_picture(&mut self, owner: Uuid) -> Result<()> {
        let here = pictures::tenant_id.eq(self.bound()?);
        let theirs = pictures::table.filter(here.and(pictures::owner_id.eq(Id(owner))));
        on!(self.db, |db| diesel::delete(theirs).execute(db)).understood().map(drop)
    }
}
