//! Which invitations were sent.

use crate::connection::on;
use crate::error::Understood;
use crate::schema::invitation_sends as sends;
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::error::Result;
use domain::id::{NoticeId, TenantId};
use domain::member::InvitationStore;
use domain::phone::MobileNumber;

impl InvitationStore for Tx<'_> {
    fn invitations_to(
        &mut self,
        mobile: &MobileNumber,
        since: DateTime<Utc>,
    ) -> Result<Vec<(TenantId, DateTime<Utc>)>> {
        let rows: Vec<(Id, Instant)> = on!(self.db, |db| sends::table
            .filter(sends::mobile.eq(mobile.as_str()))
            .filter(sends::sent_at.gt(Instant(since)))
            .order(sends::sent_at)
            .select((sends::tenant_id, sends::sent_at))
            .load(db))
        .understood()?;
        Ok(rows.into_iter().map(|(tenant, at)| (tenant.get(), at.0)).collect())
    }

    fn count_invitations(&mut self, since: DateTime<Utc>) -> Result<u64> {
        let tenant = self.bound()?;
        let count: i64 = on!(self.db, |db| sends::table
            .filter(sends::tenant_id.eq(tenant))
            .filter(sends::sent_at.gt(Instant(since)))
            .select(count_star())
            .first(db))
        .understood()?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn note_invitation(&mut self, id: NoticeId, mobile: &MobileNumber, now: DateTime<Utc>) -> Result<()> {
        let sent = (
            sends::id.eq(Id::from(id)),
            sends::tenant_id.eq(self.bound()?),
            sends::mobile.eq(mobile.as_str()),
            sends::sent_at.eq(Instant(now)),
        );
        on!(self.db, |db| diesel::insert_into(sends::table).values(sent).execute(db)).understood().map(drop)
    }
}
