//! Links by which people join a tenant, and those who ask by them.

use crate::account::stored_mobile;
use crate::connection::on;
use crate::error::{Understood, corrupt};
use crate::schema::{invitation_links as links, join_requests as requests};
use crate::sql_type::{Id, Instant};
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::error::{Code, Result};
use domain::id::{InvitationLinkId, JoinRequestId, MemberId, TenantId};
use domain::joining::{InvitationLink, JoinRequest, JoiningStore, Remark};
use domain::phone::MobileNumber;
use domain::text::PersonName;
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = links, treat_none_as_default_value = false)]
struct LinkRow {
    id: Id,
    tenant_id: Id,
    token: String,
    department_id: Id,
    needs_approval: bool,
    expires_at: Instant,
    created_by: Id,
    created_at: Instant,
}

impl From<LinkRow> for InvitationLink {
    fn from(row: LinkRow) -> Self {
        Self {
            id: row.id.get(),
            token: row.token,
            department: row.department_id.get(),
            needs_approval: row.needs_approval,
            expires_at: row.expires_at.0,
            created_by: row.created_by.get(),
            created_at: row.created_at.0,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = requests, treat_none_as_default_value = false)]
struct RequestRow {
    id: Id,
    tenant_id: Id,
    department_id: Id,
    name: String,
    mobile: String,
    remark: Option<String>,
    created_at: Instant,
}

impl TryFrom<RequestRow> for JoinRequest {
    type Error = domain::error::Error;

    fn try_from(row: RequestRow) -> Result<Self> {
        let wrong = |column: &str| corrupt("join_requests", row.id.0, column);
        let remark = row.remark.as_deref().map(Remark::parse).transpose();
        Ok(Self {
            id: row.id.get(),
            department: row.department_id.get(),
            name: PersonName::parse(&row.name).map_err(|_| wrong("name"))?,
            mobile: stored_mobile("join_requests", row.id.0, &row.mobile)?,
            remark: remark.map_err(|_| wrong("remark"))?,
            created_at: row.created_at.0,
        })
    }
}

impl JoiningStore for Tx<'_> {
    fn insert_invitation_link(&mut self, link: &InvitationLink) -> Result<()> {
        let row = LinkRow {
            id: link.id.into(),
            tenant_id: self.bound()?,
            token: link.token.clone(),
            department_id: link.department.into(),
            needs_approval: link.needs_approval,
            expires_at: link.expires_at.into(),
            created_by: link.created_by.into(),
            created_at: link.created_at.into(),
        };
        on!(self.db, |db| diesel::insert_into(links::table).values(&row).execute(db)).understood().map(drop)
    }

    fn invitation_links(&mut self, now: DateTime<Utc>) -> Result<Vec<InvitationLink>> {
        let tenant = self.bound()?;
        let rows: Vec<LinkRow> = on!(self.db, |db| links::table
            .filter(links::tenant_id.eq(tenant))
            .filter(links::expires_at.gt(Instant(now)))
            .order(links::id.desc())
            .select(LinkRow::as_select())
            .load(db))
        .understood()?;
        Ok(rows.into_iter().map(InvitationLink::from).collect())
    }

    fn delete_invitation_link(&mut self, id: InvitationLinkId) -> Result<()> {
        let known = links::table.find(Id::from(id)).filter(links::tenant_id.eq(self.bound()?));
        match on!(self.db, |db| diesel::delete(known).execute(db)).understood()? {
            0 => Err(Code::NotFound.into()),
            _ => Ok(()),
        }
    }

    fn invitation_link_by(&mut self, token: &str) -> Result<Option<(TenantId, InvitationLink)>> {
        let row: Option<LinkRow> = on!(self.db, |db| links::table
            .filter(links::token.eq(token))
            .select(LinkRow::as_select())
            .first(db))
        .optional()
        .understood()?;
        Ok(row.map(|row| (row.tenant_id.get(), row.into())))
    }

    fn replace_join_request(&mut self, request: &JoinRequest) -> Result<bool> {
        let row = RequestRow {
            id: request.id.into(),
            tenant_id: self.bound()?,
            department_id: request.department.into(),
            name: request.name.as_str().to_owned(),
            mobile: request.mobile.as_str().to_owned(),
            remark: request.remark.as_ref().map(|remark| remark.as_str().to_owned()),
            created_at: request.created_at.into(),
        };
        let theirs = requests::table.filter(requests::tenant_id.eq(row.tenant_id));
        let before = theirs.filter(requests::mobile.eq(&row.mobile));
        let replaced = on!(self.db, |db| diesel::delete(before).execute(db)).understood()?;
        on!(self.db, |db| diesel::insert_into(requests::table).values(&row).execute(db)).understood()?;
        Ok(replaced > 0)
    }

    fn forget_join_requests(&mut self, mobile: &MobileNumber) -> Result<()> {
        let theirs = requests::table.filter(requests::mobile.eq(mobile.as_str()));
        on!(self.db, |db| diesel::delete(theirs).execute(db)).understood().map(drop)
    }

    fn has_join_requests(&mut self, count: u32) -> Result<bool> {
        let tenant = self.bound()?;
        let last: Option<Id> = on!(self.db, |db| requests::table
            .filter(requests::tenant_id.eq(tenant))
            .order(requests::id)
            .offset(i64::from(count) - 1)
            .select(requests::id)
            .first(db))
        .optional()
        .understood()?;
        Ok(last.is_some())
    }

    fn delete_links_of(&mut self, makers: &[MemberId]) -> Result<()> {
        let makers: Vec<Id> = makers.iter().copied().map(Id::from).collect();
        let theirs =
            links::table.filter(links::tenant_id.eq(self.bound()?)).filter(links::created_by.eq_any(makers));
        on!(self.db, |db| diesel::delete(theirs).execute(db)).understood().map(drop)
    }

    fn join_requests(&mut self, after: Option<JoinRequestId>, limit: u32) -> Result<Vec<JoinRequest>> {
        let tenant = self.bound()?;
        let after = Id(after.map_or(Uuid::nil(), Uuid::from));
        let rows: Vec<RequestRow> = on!(self.db, |db| requests::table
            .filter(requests::tenant_id.eq(tenant))
            .filter(requests::id.gt(after))
            .order(requests::id)
            .limit(limit.into())
            .select(RequestRow::as_select())
            .load(db))
        .understood()?;
        rows.into_iter().map(JoinRequest::try_from).collect()
    }

    fn join_request(&mut self, id: JoinRequestId) -> Result<Option<JoinRequest>> {
        let tenant = self.bound()?;
        let row: Option<RequestRow> = on!(self.db, |db| requests::table
            .find(Id::from(id))
            .filter(requests::tenant_id.eq(tenant))
            .select(RequestRow::as_select())
            .first(db))
        .optional()
        .understood()?;
        row.map(JoinRequest::try_from).transpose()
    }

    fn delete_join_request(&mut self, id: JoinRequestId) -> Result<()> {
        let known = requests::table.find(Id::from(id)).filter(requests::tenant_id.eq(self.bound()?));
        match on!(self.db, |db| diesel::delete(known).execute(db)).understood()? {
            0 => Err(Code::NotFound.into()),
            _ => Ok(()),
        }
    }
}
